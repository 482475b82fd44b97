"""Words that tell what kind of work a task is, in eight languages: a small table (`words.tsv`), so that the
task's type and files can lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    return list(dict.fromkeys(" ".join(match[0].split()) for match in _found(topic, text.lower())))


def _found(topic: str, text: str) -> Iterator[re.Match[str]]:
    """Only what stands somewhere in the text is compiled: a topic has hundreds of words, a task few of them."""
    stems, pieces = table()[topic]
    here = [stem for stem in stems if stem.rstrip("|").partition(" ")[0] in text]
    parts = [f"(?<![\\w-])(?:{'|'.join(map(_stem, here))})"] if here else []
    parts += [re.escape(piece) for piece in pieces if piece in text]
    return re.finditer("|".join(parts), text) if parts else iter(())


def _stem(stem: str) -> str:
    whole = r"(?![\w-])" if stem.endswith("|") else ""
    return re.escape(stem.rstrip("|")).replace(r"\ ", r"\s+") + whole
