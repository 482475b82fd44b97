"""`baton why` and `baton story`: what holds a task up, and what happened to it."""

from __future__ import annotations

import click

from agent_baton.app.explain import why_lines
from agent_baton.cli.common import Desk, answer, output_option, task_argument
from agent_baton.engine.decide import decide
from agent_baton.engine.events import encode
from agent_baton.engine.protocol import as_fields, clock
from agent_baton.trace.story import sentence
from agent_baton.trace.story import story as tell

WHOLE = 4_000  # characters of one event in JSON


@click.command()
@task_argument
@output_option
def why(task_id: str | None, output: str) -> None:
    """Say why nothing moves: what is waited for, since when, until when, and what would move it.

    \b
    Example:
      baton why
    """
    desk = Desk(task_id)
    state = desk.state()
    lines = why_lines(state, desk.now)
    action = decide(state, desk.now)[0]
    answer(
        output,
        "\n".join(lines),
        {"task_id": state.head.task_id, "why": lines, "next": as_fields(action, state)},
    )


@click.command()
@task_argument
@click.option("--last", type=click.IntRange(min=1), help="Only the last N events.")
@output_option
def story(task_id: str | None, last: int | None, output: str) -> None:
    """Tell what happened to a task, in order. Works on ended tasks too.

    \b
    Example:
      baton story task-logging-a3f9 --last 20
    """
    desk = Desk(task_id)
    desk.state()
    items = list(desk.journal.events(desk.task_id))
    items = items[-last:] if last else items
    fields = [
        {
            "seq": item.seq,
            "at": clock(item.at),
            "by": item.actor,
            "type": encode(item.event)[0],
            "text": sentence(item, WHOLE),
        }
        for item in items
    ]
    answer(output, "\n".join(tell(items)), {"task_id": desk.task_id, "events": fields})
