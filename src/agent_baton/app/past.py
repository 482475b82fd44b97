"""What this repository's own history says about how long and how dear steps are."""

from __future__ import annotations

from agent_baton.app.site import Site
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.planner.forecast import Past
from agent_baton.trace.history import History, gather

RECENT_TASKS = 200


def histories(site: Site) -> list[History]:
    """Histories of the newest tasks, oldest first."""
    journal = SqliteJournal(site.db_path)
    try:
        return [gather(journal.events(task.task_id)) for task in journal.tasks()[-RECENT_TASKS:]]
    finally:
        journal.close()


def past_steps(site: Site) -> list[Past]:
    """Every finished step with what its attempts took together."""
    found: list[Past] = []
    for history in histories(site):
        for step in history.steps:
            if step.status == "complete" and step.attempts:
                tokens = [attempt.tokens for attempt in step.attempts]
                minutes = sum(attempt.seconds or 0.0 for attempt in step.attempts) / 60
                found.append(Past(step.attempts[-1].agent_name, _whole(tokens), minutes))
    return found


def _whole(tokens: list[int | None]) -> int | None:
    """The sum, unless some attempt's cost is not known: a part would pass for the whole."""
    known = [count for count in tokens if count is not None]
    return sum(known) if len(known) == len(tokens) else None
