"""Text of people, agents and tools on its way to a screen: controls out, which could split a secret, then secrets, then cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent_baton.engine.brief import clean
from agent_baton.redact import redact


def short(text: str, width: int = 200) -> str:
    """One line of at most `width` characters."""
    line = " ".join(redact(clean(text)).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def redacted(value: Any, clean: Callable[[str], str] = redact) -> Any:
    """The same data with every secret in its texts replaced. Before it becomes JSON: escaped quotes hide secrets."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: redacted(item, clean) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(redacted(item, clean) for item in value)
    return value
