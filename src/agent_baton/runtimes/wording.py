"""Short forms of what agents do, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_baton.redact import redact

SUMMARY_LIMIT = 200
TEXT_LIMIT = 200_000  # characters of an agent's last words that are kept
_TELLING = (
    "command",
    "cmd",
    "file_path",
    "filePath",
    "path",
    "pattern",
    "url",
    "query",
    "description",
    "prompt",
)


def summary(tool_input: object) -> str:
    """The one thing of a tool's input that says what it is about, on one line."""
    if not isinstance(tool_input, Mapping):
        return one_line(str(tool_input or ""))
    named: list[Any] = [tool_input[key] for key in _TELLING if isinstance(tool_input.get(key), str)]
    others: list[Any] = [value for value in tool_input.values() if isinstance(value, str)]
    return one_line(next(iter(named or others), ""))


def one_line(text: str) -> str:
    """Without line ends and secrets, cut to what fits into a status line."""
    short = " ".join(text[: SUMMARY_LIMIT * 4].split())
    return redact(short if len(short) <= SUMMARY_LIMIT else short[: SUMMARY_LIMIT - 1] + "…")
