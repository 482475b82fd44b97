"""Two tasks side by side: what was planned otherwise, what went otherwise, and what it took."""

from __future__ import annotations

from typing import Any

from agent_baton.trace.history import History, StepHistory
from agent_baton.trace.measures import Measures
from agent_baton.trace.retro_facts import causes, totals
from agent_baton.trace.words import short

Figures = dict[str, float | None]


def compare(one: History, other: History) -> dict[str, Any]:
    """`figures`: name → both values and the difference, None where unknown. `steps`: every step that differs."""
    mine, theirs = _figures(one), _figures(other)
    return {
        "tasks": [one.task_id, other.task_id],
        "summaries": [short(one.plan["task_summary"]), short(other.plan["task_summary"])],
        "statuses": [one.status, other.status],
        "figures": [
            {
                "figure": name,
                "a": mine[name],
                "b": theirs[name],
                "difference": _less(theirs[name], mine[name]),
            }
            for name in mine
        ],
        "steps": list(_steps(one, other)),
        "gate_causes": {
            "only_a": sorted(_causes(one) - _causes(other)),
            "both": sorted(_causes(one) & _causes(other)),
            "only_b": sorted(_causes(other) - _causes(one)),
        },
    }


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else round(value - other, 6)


def _figures(history: History) -> Figures:
    counts = totals(history)
    runs = [run.finished for run in history.gate_runs if run.finished is not None]
    return {
        "steps": float(sum(step.status != "removed" for step in history.steps)),
        "attempts": float(counts.attempts),
        "failed attempts": float(counts.failed),
        "repairs": float(counts.repairs),
        "rework attempts": float(counts.rework),
        "gate runs": float(len(runs)),
        "red gate runs": float(sum(not run.ok for run in runs)),
        "false claims": float(counts.false_claims),
        "questions": float(sum(len(step.questions) for step in history.steps)),
        "amendments": float(len(history.amendments)),
        "seconds": round((history.ended_at or history.last_at) - history.started_at, 3),
        "agent seconds": round(counts.seconds, 3),
        "tokens": _whole(counts, counts.tokens, counts.tokens_unknown),
        "usd": _whole(counts, counts.usd, counts.usd_unknown),
    }


def _whole(counts: Measures, known: float | None, unknown: int) -> float | None:
    """None unless every attempt's figure is known: two parts cannot be compared."""
    return None if known is None or unknown else round(known, 6)


def _steps(one: History, other: History) -> Any:
    mine = {step.step_id: step for step in one.steps}
    theirs = {step.step_id: step for step in other.steps}
    for step_id in dict.fromkeys((*mine, *theirs)):
        row = {"step_id": step_id, "a": _step(mine.get(step_id)), "b": _step(theirs.get(step_id))}
        if row["a"] != row["b"]:
            yield row


def _step(step: StepHistory | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "agent": step.agent_name,
        "model": step.model,
        "status": step.status,
        "attempts": len(step.attempts),
        "seconds": round(sum(attempt.seconds or 0.0 for attempt in step.attempts), 1),
    }


def _causes(history: History) -> set[str]:
    return {row["cause"] for row in causes(history)}
