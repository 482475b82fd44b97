"""`baton retro`: what tasks taught, one by one and together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from agent_baton.app.folds import cache_of, folded
from agent_baton.app.views import RETRO
from agent_baton.cli.common import Desk, answer, output_option, task_argument
from agent_baton.cli.since import moment
from agent_baton.cli.tables import colored, drawn, least, needed, table, terminal_width
from agent_baton.engine.brief import counted
from agent_baton.engine.protocol import clock
from agent_baton.errors import NotFound
from agent_baton.redact import redact
from agent_baton.trace.amounts import duration, figure
from agent_baton.trace.history import gather
from agent_baton.trace.rate import Rate
from agent_baton.trace.retro_facts import retro_facts
from agent_baton.trace.retro_summary import search as find
from agent_baton.trace.retro_summary import summary as summarise
from agent_baton.trace.retrospective import retrospective
from agent_baton.trace.words import redacted

ROOM = 22  # columns for what a task was about
LINES = 5  # of one retrospective shown by a search


@click.group()
def retro() -> None:
    """List, show and search retrospectives, and sum them up.

    \b
    Example:
      baton retro summary --since 30d
    """


def _retros(desk: Desk, since: str | None = None) -> list[dict[str, Any]]:
    """Of ended and of stuck tasks, oldest first."""
    start = moment(since, desk.now)
    begun = clock(start) if start is not None else ""
    facts = folded(desk.journal, RETRO, cache_of(desk.site, os.environ))
    return [
        retro for retro in facts if retro["status"] not in ("running", "paused") and retro["started"] >= begun
    ]


since_option = click.option(
    "--since", metavar="WHEN", help="Only tasks started since: 7d, 2w, or a date as in 2026-11-01."
)


@retro.command(name="list")
@since_option
@output_option
def list_(since: str | None, output: str) -> None:
    """List the tasks that have a retrospective, newest first.

    \b
    Example:
      baton retro list --since 7d
    """
    found = _retros(Desk(), since)[::-1]
    rows = [
        [
            retro["task_id"], retro["status"], f"{retro['happened']['steps_done']}/{retro['happened']['steps']}",
            f"{len(retro['gate_failures'])}", f"{sum(row['attempts'] for row in retro['rework'])}",
            f"{len(retro['false_claims'])}", f"{len(retro['questions'])}", duration(retro["happened"]["seconds"]), retro["summary"][:50],
        ]
        for retro in found
    ]  # fmt: skip
    heads = ["task", "status", "steps", "red gates", "rework", "false", "asked", "time", "what"]
    text = "No retrospective yet: no task has ended."
    if rows:
        text = _listed(heads, rows)
    answer(output, text, {"retrospectives": found})


def _listed(heads: list[str], rows: list[list[str]]) -> str:
    """What a task was about is left to `show` where there is no room for it."""
    width, gap = terminal_width(), 2
    fewer = heads[:-1], [row[:-1] for row in rows]
    if needed(*fewer) + ROOM > width:
        (heads, rows), gap = fewer, 1
    width = max(width, least(heads, rows, gap))
    return drawn(table(heads, rows, ("status", "time", "what"), gap), width, colored())


@retro.command()
@task_argument
@output_option
def show(task_id: str | None, output: str) -> None:
    """Show a task's retrospective; as JSON the facts the planner reads. Of a task at work: how it went so far.

    \b
    Example:
      baton retro show task-logging-a3f9
    """
    desk = Desk(task_id)
    desk.state()
    history = gather(desk.journal.events(desk.task_id))
    answer(output, redact(retrospective(history)).rstrip("\n"), redacted(retro_facts(history)))


@retro.command()
@click.argument("words", nargs=-1, required=True)
@since_option
@output_option
def search(words: tuple[str, ...], since: str | None, output: str) -> None:
    """Find retrospectives that hold all the words: a file, a test, an agent, a question.

    \b
    Example:
      baton retro search flaky test_login
    """
    found = find(_retros(Desk(), since), words)
    if not found:
        raise NotFound(f"no retrospective holds {' and '.join(map(repr, words))}")
    text = "\n".join(
        line for retro, lines in found for line in (f"{retro['task_id']}  {retro['summary']}", *(f"  {x}" for x in lines[:LINES]))
    )  # fmt: skip
    answer(output, text, {"found": [{"task_id": r["task_id"], "lines": lines} for r, lines in found]})


@retro.command()
@since_option
@output_option
def summary(since: str | None, output: str) -> None:
    """Sum up what keeps going wrong: gate failures by cause, rework, false claims, questions, conflicts.

    \b
    Example:
      baton retro summary --json
    """
    found = summarise(_retros(Desk(), since))
    answer(output, "\n".join(_text(found)), found)


def _text(found: dict[str, Any]) -> Iterator[str]:
    planned = Rate(found["as_planned"]["hits"], found["as_planned"]["total"])
    yield f"Retrospectives: {found['tasks']}; went as planned: {planned.text()}"
    for name, key in (
        ("Gate failures by cause", "gate_causes"),
        ("Rework by agent (attempts)", "rework"),
        ("Claims that were not true, by agent", "false_claims"),
        ("Questions asked", "questions"),
        ("Waivers", "waivers"),
    ):
        if found[key]:
            yield f"\n{name}"
            yield from (
                f"  {row['times']}x in {counted(row['tasks'], 'task')}, last {row['latest']}: {row['what']}"
                for row in found[key]
            )
    conflicts = found["conflicts"]
    if any(conflicts.values()):
        yield "\nConflicts between steps beside each other"
        yield (
            f"  {conflicts['predicted_and_real']} predicted and real, {conflicts['only_predicted']} only predicted, "
            f"{conflicts['only_real']} not predicted"
        )
    if found["forecast"]:
        yield "\nForecasts of steps"
        for row in found["forecast"]:
            held = Rate(row["held"]["hits"], row["held"]["total"])
            likely, actual = figure(row["figure"], row["likely"]), figure(row["figure"], row["actual"])
            yield f"  {row['figure']}: {held.text()} within the 80% interval; expected {likely}, took {actual}"
