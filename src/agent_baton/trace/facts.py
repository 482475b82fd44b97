"""One task as counts: what dashboards, usage and summaries add up. Plain JSON, so that it can be kept (see journal/folds).

`VERSION` changes with the shape or the meaning of anything in here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypedDict

from agent_baton.engine.protocol import clock
from agent_baton.trace.expected import Outcome, against_forecast
from agent_baton.trace.history import Attempt, Driving, History, PhaseHistory
from agent_baton.trace.measures import Measures, added, measures
from agent_baton.trace.words import short

VERSION = "figures/4"
DAY_S = 86_400

# agent, model, phase name, day (UTC, ISO), person, then the Measures in their order
Cell = list[Any]


class GateFacts(TypedDict):
    command: str
    type: str
    phase: str
    runs: int
    red: int
    first: bool | None  # whether the first run was green; None when none has ended
    source: str  # of the last run: verified | reported
    waived: bool
    timed: int
    seconds: float
    slowest: float
    tampering: int


class Wait(TypedDict):
    """Something that only a person can move."""

    kind: str  # approval | question | permission | stuck | paused
    where: str
    since: float
    text: str


class ForecastFacts(TypedDict):
    """Of one figure over the steps that went as planned and whose figure is known."""

    held: int  # within the 80% interval
    below: int
    above: int
    likely: float  # sums
    actual: float


class TaskFacts(TypedDict):
    task_id: str
    summary: str
    type: str
    risk: str
    complexity: str
    status: str
    by: str
    started: float
    ended: float | None
    last: float
    branch: str
    steps: int
    done: int
    cells: list[Cell]
    driving: list[list[Any]]  # day, person, session, model, tokens, US dollars or None
    sessions: dict[str, bool]  # that had steps dispatched: whether any of those reported what it used
    gates: list[GateFacts]
    waits: list[Wait]
    forecast: dict[str, ForecastFacts]
    voided: int
    questions: int
    amendments: int
    conflicts: int
    helpers: int
    strangers: int


def task_facts(history: History) -> TaskFacts:
    plan = history.plan
    steps = [step for step in history.steps if step.status != "removed"]
    return {
        "task_id": history.task_id,
        "summary": short(plan["task_summary"]),
        "type": plan["task_type"],
        "risk": plan["risk_level"],
        "complexity": plan["complexity"],
        "status": history.status,
        "by": history.by,
        "started": history.started_at,
        "ended": history.ended_at,
        "last": history.last_at,
        "branch": short(history.branch or ""),
        "steps": len(steps),
        "done": sum(step.status in ("complete", "skipped") for step in steps),
        "cells": cells(history),
        "driving": [_driving(item) for item in history.driving],
        "sessions": _sessions(history),
        "gates": [_gate(phase) for phase in history.phases if phase.gates or phase.waived],
        "waits": list(_waits(history)),
        "forecast": _forecast(history),
        "voided": len(history.voided),
        "questions": sum(len(step.questions) for step in history.steps),
        "amendments": len(history.amendments),
        "conflicts": sum(len(step.conflicts) for step in history.steps),
        "helpers": history.helpers,
        "strangers": len(history.strangers),
    }


def cells(history: History) -> list[Cell]:
    """The attempts added up by agent, model, phase, day and person."""
    found: dict[tuple[str, str, str, str, str], list[Measures]] = {}
    for phase in history.phases:
        name = short(phase.name)
        for step in phase.steps:
            for attempt in step.attempts:
                key = (attempt.agent_name, attempt.model, name, day_of(attempt), attempt.by)
                found.setdefault(key, []).append(measures(step, attempt))
    return [[*key, *(counts[0] if len(counts) == 1 else added(counts))] for key, counts in found.items()]


def _driving(item: Driving) -> list[Any]:
    models = [str(row["model"]) for row in item.usage]
    return [
        clock(item.at)[:10], item.by, item.session, models[0] if len(models) == 1 else "several" if models else "unknown",
        item.tokens, item.usd,
    ]  # fmt: skip


def _sessions(history: History) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for attempt in history.attempts:
        if attempt.session:
            known = attempt.cost_source != "unknown"
            found[attempt.session] = found.get(attempt.session, False) or known
    return found


def day_of(attempt: Attempt) -> str:
    """The day an attempt counts for: when it was charged, else ended, else begun. As `2026-11-01`, UTC."""
    return _day(int(attempt.charged_at or attempt.ended_at or attempt.started_at) // DAY_S)


@lru_cache(maxsize=10_000)
def _day(number: int) -> str:
    return clock(number * DAY_S)[:10]


def _forecast(history: History) -> dict[str, ForecastFacts]:
    found: dict[str, list[Outcome]] = {}
    for item in against_forecast(history):
        found.setdefault(item.figure, []).append(item)
    return {figure: _held(items) for figure, items in found.items()}


def _held(items: list[Outcome]) -> ForecastFacts:
    below = above = 0
    likely = actual = 0.0
    for _, low, high, took, expected in items:
        below += took < low
        above += took > high
        likely += expected
        actual += took
    return {
        "held": len(items) - below - above, "below": below, "above": above,
        "likely": round(likely, 6), "actual": round(actual, 6),
    }  # fmt: skip


def _gate(phase: PhaseHistory) -> GateFacts:
    ended = [run.finished for run in phase.gates if run.finished is not None]
    times = [run.duration_s for run in ended if run.duration_s is not None]
    command = next(
        (run.command for run in reversed(ended) if run.command), (phase.gate or {}).get("command", "")
    )
    return {
        "command": short(command),
        "type": (phase.gate or {}).get("gate_type", ""),
        "phase": short(phase.name),
        "runs": len(ended),
        "red": sum(not run.ok for run in ended),
        "first": ended[0].ok if ended else None,
        "source": ended[-1].source if ended else "",
        "waived": bool(phase.waived),
        "timed": len(times),
        "seconds": round(sum(times), 3),
        "slowest": max(times, default=0.0),
        "tampering": len({line for run in ended for line in run.tampering}),
    }


def _waits(history: History) -> Iterator[Wait]:
    if history.status in ("complete", "cancelled"):
        return
    if history.status in ("failed", "paused"):
        kind = "stuck" if history.status == "failed" else "paused"
        yield {"kind": kind, "where": "", "since": history.status_since, "text": short(history.reason)}
    for since, request in history.requests.values():
        kind = "question" if request.kind == "question" else "permission"
        yield {"kind": kind, "where": f"step {request.step_id}", "since": since, "text": short(request.text)}
    for phase in history.phases:
        if phase.approval_since is not None:
            where = f"phase {phase.phase_id}"
            yield {
                "kind": "approval",
                "where": where,
                "since": phase.approval_since,
                "text": short(phase.name),
            }
        for step in phase.steps:
            if step.asked_at is not None:
                asked = short(step.questions[-1][0])
                yield {
                    "kind": "question",
                    "where": f"step {step.step_id}",
                    "since": step.asked_at,
                    "text": asked,
                }
