"""Which way a task leans when no rule speaks: a table of pieces of words, trained on labelled tasks.

The table is `data/risk-leaning.txt`; how it was trained is in `docs/risk.md`. It knows words that no list has, by
their pieces. It only ever lifts a task that the rules leave open, and it names the words that did it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from .risk_text import Token

TABLE_FILE = Path(__file__).with_name("data") / "risk-leaning.txt"

SCALE = 10  # weights are whole numbers: log-odds times this
# From here a task leans towards HIGH: below even odds, because HIGH taken for less is the dearer mistake.
ENOUGH = -0.2
BIAS = "*"  # the table's name for the start value
_SIZES = (3, 4, 5)  # letters in a piece of a word
_SIGN_SIZES = (1, 2, 3)  # signs of Chinese, Japanese or Korean that stand side by side
_LONGEST_WORD = 40
_NAMED_WORDS = 3


@cache
def _table() -> dict[str, int]:
    """Piece → weight. A line is a weight and every piece that has it."""
    weights: dict[str, int] = {}
    for line in TABLE_FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            weight, *pieces = line.split(" ")
            weights |= dict.fromkeys(pieces, int(weight))
    return weights


def pieces(tokens: Sequence[Token]) -> dict[str, Token]:
    """The pieces of all words, each with the first word it is in. A word's ends are marked: `<pay` opens one."""
    found: dict[str, Token] = {}
    for at, token in enumerate(tokens):
        for piece in _of_word(token) if token.kind == "word" else _of_signs(tokens, at):
            found.setdefault(piece, token)
    return found


def _of_word(token: Token) -> Iterator[str]:
    word = f"<{token.text[:_LONGEST_WORD]}>"
    for size in _SIZES:
        for start in range(len(word) - size + 1):
            yield word[start : start + size]


def _of_signs(tokens: Sequence[Token], at: int) -> Iterator[str]:
    """The runs of signs that begin here."""
    run = ""
    for number, token in enumerate(tokens[at : at + _SIGN_SIZES[-1]]):
        if token.kind != "sign" or (number and token.start > tokens[at + number - 1].end):
            return
        run += token.text
        yield run


def leans_high(tokens: Sequence[Token]) -> list[Token]:
    """The words that pull the task towards HIGH, in the order they stand; none when it does not lean that way."""
    table = _table()
    pulls: dict[Token, int] = {}
    known = 0
    for piece, token in pieces(tokens).items():
        if piece in table:
            known += 1
            pulls[token] = pulls.get(token, 0) + table[piece]
    if sum(pulls.values()) / math.sqrt(max(known, 1)) + table[BIAS] < ENOUGH * SCALE:
        return []
    strongest = sorted(pulls, key=lambda token: -pulls[token])[:_NAMED_WORDS]
    return sorted((token for token in strongest if pulls[token] > 0), key=lambda token: token.start)
