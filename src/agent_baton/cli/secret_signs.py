"""Whether a text could hold a secret at all, asked before the rules that find one are loaded."""

from __future__ import annotations

# at least one of these is in every text that redaction would change (see redact.py; a test holds both against each other)
WORDS = (
    "key", "token", "secret", "passw", "passp", "passc", "pwd", "auth", "bearer", "credential", "cookie", "://",
    "\x1b", "\x9b", "\x9d", "\x90",  # a colour inside a secret
)  # fmt: skip
TOKENS = (
    "eyJ", "AKIA", "ASIA", "ABIA", "ACCA", "AIza", "ya29.", "GOCSPX-", "8Q~", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat",
    "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-", "gloas-", "xox", "xapp-", "hooks.slack.",
    "discord", "k_live_", "k_test_", "whsec_", "npm_", "pypi-", "rubygems_", "cio", "sk-", "hf_", "SG.", "SK", "_v1_", "dapi",
    "hvs.", "hvb.", "hvr.", ":AA", "lin_", "PRIVATE",
)  # fmt: skip
LONG = 4_000  # characters; longer texts are always looked through


def may_hold_secrets(text: str) -> bool:
    lowered = text.lower()
    return len(text) > LONG or any(word in lowered for word in WORDS) or any(sign in text for sign in TOKENS)
