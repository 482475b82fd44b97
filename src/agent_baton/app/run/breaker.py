"""When to try an account again after trouble on its side: one breaker an account, so that agents do not knock in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BASE_S = 5.0
CAP_S = 600.0


@dataclass
class Breaker:
    """Closed, open until a time, or letting one through to see. Times are seconds of one clock, given by the caller."""

    chance: Callable[[], float]  # between 0 and 1
    troubles: int = 0  # in a row
    since: float | None = None  # when the first of them happened
    open_until: float = 0.0
    probing: bool = False

    def trouble(self, now: float, until: float | None = None) -> float:
        """Note a failure; when to try again: twice as long each time, half of it by chance, or when the vendor says."""
        self.since = now if self.since is None else self.since
        if now >= self.open_until or self.probing:  # those that were under way already count as one
            self.troubles += 1
        self.probing = False
        wait_s = min(CAP_S, BASE_S * 2 ** (self.troubles - 1)) * (0.5 + self.chance() / 2)
        self.open_until = max(self.open_until, until or now + wait_s)
        return self.open_until

    def fine(self) -> None:
        """Somebody was served: all is well again."""
        self.troubles, self.since, self.open_until, self.probing = 0, None, 0.0, False

    def places(self, now: float, wanted: int) -> int:
        """How many may be started: all, none, or one to see."""
        if self.troubles == 0:
            return wanted
        return 0 if now < self.open_until or self.probing else min(1, wanted)

    def started(self) -> None:
        self.probing = self.troubles > 0

    def looked(self) -> None:
        """Whoever was let through has come back, and had nothing to say of the account: another one may look."""
        self.probing = False

    def failing_s(self, now: float) -> float:
        """For how long nobody has been served."""
        return 0.0 if self.since is None else now - self.since
