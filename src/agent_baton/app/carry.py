"""Carrying a task from one journal to another: events as JSON lines, accepted only with an unbroken chain."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from agent_baton.app.folds import keep
from agent_baton.app.site import Site
from agent_baton.app.views import KEPT_AT_THE_END
from agent_baton.errors import Refused, UserError
from agent_baton.journal.chain import Row, problems
from agent_baton.journal.sqlite import SqliteJournal, salvage_rows
from agent_baton.workspace.locate import prepare_state_dir

FORMAT = "agent-baton-journal/1"
MAX_BYTES = 1_000_000_000


def export(journal: SqliteJournal, task_id: str) -> str:
    """A header line, then one line an event."""
    lines = [json.dumps({"format": FORMAT, "task_id": task_id})]
    lines += [json.dumps(row.as_dict()) for row in journal.rows(task_id)]
    return "\n".join(lines) + "\n"


def take_in(site: Site, journal: SqliteJournal, source: Path) -> tuple[str, int]:
    """Task id and number of events added. Refused when the chain is broken or differs from what is here."""
    task_id, rows = _read(source)
    broken = problems(task_id, rows)
    if broken:
        raise Refused("the exported journal is not whole:\n" + "\n".join(f"  {line}" for line in broken[:10]))
    prepare_state_dir(site.state_dir)
    added = journal.extend(task_id, rows)
    # or the first look would have to fold all that was carried here
    keep(site, os.environ, KEPT_AT_THE_END, journal, task_id)
    return task_id, added


def _read(source: Path) -> tuple[str, list[Row]]:
    if source.stat().st_size > MAX_BYTES:
        raise UserError(f"{source} is larger than {MAX_BYTES} bytes")
    try:
        lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
        header: dict[str, Any] = lines[0]
        if header.get("format") != FORMAT:
            raise UserError(f"{source} is not an exported journal ({FORMAT})")
        return str(header["task_id"]), [Row(**line) for line in lines[1:]]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{source} is not an exported journal: {error}") from error


def recover(path: str, target: str) -> dict[str, int]:
    """Task id → events saved, for every task whose beginning can still be read."""
    if os.path.exists(target):
        raise Refused(f"{target} exists already; recovered events go into a new file")
    saved: dict[str, int] = {}
    fresh = SqliteJournal(target)
    for task_id, rows in salvage_rows(path).items():
        whole = _unbroken(task_id, rows)
        if whole:
            saved[task_id] = fresh.extend(task_id, whole)
    fresh.close()
    return saved


def _unbroken(task_id: str, rows: list[Row]) -> list[Row]:
    """The longest beginning of the events that the chain vouches for."""
    for count in range(len(rows), 0, -1):
        if not problems(task_id, rows[:count]):
            return rows[:count]
    return []
