"""Forecasts of saved plans, and how past forecasts did against what the journal says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent_baton.app.past import RECENT_TASKS, past_steps
from agent_baton.app.site import Site
from agent_baton.engine.events import Recorded, TaskStarted
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.plan.model import Forecast, Plan
from agent_baton.planner.forecast import ENOUGH, forecast, read_prices
from agent_baton.trace.expected import FIGURES, Figure, Outcome, against_forecast
from agent_baton.trace.history import gather
from agent_baton.trace.rate import Rate

__all__ = ["FIGURES", "Figure", "Outcome", "Score", "forecast_of", "outcomes", "scored", "scores"]

PROMISED = 0.8


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
        low, high = Rate(self.held, self.count).interval() or (0.0, 1.0)
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
    if story and isinstance(story[0].event, TaskStarted):
        yield from against_forecast(gather(story))
