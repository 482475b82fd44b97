"""Which task `baton execute run` means: the one named, the only open one, or the saved plan, not started yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_baton.app.site import Site, pick_task
from agent_baton.app.start import PLAN_FILE
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.plan.load import read_plan


def to_run(site: Site, journal: SqliteJournal, named: str, env: Mapping[str, str]) -> str | None:
    """A started task; None when the saved plan is to be started. Raises NotFound when there is neither."""
    if not named and not env.get("BATON_TASK_ID") and not journal.tasks(open_only=True):
        path = Path(site.file(PLAN_FILE))
        if path.exists() and read_plan(path).task_id not in {t.task_id for t in journal.tasks()}:
            return None
    task_id = pick_task(journal, named, env)
    journal.state(task_id)
    return task_id
