"""A task as little more than its numbers: what the page draws of tasks whose texts do not fit into it.

`sketch` is kept by version like the other folds. `packed` lays thousands of them side by side, a column a kind of number,
because like numbers next to each other compress several times as well as whole tasks one after the other. Of texts it has
what one looks for in an old task: what was claimed and is not true, and how a red gate ended; `packed` keeps the newest of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from agent_baton.engine.brief import clean
from agent_baton.redact import redact
from agent_baton.trace.history import Attempt, GateRunHistory, History, PhaseHistory, StepHistory
from agent_baton.trace.words import short

VERSION = "sketch/2"
MOST_STEPS = 120  # of a task; the rest is in its trace
MOST_RUNS = 40  # of a gate
REASON = 80
CLAIM = 160
MISMATCH = 120
MISMATCHES = 3  # of an attempt
TAIL = 300  # characters of a red gate's output, its end

Sketch = list[Any]  # task id, steps left out, phases: see `_phase`


def sketch(history: History) -> Sketch:
    """Plain JSON. Times are whole seconds since the task began."""
    left, phases = MOST_STEPS, []
    for phase in history.phases:
        phases.append(_phase(history, phase, left))
        left = max(0, left - len(phase.steps))
    shown = sum(len(phase[3]) for phase in phases)
    return [history.task_id, len(history.steps) - shown, phases]


def _phase(history: History, phase: PhaseHistory, left: int) -> list[Any]:
    """Id, name, state of the gate, steps, gate runs."""
    return [
        phase.phase_id,
        short(phase.name, 60),
        gate_state(phase),
        [_step(history, step) for step in phase.steps[:left]],
        [_run(history, run) for run in phase.gates[-MOST_RUNS:]],
    ]


def gate_state(phase: PhaseHistory) -> str:
    """waived, green, red, not run; empty without a gate."""
    if not (phase.gate or phase.gates):
        return ""
    last = next((run.finished for run in reversed(phase.gates) if run.finished is not None), None)
    if phase.waived:
        return "waived"
    return "not run" if last is None else "green" if last.ok else "red"


def _step(history: History, step: StepHistory) -> list[Any]:
    """Id, agent, status, attempts."""
    return [step.step_id, step.agent_name, step.status, [_attempt(history, a) for a in step.attempts]]


def _attempt(history: History, attempt: Attempt) -> list[Any]:
    """Agent, model, end, verdict, start, seconds, changed files, false statements, tokens, cents, whether estimated, and of a
    claim that is not true the claim and what git says.
    """
    evidence, known = attempt.evidence, attempt.cost_source != "unknown"
    return [
        attempt.agent_name,
        attempt.model,
        attempt.end,
        evidence.verdict if evidence else "not checked",
        round(attempt.started_at - history.started_at),
        None if attempt.seconds is None else round(attempt.seconds),
        evidence.changed_count if evidence else None,
        len(evidence.mismatches) if evidence else 0,
        attempt.tokens if known else None,
        None if attempt.usd is None or not known else round(attempt.usd * 100),
        int(attempt.cost_source == "estimated"),
        _untrue(attempt),
    ]


def _untrue(attempt: Attempt) -> list[str]:
    found = attempt.evidence.mismatches if attempt.evidence else ()
    said = [short(line, MISMATCH) for line in found[:MISMATCHES]]
    return [short(attempt.outcome, CLAIM), *said] if said else []


def _run(history: History, run: GateRunHistory) -> list[Any]:
    """Result, source, reason, start, tenths of a second, and how the output of a red one ended."""
    event = run.finished
    result = "at work" if event is None else "green" if event.ok else "red"
    start = round(run.started_at - history.started_at)
    if event is None:
        return [result, "", "", start, None, ""]
    tenths = None if event.duration_s is None else round(event.duration_s * 10)
    if event.ok:
        return [result, event.source, "", start, tenths, ""]
    return [result, event.source, short(event.reason, REASON), start, tenths, _tail(event.output)]


def _tail(output: str) -> str:
    """The last lines; without the first of them when only its end would fit."""
    text = redact(clean(output)).strip()
    kept = text[-TAIL:]
    return kept if kept == text else kept.partition("\n")[2] or kept


class Packed(NamedTuple):
    """Texts that numbers stand for, and the columns in the order of `COLUMNS`."""

    names: list[str]
    columns: list[bytes]


# what the script of the page reads, in this order; a name is the number of a text
COLUMNS = (
    "phases", "phase_id", "phase_name", "gate_state", "steps", "step_id", "step_agent", "status", "attempts", "agent", "model", "end",
    "verdict", "start", "seconds", "files", "false", "tokens", "cents", "estimated", "untrue", "untrue_text", "runs", "result", "source",
    "reason", "run_start", "tenths", "tail", "left_out",
)  # fmt: skip


class _Columns:
    """Unsigned numbers in as few bytes as they need (seven bits a byte, the lowest first)."""

    def __init__(self, room: int) -> None:
        self.room = room  # characters that are left for texts
        self.of: dict[str, bytearray] = {name: bytearray() for name in COLUMNS}
        self.names: dict[str, int] = {}
        self.clock = 0  # where the one before ended

    def number(self, column: str, value: int) -> None:
        into, value = self.of[column], max(0, value)
        while value > 127:
            into.append(value & 127 | 128)
            value >>= 7
        into.append(value)

    def name(self, column: str, text: str) -> None:
        self.number(column, self.names.setdefault(text, len(self.names)))

    def text(self, column: str, text: str) -> None:
        """A text while there is room, or one that is there already; none afterwards."""
        if text not in self.names:
            self.room -= len(text)
        self.name(column, text if self.room >= 0 or text in self.names else "")

    def moment(self, column: str, start: int, seconds: int | None) -> None:
        """How long after the end of the one before (or, odd, before it): steps mostly follow each other at once."""
        late = start - self.clock
        self.number(column, 2 * late if late >= 0 else -2 * late - 1)
        self.clock = start + (seconds or 0)

    def maybe(self, column: str, value: int | None) -> None:
        """Nothing known is 0, and every number one more."""
        self.number(column, 0 if value is None else value + 1)


def packed(sketches: Iterable[Sketch], room: int) -> Packed:
    """`room` is for texts, in characters: whoever comes first has them."""
    into = _Columns(room)
    for _, left_out, phases in sketches:
        into.clock = 0
        into.number("left_out", left_out)
        into.number("phases", len(phases))
        for phase_id, name, state, steps, runs in phases:
            into.number("phase_id", phase_id)
            into.name("phase_name", name)
            into.name("gate_state", state)
            into.number("steps", len(steps))
            _pack_steps(into, steps)
            into.number("runs", len(runs))
            _pack_runs(into, runs)
    return Packed(list(into.names), [bytes(into.of[name]) for name in COLUMNS])


def _pack_steps(into: _Columns, steps: Sequence[list[Any]]) -> None:
    for step_id, agent, status, attempts in steps:
        into.name("step_id", step_id)
        into.name("status", status)
        into.number("attempts", len(attempts))
        if not attempts:
            into.name("step_agent", agent)  # else the last attempt tells
        for (
            who,
            model,
            end,
            verdict,
            start,
            seconds,
            files,
            false,
            tokens,
            cents,
            estimated,
            untrue,
        ) in attempts:
            into.name("agent", who)
            into.name("model", model)
            into.name("end", end)
            into.name("verdict", verdict)
            into.moment("start", start, seconds)
            into.maybe("seconds", seconds)
            into.maybe("files", files)
            into.number("false", false)
            into.maybe("tokens", None if tokens is None else round(tokens / 100))
            into.maybe("cents", cents)
            into.number("estimated", estimated)
            into.number("untrue", len(untrue))
            for text in untrue:
                into.text("untrue_text", text)


def _pack_runs(into: _Columns, runs: Sequence[list[Any]]) -> None:
    for result, source, reason, start, tenths, tail in runs:
        into.name("result", result)
        into.name("source", source)
        into.name("reason", reason)
        into.moment("run_start", start, None if tenths is None else round(tenths / 10))
        into.maybe("tenths", tenths)
        into.text("tail", tail)
