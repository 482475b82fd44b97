"""The dashboard as one HTML file: no network, no fonts, charts as SVG, readable without scripts.

Every task has its page in it: the newest ones whole, as many as fit; of the older ones their numbers are kept, compressed,
and the script draws their pages from those. Else it only sorts and filters the list and switches the theme. The page names
the hashes of its one style and one script, so that nothing else runs in it whatever an agent wrote.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from importlib import resources
from typing import Any, NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from agent_baton.engine.brief import counted
from agent_baton.engine.protocol import clock
from agent_baton.redact import without_addresses
from agent_baton.trace import amounts, svg
from agent_baton.trace.board import Board, Row
from agent_baton.trace.facts import TaskFacts
from agent_baton.trace.measures import NOTHING, Measures
from agent_baton.trace.periods import Period
from agent_baton.trace.sketch import COLUMNS, Sketch, packed
from agent_baton.trace.words import redacted

MOST_BYTES = 1_900_000  # of the whole page: details of the newest tasks fill what the list leaves
MOST_DETAILS = 300
MOST_DATA = 1_300_000  # of the list and what is kept of older tasks
MOST_TEXTS = 500_000  # characters of older tasks' texts; they compress to a fifth, or hardly at all
FIRST_ROWS = 25  # of the list of tasks that are there without scripts
SHOWN = 20  # rows of a table
WAITING = 8  # of what waits for a person, the longest waits first


class Sheet(NamedTuple):
    """What the page is made of. `details` gives a task's values (see task_page); asked newest first until the page is full."""

    title: str
    board: Board
    tasks: Sequence[TaskFacts]  # oldest first
    details: Callable[[str], dict[str, Any]]
    now: float
    version: str
    sketches: Sequence[Sketch] = ()  # of the same tasks, in the same order


def page(sheet: Sheet) -> str:
    """The whole file as text."""
    style, script = _file("style.css"), _file("script.js")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["duration"] = amounts.duration
    environment.filters["clock"] = clock
    environment.globals |= {
        "tokens": amounts.tokens,
        "usd": amounts.usd,
        "dollars": amounts.dollars,
        "amount": amounts.figure,
        "counted": counted,
    }
    whole = environment.from_string(_file("page.html"))
    one = environment.from_string(_file("task.html"))
    rows = [_row(task) for task in reversed(sheet.tasks)]
    known = _data(rows, sheet.sketches[::-1])
    room = MOST_BYTES - len(known) - len(style) - len(script) - 60_000
    sections = _sections(one.render, sheet, room)
    if len(sections) == len(sheet.tasks):
        known = _data(rows, ())
    text = whole.render(
        title=sheet.title, now=clock(sheet.now), version=sheet.version, board=sheet.board,
        style=Markup(style), script=Markup(script), data=Markup(known),
        style_hash=_hash(style), script_hash=_hash(script), cards=_cards(sheet.board), charts=_charts(sheet.board),
        tables=_tables(sheet.board), first=rows[:FIRST_ROWS], sections=Markup("".join(sections)), shown=SHOWN, waiting=WAITING,
        cost=amounts.cost_sentence(sheet.board.counts),
    )  # fmt: skip
    return without_addresses(text)


def _sections(render: Callable[..., str], sheet: Sheet, room: int) -> list[str]:
    """Pages of the newest tasks, as many as there is room for; of every task when they are few."""
    sections: list[str] = []
    for task in list(reversed(sheet.tasks))[:MOST_DETAILS]:
        section = render(task=sheet.details(task["task_id"]))
        room -= len(section.encode("utf-8", "replace"))
        if room < 0:
            break
        sections.append(section)
    return sections


def _file(name: str) -> str:
    return (resources.files("agent_baton.trace") / "page_files" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(rows: Sequence[list[Any]], sketches: Sequence[Sketch]) -> str:
    """What the script reads, newest task first; texts and then numbers of as many tasks as there is room for."""
    texts = MOST_TEXTS
    text = _compressed(rows, sketches, texts)
    while len(text) > MOST_DATA and sketches:
        sketches = sketches if texts else sketches[: len(sketches) // 2]
        texts = texts // 4 if texts > 50_000 else 0
        text = _compressed(rows, sketches, texts)
    return text


def _compressed(rows: Sequence[list[Any]], sketches: Sequence[Sketch], texts: int) -> str:
    """Base64 of the gzip of: length of the head (4 bytes, lowest first), the head as JSON, the columns one after the other."""
    names, columns = packed(sketches, texts)
    fields = {
        "rows": rows,
        "sketched": len(sketches),
        "names": names,
        "columns": COLUMNS,
        "sizes": [len(c) for c in columns],
    }
    head = json.dumps(redacted(fields, without_addresses), separators=(",", ":")).encode()
    whole = b"".join((len(head).to_bytes(4, "little"), head, *columns))
    return base64.b64encode(gzip.compress(whole, 9, mtime=0)).decode()


def _row(task: TaskFacts) -> list[Any]:
    """One task in the list; the script knows this order."""
    counts = _counts(task)
    end = task["ended"] or task["last"]
    return [
        task["task_id"], task["summary"][:80], task["type"], task["status"], clock(task["started"])[:16], round(end - task["started"]),
        task["done"], task["steps"], counts.attempts, counts.rework, sum(gate["red"] for gate in task["gates"]),
        counts.false_claims, amounts.tokens(counts), amounts.usd(counts), round(counts.usd or 0, 4),
    ]  # fmt: skip


def _counts(task: TaskFacts) -> Measures:
    found = NOTHING
    for cell in task["cells"]:
        found = found.plus(cell[5:])
    return found


def _cards(board: Board) -> list[tuple[str, str, str]]:
    """Name, what is read at a glance, and what stands below it."""
    counts = board.counts
    return [
        ("Tasks", f"{board.tasks:,}", ", ".join(f"{n:,} {name}" for name, n in board.by_status.items())),
        ("Success", _percent(board.success.hits, board.success.total), f"{board.success.text()} of ended tasks"),
        ("Gates green at first", _percent(board.first_pass.hits, board.first_pass.total),
         f"{board.first_pass.text()}; {board.gates_red} of {board.gate_runs} runs red, {board.gates_waived} waived, "
         f"{board.gates_reported} only reported"),
        ("Steps right at first", _percent(counts.first_try, counts.steps), counts.first_tries.text()),
        ("Rework", f"{counts.rework:,}", f"of {counted(counts.attempts, 'attempt')}; {counted(counts.repairs, 'repair')}, {amounts.rework_cost(counts)}"),
        ("False claims", f"{counts.false_claims:,}", f"in {counted(counts.checked, 'attempt')} held against git; {counted(board.tampering, 'weakened test')}"),
        ("Cost", amounts.usd(counts), amounts.cost_sentence(counts)),
        ("Time", amounts.duration(board.seconds), f"agents at work {amounts.duration(counts.seconds)}"),
    ]  # fmt: skip


def _percent(hits: int, total: int) -> str:
    """Nothing is made of fewer than five."""
    return f"{100 * hits / total:.0f}%" if total >= 5 else f"{hits}/{total}" if total else "none yet"


def _charts(board: Board) -> list[dict[str, Any]]:
    """Each with its picture and the same as a table."""
    periods = board.periods
    unit = periods[0].length if periods else "day"
    charts = [_over_time(periods, unit), _cost(periods, unit)] if len(periods) > 1 else []
    rates = [(row.name, row.counts.first_tries) for row in board.agents[:SHOWN] if row.counts.steps]
    if any(rate.says_something for _, rate in rates):
        charts.append({
            "name": "Steps complete at the first attempt, by agent",
            "note": "The dot is what was seen, the line its 95% interval. Agents with fewer than five steps are not compared.",
            "picture": Markup(svg.intervals(rates, "Share of steps complete at the first attempt, by agent")),
            "heads": ["agent", "rate"],
            "rows": [[name, rate.text()] for name, rate in rates],
        })  # fmt: skip
    return charts


def _over_time(periods: Sequence[Period], unit: str) -> dict[str, Any]:
    series = [
        svg.Series("complete", "ok", [p.complete for p in periods]),
        svg.Series("cancelled", "none", [p.cancelled for p in periods]),
    ]
    return {
        "name": f"Tasks ended, by {unit}",
        "note": "",
        "legend": [("ok", "complete"), ("none", "cancelled")],
        "picture": Markup(svg.bars([p.begins for p in periods], series, f"Tasks ended by {unit}")),
        "heads": [f"{unit} from", "started", "complete", "cancelled"],
        "rows": [[p.begins, p.started, p.complete, p.cancelled] for p in periods],
    }


def _cost(periods: Sequence[Period], unit: str) -> dict[str, Any]:
    series = [svg.Series("", "accent", [p.usd for p in periods])]
    return {
        "name": f"Known cost, by {unit}",
        "note": "Attempts whose price nobody reported are not in it.",
        "picture": Markup(svg.bars([p.begins for p in periods], series, f"Known cost by {unit}", "$")),
        "heads": [f"{unit} from", "US dollars"],
        "rows": [[p.begins, f"{p.usd:.2f}"] for p in periods],
    }


def _tables(board: Board) -> list[tuple[str, str, Sequence[Row], int]]:
    named: Iterable[tuple[str, str, Sequence[Row]]] = (
        ("Agents", "agent", board.agents), ("Models", "model", board.models), ("Types of task", "type", board.types),
        ("Phases", "phase", board.phases),
    )  # fmt: skip
    return [(name, head, rows[:SHOWN], max(0, len(rows) - SHOWN)) for name, head, rows in named if rows]
