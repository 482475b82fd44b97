"""Which way a task leans when no rule speaks: a small table of words, trained on labelled tasks.

The table is `data/risk-leaning.txt`; how it was trained is in `docs/risk.md`. It only ever lifts a task that the
rules leave open, and it names the words that did it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from .risk_lexicon import ACTS, GRAMMAR, Hit
from .risk_text import Token

TABLE_FILE = Path(__file__).with_name("data") / "risk-leaning.txt"

STEM = 7  # letters that a word is known by
# Above this a task leans towards HIGH. Chosen on the tuning tasks: it lifts few ordinary ones.
ENOUGH = 1.0
FEWEST = 2  # words that pull that way
_BIAS = "*"  # the table's line for the start value
_NAMED_WORDS = 3
# Words of these concepts say what is done, how a sentence is built or how much of a thing: not which thing.
_NO_THINGS = ACTS | GRAMMAR | {"all", "anyone", "unused", "enduser", "off", "aged", "bulk", "check", "plain"}
_SMALL = frozenset({
    "the", "a", "an", "of", "to", "for", "with", "from", "in", "on", "and", "is", "by", "that", "it",
    "we", "our", "at", "as", "be", "are", "or", "so", "want", "not", "can", "has", "have", "this",
    "its", "was", "el", "la", "los", "las", "un", "una", "del", "al", "que", "se", "le", "les", "une",
    "des", "du", "et", "en", "der", "die", "das", "den", "dem", "ein", "eine", "und", "im", "mit", "os",
    "um", "uma", "do", "da", "no", "na", "de", "par", "por", "per", "via", "only", "once", "also",
    "more", "new", "now", "first", "last", "one", "two", "three", "able", "than", "into",
})  # fmt: skip


@cache
def _table() -> dict[str, float]:
    lines = TABLE_FILE.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ") for line in lines if line and not line.startswith("#"))
    return {stem: float(weight) for stem, weight in pairs}


def stems(tokens: Sequence[Token], hits: Iterable[Hit]) -> dict[str, Token]:
    """The words for things, by their first letters, each with the first token that has them."""
    doing = {at for hit in hits if hit.concepts & _NO_THINGS for at in range(hit.first, hit.last)}
    found: dict[str, Token] = {}
    for at, token in enumerate(tokens):
        if token.kind == "word" and at not in doing and len(token.text) > 1 and token.text not in _SMALL:
            found.setdefault(token.text[:STEM], token)
    return found


def leans_high(tokens: Sequence[Token], hits: Iterable[Hit]) -> list[Token]:
    """The words that pull the task towards HIGH, in the order they stand; none when it does not lean that way."""
    table = _table()
    known = {stem: token for stem, token in stems(tokens, hits).items() if stem in table}
    pull = sum(table[stem] for stem in known) / math.sqrt(max(len(known), 1)) + table[_BIAS]
    if pull < ENOUGH or sum(table[stem] > 0 for stem in known) < FEWEST:
        return []
    strongest = sorted(known, key=lambda stem: -table[stem])[:_NAMED_WORDS]
    return sorted((known[stem] for stem in strongest if table[stem] > 0), key=lambda token: token.start)
