"""Figures across tasks, added up from the facts of each. A rate is empty when there was nothing to count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import add

from agent_baton.engine.protocol import clock
from agent_baton.trace.expected import FIGURES, Figure
from agent_baton.trace.facts import ForecastFacts, GateFacts, TaskFacts, Wait
from agent_baton.trace.measures import NOTHING, Measures
from agent_baton.trace.periods import Period, periods
from agent_baton.trace.rate import Rate

KEYS = 5  # of a cell: agent, model, phase, day, person
ENDED = ("complete", "cancelled")


@dataclass(frozen=True, slots=True)
class Row:
    """One agent, model, phase or type of task."""

    name: str
    tasks: int
    counts: Measures


@dataclass(frozen=True, slots=True)
class GateRow:
    command: str
    runs: int
    red: int
    first_pass: Rate
    timed: int
    seconds: float  # of the timed runs together
    slowest: float

    @property
    def mean(self) -> float | None:
        return self.seconds / self.timed if self.timed else None


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """How the intervals given for a figure did, and its sums over the steps whose figure is known."""

    figure: Figure
    held: Rate
    below: int
    above: int
    likely: float
    actual: float


@dataclass(frozen=True, slots=True)
class Waiting:
    task_id: str
    kind: str
    where: str
    since: float
    text: str


@dataclass(frozen=True, slots=True)
class Driving:
    """What the sessions that drove the tasks used for it themselves."""

    tokens: int
    usd: float
    unpriced: int  # charges whose model has no known price


@dataclass(frozen=True, slots=True)
class Board:
    tasks: int
    by_status: dict[str, int]
    success: Rate  # complete, of those that ended
    first_pass: Rate  # gates green at their first run
    gate_runs: int
    gates_red: int
    gates_reported: int  # green only because somebody said so
    gates_waived: int
    tampering: int  # weakened tests seen at gates
    counts: Measures
    questions: int
    voided: int
    amendments: int
    conflicts: int
    helpers: int  # agents started by a step's own agent
    strangers: int  # agents that no step asked for
    seconds: float  # from start to end, or to the last event
    driving: Driving
    agents: list[Row]
    models: list[Row]
    types: list[Row]
    phases: list[Row]
    gates: list[GateRow]
    forecast: list[ForecastRow]
    waits: list[Waiting]
    periods: list[Period]


def select(facts: Iterable[TaskFacts], since: float | None = None, agent: str = "") -> list[TaskFacts]:
    """The tasks started at or after a moment; with an agent those it worked on, and of their attempts its own only."""
    chosen = [task for task in facts if since is None or task["started"] >= since]
    if not agent:
        return chosen
    own: list[TaskFacts] = []
    for task in chosen:
        cells = [cell for cell in task["cells"] if cell[0] == agent]
        if cells:
            own.append({**task, "cells": cells})
    return own


def board(facts: Sequence[TaskFacts]) -> Board:
    """Everything a dashboard shows."""
    by_status = _counted(task["status"] for task in facts)
    gates = [gate for task in facts for gate in task["gates"]]
    whole = _grouped(facts)
    return Board(
        tasks=len(facts),
        by_status=by_status,
        success=Rate(by_status.get("complete", 0), sum(by_status.get(status, 0) for status in ENDED)),
        first_pass=_first_pass(gates),
        gate_runs=sum(gate["runs"] for gate in gates),
        gates_red=sum(gate["red"] for gate in gates),
        gates_reported=sum(gate["source"] == "reported" for gate in gates),
        gates_waived=sum(gate["waived"] for gate in gates),
        tampering=sum(gate["tampering"] for gate in gates),
        counts=_total(whole.values()),
        questions=sum(task["questions"] for task in facts),
        voided=sum(task["voided"] for task in facts),
        amendments=sum(task["amendments"] for task in facts),
        conflicts=sum(task["conflicts"] for task in facts),
        helpers=sum(task["helpers"] for task in facts),
        strangers=sum(task["strangers"] for task in facts),
        seconds=sum((task["ended"] or task["last"]) - task["started"] for task in facts),
        driving=_driving(facts),
        agents=_rows(whole, 0, _tasks_by(facts, 0)),
        models=_rows(whole, 1, _tasks_by(facts, 1)),
        phases=_rows(whole, 2, _tasks_by(facts, 2)),
        types=_rows(whole, 3, _counted(task["type"] for task in facts)),
        gates=_gates(gates),
        forecast=_forecast(facts),
        waits=sorted((_waiting(task, wait) for task in facts for wait in task["waits"]), key=_since),
        periods=periods(facts),
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))


Key = tuple[str, str, str, str]  # agent, model, phase, type of task


def _grouped(facts: Iterable[TaskFacts]) -> dict[Key, Sequence[float]]:
    """All cells added up once by every name a table is made of: thousands of tasks have few such combinations."""
    found: dict[Key, Sequence[float]] = {}
    for task in facts:
        kind = task["type"]
        for cell in task["cells"]:
            key = (cell[0], cell[1], cell[2], kind)
            had = found.get(key)
            found[key] = cell[KEYS:] if had is None else list(map(add, had, cell[KEYS:]))
    return found


def _total(rows: Iterable[Sequence[float]]) -> Measures:
    total = NOTHING
    for row in rows:
        total = total.plus(row)
    return total


def _rows(whole: dict[Key, Sequence[float]], place: int, tasks: dict[str, int]) -> list[Row]:
    """A table by the name at one place of the key, most attempts first."""
    found: dict[str, Measures] = {}
    for key, counts in whole.items():
        found[key[place]] = found.get(key[place], NOTHING).plus(counts)
    rows = [Row(name, tasks[name], counts) for name, counts in found.items()]
    return sorted(rows, key=lambda row: (-row.counts.attempts, row.name))


def _tasks_by(facts: Iterable[TaskFacts], place: int) -> dict[str, int]:
    return _counted(name for task in facts for name in {cell[place] for cell in task["cells"]})


def _first_pass(gates: Iterable[GateFacts]) -> Rate:
    first = [gate["first"] for gate in gates if gate["first"] is not None]
    return Rate(sum(first), len(first))


def _gates(gates: Iterable[GateFacts]) -> list[GateRow]:
    """By command, the one that took most time first."""
    by_command: dict[str, list[GateFacts]] = {}
    for gate in gates:
        by_command.setdefault(gate["command"], []).append(gate)
    rows = [
        GateRow(
            command,
            sum(gate["runs"] for gate in group),
            sum(gate["red"] for gate in group),
            _first_pass(group),
            sum(gate["timed"] for gate in group),
            round(sum(gate["seconds"] for gate in group), 3),
            max(gate["slowest"] for gate in group),
        )
        for command, group in by_command.items()
    ]
    return sorted(rows, key=lambda row: (-row.seconds, -row.runs, row.command))


def _forecast(facts: Iterable[TaskFacts]) -> list[ForecastRow]:
    made = [task["forecast"] for task in facts if task["forecast"]]
    return [row for figure in FIGURES if (row := _forecast_row(figure, made)).held.total]


def _forecast_row(figure: Figure, made: Sequence[dict[str, ForecastFacts]]) -> ForecastRow:
    rows = [task[figure] for task in made if figure in task]
    held, below, above = (
        sum(row["held"] for row in rows), sum(row["below"] for row in rows), sum(row["above"] for row in rows),
    )  # fmt: skip
    return ForecastRow(
        figure, Rate(held, held + below + above), below, above,
        round(sum(row["likely"] for row in rows), 6), round(sum(row["actual"] for row in rows), 6),
    )  # fmt: skip


def _driving(facts: Iterable[TaskFacts]) -> Driving:
    rows = [row for task in facts for row in task["driving"]]
    prices = [row[5] for row in rows]
    return Driving(
        sum(row[4] for row in rows),
        round(sum(usd for usd in prices if usd is not None), 6),
        sum(usd is None for usd in prices),
    )


def _waiting(task: TaskFacts, wait: Wait) -> Waiting:
    return Waiting(task["task_id"], wait["kind"], wait["where"], wait["since"], wait["text"])


def _since(wait: Waiting) -> tuple[float, str]:
    return wait.since, wait.task_id


Field = Callable[[Measures], object]
# what a table of measures exports, in this order: the same names in JSON and CSV
FIELDS: dict[str, Field] = {
    "attempts": lambda m: m.attempts,
    "failed": lambda m: m.failed,
    "interrupted": lambda m: m.interrupted,
    "asked": lambda m: m.asked,
    "steps": lambda m: m.steps,
    "first_try": lambda m: m.first_try,
    "repairs": lambda m: m.repairs,
    "rework": lambda m: m.rework,
    "rework_usd": lambda m: round(m.rework_usd, 6),
    "checked": lambda m: m.checked,
    "false_claims": lambda m: m.false_claims,
    "seconds": lambda m: round(m.seconds, 3),
    "tokens_measured": lambda m: m.tokens_measured,
    "tokens_estimated": lambda m: m.tokens_estimated,
    "tokens_unknown_attempts": lambda m: m.tokens_unknown,
    "usd_measured": lambda m: round(m.usd_measured, 6),
    "usd_estimated": lambda m: round(m.usd_estimated, 6),
    "usd_unknown_attempts": lambda m: m.usd_unknown,
    "tokens_input": lambda m: m.input,
    "tokens_output": lambda m: m.output,
    "tokens_cache_read": lambda m: m.cache_read,
    "tokens_cache_write": lambda m: m.cache_write,
}


def as_fields(counts: Measures) -> dict[str, object]:
    """Counts by name; sums beside the number of attempts they do not cover."""
    return {name: value(counts) for name, value in FIELDS.items()}


def as_document(found: Board) -> dict[str, object]:
    """The whole board as JSON."""

    def rows(items: list[Row]) -> list[dict[str, object]]:
        return [
            {"name": row.name, "tasks": row.tasks, **as_fields(row.counts), "first_try_rate": row.counts.first_tries.fields()}
            for row in items
        ]  # fmt: skip

    return {
        "tasks": found.tasks,
        "by_status": found.by_status,
        "success": found.success.fields(),
        "first_pass": found.first_pass.fields(),
        "gate_runs": found.gate_runs,
        "gates_red": found.gates_red,
        "gates_reported": found.gates_reported,
        "gates_waived": found.gates_waived,
        "tampering": found.tampering,
        **as_fields(found.counts),
        "questions": found.questions,
        "voided": found.voided,
        "amendments": found.amendments,
        "conflicts": found.conflicts,
        "helpers": found.helpers,
        "strangers": found.strangers,
        "task_seconds": round(found.seconds, 3),
        "driving": {
            "tokens": found.driving.tokens, "usd": found.driving.usd, "unpriced_charges": found.driving.unpriced,
        },
        "agents": rows(found.agents),
        "models": rows(found.models),
        "types": rows(found.types),
        "phases": rows(found.phases),
        "gates": [
            {
                "command": gate.command, "runs": gate.runs, "red": gate.red, "first_pass": gate.first_pass.fields(),
                "timed_runs": gate.timed, "seconds": gate.seconds, "slowest_s": gate.slowest,
            }
            for gate in found.gates
        ],
        "forecast": [
            {
                "figure": row.figure, "held": row.held.fields(), "below": row.below, "above": row.above,
                "likely": row.likely, "actual": row.actual,
            }
            for row in found.forecast
        ],
        "waits": [
            {"task_id": w.task_id, "kind": w.kind, "where": w.where, "since": clock(w.since), "text": w.text}
            for w in found.waits
        ],
        "periods": [period._asdict() for period in found.periods],
    }  # fmt: skip
