"""How far words and rules are to be believed: a table of weights, trained on labelled tasks.

Rules are right about the sentences they were written for and too sure of themselves about others. So what they say is
weighed against the task's own words: three sums, one for each step up from LOW, decide how far it goes. The table is
`data/risk-weights.tsv`; scripts/train-risk-weights makes it, `docs/risk.md` says from what.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from agent_baton.records import Record

from .risk_clauses import Clause
from .risk_lexicon import ACTS
from .risk_rules import LEVELS
from .risk_text import Token

TABLE_FILE = Path(__file__).with_name("data") / "risk-weights.tsv"

SCALE = 20  # weights are whole numbers: log-odds times this
BIAS = "*"  # the table's name for the start values
STEPS = len(LEVELS) - 1
# The first sign of a feature tells its kind. Each kind is weighed as a whole, over the root of how many are known;
# what the rules and the clauses say simply adds up.
KINDS = "pwscr"
ADDED_UP = "r"
# Longer texts are no sentences; the table knows nothing about them.
MOST_TOKENS = 80

_SIZES = (3, 4, 5)  # letters in a piece of a word
_SIGN_SIZES = (1, 2, 3)  # signs of Chinese, Japanese or Korean that stand side by side
_LONGEST_WORD = 40
_STEM = 5  # letters
_FAR = 5  # words between the two of a pair, at most
_LENGTH_STEP, _LONGEST = 4, 6
_NAMED_WORDS = 3
_SHORT = 2  # letters
_SMALL = frozenset({
    "the", "a", "an", "of", "to", "in", "on", "for", "with", "and", "or", "is", "are", "be", "it", "its", "this",
    "that", "from", "by", "at", "as", "so", "we", "i",
})  # fmt: skip

Spots = tuple[int, ...]  # the tokens a feature rests on, by index


class Said(Record):
    """One clause, what it amounts to, and the rules that hold in it as "H money"."""

    clause: Clause
    seen: frozenset[str]
    rules: tuple[str, ...]


class Weighed(Record):
    level: int  # index into LEVELS
    pulls: tuple[dict[int, float], ...]  # per step: how far each word with a meaning of its own pulls up

    def strongest(self, step: int, *, up: bool) -> list[int]:
        """The words that pull most towards taking this step, or away from it, in the order they stand."""
        sign = 1 if up else -1
        ranked = sorted(self.pulls[step].items(), key=lambda pull: (-sign * pull[1], pull[0]))
        return sorted(at for at, pull in ranked[:_NAMED_WORDS] if sign * pull > 0 or at == ranked[0][0])


@cache
def _lines() -> list[bytes]:
    """The table's lines, which are sorted; only the few that a text needs are ever taken apart, or even decoded."""
    return TABLE_FILE.read_bytes().split(b"\n")[:-1]


def _row(name: str) -> bytes:
    """A feature's weights as written; empty when the table does not know it."""
    lines, head = _lines(), f"{name}\t".encode()
    at = bisect_left(lines, head)
    return lines[at][len(head) :] if at < len(lines) and lines[at].startswith(head) else b""


def weigh(tokens: Sequence[Token], said: Sequence[Said]) -> Weighed:
    """The level that words and rules together speak for."""
    totals = [float(start) for start in _row(BIAS).split()]
    telling = [at for at, token in enumerate(tokens) if _carries(token) and _telling(token)]
    pulls = tuple(dict.fromkeys(telling, 0.0) for _ in range(STEPS))
    for kind, of_kind in features(tokens, said).items():
        known = [(row, spots) for name, spots in of_kind.items() if (row := _row(name))]
        share = 1.0 if kind in ADDED_UP else 1 / math.sqrt(max(len(known), 1))
        for row, spots in known:
            for step, weight in enumerate(map(int, row.split())):
                totals[step] += weight * share
                for at in spots:
                    if at in pulls[step]:
                        pulls[step][at] += weight * share / len(spots)
    return Weighed(_steps(totals), pulls)


def _steps(totals: Iterable[float]) -> int:
    """How many steps are taken before the first that is not."""
    level = 0
    for total in totals:
        if total <= 0:
            break
        level += 1
    return level


def features(tokens: Sequence[Token], said: Sequence[Said]) -> dict[str, dict[str, Spots]]:
    """Per kind, every feature with the first words it is in."""
    found: dict[str, dict[str, Spots]] = {kind: {} for kind in KINDS}
    concepts = sorted({concept for each in said for concept in each.seen})
    for name, spots in (*_pieces(tokens), *_words(tokens), *_pairs(tokens)):
        found[name[0]].setdefault(name, spots)
    for at, token in enumerate(tokens):
        if _carries(token):
            for concept in concepts:
                found["c"].setdefault(f"c{concept} {token.text}", (at,))
    for name in _of_rules(said):
        found["r"][name] = ()
    return found


def _carries(token: Token) -> bool:
    """Whether a token is a word with a meaning of its own."""
    return token.kind not in ("stop", "pause") and token.text not in _SMALL


def _telling(token: Token) -> bool:
    """Whether a reader learns something from it; words of two letters are small ones in most languages."""
    return token.kind == "sign" or len(token.text) > _SHORT


def _pieces(tokens: Sequence[Token]) -> Iterator[tuple[str, Spots]]:
    """The pieces of every word; its ends are marked: `<pay` opens one."""
    for at, token in enumerate(tokens):
        if token.kind == "word":
            word = f"<{token.text[:_LONGEST_WORD]}>"
            for size in _SIZES:
                for start in range(len(word) - size + 1):
                    yield f"p{word[start : start + size]}", (at,)
        elif token.kind == "sign":
            for size in _SIGN_SIZES:
                run = tokens[at : at + size]
                if len(run) == size and _side_by_side(run):
                    yield "p" + "".join(each.text for each in run), tuple(range(at, at + size))


def _side_by_side(run: Sequence[Token]) -> bool:
    touching = all(one.end >= other.start for one, other in pairwise(run))
    return touching and all(each.kind == "sign" for each in run)


def _words(tokens: Sequence[Token]) -> Iterator[tuple[str, Spots]]:
    """Every word, and every two that stand side by side."""
    last = len(tokens)
    shown = ["^", *("|" if each.kind in ("stop", "pause") else each.text for each in tokens), "$"]
    for at, word in enumerate(shown[1:-1]):
        yield f"w{word}", (at,)
    for at in range(last + 1):
        yield f"w{shown[at]} {shown[at + 1]}", tuple(here for here in (at - 1, at) if 0 <= here < last)


def _pairs(tokens: Sequence[Token]) -> Iterator[tuple[str, Spots]]:
    """How it starts, how long it is, whether it asks, and beginnings of words that stand near each other."""
    spoken = [at for at, token in enumerate(tokens) if token.kind not in ("stop", "pause")]
    if spoken:
        yield f"s1 {tokens[spoken[0]].text}", (spoken[0],)
    yield f"s#{min(len(spoken) // _LENGTH_STEP, _LONGEST)}", ()
    if any("?" in token.text or "？" in token.text for token in tokens):
        yield "s?", ()
    heavy = [at for at in spoken if _carries(tokens[at])]
    for number, at in enumerate(heavy):
        for other in heavy[number + 1 : number + 1 + _FAR]:
            yield f"s{tokens[at].text[:_STEM]} {tokens[other].text[:_STEM]}", (at, other)


def _of_rules(said: Sequence[Said]) -> Iterator[str]:
    """The rules that hold, the concepts found, and where in the sentence they stand."""
    for number, each in enumerate(said):
        yield from (f"r{rule}" for rule in each.rules)
        yield from (f"r{concept}" for concept in each.seen)
        yield from _places(each.clause)
        if not number:
            acts = (c for p in each.clause.placed if p.role == "main" for c in sorted(p.hit.concepts & ACTS))
            yield f"r1 {next(acts, '')}"
    fired = {rule[0] for each in said for rule in each.rules}
    yield f"r#{max((step for step, level in enumerate(LEVELS) if level[0] in fired), default=-1)}"


def _places(clause: Clause) -> Iterator[str]:
    for placed in clause.placed:
        if placed.role != "main":
            yield from (f"r{placed.role}:{concept}" for concept in placed.hit.concepts)
    for kind in ("question", "result", "content"):
        if getattr(clause, kind):
            yield f"r.{kind}"
