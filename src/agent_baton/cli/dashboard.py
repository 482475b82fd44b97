"""`baton dashboard`: metrics across tasks, in the terminal, as data, or as one page to open in a browser."""

from __future__ import annotations

import difflib
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator

import click

from agent_baton.app.folds import cache_of, folded
from agent_baton.app.views import FIGURES
from agent_baton.cli.board_text import board_text
from agent_baton.cli.common import Desk, note, say
from agent_baton.cli.extras import load
from agent_baton.cli.since import moment
from agent_baton.cli.tables import as_csv, colored, terminal_width
from agent_baton.engine.brief import counted
from agent_baton.errors import UserError
from agent_baton.fastjson import dumps
from agent_baton.trace.board import Board, as_document, board, select
from agent_baton.trace.facts import TaskFacts

WATCH_S = 2.0
SLOW = 500  # tasks to fold anew before progress is worth a line, and between two lines
CLEAR = "\x1b[H\x1b[2J\x1b[3J"


@click.command()
@click.option(
    "--since", metavar="WHEN", help="Only tasks started since: 7d, 36h, 2w, or a date as in 2026-11-01."
)
@click.option("--agent", metavar="NAME", help="Only what this agent did, and the tasks it worked on.")
@click.option("--output", type=click.Choice(["text", "json", "csv"]), default="text", help="How to print.")
@click.option("--json", "output", flag_value="json", help="Short for --output json.")
@click.option("--csv", "output", flag_value="csv", help="Short for --output csv: one figure a line.")
@click.option(
    "--html", "target", metavar="FILE", type=click.Path(dir_okay=False),
    help="Write one page to open in a browser; it loads nothing.",
)  # fmt: skip
@click.option("--watch", is_flag=True, help="Show it again whenever something has changed, until Ctrl-C.")
def dashboard(since: str | None, agent: str | None, output: str, target: str | None, watch: bool) -> None:
    """Show metrics across tasks: success, gates, rework, claims that were not true, time and cost per agent.

    Everything is counted from the journal; what nobody reported is shown as unknown, never as nothing.

    \b
    Examples:
      baton dashboard --since 7d
      baton dashboard --agent test-engineer --csv > figures.csv
      baton dashboard --html dashboard.html
    """
    if watch and target is not None:
        raise UserError(
            "--watch shows the dashboard here, again and again; --html writes it once: give one of them"
        )
    desk = Desk()
    gc.disable()  # many small values are read and the process ends: looking for cycles meanwhile doubles the time
    if target is not None:
        write_page = load("agent_baton.app.page:write_page", "html", "baton dashboard --html")
        chosen = _chosen(desk, since, agent)
        size = write_page(desk.site, desk.journal, chosen, _title(since, agent), desk.now, target)
        say(f"wrote {target}: {counted(len(chosen), 'task')}, {size / 1_000:,.0f} kB")
        return
    text = PRINT[output]
    if not watch:
        say(text(_board(desk, since, agent), desk.now, _title(since, agent)))
        return
    for found, now in _frames(desk, since, agent):
        say((CLEAR if sys.stdout.isatty() else "") + text(found, now, _title(since, agent)))


def _chosen(desk: Desk, since: str | None, agent: str | None) -> list[TaskFacts]:
    facts = folded(desk.journal, FIGURES, cache_of(desk.site, os.environ), _told)
    chosen = select(facts, moment(since, desk.now), agent or "")
    if agent and not chosen:
        known = {cell[0] for task in facts for cell in task["cells"]}
        near = difflib.get_close_matches(agent, known - {agent}, 1)
        note(f"no attempt of {agent!r} there" + (f"; did you mean {near[0]!r}?" if near else ""))
    return chosen


def _board(desk: Desk, since: str | None, agent: str | None) -> Board:
    return board(_chosen(desk, since, agent))


def _frames(desk: Desk, since: str | None, agent: str | None) -> Iterator[tuple[Board, float]]:
    """A board whenever the journal has moved on."""
    seen: object = None
    while True:
        heads = list(desk.journal.heads())
        if heads != seen:
            yield _board(desk, since, agent), time.time()
            gc.collect()
        seen = heads
        time.sleep(WATCH_S)


def _told(done: int, of: int) -> None:
    if of >= SLOW and done % SLOW == 0:
        note(f"reading {of} tasks for the first time: {done} done")


def _title(since: str | None, agent: str | None) -> str:
    return "Tasks" + (f" since {since}" if since else "") + (f" with {agent}" if agent else "")


def _text(found: Board, now: float, title: str) -> str:
    return board_text(found, now, title, terminal_width(), colored())


def _json(found: Board, now: float, title: str) -> str:
    return dumps(as_document(found))


def _csv(found: Board, now: float, title: str) -> str:
    lines = (line for name, value in as_document(found).items() for line in _lines(name, value))
    return as_csv([["table", "name", "figure", "value"], *lines])


def _lines(table: str, value: object) -> Iterator[list[object]]:
    """One figure a line: whatever is nested in a figure gets a dotted name."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            name = next(
                (item[key] for key in ("name", "command", "figure", "task_id", "begins") if key in item),
                number,
            )
            yield from ([table, name, figure, plain] for figure, plain in _flat("", item))
    else:
        yield from (["all", "", figure, plain] for figure, plain in _flat(table, value))


def _flat(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{name}.{key}" if name else key, item)
    elif isinstance(value, (list, tuple)):
        for end, item in zip(("low", "high"), value, strict=True):
            yield f"{name}.{end}", item
    else:
        yield name, "" if value is None else value


PRINT: dict[str, Callable[[Board, float, str], str]] = {"text": _text, "json": _json, "csv": _csv}
