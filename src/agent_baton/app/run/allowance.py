"""Whether an agent may be started, and with how much: every limit of money, tokens and attempts in one place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from agent_baton.app.run.costs import Estimates
from agent_baton.app.run.purse import Purse, Share, remaining
from agent_baton.app.settings import Limits
from agent_baton.engine.events import BudgetCharged, StepDispatched
from agent_baton.engine.limits import active_s
from agent_baton.engine.state import Step, Task
from agent_baton.journal.sqlite import SqliteJournal


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
    for task in journal.tasks():
        if task.ended_at is not None and task.ended_at < day.began:
            continue
        for item in journal.events(task.task_id):
            if item.at >= day.began:
                _add(day, item.event)
    return day


def _add(day: Day, event: object) -> None:
    if isinstance(event, BudgetCharged):
        day.usd += (event.usd or 0.0) + event.upper_usd
        day.tokens += (event.tokens or 0) + event.upper_tokens
    elif isinstance(event, StepDispatched):
        day.attempts += 1


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

    def estimates(self, step_id: str) -> Estimates:
        row = self._forecast.get(step_id)
        if row is None:
            return Estimates(self._limits.unknown_tokens, self._limits.unknown_usd)
        return Estimates(int(row["tokens"]["high"]), float(row["usd"]["high"]))

    def time_left(self, head: Task, now: float) -> float | None:
        spent = active_s(head, now)
        return remaining((head.limit_wall_s, spent), (self._limits.wall_s_per_task, spent))

    def grant(self, head: Task, step: Step, day: Day, places: int, now: float) -> Grant | str:
        """A share of everything, or why there is none now. What was granted is held until `release`."""
        wall_s = self.time_left(head, now)
        if wall_s is not None and wall_s <= 0:
            return f"the time of the task is spent ({active_s(head, now):.0f} s)"
        why = self._attempts(day)
        if why:
            return why
        most = self.estimates(step.step_id)
        usd = self.usd.offer(self.usd_left(head, day), self.own_usd(step), most.usd, places)
        if usd is None:
            return (
                f"what is left of the money is not enough for another agent ({self._of_usd(head, step, day)})"
            )
        tokens = self.tokens.offer(self.tokens_left(head, day), self.own_tokens(step), most.tokens, places)
        if tokens is None:
            return f"what is left of the tokens is not enough for another agent ({self._of_tokens(head, step, day)})"
        self.usd.shares[step.step_id], self.tokens.shares[step.step_id] = usd, tokens
        self.attempts += 1
        return Grant(usd, tokens, wall_s)

    def _attempts(self, day: Day) -> str:
        task, daily = self._limits.attempts_per_task, self._limits.attempts_per_day
        if task is not None and self.attempts >= task:
            return f"{self.attempts} agents were started for this task, of {task} (limits.attempts_per_task)"
        if daily is not None and day.attempts >= daily:
            return f"{day.attempts} agents were started today, of {daily} (limits.attempts_per_day)"
        return ""

    def of_the_day(self, head: Task, day: Day) -> bool:
        """Whether what stands in the way is a limit of the day, which ends at midnight."""
        limits = self._limits
        spent = (
            (limits.usd_per_day, day.usd + self.usd.dearest),
            (limits.tokens_per_day, day.tokens + self.tokens.dearest),
            (limits.attempts_per_day, day.attempts),
        )
        return any(limit is not None and used >= limit for limit, used in spent)

    def release(self, step_id: str) -> None:
        self.usd.shares.pop(step_id, None)
        self.tokens.shares.pop(step_id, None)

    def usd_left(self, head: Task, day: Day) -> float | None:
        spent = head.spent_usd + head.upper_usd
        return remaining(
            (head.limit_usd, spent), (self._limits.usd_per_task, spent), (self._limits.usd_per_day, day.usd)
        )

    def tokens_left(self, head: Task, day: Day) -> float | None:
        spent = head.spent_tokens + head.upper_tokens
        return remaining(
            (head.limit_tokens, spent),
            (self._limits.tokens_per_task, spent),
            (self._limits.tokens_per_day, day.tokens),
        )

    def own_usd(self, step: Step) -> float | None:
        spent = step.spent_usd + step.upper_usd
        return remaining((step.limit_usd, spent), (self._limits.usd_per_step, spent))

    def own_tokens(self, step: Step) -> float | None:
        spent = step.spent_tokens + step.upper_tokens
        return remaining((step.limit_tokens, spent), (self._limits.tokens_per_step, spent))

    def _of_usd(self, head: Task, step: Step, day: Day) -> str:
        left = remaining((self.usd_left(head, day), 0.0), (self.own_usd(step), 0.0))
        return f"${max(left or 0.0, 0.0):.4f} left; the dearest call took ${self.usd.dearest:.4f}"

    def _of_tokens(self, head: Task, step: Step, day: Day) -> str:
        left = remaining((self.tokens_left(head, day), 0.0), (self.own_tokens(step), 0.0))
        return f"{max(left or 0.0, 0.0):.0f} left; the largest call took {self.tokens.dearest:.0f}"
