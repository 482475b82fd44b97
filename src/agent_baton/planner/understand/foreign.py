"""Tasks in other languages than English: what they ask for, by the words of a table."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from agent_baton.planner.facts import Signal
from agent_baton.records import Record

from .language import fold

TABLE = Path(__file__).parent / "data" / "foreign-words.txt"
READ_CHARS = 2_000
_UNSPACED = frozenset({"zh", "ja", "ko"})
_SIZES = frozenset({"light", "heavy"})


class Words(Record):
    """One line of the table."""

    means: str  # a task type, or "light" or "heavy"
    points: float
    pattern: re.Pattern[str]


@cache
def _table(language: str) -> tuple[Words, ...]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    parted = [line.partition(": ") for line in lines if line and not line.startswith("#")]
    return tuple(
        _words(head.split(), stems, language)
        for head, _, stems in parted
        if head.split()[0] in ("*", language)
    )


def _words(head: list[str], stems: str, language: str) -> Words:
    either = "|".join(re.escape(stem).replace("_", r"\s+") for stem in stems.split())
    # Between Chinese words, Latin ones stand without a space.
    start = "(?<![a-z0-9])" if head[0] == "*" else "" if language in _UNSPACED else r"(?<!\w)"
    return Words(head[1], float(head[2]), re.compile(f"{start}(?:{either})"))


def foreign_type(text: str, language: str) -> tuple[str, tuple[Signal, ...]] | None:
    """The type with the most points, and the words that gave them; None when no word is known."""
    points: dict[str, float] = {}
    signals: list[tuple[float, Signal]] = []
    for words, found in _found(text, language):
        if words.means not in _SIZES:
            points[words.means] = points.get(words.means, 0) + words.points * len(set(found))
            signals.append((words.points, Signal("word", words.means, ", ".join(dict.fromkeys(found)))))
    if not points:
        return None
    best = max(points, key=lambda kind: points[kind])
    return best, tuple(
        signal for _, signal in sorted(signals, key=lambda pair: -pair[0]) if signal.weight == best
    )


def foreign_size(text: str, language: str) -> tuple[tuple[str, float, str], ...]:
    """What the words say about size: "light" or "heavy", points, the words."""
    return tuple(
        (words.means, words.points * min(len(set(found)), 2), ", ".join(dict.fromkeys(found)))
        for words, found in _found(text, language)
        if words.means in _SIZES
    )


def _found(text: str, language: str) -> list[tuple[Words, list[str]]]:
    folded = fold(text[:READ_CHARS])
    return [(words, found) for words in _table(language) if (found := words.pattern.findall(folded))]
