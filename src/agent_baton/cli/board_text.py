"""The dashboard as a terminal shows it. The only place that draws with rich, together with what is live."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

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
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=color, color_system="standard" if color else None,
        no_color=not color, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    console.print(draw(found, now, title))
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().split("\n"))


def draw(found: Board, now: float, title: str) -> RenderableType:
    if not found.tasks:
        return Text(NO_TASKS if title == "Tasks" else f"{title}: none.")
    parts: list[RenderableType] = [
        _heading(found, title),
        *_over_time(found.periods),
        Text(""),
        _figures(found),
    ]
    parts += [part for item in _tables(found) for part in (Text(""), item)]
    if found.waits:
        parts += [Text(""), _waits(found, now)]
    return Group(*parts, Text(""), Text(LEGEND, style="dim"))


LEGEND = (
    "A rate is hits/total (percent, 95% interval); under five it says nothing about the next one. "
    "~ has estimates in it, +n? leaves out n attempts whose figure nobody reported."
)


def _heading(found: Board, title: str) -> Text:
    status = ", ".join(f"{number} {name}" for name, number in found.by_status.items())
    return Text.assemble((f"{title}: {found.tasks}", "bold"), f" ({status})")


def _over_time(periods: Sequence[Period]) -> Iterator[RenderableType]:
    if len(periods) < 2:
        return
    grid = Table.grid(padding=(0, 2))
    shown = periods[-60:]
    for name, values in (
        ("started", [p.started for p in shown]),
        ("complete", [p.complete for p in shown]),
        ("cost", [p.usd for p in shown]),
    ):
        most = amounts.dollars(max(values)) if name == "cost" else f"{max(values):.0f}"
        grid.add_row(
            name, Text(sparkline(values), style="cyan", no_wrap=True), f"at most {most} a {shown[0].length}"
        )
    yield grid
    yield Text(f"from {shown[0].begins} to {shown[-1].begins}, {shown[0].length}s", style="dim")


def _figures(found: Board) -> RenderableType:
    counts = found.counts
    rows = [
        ("Success", f"{found.success.text()} of ended tasks"),
        ("Gates", f"{found.first_pass.text()} green at the first run; {found.gate_runs} runs, {found.gates_red} red, "
                  f"{found.gates_reported} only reported, {found.gates_waived} waived"),
        ("First try", f"{counts.first_tries.text()} steps complete at the first attempt"),
        ("Rework", f"{counts.rework} of {counts.attempts} attempts ({counts.repairs} repairs), "
                   f"known cost {amounts.dollars(counts.rework_usd)}; {counts.failed} failed, {counts.interrupted} interrupted, "
                   f"{found.voided} late answers void"),
        ("False claims", f"{counts.false_claims} in {counts.checked} attempts held against git; tests weakened: {found.tampering}"),
        ("Surprises", f"{found.questions} questions, {found.amendments} amendments, {found.conflicts} merge conflicts"
                      + (f", {found.strangers} agents nobody asked for" if found.strangers else "")),
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


def _tables(found: Board) -> Iterator[RenderableType]:
    for name, rows in (
        ("agent", found.agents),
        ("model", found.models),
        ("type of task", found.types),
        ("phase", found.phases),
    ):
        if rows:
            yield _table(name, rows)
    if found.gates:
        yield _gates(found.gates)


def _table(name: str, rows: Sequence[Row]) -> RenderableType:
    table = _plain(name, "tasks", "tries", "first try", "rework", "false", "time", "tokens", "cost")
    for row in rows[:SHOWN]:
        counts = row.counts
        first = counts.first_tries
        table.add_row(
            short(row.name, 40), f"{row.tasks}", f"{counts.attempts}", f"{first.hits}/{first.total}", f"{counts.rework}",
            f"{counts.false_claims}", amounts.duration(counts.seconds), amounts.tokens(counts),
            amounts.usd(counts),
        )  # fmt: skip
    if len(rows) > SHOWN:
        table.add_row(f"… {len(rows) - SHOWN} more in --json")
    return table


def _gates(rows: Sequence[GateRow]) -> RenderableType:
    table = _plain("slowest gates", "runs", "red", "green at first", "mean", "slowest", "in all")
    for row in rows[:GATES_SHOWN]:
        mean = f"{row.mean:.1f}s" if row.mean is not None else "unknown"
        slowest = f"{row.slowest:.1f}s" if row.timed else "unknown"
        table.add_row(
            short(row.command, 40), f"{row.runs}", f"{row.red}", f"{row.first_pass.hits}/{row.first_pass.total}", mean, slowest,
            amounts.duration(row.seconds),
        )  # fmt: skip
    return table


def _waits(found: Board, now: float) -> RenderableType:
    table = _plain("waits for a person", "where", "since", "what", numbers=False)
    for wait in found.waits[:WAITS_SHOWN]:
        since = amounts.duration(max(0.0, now - wait.since))
        table.add_row(wait.task_id, f"{wait.kind} {wait.where}".strip(), f"{since} ago", short(wait.text, 60))
    if len(found.waits) > WAITS_SHOWN:
        table.add_row(f"… {len(found.waits) - WAITS_SHOWN} more in --json")
    return table


def _plain(first: str, *others: str, numbers: bool = True) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold")  # the one that gives way on a narrow terminal
    for name in others:
        table.add_column(name, justify="right" if numbers else "left", no_wrap=numbers)
    return table
