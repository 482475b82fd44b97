"""Money and tokens of the agents in flight, against what is left of every limit. Pure.

Each agent has a share of what is left, and ends when one call more, as dear as the dearest seen, would pass it: so
all of them together pass a limit by no more than one call. What an agent does not use is free again when it ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Share:
    """What one agent may use, and has used. No limit: `granted` is None."""

    granted: float | None
    used: float = 0.0
    untold: float = 0.0  # what it may come to as long as it tells nothing: some agents never do

    @property
    def held(self) -> float:
        return max(self.granted or 0.0, self.used or self.untold)

    def reached(self, call: float) -> bool:
        """Whether one call more would be too much."""
        return self.granted is not None and self.used + call > self.granted


@dataclass
class Purse:
    """One currency: dollars, or tokens. `left` is what the journal leaves of a limit, agents in flight not counted."""

    shares: dict[str, Share] = field(default_factory=dict)
    dearest: float = 0.0  # the largest single call seen

    def free(self, left: float | None) -> float | None:
        """What nobody has a claim on."""
        return None if left is None else left - sum(share.held for share in self.shares.values())

    def offer(self, left: float | None, own_left: float | None, estimate: float, places: int) -> Share | None:
        """A share for an agent: its estimate, or an equal part if that is more. None: there is not enough now.

        `own_left` is what is left of the step's own limit, `places` how many agents may still be started.
        """
        free = _least((self.free(left), own_left))
        if free is None:
            return Share(None)
        if free <= 0 or free < self.dearest:
            return None
        granted = min(free, max(estimate, free / max(places, 1), self.dearest))
        return Share(granted, untold=estimate)

    def note(self, name: str, used: float) -> None:
        share = self.shares[name]
        self.dearest = max(self.dearest, used - share.used)
        share.used = max(share.used, used)

    def extend(self, name: str, left: float | None, own_left: float | None) -> bool:
        """Give an agent that has used up its share more, if there is; whether it may go on."""
        share = self.shares[name]
        if not share.reached(self.dearest):
            return True
        assert share.granted is not None
        own = None if own_left is None else own_left - share.used
        free = _least((self.free(left), own))
        more = max(self.dearest, share.granted / 2)
        if free is not None and free < self.dearest:
            return False
        share.granted += more if free is None else min(free, more)
        return not share.reached(self.dearest)


def _least(amounts: Iterable[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return min(known) if known else None


def remaining(*limits: tuple[float | None, float]) -> float | None:
    """What is left of several limits, each with what is used of it; None when none of them limits."""
    return _least(None if limit is None else limit - used for limit, used in limits)
