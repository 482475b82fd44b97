"""`baton statusline`: one line about this session's task for Claude Code to show. An empty one when there is no task."""

from __future__ import annotations

import sys
import time

from agent_baton.app.hooks.glance import glance
from agent_baton.app.site import driven_by
from agent_baton.claude.hooks.call import HookCall
from agent_baton.cli.hook import journaled_site, keep_error, read_stdin
from agent_baton.journal.reader import SqliteReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_baton.app.site import Site

PATIENCE_S = 0.2  # for a locked journal: a status line is asked for again and again


def run(env: Mapping[str, str]) -> int:
    """Print the line. Exit code 0, whatever happened."""
    site: Site | None = None
    text = ""
    try:
        raw = read_stdin()
        site = journaled_site(env)
        if site is not None:
            text = line(raw, site, env)
    except Exception as error:  # noqa: BLE001 - as with hooks: kept for doctor, never in the person's way
        if site is not None:
            keep_error(site.state_dir, "statusline", error)
    sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    return 0


def line(raw: bytes, site: Site, env: Mapping[str, str]) -> str:
    """The line for a call on stdin; called by hand there may be none."""
    session = HookCall(raw, "statusline").session if raw.strip() else ""
    journal = SqliteReader(site.db_path, PATIENCE_S)
    try:
        tasks = journal.tasks(open_only=True)
        task = driven_by(tasks, session) or (tasks[0] if len(tasks) == 1 else None)
        if task is None:
            return f"{len(tasks)} baton tasks open" if tasks else ""
        color = not env.get("NO_COLOR") and env.get("TERM") != "dumb"
        return glance(journal.state(task.task_id), time.time(), color)
    finally:
        journal.close()
