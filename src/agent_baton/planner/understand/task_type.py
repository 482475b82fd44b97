"""What kind of work a task asks for: by a rule where the wording settles it, else by the model's weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Signal

from . import model
from .features import stem
from .foreign import foreign_type
from .type_rules import (
    ALSO_PAPERS,
    ALSO_TESTS,
    MAINTENANCE,
    PAPER_WORDS,
    POLITE,
    PREFIX,
    PREFIXES,
    RULES,
    TEST_WORDS,
    compiled,
)

if TYPE_CHECKING:
    from agent_baton.plan.model import TaskType

HEAD_CHARS = 400  # how far rules look: where a task says what it wants
SHOWN = 4  # features told as the reason
# Of the seven types that people tell apart, the one each finer type belongs to.
_FAMILIES = {
    "dependency": "maintenance", "ci": "maintenance", "build": "maintenance",
    "security": "bug-fix", "migration": "maintenance",
    "data-analysis": "new-feature", "investigation": "bug-fix",
}  # fmt: skip
_DEFAULT = ("new-feature", (Signal("default", "new-feature", ""),))
_SMALL = frozenset(
    {
        *"abcdefghijklmnopqrstuvwxyz`'\"().,:;-/",
        "the",
        "to",
        "of",
        "in",
        "on",
        "for",
        "and",
        "with",
        "is",
        "it",
        "an",
    }
)
_WORD = lazy(r"[^\W\d_]+")
_KINDS = {"^": "first-word", "~": "part-of-name", "@": "word-group", ".": "file-ending"}


def family(task_type: str) -> str:
    """The one of seven types (bug-fix, documentation, maintenance, new-feature, performance, refactor, test)."""
    return _FAMILIES.get(task_type, task_type)


def task_type(text: str, language: str) -> tuple[TaskType, tuple[Signal, ...]]:
    """The type of a task, and the words or features that decided it, most telling first."""
    kind, signals = _written(text) or _by_rule(text, language) or _by_words(text, language)
    return cast("TaskType", kind), signals


def _written(text: str) -> tuple[str, tuple[Signal, ...]] | None:
    """A type that the author wrote in front, as in commit messages."""
    match = PREFIX.match(text)
    kind = PREFIXES.get((match[1] or match[2]).lower()) if match else None
    if match is None or kind is None:
        return None
    rest = text[match.end() :]
    finer, why = _finer(rest) if kind == "maintenance" else (kind, ())
    return finer, (Signal("written-prefix", finer, match[0].strip()), *why)


def _by_rule(text: str, language: str) -> tuple[str, tuple[Signal, ...]] | None:
    if language != "en":
        return None
    wish = _wish(text)[:HEAD_CHARS]
    for rule in RULES:
        words = rule.found(wish)
        if words is not None:
            return rule.task_type, (Signal(rule.name, rule.task_type, words[:200]),)
    return None


def _by_words(text: str, language: str) -> tuple[str, tuple[Signal, ...]]:
    if language != "en":
        return foreign_type(_wish(text), language) or _DEFAULT
    reading = model.read(_wish(text))
    winner, rival = reading.best()
    plain = [
        name
        for name, _ in reading.deciding(winner, rival)
        if " @" not in name and not name.startswith("@length")
    ]
    reasons = tuple(Signal(_sort(name), winner, _spoken(name, text)) for name in plain[:SHOWN])
    finer, why = _finer(text) if winner == "maintenance" else (winner, ())
    if not reading.found:
        return _DEFAULT
    return finer, (*why, *reasons, Signal("runner-up", rival, ""))


def _finer(text: str) -> tuple[str, tuple[Signal, ...]]:
    """Which sort of maintenance it is."""
    for kind, pattern in MAINTENANCE:
        match = compiled(pattern).search(text[:HEAD_CHARS])
        if match:
            return kind, (Signal("about", kind, match[0][:200]),)
    return "maintenance", ()


def _wish(text: str) -> str:
    """The text without politeness, which comes before what is wanted, and without "and document it, and add tests", which follows it."""
    polite = POLITE.match(text)
    wish = wanted = (text[polite.end() :] if polite else text).strip()
    papers = (PAPER_WORDS, ALSO_PAPERS)
    for words, along in (papers, (TEST_WORDS, ALSO_TESTS), papers):
        if any(word in wanted.lower() for word in words):
            wanted = along.sub("", wanted)
    return (wanted if " " in wanted.strip() else wish) or text


def _tells(feature: str) -> bool:
    """Whether a person would see a reason in it."""
    return " @" not in feature and not feature.startswith("@length") and feature not in _SMALL


def _spoken(feature: str, text: str) -> str:
    """A feature as the text has it: with whole words instead of stems."""
    if feature.startswith(("@", "^@")):
        return feature.lstrip("^@")
    whole = {stem(word.lower()): word for word in reversed(_WORD.findall(text))}
    return " ".join(whole.get(part, part) for part in feature.lstrip("^~").split(" "))


def _sort(feature: str) -> str:
    if " " in feature:
        return "words-together"
    return _KINDS.get(feature[0], "word") if len(feature) > 1 else "word"
