"""A proposal: what might be done differently, why, and how sure the counts make us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Any

from agent_baton.hashing import sha256_hex

# Of a hundred histories without a cause, fewer than five may yield a proposal by chance. The detectors that reason
# from rates share that between them, and each divides its share by the number of comparisons it makes.
FALSE_PROPOSALS = 0.04
SHARES = 4


@dataclass(frozen=True, slots=True)
class Proposal:
    """`effect` is what the planner would do (see planner/learned.py); `evidence` are the counts, a line each."""

    kind: str
    title: str
    evidence: tuple[str, ...]
    effect: Mapping[str, Any]
    automatic: bool = False  # may be applied without a person: calibration only

    @property
    def proposal_id(self) -> str:
        """The same for the same effect, whatever the counts have become."""
        subject = "/".join(
            f"{name}={self.effect[name]}" for name in sorted(self.effect) if name not in VARIABLE
        )
        return f"{self.kind}-{sha256_hex(subject)[:6]}"


VARIABLE = ("factor", "widen", "answer", "agent")  # what may change with more evidence


def threshold(comparisons: int) -> float:
    """How unlikely a difference must be by chance alone (Bonferroni)."""
    return FALSE_PROPOSALS / SHARES / max(comparisons, 1)


def more_often(hits: int, total: int, other_hits: int, other_total: int) -> float:
    """Fisher's exact test, one-sided: how likely so many hits are if both sides are alike (R. A. Fisher, 1922)."""
    marked, everything = hits + other_hits, total + other_total
    ways = _log_ways(everything, total)
    return sum(
        exp(_log_ways(marked, k) + _log_ways(everything - marked, total - k) - ways)
        for k in range(hits, min(total, marked) + 1)
        if total - k <= everything - marked
    )


def at_most(hits: int, total: int, rate: float) -> float:
    """The binomial probability of so few hits or fewer, when each comes with the given rate (0 < rate < 1)."""
    return sum(
        exp(_log_ways(total, k) + k * log(rate) + (total - k) * log(1 - rate)) for k in range(hits + 1)
    )


def _log_ways(of: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose: the number itself grows past every float."""
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
