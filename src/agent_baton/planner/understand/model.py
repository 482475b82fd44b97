"""The task-type model: a table of weights, trained offline by scripts/train-task-types, and its arithmetic.

The model is linear: a type's score is the sum of its weights over the features of the text, so every verdict
can be told as the few features that decided it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from agent_baton.records import Record

from .features import features

TABLE = Path(__file__).parent / "data" / "task-types.tsv"
# The seven types that people tell apart in practice; the order of the table's columns.
SEVEN = ("bug-fix", "documentation", "maintenance", "new-feature", "performance", "refactor", "test")
BIAS = "@bias"


class Reading(Record):
    scores: tuple[int, ...]  # in the order of SEVEN
    found: tuple[
        tuple[str, tuple[int, ...]], ...
    ]  # the text's features that the table knows, with their weights

    def best(self) -> tuple[str, str]:
        """The type with the highest score and the runner-up; of equals, the one that stands first."""
        ranked = sorted(range(len(SEVEN)), key=lambda i: -self.scores[i])
        return SEVEN[ranked[0]], SEVEN[ranked[1]]

    def deciding(self, winner: str, rival: str) -> list[tuple[str, int]]:
        """Features by how much they favoured the winner over the rival, most first."""
        w, r = SEVEN.index(winner), SEVEN.index(rival)
        leads = [(name, weights[w] - weights[r]) for name, weights in self.found]
        return sorted((lead for lead in leads if lead[1] > 0), key=lambda lead: (-lead[1], lead[0]))


@cache
def _rows() -> dict[str, str]:
    """Feature → its weights as written; only the few that a text needs are ever parsed."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def read(text: str) -> Reading:
    """Score a text against the seven types."""
    rows = _rows()
    found = tuple((name, tuple(map(int, rows[name].split()))) for name in features(text) if name in rows)
    totals = list(map(int, rows[BIAS].split()))
    for _, weights in found:
        totals = [total + weight for total, weight in zip(totals, weights, strict=True)]
    return Reading(tuple(totals), found)
