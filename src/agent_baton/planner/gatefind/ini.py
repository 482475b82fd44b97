"""INI files (tox.ini, setup.cfg) with the line of every value."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy
from agent_baton.records import Record

_SECTION = lazy(r"^\[([^\]]+)\]")
_KEY = lazy(r"^([^\s=:#;\[][^=:]*?)\s*[=:]\s?(.*)$")


MAX_LINE = 2_000  # longer ones are data, and cost the patterns too much


class Value(Record):
    lines: tuple[str, ...]  # as written, without indentation; comments left out
    line: int  # 1-based, of the first of them
    numbers: tuple[int, ...]  # the line of each

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def sections(text: str) -> dict[str, dict[str, Value]]:
    """Every section with its values; a line that fits nothing is passed over, as a comment would be."""
    found: dict[str, dict[str, Value]] = {}
    current: dict[str, Value] = {}
    key = ""
    collected: list[tuple[str, int]] = []

    def close() -> None:
        if key:
            kept = [(each, at) for each, at in collected if each]
            numbers = tuple(at for _, at in kept)
            current[key] = Value(tuple(each for each, _ in kept), numbers[0] if numbers else 0, numbers)

    for number, raw in enumerate(text.split("\n"), 1):
        if len(raw) > MAX_LINE:
            continue
        stripped = raw.strip()
        if stripped.startswith(("#", ";")):
            continue
        section = _SECTION.match(raw)
        if section:
            close()
            key, collected = "", []
            current = found.setdefault(section[1].strip(), {})
        elif raw[:1] in (" ", "\t") and key:
            collected.append((_without_comment(stripped), number))
        elif pair := _KEY.match(raw):
            close()
            key, collected = pair[1].strip(), [(_without_comment(pair[2].strip()), number)]
    close()
    return found


def _without_comment(text: str) -> str:
    return re.split(r"\s[#;]\s", text, maxsplit=1)[0].strip()
