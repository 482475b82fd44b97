"""`baton inbox`: what waits for a person, across tasks, and deciding it."""

from __future__ import annotations

import time

import click

from agent_baton.app.driver import perform
from agent_baton.app.run.inbox import Item, all_waiting
from agent_baton.cli.common import Desk, answer, output_option, task_option
from agent_baton.cli.status import duration
from agent_baton.engine import commands as cmd
from agent_baton.redact import redact


@click.group(invoke_without_command=True)
@output_option
@click.pass_context
def inbox(ctx: click.Context, output: str) -> None:
    """List what waits for a person, in every open task: approvals, questions, permissions, tasks that are stuck.

    \b
    Example:
      baton inbox
      baton inbox allow 1.2 ask-1
    """
    if ctx.invoked_subcommand is not None:
        return
    desk = Desk()
    items = all_waiting(desk.journal, desk.now)
    text = "\n\n".join(_shown(item) for item in items) or "nothing waits for a person"
    answer(output, text, {"waiting": [item.fields() for item in items]})


def _shown(item: Item) -> str:
    head = f"{item.task_id}  {item.kind}  (for {duration(time.time() - item.since)})"
    return "\n".join([head, f"  {item.text}", *(f"    {way}" for way in item.ways)])


@inbox.command()
@click.argument("step_id")
@click.argument("request_id")
@task_option
@output_option
def allow(step_id: str, request_id: str, task_id: str | None, output: str) -> int:
    """Let an agent do what it asks for, this once.

    \b
    Example:
      baton inbox allow 1.2 ask-1
    """
    return _settle(task_id, output, cmd.SettleRequest(step_id, request_id, True))


@inbox.command()
@click.argument("step_id")
@click.argument("request_id")
@click.option("--reason", default="", help="What the agent is told.")
@task_option
@output_option
def deny(step_id: str, request_id: str, reason: str, task_id: str | None, output: str) -> int:
    """Refuse what an agent asks for.

    \b
    Example:
      baton inbox deny 1.2 ask-1 --reason "use the staging database"
    """
    return _settle(task_id, output, cmd.SettleRequest(step_id, request_id, False, redact(reason)))


@inbox.command(name="answer")
@click.argument("step_id")
@click.argument("request_id")
@click.argument("text")
@task_option
@output_option
def answer_(step_id: str, request_id: str, text: str, task_id: str | None, output: str) -> int:
    """Answer the question of an agent at work.

    \b
    Example:
      baton inbox answer 1.2 ask-1 "keep the old endpoint"
    """
    return _settle(task_id, output, cmd.SettleRequest(step_id, request_id, True, redact(text)))


def _settle(task_id: str | None, output: str, command: cmd.SettleRequest) -> int:
    desk = Desk(task_id)
    perform(desk.journal, desk.task_id, command, desk.now, desk.actor)
    word = "Answered" if command.text and command.allow else "Allowed" if command.allow else "Denied"
    fields = {"step": command.step_id, "request": command.request_id, "allowed": command.allow}
    answer(output, f"{word}: step {command.step_id} (by {desk.actor})", fields)
    return 0
