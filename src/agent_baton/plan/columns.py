"""Fitting text into a terminal: widths as they are seen, not as they are counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from agent_baton.plan.inert import unix_lines, visible


def width_of(text: str) -> int:
    """Columns a text takes: two for wide East Asian characters and emoji, none for combining marks."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most `width` columns: the first behind `first`, the others behind `rest`.

    Breaks at spaces, and inside words that are too long for a line (or that are written without spaces). Line
    breaks in the text are kept; whatever would act on a terminal is spelled out.
    """
    lines: list[str] = []
    for paragraph in unix_lines(text).strip().split("\n"):
        margin = rest if lines else first
        for line in _filled(
            visible(paragraph.strip()), max(8, width - width_of(first)), max(8, width - width_of(rest))
        ):
            lines.append(f"{margin}{line}".rstrip())
            margin = rest
    return lines


def _filled(text: str, first_room: int, room: int) -> Iterator[str]:
    line, used, limit = "", 0, first_room
    for word in text.split():
        if line and used + 1 + width_of(word) > limit:
            yield line
            line, used, limit = "", 0, room
        if line:
            line, used = f"{line} {word}", used + 1 + width_of(word)
            continue
        while (head := _head(word, limit)) != word:
            yield head
            word, limit = word[len(head) :], room
        line, used = word, width_of(word)
    yield line


def _head(word: str, room: int) -> str:
    used = 0
    for place, char in enumerate(word):
        used += _width(char)
        if used > room and place:
            return word[:place]
    return word


def shortened(text: str, columns: int) -> str:
    """The text, cut with an ellipsis when it is wider than that."""
    return text if _head(text, columns) == text else f"{_head(text, columns - 1)}…"
