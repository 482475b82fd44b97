"""`baton evidence`: a task's proof in one sealed file, and the check of such a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from agent_baton import __version__
from agent_baton.app import evidence as bundles
from agent_baton.app.signing import fingerprint, key_file, public_bytes, signing_key
from agent_baton.cli.common import Desk, answer, output_option, put, say, task_argument
from agent_baton.engine.brief import clean
from agent_baton.trace.bom import cyclonedx, spdx
from agent_baton.trace.history import gather

SHOWN = 40  # problems; a file that is none of ours has one a line
FORMATS = {"cyclonedx": cyclonedx, "spdx": spdx}


@click.group()
def evidence() -> None:
    """Export a task's evidence as one sealed file, and verify such a file anywhere.

    \b
    Example:
      baton evidence export task-logging-a3f9
      baton evidence verify task-logging-a3f9.evidence
    """


@evidence.command()
@task_argument
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False),
    help="The file; else evidence/TASK.evidence in the state directory.",
)
@click.option("--plain", is_flag=True, help="Leave secrets in: the file is then as private as the journal.")
@output_option
def export(task_id: str | None, target: str | None, plain: bool, output: str) -> None:
    """Seal plan, journal, approvals, gates, outputs, changes, cost, agents and models into one file.

    \b
    Example:
      baton evidence export task-logging-a3f9 --to audit/logging.evidence
    """
    desk = Desk(task_id)
    chosen = desk.state().head.task_id
    data = bundles.export(desk.site, desk.journal, chosen, os.environ, desk.now, plain)
    path = Path(target or desk.site.file("evidence", f"{chosen}.evidence"))
    put(path, data)
    key = fingerprint(public_bytes(signing_key(os.environ)))
    lines = data.count(b"\n") - 2
    text = f"{path}: {lines} parts, {len(data)} bytes, sealed by key {key}"
    answer(
        output,
        text,
        {"file": str(path), "parts": lines, "bytes": len(data), "key": key, "redacted": not plain},
    )


@evidence.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--key", "wanted", default="", help="Fingerprint of the key that must have sealed it.")
@output_option
def verify(file: str, wanted: str, output: str) -> int:
    """Check a file by itself: every byte, the seal, the chain of events, and that the views follow. Exit 1 if not.

    \b
    Example:
      baton evidence verify logging.evidence --key 3f0c…
    """
    checked = bundles.check(Path(file), wanted.lower())
    shown = checked.problems[:SHOWN] + _more(len(checked.problems) - SHOWN)
    answer(
        output, clean("\n".join(shown) or _whole(checked)), {"ok": not checked.problems, **_fields(checked)}
    )
    return 1 if checked.problems else 0


def _more(count: int) -> list[str]:
    return [f"… and {count:,} more: baton evidence verify --json"] if count > 0 else []


def _whole(checked: bundles.Checked) -> str:
    redacted = f", {checked.redacted} of them redacted" if checked.redacted else ""
    return (
        f"whole: task {checked.task_id}, {checked.events} events{redacted}, made {checked.head.get('made_at')}\n"
        f"{_views(checked)}\n"
        f"sealed by key {checked.key}; compare it with `baton evidence key` where it was made"
    )


def _views(checked: bundles.Checked) -> str:
    views = "plan, approvals, trace, cost and bills of materials"
    if checked.refolded:
        return f"every byte, the seal and the chain of events hold; {views} follow from the events"
    return (
        f"every byte, the seal and the chain of events hold; whether {views} follow from the events\n"
        f"can only be told by the version that made it, baton {checked.head.get('baton')} (this is {__version__})"
    )


def _fields(checked: bundles.Checked) -> dict[str, Any]:
    return {
        "task_id": checked.task_id,
        "events": checked.events,
        "redacted": checked.redacted,
        "made_by": checked.head.get("baton"),
        "views_checked": checked.refolded and not checked.problems,
        "key": checked.key,
        "problems": checked.problems,
    }


@evidence.command()
@task_argument
@click.option(
    "--format", "kind", type=click.Choice(list(FORMATS)), default="cyclonedx", help="Which standard."
)
def bom(task_id: str | None, kind: str) -> None:
    """Print the AI bill of materials: the agents that worked on a task, and their models.

    \b
    Example:
      baton evidence bom task-logging-a3f9 --format spdx
    """
    desk = Desk(task_id)
    history = gather(desk.journal.events(desk.state().head.task_id))
    say(json.dumps(FORMATS[kind](history, __version__), indent=2))


@evidence.command()
@output_option
def key(output: str) -> None:
    """Show the fingerprint of this installation's key, making the key if there is none.

    \b
    Example:
      baton evidence key
    """
    public = public_bytes(signing_key(os.environ))
    fields = {"key": fingerprint(public), "public_key": public.hex(), "file": str(key_file(os.environ))}
    answer(output, f"{fields['key']}  {fields['file']}", fields)
