"""Take secrets out of text before it is stored or shown. Pure, and linear in the text.

Two kinds of rules: tokens that say themselves what they are (a vendor's prefix, a length), and values that
stand behind a word such as `password=`. What merely looks random (a commit, a UUID, a lockfile's hash) stays.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

from agent_baton.escapes import without_escapes

# Not within a longer run of base64: the picture in a data: URL must not turn into "secrets" by chance.
_START = r"(?<![A-Za-z0-9+/_-])"
_END = r"(?![A-Za-z0-9+/_-])"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of token, not tried unless one of `hints` (a far cheaper search) stands in the text."""

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _token(name: str, body: str, *hints: str) -> Rule:
    return Rule(name, hints, re.compile(f"{_START}(?:{body}){_END}"))


def _address(name: str, body: str, *hints: str) -> Rule:
    return Rule(name, hints, re.compile(body))


# Shapes as the vendors document them, or as their own push protection looks for them (read 2025).
TOKENS = (
    _token("aws-key-id", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", "AKIA", "ASIA", "ABIA", "ACCA"),
    _token("gcp-api-key", r"AIza[\w-]{35}", "AIza"),
    _token("gcp-oauth-token", r"ya29\.[\w-]{20,400}", "ya29."),
    _token("gcp-client-secret", r"GOCSPX-[\w-]{28}", "GOCSPX-"),
    _token("azure-client-secret", r"[\w~.-]{3}8Q~[\w~.-]{31,34}", "8Q~"),
    _token("github-token", r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{60,255}", "gh"),
    _token("gitlab-token", r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-[\w-]{20,300}(?:\.[\w.]{2,60})?", "gl"),
    _token("slack-token", r"xox[abeoprs]-[\w-]{10,250}|xapp-\d-[\w-]{10,250}", "xox", "xapp-"),
    _address("slack-webhook", r"hooks\.slack\.com/(?:services|workflows)/[\w/]{20,120}", "hooks.slack."),
    _address("discord-webhook", r"discord(?:app)?\.com/api/webhooks/\d{5,30}/[\w-]{40,120}", "discord"),
    _token("stripe-key", r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}", "k_live_", "k_test_"),
    _token("stripe-webhook", r"whsec_[A-Za-z0-9+/=]{24,250}", "whsec_"),
    _token("npm-token", r"npm_[A-Za-z0-9]{36}", "npm_"),
    _token("pypi-token", r"pypi-[\w-]{50,1000}", "pypi-"),
    _token("rubygems-key", r"rubygems_[a-f0-9]{48}", "rubygems_"),
    _token("cargo-token", r"cio[A-Za-z0-9]{32}", "cio"),
    _token("anthropic-key", r"sk-ant-[\w-]{20,250}", "sk-ant-"),
    _token("openai-key", r"sk-(?:proj-|svcacct-|admin-)[\w-]{20,250}|sk-[A-Za-z0-9]{48}", "sk-"),
    _token("openrouter-key", r"sk-or-v1-[a-f0-9]{64}", "sk-or-v1-"),
    _token("huggingface-token", r"hf_[A-Za-z]{34}", "hf_"),
    _token("sendgrid-key", r"SG\.[\w-]{22}\.[\w-]{43}", "SG."),
    _token("twilio-key", r"SK[a-f0-9]{32}", "SK"),
    _token("digitalocean-token", r"do[opr]_v1_[a-f0-9]{64}", "_v1_"),
    _token("databricks-token", r"dapi[a-f0-9]{32}(?:-\d)?", "dapi"),
    _token("vault-token", r"hv[sbr]\.[\w-]{24,300}", "hvs.", "hvb.", "hvr."),
    _token("age-key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}", "AGE-SECRET-KEY-"),
    _token("telegram-token", r"\d{8,10}:AA[\w-]{33}", ":AA"),
    _token("linear-key", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}", "lin_"),
    _token("jwt", r"eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{8,1500}", "eyJ"),
)  # fmt: skip
HINTS = [(hint, rule) for rule in TOKENS for hint in rule.hints]

_WORD = r"""(?:pass(?:word|wd|phrase|code)|pwd|client[_-]?secret|secret|token|credentials?
    |(?:api|access|account|auth|signing|encryption|private)[_-]?key)"""
KEYED = re.compile(
    rf"""(?P<key>{_WORD})(?P<rest>[\w-]{{0,30}}["']?)(?P<sep>\s{{0,3}}(?:=>|:=|[:=])\s{{0,3}})
    (?:(?P<quote>["'])(?P<quoted>[^"'\n]{{4,500}})(?P=quote)
    |(?P<bare>[^\s"'`,;&|<>()\[\]{{}}=][^\s"'`,;&|<>()\[\]{{}}]{{3,500}}))""",
    re.IGNORECASE | re.VERBOSE,
)
HEADER = re.compile(
    r"(?P<key>(?:proxy-)?authorization|x-api-key|x-auth-token|private-token|set-cookie|cookie)"
    r"(?P<sep>[\"']?\s{0,3}[:=]\s{0,3}[\"']?)"
    r"(?P<scheme>(?:bearer|basic|token|digest|negotiate)\s{1,3})?(?P<value>[^\s\"',]{6,4000})",
    re.IGNORECASE,
)
BEARER = re.compile(r"\b(?P<key>bearer\s{1,3})(?P<value>[\w.~+/-]{16,4000}=*)", re.IGNORECASE)
IN_URL = re.compile(r"(?P<key>://[^\s:/@\"'<>]{0,100}:)(?P<value>[^\s/@\"'<>]{1,200})(?=@[^\s@])")
KEY_BLOCK = re.compile(r"-----BEGIN (?P<kind>[A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?)-----")

# Not git@host, which is nobody, nor the names of pictures for sharp screens (icon@2x.png).
ADDRESS = re.compile(
    r"(?<![\w.%+@/-])(?!git@)[\w][\w.%+-]{0,63}@(?!\dx\.)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,8}[A-Za-z]{2,24}(?![\w@-]|\.\w)"
)

# Behind `password=` these are code or blanks, not a secret.
_PLACEHOLDER = re.compile(
    r"""(?:none|null|nil|undefined|true|false|str|string|bytes|int|bool|any|object|optional|required|missing|invalid|expired|empty
    |changeme|example|placeholder|redacted|hidden|masked|your[\w-]*|x{3,}|\.{3,}|\W?[*•]{3,}\w{0,4}|\d{1,6}
    |[$<%{\[@#].*|.*\$\{.*|os\.environ.*|process\.env.*|self\.\w.*|\[redacted.*)\.?""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.]*")
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_PASSWORD = re.compile(r"pass|pwd|client[_-]?secret", re.IGNORECASE)
_LONG = 64 * 1024  # a secret's own line is shorter: what follows a key block without an end is cut off there


def redact(text: str) -> str:
    """The text with every secret replaced by `[redacted:kind]`, without terminal escapes. Redacting twice changes nothing."""
    text = _key_blocks(without_escapes(text))
    for rule in [rule for hint, rule in HINTS if hint in text]:
        text = rule.pattern.sub(f"[redacted:{rule.name}]", text)
    if "://" in text:
        text = IN_URL.sub(_in_url, text)
    text = HEADER.sub(_header, text)
    text = BEARER.sub(lambda m: f"{m['key']}[redacted:bearer]" if _random(m["value"]) else m[0], text)
    return KEYED.sub(_keyed, text)


def without_addresses(text: str) -> str:
    """The text without e-mail addresses: what is handed on is nobody's list of people. Twice changes nothing."""
    return ADDRESS.sub("[redacted:e-mail]", text) if "@" in text else text


def for_others(text: str) -> str:
    """Neither secrets nor e-mail addresses: for files that leave the machine."""
    return without_addresses(redact(text))


def _key_blocks(text: str) -> str:
    """Whole blocks; one without an end (cut output) up to the first line that cannot belong to it."""
    if "PRIVATE KEY" not in text:
        return text
    done, at = [], 0
    for block in KEY_BLOCK.finditer(text):
        if block.start() < at:
            continue
        done += [text[at : block.start()], "[redacted:private-key]"]
        ending = f"-----END {block['kind']}-----"
        end = text.find(ending, block.end(), block.end() + _LONG)
        at = end + len(ending) if end >= 0 else _end_of_base64(text, block.end())
    return "".join([*done, text[at:]])


_KEY_LINES = re.compile(  # also as they stand inside a JSON string, with an escaped line end
    r"(?:[ \t>|]{0,8}(?:[A-Za-z0-9+/=]{16,100}|[A-Za-z-]{1,20}: [^\n]{0,80})?(?:\r?\n|\\r?\\n|\Z))+"
)


def _end_of_base64(text: str, start: int) -> int:
    found = _KEY_LINES.match(text, start)
    return found.end() if found else start


def _in_url(match: re.Match[str]) -> str:
    shown = _PLACEHOLDER.fullmatch(match["value"]) or match["value"] in (
        "pass",
        "passwd",
        "password",
        "secret",
    )
    return match[0] if shown else f"{match['key']}[redacted:password]"


def _header(match: re.Match[str]) -> str:
    if _PLACEHOLDER.fullmatch(match["value"]) or (not match["scheme"] and not _random(match["value"])):
        return match[0]
    return f"{match['key']}{match['sep']}{match['scheme'] or ''}[redacted:{match['key'].lower()}]"


def _keyed(match: re.Match[str]) -> str:
    value = match["quoted"] or match["bare"]
    if _PLACEHOLDER.fullmatch(value) or (match["bare"] and _is_code(match)):
        return match[0]
    if not _PASSWORD.search(match["key"]) and not _random(value):
        return match[0]
    quote = match["quote"] or ""
    return f"{match['key']}{match['rest']}{match['sep']}{quote}[redacted:{match['key'].lower()}]{quote}"


def _is_code(match: re.Match[str]) -> bool:
    """Whether an unquoted value is a name in a program: tracebacks and test failures are full of those."""
    value = match["bare"]
    if match.string[match.end() : match.end() + 1] in ("(", "["):
        return True
    if not _NAME.fullmatch(value):
        return False
    spaced = match["sep"] != match["sep"].strip()
    return (
        "." in value
        or match["key"].lower() in value.lower()
        or ("=" in match["sep"] and spaced)
        or (":" in match["sep"] and value[0] in _UPPER)
    )


def _random(value: str) -> bool:
    """Whether a value behind a key word is a secret rather than a word, a number or a name."""
    if len(value) < 8 or not any(map(str.isdigit, value)) or not any(map(str.isalpha, value)):
        return False
    return _entropy(value) >= 2.8


def _entropy(value: str) -> float:
    """Shannon, in bits a character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())
