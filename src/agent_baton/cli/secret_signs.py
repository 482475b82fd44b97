"""Whether a text could hold a secret at all, asked before the rules that find one are loaded."""

from __future__ import annotations

# at least one of these is in every text that redaction would change
SECRET_SIGNS = (
    "key", "token", "secret", "passw", "pwd", "auth", "bearer", "credential", "cookie", "-----begin", "://", "eyj",
    "akia", "asia", "aiza", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat", "glpat", "xox", "sk_", "sk-", "rk_", "pk_",
    "npm_", "pypi-", "sig=",
)  # fmt: skip
LONG = 4_000  # characters; longer texts are always looked through


def may_hold_secrets(text: str) -> bool:
    lowered = text.lower()
    return len(text) > LONG or any(sign in lowered for sign in SECRET_SIGNS)
