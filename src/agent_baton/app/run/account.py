"""The account agents are started with: whether it serves, and when the task has to wait for it."""

from __future__ import annotations

from agent_baton.app.run.breaker import Breaker
from agent_baton.app.run.feed import Feed, shown
from agent_baton.app.run.orders import Orders
from agent_baton.app.run.verdict import Settlement
from agent_baton.engine.protocol import clock
from agent_baton.runtimes.protocol import Outcome


class Account:
    """One runtime's login, as one run sees it."""

    def __init__(self, orders: Orders, feed: Feed) -> None:
        self._feed = feed
        self._now = orders.clock.now
        self._name = orders.choice.name
        self._limits = orders.settings.limits
        self.breaker = Breaker(orders.clock.chance)
        self.pause: tuple[str, float | None] | None = None  # to be recorded once nothing is in flight

    def after(self, outcome: Outcome, found: Settlement) -> None:
        """What an agent's end says about the account."""
        now = self._now()
        if found.effect == "fine":
            self.breaker.fine()
        elif found.effect == "trouble":
            self._trouble(outcome, now)
        elif found.effect == "limit":
            self._limit(outcome, now)
        elif found.effect == "halt":
            self.pause = (f"{self._name}: {found.text}", None)
        self.breaker.looked()

    def _limit(self, outcome: Outcome, now: float) -> None:
        """A usage limit: the task is paused until the last of them ends."""
        until = outcome.resets_at.timestamp() if outcome.resets_at else None
        until = until or now + self._limits.unknown_reset_s
        if until <= now:  # over already, says the vendor who just refused: not at once again
            self.breaker.trouble(now)
        until = max(until, (self.pause[1] if self.pause else None) or 0.0)
        self.pause = (f"the usage limit of {self._name} is reached until {clock(until)}", until)

    def _trouble(self, outcome: Outcome, now: float) -> None:
        until = outcome.resets_at.timestamp() if outcome.resets_at else None
        again = self.breaker.trouble(now, until)
        self._feed.tell("backs-off", text=outcome.reason, until=again)
        if self.breaker.failing_s(now) >= self._limits.outage_s:
            self.pause = (
                f"{self._name} has failed for {self.breaker.failing_s(now):.0f} s: {shown(outcome.text)}",
                None,
            )
