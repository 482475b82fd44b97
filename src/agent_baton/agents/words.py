"""Words that tell what kind of work a task is, in eight languages: a small table (`words.tsv`), so that the
task's type and files can lead."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("words.tsv")


@cache
def table() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Topic -> stems of spaced languages, pieces of unspaced ones."""
    stems: dict[str, list[str]] = {}
    pieces: dict[str, list[str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        topic, kind, words = line.split("\t")
        stems.setdefault(topic, [])
        if kind == "spaced":
            stems[topic] += [word.strip() for word in words.split(",")]
        else:
            pieces.setdefault(topic, []).extend(words.split())
    return {topic: (tuple(found), tuple(pieces.get(topic, ()))) for topic, found in stems.items()}


def find(topic: str, text: str) -> list[str]:
    """The words of a topic that stand in a text, each once, in order."""
    return list(dict.fromkeys(" ".join(match[0].split()) for match in _pattern(topic).finditer(text.lower())))


@cache
def _pattern(topic: str) -> re.Pattern[str]:
    stems, pieces = table()[topic]
    spaced = f"(?<![\\w-])(?:{'|'.join(map(_stem, stems))})"
    return re.compile("|".join([spaced, *map(re.escape, pieces)]))


def _stem(stem: str) -> str:
    whole = r"(?![\w-])" if stem.endswith("|") else ""
    return re.escape(stem.rstrip("|")).replace(r"\ ", r"\s+") + whole
