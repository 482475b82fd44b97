"""Forecasts of saved plans, and how past forecasts did against what the journal says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agent_baton.app.past import RECENT_TASKS, past_steps
from agent_baton.app.site import Site
from agent_baton.engine.events import Recorded, TaskStarted
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.plan.model import Forecast, Plan
from agent_baton.planner.forecast import ENOUGH, forecast, read_prices
from agent_baton.trace.history import History, StepHistory, gather

PROMISED = 0.8
Z95 = 1.96
Figure = Literal["tokens", "usd", "minutes"]
FIGURES: tuple[Figure, ...] = ("tokens", "usd", "minutes")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One figure of one finished step, beside the interval that was given for it."""

    figure: Figure
    low: float
    high: float
    actual: float


@dataclass(frozen=True, slots=True)
class Score:
    """How often the intervals of one figure held."""

    figure: Figure
    held: int
    below: int  # took less than the interval's low end
    above: int

    @property
    def count(self) -> int:
        return self.held + self.below + self.above

    @property
    def verdict(self) -> str:
        """Whether 80% can be true of what was seen (Wilson's 95% interval); no verdict on fewer than five."""
        if self.count < ENOUGH:
            return "too few to say"
        low, high = _wilson(self.held, self.count)
        if high < PROMISED:
            return "too narrow: they promise more than they keep"
        return "too wide: they could say more" if low > PROMISED else "fits the promised 80%"


def forecast_of(site: Site, plan: Plan) -> Forecast:
    """The forecast of a plan as this repository's history and prices stand now."""
    return forecast(plan, past_steps(site), read_prices(Path(site.checkout.top)))


def scores(site: Site) -> list[Score]:
    """Every figure's score over the newest tasks that were started with a forecast."""
    journal = SqliteJournal(site.db_path)
    try:
        stories = [list(journal.events(task.task_id)) for task in journal.tasks()[-RECENT_TASKS:]]
    finally:
        journal.close()
    return scored([outcome for story in stories for outcome in outcomes(story)])


def scored(found: Sequence[Outcome]) -> list[Score]:
    return [_score(figure, [item for item in found if item.figure == figure]) for figure in FIGURES]


def _score(figure: Figure, found: Sequence[Outcome]) -> Score:
    below = sum(item.actual < item.low for item in found)
    above = sum(item.actual > item.high for item in found)
    return Score(figure, len(found) - below - above, below, above)


def outcomes(story: Sequence[Recorded]) -> Iterator[Outcome]:
    """What became of the forecast a task was started with, for every step completed as it was planned."""
    first = story[0].event if story else None
    if not isinstance(first, TaskStarted) or not first.plan.get("forecast"):
        return
    planned = {step["step_id"]: step for phase in first.plan["phases"] for step in phase["steps"]}
    expected = {item["step_id"]: item for item in first.plan["forecast"]["steps"]}
    history: History = gather(story)
    for step in history.steps:
        given = expected.get(step.step_id)
        if given and step.status == "complete" and _as_planned(step, planned.get(step.step_id)):
            yield from _against(given, step)


def _as_planned(step: StepHistory, planned: dict[str, Any] | None) -> bool:
    """A step that was amended or handed to another agent is not the one that was forecast."""
    return planned is not None and (
        (step.agent_name, step.model, step.description)
        == (planned["agent_name"], planned["model"], planned["task_description"])
    )


def _against(given: dict[str, Any], step: StepHistory) -> Iterator[Outcome]:
    actual = {
        "tokens": _total(attempt.tokens for attempt in step.attempts),
        "usd": _total(attempt.usd for attempt in step.attempts),
        "minutes": _total(None if (s := attempt.seconds) is None else s / 60 for attempt in step.attempts),
    }
    for figure in FIGURES:
        value = actual[figure]
        if value is not None:
            yield Outcome(figure, given[figure]["low"], given[figure]["high"], value)


def _total(values: Iterable[float | None]) -> float | None:
    """None when any part is unknown: a sum without it would look like a small figure."""
    known = list(values)
    if not known:
        return None
    total = 0.0
    for value in known:
        if value is None:
            return None
        total += value
    return total


def _wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's interval for a share (E. B. Wilson, 1927)."""
    share, square = hits / count, Z95**2
    middle = share + square / (2 * count)
    margin = Z95 * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return (middle - margin) / (1 + square / count), (middle + margin) / (1 + square / count)
