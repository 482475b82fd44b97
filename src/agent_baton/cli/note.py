"""`baton note`: what later agents and later tasks should know."""

from __future__ import annotations

from collections.abc import Sequence

import click

from agent_baton.app import notes as kept
from agent_baton.app.driver import perform
from agent_baton.app.start import refresh_context
from agent_baton.cli.common import Desk, answer, output_option, task_option
from agent_baton.cli.since import seconds
from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import one_line
from agent_baton.errors import UserError
from agent_baton.redact import redact


@click.group()
def note() -> None:
    """Keep decisions, discoveries, warnings and conventions. They reach later briefs, and tasks they fit.

    \b
    Example:
      baton note add "timestamps are UTC everywhere" --kind convention
      baton note search "time zones"
    """


@note.command()
@click.argument("text")
@click.option("--kind", type=click.Choice(kept.KINDS), default="decision", help="What it is.")
@click.option("--step-id", default="", help="The step it belongs to.")
@click.option("--expires", default="180d", metavar="WHEN", help="After 30d, 8w …, or never.")
@task_option
@output_option
def add(text: str, kind: str, step_id: str, expires: str, task_id: str | None, output: str) -> None:
    """Add a note to a task. Decisions, warnings and conventions stand in its next briefs.

    \b
    Example:
      baton note add "the staging database is shared: never truncate" --kind warning --expires never
    """
    desk = Desk(task_id)
    command = cmd.Note(kind, redact(text), step_id, expires_at=_end(expires, desk.now))
    ledger = perform(desk.journal, desk.task_id, command, desk.now, desk.actor)
    refresh_context(desk.site, ledger.state)
    note_id = f"{desk.task_id}#{ledger.head.seq}"
    answer(output, f"Noted: {kind} {note_id}", {"noted": kind, "id": note_id})


def _end(expires: str, now: float) -> float | None:
    if expires == "never":
        return None
    ahead = seconds(expires)
    if ahead is None:
        raise UserError(f"--expires {expires!r} is no time to come; say 30d, 8w or never")
    return round(now + ahead, 3)


@note.command(name="list")
@click.option("--expired", is_flag=True, help="Those whose time is over too.")
@task_option
@output_option
def list_(expired: bool, task_id: str | None, output: str) -> None:
    """List notes of every task, or of one, oldest first, with who made them.

    \b
    Example:
      baton note list --task-id task-logging-a3f9
    """
    desk = Desk(task_id)
    _show(kept.all_notes(desk.journal, desk.now, task_id or "", expired), output)


@note.command()
@click.argument("text")
@output_option
def search(text: str, output: str) -> None:
    """Find notes of any task that share words with TEXT, best first.

    \b
    Example:
      baton note search "flaky websocket test"
    """
    desk = Desk()
    _show(kept.search(kept.all_notes(desk.journal, desk.now), text), output)


@note.command()
@click.argument("note_id")
@click.option("--pack", required=True, help="The knowledge pack below .claude/knowledge/ to put it into.")
@output_option
def promote(note_id: str, pack: str, output: str) -> None:
    """Make a note part of the project's knowledge: a file for people to read, edit and commit. It no longer expires.

    \b
    Example:
      baton note promote task-logging-a3f9#12 --pack conventions
    """
    desk = Desk()
    path = kept.promote(desk.site, kept.all_notes(desk.journal, desk.now, expired=True), note_id, pack)
    answer(output, f"Written: {path}", {"id": note_id, "path": str(path)})


def _show(notes: Sequence[kept.Note], output: str) -> None:
    lines = [f"{note.note_id}  {note.kind}: {one_line(note.text)}  ({note.by})" for note in notes]
    answer(output, "\n".join(lines) or "no notes", {"notes": [note.fields() for note in notes]})
