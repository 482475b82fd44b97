"""Writing the dashboard as one HTML file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent_baton import __version__
from agent_baton.app.folds import cache_of, folded
from agent_baton.app.site import Site
from agent_baton.app.views import SKETCHES
from agent_baton.errors import UserError
from agent_baton.journal.port import Journal
from agent_baton.trace.board import board
from agent_baton.trace.facts import TaskFacts
from agent_baton.trace.history import History, gather
from agent_baton.trace.page import Sheet, page
from agent_baton.trace.task_page import FileChange, task_page
from agent_baton.workspace.diffstat import diffstat


def write_page(
    site: Site, journal: Journal, facts: Sequence[TaskFacts], title: str, now: float, target: str
) -> int:
    """Write the page of these tasks and return its size in bytes. Raises UserError when it cannot be written."""

    def details(task_id: str) -> dict[str, Any]:
        history = gather(journal.events(task_id))
        return task_page(history, now, _changes(site.checkout.top, history))

    kept = {item[0]: item for item in folded(journal, SKETCHES, cache_of(site, os.environ))}
    sketches = [kept[task["task_id"]] for task in facts]
    sheet = Sheet(title, board(facts), facts, details, now, __version__, sketches)
    text = page(sheet).encode("utf-8", "replace")
    try:
        Path(target).write_bytes(text)
    except OSError as error:
        raise UserError(f"cannot write {target}: {error.strerror}") from error
    return len(text)


def _changes(top: str, history: History) -> list[FileChange] | None:
    """What the task's commits changed since its base; None when it made none that are still here."""
    last = next((a.commit for a in sorted(history.attempts, key=_ended, reverse=True) if a.commit), "")
    if not last or not history.base_commit:
        return None
    found = diffstat(top, history.base_commit, last)
    return None if found is None else [FileChange(*row) for row in found]


def _ended(attempt: Any) -> float:
    return attempt.ended_at or 0.0
