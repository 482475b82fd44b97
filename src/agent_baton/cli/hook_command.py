"""`baton hook` and `baton statusline` for people: help, and the same functions behind it."""

from __future__ import annotations

import os

import click

from agent_baton.cli import hook as hooks
from agent_baton.cli import statusline as status_lines


@click.command()
@click.argument("event")
@click.option("--elsewhere", is_flag=True, help="Only for projects without an installation of their own.")
def hook(event: str, elsewhere: bool) -> int:
    """Answer a hook of Claude Code: EVENT is its name, the call is JSON on standard input. `baton install` sets them up.

    It prints what Claude Code is to do, or nothing, and never fails: errors go to hooks.log in the state directory.

    \b
    Example:
      echo '{"session_id": "x"}' | baton hook Stop
    """
    return hooks.run(event, os.environ, elsewhere)


@click.command()
def statusline() -> int:
    """Print one line about this session's task, for Claude Code's status line. Empty without a task.

    \b
    Example:
      echo '{"session_id": "x"}' | baton statusline
    """
    return status_lines.run(os.environ)
