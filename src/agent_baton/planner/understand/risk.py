"""How risky a task is: judged by what is done to what, where and how finally, not by the words that occur.

The text is read in four steps, each in its module: tokens, words that stand for something
(`data/risk-words.txt`), clauses, and what a clause amounts to. `data/risk-rules.txt` then says which level that
means, and `data/risk-weights.tsv` how far that is to be believed. `docs/risk.md` has the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from agent_baton.planner.facts import Facts, Signal
from agent_baton.records import Record

from .language import language_if_sure
from .naming import files_named
from .risk_clauses import Clause, clauses
from .risk_lexicon import Hit, find
from .risk_rules import HARMFUL, LEVELS, QUIET, Rule, rules
from .risk_text import Token, plain_text, tokens
from .risk_view import view
from .risk_weights import MOST_TOKENS, Said, weigh

if TYPE_CHECKING:  # the plan model is heavy to import and only its name is needed
    from agent_baton.plan.model import RiskLevel

_MOST_SIGNALS = 8
_MOST_WORDS = 200
# Types without effect on what runs, and the words that must bear them out: a type is a guess, and a wrong one must
# not calm a task about something else.
_QUIET_TYPES = {
    "documentation": frozenset({"docs", "docs.loose", "write"}),
    "test": frozenset({"tests"}),
}
# Verdicts that a task may have which asks for no change.
_NO_CHANGE = frozenset({"default", "read-only", "documentation-only", "left-out"})
# What a clause after a colon does on its own account.
_OF_ITS_OWN = frozenset({"let", "grant", "move", "transform", "rename", "remove"})
_UNDECIDED = frozenset({"ordinary-change", "default"})
# Where deployments to live systems are kept.
_LIVE_PATHS = ("prod/", "production/", "live/")


class Reading(Record):
    """A text as it was read: its words, what they amount to, and the signals of every clause that asks for something."""

    plain: str
    tokens: Sequence[Token]
    hits: Sequence[Hit]
    said: Sequence[Said]
    signals: Sequence[Signal]


def assess(text: str, task_type: str, facts: Facts | None) -> tuple[RiskLevel, tuple[Signal, ...]]:
    """The risk of a task, with the reasons, the deciding ones first; there is always at least one.

    The type only tips the balance where the words leave it open. Files of the repository that the task names
    count by what they are: documentation, tests, migrations, infrastructure.
    """
    reading = read(text)
    level, signals = _weighed(reading)
    level, signals = _tipped_by_type(level, signals, task_type, reading.hits)
    if facts:
        level, signals = _with_files(level, signals, files_named(text, facts.files), facts)
    return LEVELS[level], tuple(signals[:_MOST_SIGNALS])


def _rank(signal: Signal) -> int:
    return LEVELS.index(signal.weight)


def read(text: str) -> Reading:
    """The text as clauses, with the rules that hold in each."""
    plain = plain_text(text)
    found = tokens(plain)
    language = language_if_sure(plain)
    hits = find(found, language)
    quoted = _Quoter(plain, found)
    said: list[Said] = []
    signals: list[Signal] = []
    before: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()
    parts = clauses(found, hits)
    for number, clause in enumerate(parts):
        fault = any(later.asks_first("fix") for later in parts[number + 1 :])
        seen = view(clause, language, before=before, fault=fault)
        before = clause.concepts()
        news: list[Signal] = []
        # "A note in the docs: never disable TLS" and "a filter so that I can buy" ask for nothing more.
        if not (_silenced(clause, quiet, seen) or (clause.result and signals and not seen & HARMFUL)):
            news = _of_clause(clause, seen, quoted)
            quiet = seen & QUIET if news else quiet
        said.append(Said(clause, seen, tuple(f"{signal.weight[0]} {signal.name}" for signal in news)))
        signals += news
    return Reading(plain, found, hits, said, signals)


def _weighed(reading: Reading) -> tuple[int, list[Signal]]:
    """The level, the signal of how it was weighed if the rules alone say another, and those of the rules."""
    ruled = sorted(dict.fromkeys(reading.signals), key=_rank, reverse=True)
    signals = ruled or [Signal("default", "MEDIUM", "no words speak for another level")]
    level = _rank(signals[0])
    if len(reading.tokens) > MOST_TOKENS:
        return level, signals
    weighed = weigh(reading.tokens, reading.said)
    if weighed.level == level:
        return level, signals
    up = weighed.level > level
    strongest = weighed.strongest(weighed.level - 1 if up else weighed.level, up=up)
    words = _Quoter(reading.plain, reading.tokens)(Hit(frozenset(), at, at + 1) for at in strongest)
    name = "weighs-more" if up else "weighs-less"
    return weighed.level, [Signal(name, LEVELS[weighed.level], words), *signals]


def _silenced(clause: Clause, quiet: frozenset[str], seen: frozenset[str]) -> bool:
    """Whether a clause after a colon is only the words that the one before speaks of.

    After documents and tests it always is. After a question or a spelling it is, unless it does something of its own:
    "Explain plan shows a slow query: drop the constraint".
    """
    if not (clause.content and quiet):
        return False
    if quiet & {"docs-only", "tests-only"}:
        return not ("prod" in seen and "tests-only" in quiet)
    return not seen & (HARMFUL | _OF_ITS_OWN)


def _of_clause(clause: Clause, seen: frozenset[str], quoted: Callable[[Iterable[Hit]], str]) -> list[Signal]:
    fired = [rule for rule in rules() if rule.holds(seen)]
    top = max((LEVELS.index(rule.level) for rule in fired), default=-1)
    signals = [
        Signal(rule.name, rule.level, _words(clause, rule, quoted))
        for rule in fired
        if rule.name not in _UNDECIDED or LEVELS.index(rule.level) == top
    ]
    left_out = [placed.hit for placed in clause.placed if placed.role == "negated"]
    if signals and left_out and "weaken" not in seen:
        signals.append(Signal("left-out", "LOW", quoted(left_out)))
    return signals


def _words(clause: Clause, rule: Rule, quoted: Callable[[Iterable[Hit]], str]) -> str:
    """The words a rule rests on; a derived concept has none of its own, then those of the whole clause."""
    wanted = frozenset().union(*rule.needs)
    hits = [placed.hit for placed in clause.placed if placed.hit.concepts & wanted]
    return quoted(hits or [placed.hit for placed in clause.placed])


class _Quoter:
    """Gives back the task's own words for what was found in it."""

    def __init__(self, plain: str, found: Sequence[Token]) -> None:
        self.plain = plain
        self.found = found

    def __call__(self, hits: Iterable[Hit]) -> str:
        spans = {(self.found[hit.first].start, self.found[max(hit.last, hit.far) - 1].end) for hit in hits}
        outer = [span for span in sorted(spans) if not any(_holds(other, span) for other in spans)]
        return " … ".join(" ".join(self.plain[start:end].split()) for start, end in outer)[:_MOST_WORDS]


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]


def _tipped_by_type(
    level: int, signals: list[Signal], task_type: str, hits: Sequence[Hit]
) -> tuple[int, list[Signal]]:
    """Documentation and tests without any risky word are LOW; so is a question that asks for no change."""
    if level != 1 or not all(signal.name in _UNDECIDED or _rank(signal) == 0 for signal in signals):
        return level, signals
    asked = task_type == "investigation" and all(signal.name in _NO_CHANGE for signal in signals)
    wanted = _QUIET_TYPES.get(task_type, frozenset())
    if asked or any(hit.concepts & wanted for hit in hits):
        settled = [signal for signal in signals if _rank(signal) == 0]
        return 0, [Signal(f"type-{task_type}", "LOW", "no words speak for more"), *settled]
    return level, signals


def _with_files(
    level: int, signals: list[Signal], named: Sequence[str], facts: Facts
) -> tuple[int, list[Signal]]:
    """What the files that the task names add, or that they leave nothing else to worry about."""
    for name, kind in (("only-docs-files", facts.docs), ("only-test-files", facts.tests)):
        if named and set(named) <= set(kind) and LEVELS[level] != "CRITICAL":
            return 0, [Signal(name, "LOW", ", ".join(named)[:_MOST_WORDS])]
    if level == 0:  # a comment in a migration is still a comment
        return level, signals
    of_files = sorted((signal for path in named for signal in _of_file(path, facts)), key=_rank, reverse=True)
    if of_files and _rank(of_files[0]) > level:
        return _rank(of_files[0]), [*of_files, *signals]
    return level, [*signals[:1], *of_files, *signals[1:]]


def _of_file(path: str, facts: Facts) -> list[Signal]:
    if any(path.startswith(f"{directory}/") for directory in facts.migrations):
        return [Signal("migration-file", "HIGH", path)]
    if path in facts.infrastructure:
        live = any(part in f"{path.lower()}/" for part in _LIVE_PATHS)
        name, level = ("live-infrastructure-file", "HIGH") if live else ("infrastructure-file", "MEDIUM")
        return [Signal(name, level, path)]
    return []
