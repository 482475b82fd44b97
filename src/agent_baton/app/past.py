"""What this repository's own history says about how long and how dear steps are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agent_baton.app.folds import cache_of, folded, view
from agent_baton.app.site import Site
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.planner.forecast import Past

if TYPE_CHECKING:
    from agent_baton.trace.history import History

RECENT_TASKS = 200
Figures = tuple[str, int | None, float]  # agent, tokens, minutes of one finished step


def past_steps(site: Site) -> list[Past]:
    """Every finished step of the newest tasks with what its attempts took together, oldest task first."""
    journal = SqliteJournal(site.db_path)
    try:
        tasks = folded(journal, STEPS, cache_of(site, os.environ), newest=RECENT_TASKS)
    finally:
        journal.close()
    return [Past(agent, tokens, minutes) for steps in tasks for agent, tokens, minutes in steps]


def finished_steps(history: History) -> list[Figures]:
    """What the finished steps of one task took."""
    found: list[Figures] = []
    for step in history.steps:
        if step.status == "complete" and step.attempts:
            tokens = [attempt.tokens for attempt in step.attempts]
            minutes = sum(attempt.seconds or 0.0 for attempt in step.attempts) / 60
            found.append((step.attempts[-1].agent_name, _whole(tokens), minutes))
    return found


def _whole(tokens: list[int | None]) -> int | None:
    """The sum, unless some attempt's cost is not known: a part would pass for the whole."""
    known = [count for count in tokens if count is not None]
    return sum(known) if len(known) == len(tokens) else None


STEPS = view("past/1", finished_steps)
