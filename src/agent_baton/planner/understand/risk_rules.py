"""Which level what is said means: the table in `data/risk-rules.txt`, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from agent_baton.records import Record

if TYPE_CHECKING:  # the plan model is heavy to import and only its name is needed
    from agent_baton.plan.model import RiskLevel

RULES_FILE = Path(__file__).with_name("data") / "risk-rules.txt"

# From harmless to worst.
LEVELS: tuple[RiskLevel, ...] = ("LOW", "MEDIUM", "HIGH", "CRITICAL")

# Things that make a change HIGH wherever it happens.
SENSITIVE = frozenset(
    {"money", "secret", "authn", "authz", "crypto", "personal", "health", "rights", "vuln", "safety"}
)
# A clause of these kinds says what it says; what follows a colon is its words.
QUIET = frozenset({"docs-only", "tests-only", "words-only", "read-only"})
# What an aim must hold to be more than the benefit of the change: "so that it deletes rows without an owner".
HARMFUL = frozenset({"destroy", "weaken", "expose", "insecure", "run", "force"})


class Rule(Record):
    """Holds when every group of `needs` has a concept in the clause and `unless` has none."""

    name: str
    level: RiskLevel
    needs: tuple[frozenset[str], ...]
    unless: frozenset[str]

    def holds(self, seen: frozenset[str]) -> bool:
        return not self.unless & seen and all(need & seen for need in self.needs)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the file."""
    sets: dict[str, frozenset[str]] = {}
    made = []
    for line in RULES_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, words = line.partition(" = ")
            sets[name] = _concepts(words, sets)
        elif line and not line.startswith("#"):
            made.append(_rule(line, sets))
    return tuple(made)


def _rule(line: str, sets: dict[str, frozenset[str]]) -> Rule:
    head, _, rest = line.partition(": ")
    level, _, name = head.partition(" ")
    needs, _, unless = rest.partition(" unless ")
    groups = tuple(_concepts(group, sets) for group in needs.split(" + "))
    return Rule(name, next(known for known in LEVELS if known == level), groups, _concepts(unless, sets))


def _concepts(words: str, sets: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(sets[word] if word[0] == "@" else {word} for word in words.split()))
