"""A task as clauses: what is to be done to what, and which words only qualify, forbid or tell when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from agent_baton.records import Record, replace

from .risk_lexicon import ACTS, Hit
from .risk_text import Token

# main: what is asked for. aside: "with Redis". sub: "when the user logs in". rel: "that deletes rows", or how
# things are ("login does not work"). negated: "without touching auth". guarded: "prevent deletion of projects".
Role = Literal["main", "aside", "sub", "rel", "negated", "guarded"]

# Acts that are as often nouns or adjectives; they do not start a clause of their own after "and".
_FAINT = frozenset({"let", "show", "arrange"})
_ASKING = frozenset({
    "is", "are", "does", "do", "did", "was", "were", "has", "have", "had", "what", "which", "who",
    "whom", "where", "when", "why", "how", "should", "may", "might",
})  # fmt: skip
_BESIDE = 2  # words that may stand between a negation and what it denies: "without a …"
# What the word that turns a clause may itself stand for.
_TURNS = frozenset({"stop", "no", "untrusted", "forever"})
_REACH_OF_AND = 3  # words between "and" and the act it introduces
_TELLING = ("s", "ed", "ing")  # endings of an act that is told of, not asked for
_THOUSANDS = 10_000


class Placed(Record):
    hit: Hit
    role: Role
    chunk: int  # grows with every preposition: the head of "typo in the payment docs" is in chunk 0
    group: int  # grows with every "and" that joins things and not acts
    denied: bool = False  # right beside the negation: "without approval", not "without changing approvals"


@dataclass(slots=True)
class Clause:
    """One thing asked for. `result` is a clause that says what another is for ("so that users can pay")."""

    placed: list[Placed] = field(default_factory=list)
    result: bool = False
    content: bool = False  # stands after a colon: the words of what was named before it
    question: bool = False

    def concepts(self, *roles: Role) -> frozenset[str]:
        wanted = roles or ("main", "aside", "sub", "rel")
        return frozenset(c for p in self.placed if p.role in wanted for c in p.hit.concepts)

    def asks_first(self, act: str) -> bool:
        """Whether this act is the first thing it asks for."""
        acts = (p.hit.concepts & ACTS for p in self.placed if p.role == "main" and p.hit.concepts & ACTS)
        return act in next(acts, frozenset[str]())


@dataclass(slots=True)
class _Reading:
    """Where the reader stands in the sentence."""

    clauses: list[Clause] = field(default_factory=lambda: [Clause()])
    role: Role = "main"
    chunk: int = 0
    group: int = 0
    negated_at: int = -9  # one past the last negation
    since: int = 0  # how many hits the clause had at its last break
    opened: int = 0  # the token its clause starts with

    @property
    def clause(self) -> Clause:
        return self.clauses[-1]

    def next_clause(self, *, result: bool = False, content: bool = False) -> None:
        if self.clause.placed:
            self.clauses.append(Clause())
        self.clause.result, self.clause.content = result, content
        self.role, self.chunk, self.group, self.since = "main", 0, 0, 0

    def place(self, hit: Hit) -> None:
        denied = self.role == "negated" and 0 <= hit.first - self.negated_at <= _BESIDE
        self.clause.placed.append(Placed(hit, self.role, self.chunk, self.group, denied))


def clauses(tokens: Sequence[Token], hits: Sequence[Hit]) -> list[Clause]:
    """The clauses of the text, in order; none of them empty."""
    reading = _Reading()
    by_start: dict[int, list[Hit]] = {}
    for hit in hits:
        by_start.setdefault(hit.first, []).append(hit)
    for at, token in enumerate(tokens):
        if token.kind in ("stop", "pause"):
            reading.clause.question |= "?" in token.text and tokens[reading.opened].text in _ASKING
            _break(reading, token, _act_near(tokens, by_start, at + 1, _REACH_OF_AND))
            reading.opened = at + 1 if token.kind == "stop" else reading.opened
        for hit in by_start.get(at, ()):
            _read(reading, hit, tokens, by_start)
        if _is_big(token):
            reading.place(Hit(frozenset({"big"}), at, at + 1))
    return [clause for clause in reading.clauses if clause.placed]


def _break(reading: _Reading, token: Token, act_follows: bool) -> None:
    """A full stop ends the clause; a comma does when an act follows and one has been named before."""
    acted = bool(reading.clause.concepts("main") & ACTS)
    if token.kind == "stop" or (act_follows and acted and reading.role != "guarded"):
        reading.next_clause(content=token.text == ":")
    elif reading.role == "main":
        reading.group += 1
    else:
        reading.role = "main"
    reading.since = len(reading.clause.placed)


def _read(reading: _Reading, hit: Hit, tokens: Sequence[Token], by_start: dict[int, list[Hit]]) -> None:
    """Change the reader's stand by a word that shapes the sentence; place any other."""
    concepts = hit.concepts
    if "result" in concepts:
        reading.next_clause(result=True)
    elif "means" in concepts and _act_near(tokens, by_start, hit.last, 1):
        reading.next_clause()
    elif "and" in concepts:
        _join(reading, hit, tokens, by_start)
    elif "no.after" in concepts:
        _negate_back(reading.clause, hit.first)
    elif "prevent.after" in concepts:
        reading.clause.placed[:] = [replace(placed, role="guarded") for placed in reading.clause.placed]
    elif "scope.out" in concepts:
        _leave_out(reading)
    elif turn := _turn(reading, concepts):
        reading.role = turn
        reading.place(replace(hit, concepts=hit.concepts & _TURNS))
        if turn == "negated":
            reading.negated_at = hit.last
    elif concepts & {"prep", "means"}:
        reading.chunk += 1
    else:
        reading.place(hit)


def _turn(reading: _Reading, concepts: frozenset[str]) -> Role | None:
    """The role that the words from here on have."""
    if "read" in concepts:  # "which" as a question
        return None
    if "no" in concepts:
        return "negated"
    if concepts & {"prevent", "stop"} and reading.role == "main":
        return "guarded"
    if "aside" in concepts:
        return "aside"
    if "sub" in concepts:
        return "sub"
    if concepts & {"rel", "cannot"}:
        # "a bug that charges customers twice": what the bug does is what the task is about
        return "main" if "fix" in reading.clause.concepts("main") and "rel" in concepts else "rel"
    return None


def _join(reading: _Reading, hit: Hit, tokens: Sequence[Token], by_start: dict[int, list[Hit]]) -> None:
    """ "and" before an act starts a clause, unless it goes on with what is forbidden or with the occasion."""
    if reading.role in ("sub", "rel"):
        told = hit.last < len(tokens) and not tokens[hit.last].text.endswith(_TELLING)
        splits = told and _act_near(tokens, by_start, hit.last, 1)
    else:
        splits = reading.role in ("main", "aside") and _act_near(tokens, by_start, hit.last, _REACH_OF_AND)
        splits = splits and not _waits_for_object(reading.clause)
    if splits:
        reading.next_clause()
    else:
        reading.group += 1


def _waits_for_object(clause: Clause) -> bool:
    """ "Drop and recreate the table": both do something to the table. "Review and fix it" are two things to do."""
    said = clause.concepts()
    return bool(said & ACTS) and not said - ACTS and not said & {"read", "write"}


def _act_near(tokens: Sequence[Token], by_start: dict[int, list[Hit]], at: int, reach: int) -> bool:
    for here in range(at, min(at + reach, len(tokens))):
        if tokens[here].kind in ("stop", "pause"):
            return False
        for hit in by_start.get(here, ()):
            if hit.concepts & (ACTS - _FAINT) and not hit.named:
                return True
            if hit.concepts & {"no", "prevent"}:
                return True
    return False


def _negate_back(clause: Clause, at: int) -> None:
    """Japanese and Korean negate what stands before: the last act, or all that is "not to be changed"."""
    everything = "change.word" in clause.concepts()
    for number in range(len(clause.placed) - 1, -1, -1):
        placed = clause.placed[number]
        denied = at - placed.hit.last <= _BESIDE
        clause.placed[number] = replace(placed, role="negated", denied=denied)
        if placed.hit.concepts & ACTS and not everything:
            return


def _leave_out(reading: _Reading) -> None:
    """ "Payments are out of scope": what stands since the last break is not touched."""
    placed = reading.clause.placed
    placed[reading.since :] = [replace(each, role="negated") for each in placed[reading.since :]]


def _is_big(token: Token) -> bool:
    """Whether a number is one of mass: 40M, 12,000, 2TB. A year is not."""
    digits = token.text.rstrip("abcdefghijklmnopqrstuvwxyz%")
    number = digits.replace(",", "")
    if not number.replace(".", "", 1).isdigit():
        return False
    unit = token.text[len(digits) :]
    return unit in ("m", "mio", "bn", "b", "tb", "k") or float(number) >= _THOUSANDS
