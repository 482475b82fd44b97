"""The retrospective as facts: what the planner and `baton retro summary` learn from. Plain JSON, kept by version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent_baton.engine.protocol import clock
from agent_baton.trace.expected import FIGURES, against_forecast
from agent_baton.trace.history import Attempt, GateRunHistory, History, PhaseHistory, StepHistory
from agent_baton.trace.measures import NOTHING, Measures, measures
from agent_baton.trace.meetings import predicted, real
from agent_baton.trace.words import short

VERSION = "retro/1"
FORMAT = 1
CAUSE = 160
AGAIN = {"complete": "done again", "changes": "asking for changes", "asked": "ended in a question"}
NAMES = 5  # failing tests named of one red run


def retro_facts(history: History) -> dict[str, Any]:
    """Planned against happened, and everything that went otherwise, each with where and how often."""
    plan = history.plan
    return {
        "facts_version": FORMAT,
        "task_id": history.task_id,
        "summary": short(plan["task_summary"]),
        "type": plan["task_type"],
        "risk": plan["risk_level"],
        "complexity": plan["complexity"],
        "status": history.status,
        "reason": short(history.reason),
        "started": clock(history.started_at),
        "ended": clock(history.ended_at) if history.ended_at is not None else None,
        "planned": _planned(history),
        "happened": _happened(history),
        "forecast": [
            {"figure": figure, **sums} for figure, sums in _forecast(history).items()
        ],
        "steps": [_step(step) for step in history.steps],
        "gate_failures": list(gate_failures(history)),
        "causes": causes(history),
        "rework": list(rework(history)),
        "false_claims": list(_false_claims(history)),
        "conflicts": {"predicted": predicted(history), "real": real(history)},
        "questions": list(questions(history)),
        "waived": [
            {"phase_id": phase.phase_id, "reason": short(phase.waived), "by": phase.waived_by}
            for phase in history.phases
            if phase.waived
        ],
        "reported_gates": [phase.phase_id for phase in history.phases if _reported(phase)],
    }  # fmt: skip


def _reported(phase: PhaseHistory) -> bool:
    last = phase.gates[-1].finished if phase.gates else None
    return last is not None and last.source == "reported"


def _planned(history: History) -> dict[str, Any]:
    plan = history.started_plan
    steps = [step for phase in plan["phases"] for step in phase["steps"]]
    return {
        "phases": len(plan["phases"]),
        "steps": len(steps),
        "gates": sum(1 for phase in plan["phases"] if phase.get("gate")),
        "agents": sorted({step["agent_name"] for step in steps}),
    }


def _happened(history: History) -> dict[str, Any]:
    steps = [step for step in history.steps if step.status != "removed"]
    counts = totals(history)
    return {
        "phases": len(history.phases),
        "steps": len(steps),
        "steps_done": sum(step.status in ("complete", "skipped") for step in steps),
        "skipped": sum(step.status == "skipped" for step in steps),
        "repairs": sum(step.repair for step in steps),
        "amendments": len(history.amendments),
        "gate_runs": sum(run.finished is not None for run in history.gate_runs),
        "attempts": counts.attempts,
        "seconds": round((history.ended_at or history.last_at) - history.started_at, 3),
        "agent_seconds": round(counts.seconds, 3),
        "tokens": counts.tokens,
        "tokens_unknown_attempts": counts.tokens_unknown,
        "usd": None if counts.usd is None else round(counts.usd, 6),
        "usd_unknown_attempts": counts.usd_unknown,
    }


def totals(history: History) -> Measures:
    found = NOTHING
    for step in history.steps:
        for attempt in step.attempts:
            found = found.plus(measures(step, attempt))
    return found


def _forecast(history: History) -> dict[str, dict[str, float]]:
    """Sums over the steps that went as planned and whose figure is known; `held` of `steps` were within 80%."""
    found: dict[str, dict[str, float]] = {}
    for item in against_forecast(history):
        row = found.setdefault(item.figure, {"steps": 0, "held": 0, "likely": 0.0, "actual": 0.0})
        row["steps"] += 1
        row["held"] += item.low <= item.actual <= item.high
        row["likely"] = round(row["likely"] + item.likely, 6)
        row["actual"] = round(row["actual"] + item.actual, 6)
    return {figure: found[figure] for figure in FIGURES if figure in found}


def _step(step: StepHistory) -> dict[str, Any]:
    return {
        "step_id": step.step_id,
        "agent": step.agent_name,
        "model": step.model,
        "repair": step.repair,
        "status": step.status,
        "ends": [attempt.end for attempt in step.attempts],
        "seconds": round(sum(attempt.seconds or 0.0 for attempt in step.attempts), 3),
    }


def gate_failures(history: History) -> Iterator[dict[str, Any]]:
    """Every red run: where, its normalised signature, and what made it red."""
    for phase in history.phases:
        for run in phase.gates:
            event = run.finished
            if event is not None and not event.ok:
                yield {
                    "phase_id": phase.phase_id,
                    "run": run.run,
                    "command": short(event.command),
                    "signature": event.signature,
                    "cause": cause(run),
                    "failures": [short(name) for name in (event.new_failures or event.failures)[:NAMES]],
                    "mended_by": _mended(phase, run),
                }


def cause(run: GateRunHistory) -> str:
    """What made a run red, in a line: the failing tests where they are known, else the gate's own reason."""
    event = run.finished
    assert event is not None
    names = event.new_failures or event.failures
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return short(", ".join(names[:NAMES]) + more if names else event.reason or "no reason given", CAUSE)


def _mended(phase: PhaseHistory, red: GateRunHistory) -> str:
    """What came of it: a later green run, a waiver, or nothing yet."""
    later = [run for run in phase.gates if run.run > red.run and run.finished is not None]
    if any(run.finished is not None and run.finished.ok for run in later):
        return "green later"
    return "waived" if phase.waived else "not mended"


def causes(history: History) -> list[dict[str, Any]]:
    """Red runs gathered by signature: the same failure twice is one cause."""
    found: dict[str, dict[str, Any]] = {}
    for failure in gate_failures(history):
        key = failure["signature"] or failure["cause"]
        row = found.setdefault(
            key, {"signature": failure["signature"], "cause": failure["cause"], "runs": 0, "phases": []}
        )
        row["runs"] += 1
        if failure["phase_id"] not in row["phases"]:
            row["phases"].append(failure["phase_id"])
    return sorted(found.values(), key=lambda row: (-row["runs"], row["cause"]))


def rework(history: History) -> Iterator[dict[str, Any]]:
    """What was done more than once, and why."""
    for step in history.steps:
        if step.repair and step.attempts:
            yield {"step_id": step.step_id, "attempts": len(step.attempts), "why": short(step.cause, CAUSE)}
        elif len(step.attempts) > 1:
            yield {"step_id": step.step_id, "attempts": len(step.attempts) - 1, "why": _why_again(step)}


def _why_again(step: StepHistory) -> str:
    ends = [_end(attempt) for attempt in step.attempts[:-1]]
    return ", ".join(f"{ends.count(end)} {end}" for end in dict.fromkeys(ends))


def _end(attempt: Attempt) -> str:
    return AGAIN.get(attempt.end, attempt.end)


def _false_claims(history: History) -> Iterator[dict[str, Any]]:
    for step in history.steps:
        for attempt in step.attempts:
            if attempt.evidence is not None and attempt.evidence.mismatches:
                yield {
                    "step_id": step.step_id,
                    "attempt": attempt.number,
                    "agent": attempt.agent_name,
                    "claims": [short(line) for line in attempt.evidence.mismatches],
                }


def questions(history: History) -> Iterator[dict[str, Any]]:
    """Briefs that led to questions: what was asked, and of which brief."""
    for step in history.steps:
        for question, answer in step.questions:
            yield {
                "step_id": step.step_id,
                "agent": step.agent_name,
                "brief": short(step.description, CAUSE),
                "question": short(question),
                "answer": short(answer),
            }
