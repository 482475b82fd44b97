"""The trace of a task: one JSON document of nested spans. Times are UTC, ISO 8601; durations seconds."""

from __future__ import annotations

from typing import Any

from agent_baton.engine.protocol import clock
from agent_baton.trace.history import Attempt, GateRunHistory, History, PhaseHistory, StepHistory

TRACE_VERSION = 1


def trace_document(history: History) -> dict[str, Any]:
    """Task, phases, steps, attempts and gate runs with times, cost and evidence."""
    plan = history.plan
    return {
        "trace_version": TRACE_VERSION,
        "task_id": history.task_id,
        "task_summary": plan["task_summary"],
        "task_type": plan["task_type"],
        "risk_level": plan["risk_level"],
        "complexity": plan["complexity"],
        "status": history.status,
        "branch": history.branch,
        "base_commit": history.base_commit,
        **_span(history.started_at, history.ended_at),
        "cost": cost(history.attempts),
        "baseline": [event.as_dict() for event in history.baseline],
        "phases": [_phase(phase) for phase in history.phases],
        "amendments": [{**item, "at": clock(item["at"])} for item in history.amendments],
        "notes": [{**item, "at": clock(item["at"])} for item in history.notes],
        "voided": [{**item, "at": clock(item["at"])} for item in history.voided],
        "events": history.last_seq,
    }


def cost(attempts: list[Attempt]) -> dict[str, Any]:
    """Sums of what was reported, the estimated part of them, and how many attempts are not in them: unknown is not zero."""
    known = [attempt for attempt in attempts if attempt.cost_source != "unknown"]
    estimated = [attempt for attempt in known if attempt.cost_source == "estimated"]
    return {
        "tokens": sum(attempt.tokens or 0 for attempt in known),
        "usd": round(sum(attempt.usd or 0.0 for attempt in known), 6),
        "tokens_estimated": sum(attempt.tokens or 0 for attempt in estimated),
        "usd_estimated": round(sum(attempt.usd or 0.0 for attempt in estimated), 6),
        "tokens_unknown_attempts": len(attempts) - sum(attempt.tokens is not None for attempt in known),
        "usd_unknown_attempts": len(attempts) - sum(attempt.usd is not None for attempt in known),
        "measured": sum(1 for attempt in known if attempt.cost_source == "measured"),
        "estimated": len(estimated),
        "unknown": len(attempts) - len(known),
    }


def _span(start: float | None, end: float | None) -> dict[str, Any]:
    return {
        "started_at": clock(start) if start is not None else None,
        "ended_at": clock(end) if end is not None else None,
        "duration_s": round(end - start, 3) if start is not None and end is not None else None,
    }


def _phase(phase: PhaseHistory) -> dict[str, Any]:
    return {
        "phase_id": phase.phase_id,
        "name": phase.name,
        **_span(phase.started_at, phase.ended_at),
        "approvals": [{**item, "at": clock(item["at"])} for item in phase.approvals],
        "steps": [_step(step) for step in phase.steps],
        "gate": phase.gate,
        "gate_runs": [_gate_run(run) for run in phase.gates],
        "gate_waived": {"reason": phase.waived, "by": phase.waived_by} if phase.waived else None,
    }


def _step(step: StepHistory) -> dict[str, Any]:
    return {
        "step_id": step.step_id,
        "agent_name": step.agent_name,
        "model": step.model,
        "task_description": step.description,
        "status": step.status,
        "repair": step.repair,
        "cause": step.cause,
        "skipped": step.skipped,
        "questions": [{"question": question, "answer": answer} for question, answer in step.questions],
        "cost": cost(step.attempts),
        "attempts": [_attempt(attempt) for attempt in step.attempts],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.number,
        "agent_name": attempt.agent_name,
        **_span(attempt.started_at, attempt.ended_at),
        "end": attempt.end,
        "outcome": attempt.outcome,
        "outcome_ref": attempt.outcome_ref,
        "commit": attempt.commit,
        "files": list(attempt.files),
        "forced": attempt.forced,
        "evidence": attempt.evidence.as_dict() if attempt.evidence else None,
        "tokens": attempt.tokens,
        "usd": attempt.usd,
        "cost_source": attempt.cost_source,
    }


def _gate_run(run: GateRunHistory) -> dict[str, Any]:
    span = _span(run.started_at, run.ended_at)
    if run.finished is None:
        return {"run": run.run, **span, "result": None}
    fields = run.finished.as_dict()
    measured = fields.pop("duration_s")
    for name in ("phase_id", "run", "ok"):
        fields.pop(name)
    if measured is not None:
        span["duration_s"] = measured
    return {"run": run.run, **span, "result": "pass" if run.finished.ok else "fail", **fields}
