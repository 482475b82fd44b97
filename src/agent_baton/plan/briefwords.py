"""Values as people write them in a Markdown brief: lists of paths, durations, budgets, code in backticks."""

from __future__ import annotations

import re

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)?", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_MONEY = re.compile(r"\$\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*(?:usd|dollars?)", re.IGNORECASE)
_TOKENS = re.compile(r"(\d[\d_]*(?:\.\d+)?)\s*([km]?)\s*tokens?", re.IGNORECASE)
_CODE = re.compile(r"(`+)\s?(.+?)\s?\1(?!`)")
_YES, _NO = ("yes", "true", "required", "on"), ("no", "false", "none", "off", "not required")


def duration(text: str) -> float:
    """Seconds of `90`, `90 s`, `15 min`, `2h`. Raises ValueError."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration such as 90, 90 s, 15 min or 2 h")
    return float(match[1]) * _SECONDS[(match[2] or "s")[0].lower()]


def budget(text: str) -> dict[str, float | int]:
    """`$5, 200k tokens, 1h` as a budget's keys. Raises ValueError."""
    found: dict[str, float | int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        money, tokens = _MONEY.fullmatch(part), _TOKENS.fullmatch(part)
        if money:
            found["usd"] = float(money[1] or money[2])
        elif tokens:
            scale = {"": 1, "k": 1_000, "m": 1_000_000}[tokens[2].lower()]
            found["tokens"] = round(float(tokens[1].replace("_", "")) * scale)
        elif _DURATION.fullmatch(part):
            found["wall_s"] = duration(part)
        else:
            raise ValueError(f"{part!r} is not part of a budget such as $5, 200k tokens, 1 h")
    return found


def yes_or_no(text: str) -> bool:
    """Raises ValueError."""
    word = text.strip().lower()
    if word not in _YES + _NO:
        raise ValueError(f"{text!r} is neither yes nor no")
    return word in _YES


def paths(text: str) -> list[str]:
    """Paths in backticks, or between commas (those in braces belong to a pattern)."""
    quoted = [match[2] for match in _CODE.finditer(text)]
    return quoted or [part.strip() for part in re.split(r",(?![^{]*\})", text) if part.strip()]


def ids(text: str) -> list[str]:
    """Step ids between commas, spaces and `and`."""
    return [
        word
        for word in re.split(r"[,\s]+", text.strip())
        if word and word.lower() not in ("and", "step", "steps")
    ]


def code(text: str) -> tuple[str, str]:
    """What stands in backticks at the start of the text, and what follows; without backticks all of it."""
    match = _CODE.match(text.strip())
    if match is None:
        return text.strip(), ""
    return match[2], re.sub(r"^\s*[,;:—–-]*\s*", "", text.strip()[match.end() :])


def member(text: str) -> dict[str, str]:
    """`agent — role` or `agent: role` as a member of a team."""
    match = re.match(r"(\S+?)(?:\s+[—–-]\s+|:\s+)(.+)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} does not say what the agent is to do: write agent — role")
    return {"agent_name": match[1], "role": match[2]}
