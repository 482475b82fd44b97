"""A task as spans: the task, its phases, steps, attempts and gate runs. One list that every trace format is made from.

Attribute names are OpenTelemetry's semantic conventions for generative AI where they have one (looked up 2026-11, all of
them still in development), `process.*` for gates, and `agent_baton.*` for what is only ours.
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from agent_baton.trace.context import attempt_span, span_id
from agent_baton.trace.history import Attempt, GateRunHistory, History, PhaseHistory, StepHistory
from agent_baton.trace.words import short

WORKFLOW = "agent-baton"
Value = str | int | float | bool | list[str]


class Span(NamedTuple):
    span_id: str
    parent_id: str  # empty: the task itself
    name: str
    kind: str  # task | phase | step | attempt | gate
    start: float
    end: float | None  # None: not over yet
    attributes: dict[str, Value]
    error: str = ""  # why it did not end well
    events: tuple[tuple[float, str, str], ...] = ()  # at, name, text
    lane: str = ""  # the agent or gate it shows under where spans are drawn in lanes


def spans(history: History) -> list[Span]:
    """Parents before their children. What has not begun has no span."""
    found = [_task(history)]
    for phase in history.phases:
        started = phase.started_at
        if started is not None:
            found += _phase(history, phase, started)
    return found


def _task(history: History) -> Span:
    plan = history.plan
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": WORKFLOW,
        "agent_baton.task.id": history.task_id,
        "agent_baton.task.summary": short(plan["task_summary"]),
        "agent_baton.task.type": plan["task_type"],
        "agent_baton.task.risk": plan["risk_level"],
        "agent_baton.task.status": history.status,
    }
    failed = history.status in ("failed", "cancelled")
    error = (short(history.reason) or history.status) if failed else ""
    events = tuple((item["at"], "amended", short(item["reason"])) for item in history.amendments)
    return Span(
        span_id(history.task_id), "", f"invoke_workflow {WORKFLOW}", "task", history.started_at, history.ended_at,
        attributes, error, events,
    )  # fmt: skip


def _phase(history: History, phase: PhaseHistory, started: float) -> Iterator[Span]:
    mine = span_id(history.task_id, "phase", phase.phase_id)
    attributes: dict[str, Value] = {
        "agent_baton.phase.id": phase.phase_id,
        "agent_baton.phase.name": short(phase.name),
    }
    events = tuple(
        (item["at"], f"approval {item['result']}", short(item["feedback"])) for item in phase.approvals
    )
    name = f"phase {phase.phase_id}"
    yield Span(mine, span_id(history.task_id), name, "phase", started, phase.ended_at, attributes, "", events)
    for step in phase.steps:
        if step.attempts:
            yield from _step(history, step, mine)
    for run in phase.gates:
        yield _gate(history, phase, run, mine)


def _step(history: History, step: StepHistory, parent: str) -> Iterator[Span]:
    mine = span_id(history.task_id, "step", step.step_id)
    last = step.attempts[-1]
    open_ = last.ended_at is None or step.status == "open"
    attributes: dict[str, Value] = {
        "agent_baton.step.id": step.step_id,
        "agent_baton.step.status": step.status,
        "agent_baton.step.repair": step.repair,
        "agent_baton.step.attempts": len(step.attempts),
    }
    error = step.status if step.status in ("failed", "veto") else ""
    end = None if open_ else last.ended_at
    name = f"step {step.step_id}"
    yield Span(
        mine, parent, name, "step", step.attempts[0].started_at, end, attributes, error, (), step.agent_name
    )
    for attempt in step.attempts:
        yield _attempt(history, step, attempt, mine)


def _attempt(history: History, step: StepHistory, attempt: Attempt, parent: str) -> Span:
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": attempt.agent_name,
        "gen_ai.request.model": attempt.model,
        **_usage(attempt),
        "agent_baton.step.id": step.step_id,
        "agent_baton.attempt": attempt.number,
        "agent_baton.attempt.end": attempt.end,
        "agent_baton.cost.source": attempt.cost_source,
    }
    if attempt.session:
        attributes["gen_ai.conversation.id"] = attempt.session
    if attempt.evidence is not None:
        attributes["agent_baton.evidence.verdict"] = attempt.evidence.verdict
        attributes["agent_baton.evidence.changed_files"] = attempt.evidence.changed_count
        attributes["agent_baton.evidence.mismatches"] = [short(line) for line in attempt.evidence.mismatches]
    bad = attempt.end in ("failed", "veto", "interrupted")
    if bad:
        attributes["error.type"] = attempt.end
    error = f"{attempt.end}: {short(attempt.outcome)}" if bad else ""
    return Span(
        attempt_span(history.task_id, step.step_id, attempt.number), parent, f"invoke_agent {attempt.agent_name}",
        "attempt", attempt.started_at, attempt.ended_at, attributes, error, (), attempt.agent_name,
    )  # fmt: skip


KINDS = {  # ours → the convention's
    "output": "gen_ai.usage.output_tokens",
    "cache_read": "gen_ai.usage.cache_read.input_tokens",
    "cache_write": "gen_ai.usage.cache_creation.input_tokens",
}


def _usage(attempt: Attempt) -> dict[str, Value]:
    """Tokens and money as far as they are known; what is not known has no attribute."""
    found: dict[str, Value] = {}
    if attempt.cost_source != "unknown":
        if attempt.tokens is not None:
            found["agent_baton.cost.tokens"] = attempt.tokens
        if attempt.usd is not None:
            found["agent_baton.cost.usd"] = attempt.usd
    if attempt.usage:
        for kind, name in KINDS.items():
            found[name] = sum(int(row.get(kind, 0)) for row in attempt.usage)
        # the convention counts what was read from or written to a cache as input too
        found["gen_ai.usage.input_tokens"] = sum(
            int(row.get(kind, 0)) for row in attempt.usage for kind in ("input", "cache_read", "cache_write")
        )
        models = [str(row["model"]) for row in attempt.usage]
        if len(models) == 1:
            found["gen_ai.response.model"] = models[0]
    return found


def _gate(history: History, phase: PhaseHistory, run: GateRunHistory, parent: str) -> Span:
    event = run.finished
    attributes: dict[str, Value] = {
        "agent_baton.phase.id": phase.phase_id,
        "agent_baton.gate.run": run.run,
        "agent_baton.gate.type": (phase.gate or {}).get("gate_type", ""),
    }
    error = ""
    if event is not None:
        attributes["agent_baton.gate.result"] = "pass" if event.ok else "fail"
        attributes["agent_baton.gate.source"] = event.source
        if event.command:
            attributes["process.command_line"] = short(event.command)
        if event.exit_code is not None:
            attributes["process.exit.code"] = event.exit_code
        if event.failures:
            attributes["agent_baton.gate.failures"] = [short(name) for name in event.failures]
        if event.signature:
            attributes["agent_baton.gate.signature"] = event.signature
        if not event.ok:
            error = short(event.reason) or "red"
            attributes["error.type"] = "gate_red"
    start = run.started_at
    if event is not None and event.duration_s is not None and run.ended_at is not None:
        start = min(start, run.ended_at - event.duration_s)
    return Span(
        span_id(history.task_id, "gate", phase.phase_id, run.run), parent, f"gate of phase {phase.phase_id}", "gate",
        round(start, 3), run.ended_at, attributes, error, (), "gates",
    )  # fmt: skip
