"""Whether an agent may be started, and with how much: every limit of money, tokens and attempts in one place."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from agent_baton.app.run.costs import Cost, Most, Told
from agent_baton.app.run.purse import Purse, Share, remaining
from agent_baton.app.settings import Limits
from agent_baton.engine.events import BudgetCharged
from agent_baton.engine.limits import active_s
from agent_baton.engine.state import Step, Task
from agent_baton.journal.sqlite import SqliteJournal

MORE = "raise `limits` in .claude/baton.yaml, or baton execute amend --budget-"


@dataclass
class Day:
    """What all tasks of this journal have used since midnight, local time."""

    began: float
    usd: float = 0.0
    tokens: int = 0
    attempts: int = 0


def midnight(now: float) -> float:
    """When the day of a moment began, local time."""
    return datetime.datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def tomorrow(now: float) -> float:
    day = datetime.datetime.fromtimestamp(now).date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, datetime.time()).timestamp()


def day_so_far(journal: SqliteJournal, now: float) -> Day:
    """Read from the journal, upper estimates of unknown costs included."""
    day = Day(midnight(now))
    for _, item in journal.of_kind("BudgetCharged"):
        if item.at >= day.began and isinstance(item.event, BudgetCharged):
            day.usd += (item.event.usd or 0.0) + item.event.upper_usd
            day.tokens += (item.event.tokens or 0) + item.event.upper_tokens
    day.attempts = sum(item.at >= day.began for _, item in journal.of_kind("StepDispatched"))
    return day


@dataclass(frozen=True)
class Grant:
    """What an agent was given."""

    usd: Share
    tokens: Share
    wall_s: float | None  # until the task's time is up


class Allowance:
    """The limits of a run, and what its agents in flight hold of them."""

    def __init__(self, limits: Limits, plan: dict[str, Any]) -> None:
        self._limits = limits
        self._forecast = {row["step_id"]: row for row in (plan.get("forecast") or {}).get("steps") or ()}
        self.usd, self.tokens = Purse(), Purse()
        self.attempts = 0  # of the task, so far
        self.day = Day(0.0)

    def estimates(self, step_id: str) -> Most:
        """What an attempt takes at most: the forecast's upper figure, or the settings' stand-in."""
        row = self._forecast.get(step_id)
        if row is None:
            return Most(self._limits.unknown_tokens, self._limits.unknown_usd)
        return Most(int(row["tokens"]["high"]), float(row["usd"]["high"]))

    def look_at_day(self, journal: SqliteJournal, now: float) -> None:
        """What other tasks have used today counts as well, where the day has a limit."""
        limits = self._limits
        daily = (limits.usd_per_day, limits.tokens_per_day, limits.attempts_per_day)
        if any(limit is not None for limit in daily):
            before, self.day = self.day, day_so_far(journal, now)
            if before.began == self.day.began:  # what was granted may not be in the journal yet
                self.day.attempts = max(self.day.attempts, before.attempts)

    def time_left(self, head: Task, now: float) -> float | None:
        spent = active_s(head, now)
        return remaining((head.limit_wall_s, spent), (self._limits.wall_s_per_task, spent))

    def grant(self, head: Task, step: Step, places: int, now: float) -> Grant | str:
        """A share of everything, or why there is none now. What was granted is held until `release`."""
        wall_s = self.time_left(head, now)
        if wall_s is not None and wall_s <= 0:
            return f"the time of the task is spent ({active_s(head, now):.0f} s)"
        why = self._attempts()
        if why:
            return why
        most = self.estimates(step.step_id)
        usd = self.usd.offer(self.usd_left(head), self.own_usd(step), most.usd, places)
        if usd is None:
            return f"what is left of the money is not enough for another agent ({self._of_usd(head, step)}); {MORE}usd N"
        tokens = self.tokens.offer(self.tokens_left(head), self.own_tokens(step), most.tokens, places)
        if tokens is None:
            return f"what is left of the tokens is not enough for another agent ({self._of_tokens(head, step)}); {MORE}tokens N"
        self.usd.shares[step.step_id], self.tokens.shares[step.step_id] = usd, tokens
        self.attempts += 1
        self.day.attempts += 1
        return Grant(usd, tokens, wall_s)

    def _attempts(self) -> str:
        task, daily = self._limits.attempts_per_task, self._limits.attempts_per_day
        if task is not None and self.attempts >= task:
            return f"{self.attempts} agents were started for this task, of {task} (limits.attempts_per_task)"
        if daily is not None and self.day.attempts >= daily:
            return f"{self.day.attempts} agents were started today, of {daily} (limits.attempts_per_day)"
        return ""

    def of_the_day(self) -> bool:
        """Whether what stands in the way is a limit of the day, which ends at midnight."""
        limits, day = self._limits, self.day
        spent = (
            (limits.usd_per_day, day.usd + self.usd.dearest),
            (limits.tokens_per_day, day.tokens + self.tokens.dearest),
            (limits.attempts_per_day, day.attempts),
        )
        return any(limit is not None and used >= limit for limit, used in spent)

    def note(self, step_id: str, used: Told) -> None:
        """What an agent has used so far; what is unknown counts as its upper estimate."""
        self.usd.note(step_id, used.at_most_usd)
        self.tokens.note(step_id, used.at_most_tokens)

    def goes_on(self, head: Task, step: Step) -> bool:
        """Whether an agent at work may, after its share was made larger where that is needed and possible."""
        name = step.step_id
        usd = self.usd.extend(name, self.usd_left(head), self.own_usd(step))
        tokens = self.tokens.extend(name, self.tokens_left(head), self.own_tokens(step))
        return usd and tokens

    @property
    def call(self) -> Most:
        """The largest single call of this run."""
        return Most(math.ceil(self.tokens.dearest), self.usd.dearest)

    def booked(self, step_id: str, cost: Cost) -> None:
        """Its cost is in the journal: what it held is free again."""
        self.day.usd += (cost.usd or 0.0) + cost.upper_usd
        self.day.tokens += (cost.tokens or 0) + cost.upper_tokens
        self.release(step_id)

    def release(self, step_id: str) -> None:
        self.usd.shares.pop(step_id, None)
        self.tokens.shares.pop(step_id, None)

    def usd_left(self, head: Task) -> float | None:
        spent = head.spent_usd + head.upper_usd
        return remaining(
            (head.limit_usd, spent),
            (self._limits.usd_per_task, spent),
            (self._limits.usd_per_day, self.day.usd),
        )

    def tokens_left(self, head: Task) -> float | None:
        spent = head.spent_tokens + head.upper_tokens
        return remaining(
            (head.limit_tokens, spent),
            (self._limits.tokens_per_task, spent),
            (self._limits.tokens_per_day, self.day.tokens),
        )

    def own_usd(self, step: Step) -> float | None:
        spent = step.spent_usd + step.upper_usd
        return remaining((step.limit_usd, spent), (self._limits.usd_per_step, spent))

    def own_tokens(self, step: Step) -> float | None:
        spent = step.spent_tokens + step.upper_tokens
        return remaining((step.limit_tokens, spent), (self._limits.tokens_per_step, spent))

    def _of_usd(self, head: Task, step: Step) -> str:
        left = remaining((self.usd_left(head), 0.0), (self.own_usd(step), 0.0))
        return f"${max(left or 0.0, 0.0):.4f} left; the dearest call took ${self.usd.dearest:.4f}"

    def _of_tokens(self, head: Task, step: Step) -> str:
        left = remaining((self.tokens_left(head), 0.0), (self.own_tokens(step), 0.0))
        return f"{max(left or 0.0, 0.0):.0f} left; the largest call took {self.tokens.dearest:.0f}"
