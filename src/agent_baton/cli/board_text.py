"""The dashboard as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent_baton.cli.tables import drawn, least, needed, table
from agent_baton.engine.brief import counted
from agent_baton.trace import amounts
from agent_baton.trace.board import Board, GateRow, Row
from agent_baton.trace.periods import Period, sparkline
from agent_baton.trace.words import short

SHOWN = 12  # rows of a table; the rest is in --json
GATES_SHOWN = 6
WAITS_SHOWN = 10
NO_TASKS = 'No tasks yet. Begin with: baton plan "…" --save, then baton execute start'


def board_text(found: Board, now: float, title: str, width: int, color: bool) -> str:
    """The whole dashboard as text, with a terminal's colour codes when they are wanted."""
    shown = _shown(found, width)
    narrowest = [least(item.heads, item.rows, item.gap) for item in shown]
    if found.gates:
        narrowest.append(least(GATE_HEADS, _gate_cells(found.gates)))
    width = max([width, *narrowest])
    return drawn(Group(*_parts(found, now, title, shown)), width, color)


def _parts(found: Board, now: float, title: str, shown: Sequence[Shown]) -> Iterator[RenderableType]:
    if not found.tasks:
        yield Text(NO_TASKS if title == "Tasks" else f"{title}: none.")
        return
    yield _heading(found, title)
    yield from _over_time(found.periods, found.counts.usd is not None)
    yield Text("")
    yield _figures(found)
    for part in _tables(found, shown):
        yield Text("")
        yield part
    if found.waits:
        yield Text("")
        yield from _waits(found, now)
    yield Text("")
    yield Text(LEGEND, style="dim")


LEGEND = (
    "A rate is hits/total (percent, 95% interval); under five it says nothing about the next one. "
    "~ has estimates in it, +n? leaves out n attempts whose figure nobody reported, +? some."
)


def _heading(found: Board, title: str) -> Text:
    status = ", ".join(f"{number} {name}" for name, number in found.by_status.items())
    return Text.assemble((f"{title}: {found.tasks}", "bold"), f" ({status})")


def _over_time(periods: Sequence[Period], priced: bool) -> Iterator[RenderableType]:
    grid = Table.grid(padding=(0, 2))
    shown = periods[-60:]
    unit = shown[0].length
    rows: list[tuple[str, list[float], str]] = []
    for name, values in (("started", [p.started for p in shown]), ("complete", [p.complete for p in shown])):
        rows.append((name, [float(value) for value in values], f"{max(values)}"))
    if priced:
        rows.append(("cost", [p.usd for p in shown], amounts.dollars(max(p.usd for p in shown))))
    for name, costs, most in rows:
        grid.add_row(name, Text(sparkline(costs), style="cyan", no_wrap=True), f"at most {most} a {unit}")
    yield grid
    span = (
        f"from {shown[0].begins} to {shown[-1].begins}, {unit}s"
        if len(shown) > 1
        else f"on {shown[0].begins}"
    )
    yield Text(span, style="dim")


def _figures(found: Board) -> RenderableType:
    counts = found.counts
    rows = [
        ("Success", f"{found.success.text()} of ended tasks"),
        ("Gates", f"{found.first_pass.text()} green at the first run; {counted(found.gate_runs, 'run')}, {found.gates_red} red, "
                  f"{found.gates_reported} only reported, {found.gates_waived} waived"),
        ("First try", f"{counts.first_tries.text()} steps complete at the first attempt"),
        ("Rework", f"{counts.rework} of {counted(counts.attempts, 'attempt')} ({counted(counts.repairs, 'repair')}), "
                   f"{amounts.rework_cost(counts)}; {counts.failed} failed, {counts.interrupted} interrupted, "
                   f"{counted(found.voided, 'late answer')} void"),
        ("False claims", f"{counts.false_claims} in {counted(counts.checked, 'attempt')} held against git; tests weakened: {found.tampering}"),
        ("Surprises", f"{counted(found.questions, 'question')}, {counted(found.amendments, 'amendment')}, "
                      + counted(found.conflicts, "merge conflict")
                      + (f", {counted(found.strangers, 'agent')} nobody asked for" if found.strangers else "")),
        ("Time", f"{amounts.duration(found.seconds)} from start to end, agents at work {amounts.duration(counts.seconds)}"),
        ("Cost", amounts.cost_sentence(counts)),
    ]  # fmt: skip
    if found.driving.tokens:
        rows.append(("Driving", amounts.driving_sentence(found.driving)))
    rows += [
        (
            f"Forecast {row.figure}",
            f"{row.held.text()} within the 80% interval, {row.below} below, {row.above} above; "
            f"expected {amounts.figure(row.figure, row.likely)}, took {amounts.figure(row.figure, row.actual)}",
        )
        for row in found.forecast
    ]
    grid = Table.grid(padding=(0, 2))
    for name, text in rows:
        grid.add_row(Text(name, style="bold", no_wrap=True), text)
    return grid


HEADS = ("tasks", "tries", "first try", "rework", "false", "time", "tokens", "cost")
NARROW = ("tries", "first", "rework", "false", "time", "tokens", "cost")  # where those do not fit


class Shown(NamedTuple):
    """A table as it fits."""

    heads: tuple[str, ...]
    rows: list[list[str]]
    gap: int
    left_out: int


def _shown(found: Board, width: int) -> list[Shown]:
    groups = {
        "agent": found.agents,
        "model": found.models,
        "type of task": found.types,
        "phase": found.phases,
    }
    wide = [
        Shown((name, *HEADS), [_cells(row) for row in rows[:SHOWN]], 2, max(0, len(rows) - SHOWN))
        for name, rows in groups.items()
        if rows
    ]
    if all(needed(item.heads, item.rows) <= width for item in wide):
        return wide
    return [
        item._replace(
            heads=(item.heads[0], *NARROW),
            rows=[_short_cells(row) for row in groups[item.heads[0]][:SHOWN]],
            gap=1,
        )
        for item in wide
    ]


def _tables(found: Board, shown: Sequence[Shown]) -> Iterator[RenderableType]:
    for item in shown:
        more = [Text(f"… {item.left_out} more in --json")] if item.left_out else []
        yield Group(table(item.heads, item.rows, gap=item.gap), *more)
    if found.gates:
        yield table(GATE_HEADS, _gate_cells(found.gates))


def _cells(row: Row) -> list[str]:
    counts = row.counts
    return [
        short(row.name, 40), f"{row.tasks}", f"{counts.attempts}", f"{counts.first_try}/{counts.steps}", f"{counts.rework}",
        f"{counts.false_claims}", amounts.duration(counts.seconds), amounts.tokens(counts), amounts.usd(counts),
    ]  # fmt: skip


def _short_cells(row: Row) -> list[str]:
    """The same in fewer characters: thousands as 12.3k, rates as percentages, what is unknown only as such."""
    counts = row.counts
    first = counts.first_tries
    rate = f"{100 * first.hits / first.total:.0f}%" if first.says_something else f"{first.hits}/{first.total}"
    return [
        short(row.name, 40), amounts.many(counts.attempts), rate, amounts.many(counts.rework), amounts.many(counts.false_claims),
        amounts.duration(counts.seconds), amounts.tokens(counts, brief=True), amounts.usd(counts, brief=True),
    ]  # fmt: skip


GATE_HEADS = ("slowest gates", "runs", "red", "green at first", "mean", "slowest", "in all")


def _gate_cells(rows: Sequence[GateRow]) -> list[list[str]]:
    return [
        [
            short(row.command, 40), f"{row.runs}", f"{row.red}", f"{row.first_pass.hits}/{row.first_pass.total}",
            f"{row.mean:.1f}s" if row.mean is not None else "unknown", f"{row.slowest:.1f}s" if row.timed else "unknown",
            amounts.duration(row.seconds),
        ]
        for row in rows[:GATES_SHOWN]
    ]  # fmt: skip


def _waits(found: Board, now: float) -> Iterator[RenderableType]:
    cells = [
        [
            wait.task_id, f"{wait.kind} {wait.where}".strip(), f"{amounts.duration(max(0.0, now - wait.since))} ago",
            short(wait.text, 60),
        ]
        for wait in found.waits[:WAITS_SHOWN]
    ]  # fmt: skip
    yield table(("waits for a person", "where", "since", "what"), cells, ("where", "since", "what"))
    if len(found.waits) > WAITS_SHOWN:
        yield Text(f"… {len(found.waits) - WAITS_SHOWN} more in --json")
