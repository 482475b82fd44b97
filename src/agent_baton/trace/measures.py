"""What one attempt adds to the counts, and counts added up. What nobody reported is counted as unknown, never as nothing."""

from __future__ import annotations

from collections.abc import Iterable
from operator import add
from typing import NamedTuple

from agent_baton.trace.history import Attempt, StepHistory
from agent_baton.trace.rate import Rate

KINDS = ("input", "output", "cache_read", "cache_write")


class Measures(NamedTuple):
    """Sums over attempts. The field order is the stored order: a change needs a new version of the folds."""

    steps: int = 0  # planned steps that were tried
    first_try: int = 0  # of those, how many were complete at the first attempt
    attempts: int = 0
    failed: int = 0
    interrupted: int = 0
    asked: int = 0
    repairs: int = 0  # repair steps that were tried
    rework: int = 0  # attempts after a step's first, and all attempts of repairs
    rework_usd: float = 0.0  # the known part
    checked: int = 0  # attempts whose claim was held against git
    false_claims: int = 0
    timed: int = 0  # attempts that have ended
    seconds: float = 0.0
    tokens_measured: int = 0
    tokens_estimated: int = 0
    tokens_unknown: int = 0  # attempts whose tokens nobody reported
    usd_measured: float = 0.0
    usd_estimated: float = 0.0
    usd_unknown: int = 0  # attempts whose price nobody reported
    input: int = 0  # tokens by kind, of the attempts whose transcript was read
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def plus(self, other: Iterable[float]) -> Measures:
        return Measures._make(map(add, self, other))

    @property
    def tokens(self) -> int | None:
        """The known tokens, None when nothing is known."""
        known = self.tokens_unknown < self.attempts
        return self.tokens_measured + self.tokens_estimated if known else None

    @property
    def usd(self) -> float | None:
        return self.usd_measured + self.usd_estimated if self.usd_unknown < self.attempts else None

    @property
    def first_tries(self) -> Rate:
        return Rate(self.first_try, self.steps)


NOTHING = Measures()
NO_KINDS = [0] * len(KINDS)


def added(counts: Iterable[Measures]) -> Iterable[float]:
    return map(sum, zip(*counts, strict=True))


def measures(step: StepHistory, attempt: Attempt) -> Measures:
    """What this attempt of this step adds."""
    first = attempt is step.attempts[0]
    planned_first = first and not step.repair
    estimated = attempt.cost_source == "estimated"
    tokens, usd = attempt.tokens, attempt.usd
    if attempt.cost_source == "unknown":
        tokens = usd = None
    rework = step.repair or not first
    evidence = attempt.evidence
    # whoever reviews and finds something did its work
    right_at_first = planned_first and attempt.end in ("complete", "changes")
    return Measures(
        1 if planned_first else 0,
        1 if right_at_first else 0,
        1,  # attempts
        1 if attempt.end in ("failed", "veto") else 0,
        1 if attempt.end == "interrupted" else 0,
        1 if attempt.end == "asked" else 0,
        1 if first and step.repair else 0,
        1 if rework else 0,
        (usd or 0.0) if rework else 0.0,
        1 if evidence is not None and evidence.verdict != "unverifiable" else 0,
        len(evidence.mismatches) if evidence else 0,
        0 if attempt.ended_at is None else 1,
        attempt.seconds or 0.0,
        0 if estimated else tokens or 0,
        (tokens or 0) if estimated else 0,
        1 if tokens is None else 0,
        0.0 if estimated else usd or 0.0,
        (usd or 0.0) if estimated else 0.0,
        1 if usd is None else 0,
        *(_by_kind(attempt) if attempt.usage else NO_KINDS),
    )


def _by_kind(attempt: Attempt) -> list[int]:
    return [sum(int(row.get(kind, 0)) for row in attempt.usage) for kind in KINDS]
