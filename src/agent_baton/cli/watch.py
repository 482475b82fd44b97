"""`baton watch`: one task, live, in the terminal."""

from __future__ import annotations

import sys

import click

from agent_baton.cli.common import Desk, task_argument
from agent_baton.cli.extras import load
from agent_baton.errors import UserError


@click.command()
@task_argument
def watch(task_id: str | None) -> None:
    """Watch a task live: its steps, what happens, what it costs and what it waits for. Needs the extra `tui`.

    It only reads: what is watched is driven elsewhere, by `baton run` or a session. q ends it.

    \b
    Example:
      baton watch task-logging-a3f9
    """
    watching = load("agent_baton.cli.watch_screen:Watching", "tui", "baton watch")
    if not sys.stdout.isatty():
        raise UserError("baton watch needs a terminal; elsewhere use baton dashboard --watch or baton replay")
    desk = Desk(task_id)
    desk.state()
    watching(desk.journal, desk.task_id).run()
