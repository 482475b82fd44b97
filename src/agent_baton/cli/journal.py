"""`baton journal`: verify it, carry a task to another machine, save what a damaged file still holds."""

from __future__ import annotations

from pathlib import Path

import click

from agent_baton.app import carry
from agent_baton.cli.common import Desk, answer, output_option, put, say, task_argument
from agent_baton.engine.brief import counted


@click.group()
def journal() -> None:
    """Verify, export, import and recover the journal.

    \b
    Example:
      baton journal verify
    """


@journal.command()
@output_option
def verify(output: str) -> int:
    """Check every event against the hash chain. Exit 1 when something is wrong.

    \b
    Example:
      baton journal verify --json
    """
    desk = Desk()
    found = desk.journal.verify()
    tasks = desk.journal.tasks()
    events = sum(task.seq for task in tasks)
    text = (
        "\n".join(found)
        or f"whole: {counted(len(tasks), 'task')}, {counted(events, 'event')}, every hash in place"
    )
    answer(output, text, {"ok": not found, "problems": found, "tasks": len(tasks), "events": events})
    return 1 if found else 0


@journal.command()
@task_argument
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, writable=True), help="A file; else standard output."
)
def export(task_id: str | None, target: str | None) -> None:
    """Write a task's events as JSON lines, hashes included, to take up on another machine.

    \b
    Example:
      baton journal export task-logging-a3f9 --to task.jsonl
    """
    desk = Desk(task_id)
    desk.state()
    text = carry.export(desk.journal, desk.task_id)
    if target is None:
        say(text.removesuffix("\n"))
    else:
        put(target, text.encode("utf-8", "backslashreplace"))


@journal.command(name="import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
@output_option
def import_(source: str, output: str) -> int:
    """Take in a task exported elsewhere. Its chain is verified first; a task already here is only extended.

    \b
    Example:
      baton journal import task.jsonl
    """
    desk = Desk()
    task_id, added = carry.take_in(desk.site, desk.journal, Path(source))
    answer(
        output,
        f"{task_id}: {counted(added, 'event')} taken in; baton execute resume --task-id {task_id}",
        {"task_id": task_id, "added": added},
    )
    return 0


@journal.command()
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False), help="The new journal file.")
@output_option
def recover(target: str, output: str) -> int:
    """Save every readable, unbroken run of events of a damaged journal into a new file. The old one is not touched.

    \b
    Example:
      baton journal recover --to rescued.db
    """
    desk = Desk()
    saved = carry.recover(desk.journal.path, target)
    text = (
        "\n".join(f"{task_id}: {counted(count, 'event')} saved" for task_id, count in saved.items())
        or "nothing could be read"
    )
    answer(output, text, {"saved": saved, "to": target})
    return 0 if saved else 1
