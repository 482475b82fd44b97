"""Text of people, agents and tools on its way to a screen: secrets out first, then one line, then cut."""

from __future__ import annotations

from agent_baton.engine.brief import one_line
from agent_baton.redact import redact


def short(text: str, width: int = 200) -> str:
    """One line of at most `width` characters."""
    line = one_line(redact(text))
    return line if len(line) <= width else line[: width - 1] + "…"
