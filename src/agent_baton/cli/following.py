"""What the commands that steer a task share: `--next`, and the answer followed by the next action."""

from __future__ import annotations

import os
from typing import Any

import click

from agent_baton.cli.call import Call
from agent_baton.cli.common import Desk, answer, say
from agent_baton.cli.powers import FullPowers
from agent_baton.cli.queries import show_next
from agent_baton.errors import UserError
from agent_baton.fastjson import dumps
from agent_baton.journal.sqlite import SqliteJournal

next_option = click.option("--next", "follow", is_flag=True, help="Print the next action too.")
reason_option = click.option("--reason", required=True, help="Why; kept in the journal.")


def next_action(task_id: str, output: str) -> tuple[int, str]:
    """Exit code and text of the task's next action."""
    args = {"all": False, "brief_file": False, "output": output, "task_id": task_id}
    call = Call(args, os.getcwd(), os.environ, FullPowers(), SqliteJournal)
    try:
        return show_next(call, call.state())
    finally:
        call.journal.close()


def then(desk: Desk, output: str, text: str, fields: dict[str, Any], follow: bool) -> int:
    """Print an answer, and the next action with it when it was asked for: as JSON in one object."""
    if not follow:
        answer(output, text, fields)
        return 0
    if output == "text":
        say(text)
    code, action = next_action(desk.task_id, output)
    say(f'{dumps(fields)[:-1]},"next":{action}}}' if output == "json" else f"\n{action}")
    return code


def one_of(step_id: str | None, phase_id: int | None) -> None:
    if (step_id is None) == (phase_id is None):
        raise UserError("say which: either --step-id or --phase-id")
