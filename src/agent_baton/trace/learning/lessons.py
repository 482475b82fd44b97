"""One task as what can be learned from it. Plain JSON, so that it can be kept like the other folds."""

from __future__ import annotations

import re
from typing import TypedDict

from agent_baton.redact import redact
from agent_baton.trace.expected import against_forecast
from agent_baton.trace.history import Attempt, History, PhaseHistory, StepHistory
from agent_baton.trace.words import short

VERSION = "lessons/2"
TEXT_LIMIT = 300
VARYING = re.compile(r"[\d_]+|[^\w\s]+")


class StepLesson(TypedDict):
    agent: str
    judges: bool  # it only read
    clean: bool  # done at the first attempt, and nothing of its phase had to be repaired by its agent
    objected: bool  # it failed, vetoed or asked for changes: for a judge, it found something


class GateLesson(TypedDict):
    command: str
    last: bool  # of the task's last phase
    ok: bool
    seconds: float | None
    tree: str
    signature: str
    reason: str


class QuestionLesson(TypedDict):
    text: str
    answer: str


class ForecastLesson(TypedDict):
    figure: str
    low: float
    likely: float
    high: float
    actual: float


class Lesson(TypedDict):
    task_id: str
    type: str
    risk: str
    at: float
    ended: bool  # complete or cancelled: what went wrong most is often given up
    repairs: int
    steps: list[StepLesson]
    gates: list[GateLesson]
    questions: list[QuestionLesson]
    forecast: list[ForecastLesson]


def lesson(history: History) -> Lesson:
    plan = history.plan
    judging = _judging(plan)
    return {
        "task_id": history.task_id,
        "type": plan["task_type"],
        "risk": plan["risk_level"],
        "at": history.started_at,
        "ended": history.status in ("complete", "cancelled"),
        "repairs": sum(step.repair for step in history.steps),
        "steps": [
            _step(phase, step, judging)
            for phase in history.phases
            for step in phase.steps
            if _judged(step) and not step.repair
        ],
        "gates": [item for phase in history.phases for item in _gates(history, phase)],
        "questions": [
            {"text": short(question, TEXT_LIMIT), "answer": short(answer, TEXT_LIMIT)}
            for step in history.steps
            for question, answer in step.questions
        ],
        "forecast": [
            {"figure": o.figure, "low": o.low, "likely": o.likely, "high": o.high, "actual": o.actual}
            for o in against_forecast(history)
        ],
    }


def _judged(step: StepHistory) -> list[Attempt]:
    """The attempts that say something of the agent: not those cut short, still at work, or waiting for an answer."""
    return [attempt for attempt in step.attempts if attempt.end in ("complete", "failed", "veto", "changes")]


def _step(phase: PhaseHistory, step: StepHistory, judging: set[str]) -> StepLesson:
    repaired = any(other.repair and other.agent_name == step.agent_name for other in phase.steps)
    first = _judged(step)[0]
    return {
        "agent": first.agent_name,
        "judges": step.step_id in judging,
        "clean": first.end == "complete" and not repaired,
        "objected": any(attempt.end in ("failed", "veto", "changes") for attempt in step.attempts),
    }


def _judging(plan: dict[str, object]) -> set[str]:
    phases: list[dict[str, list[dict[str, list[str]]]]] = plan["phases"]  # type: ignore[assignment]
    return {
        str(step["step_id"])
        for phase in phases
        for step in phase["steps"]
        if "**" in (step.get("blocked_paths") or ())
    }


def _gates(history: History, phase: PhaseHistory) -> list[GateLesson]:
    last = phase is history.phases[-1]
    runs = [run.finished for run in phase.gates if run.finished is not None]
    return [
        {
            "command": redact(run.command),
            "last": last,
            "ok": run.ok,
            "seconds": run.duration_s,
            "tree": run.tree,
            "signature": run.signature,
            "reason": short(run.reason, TEXT_LIMIT),
        }
        for run in runs
        if run.source == "verified"
    ]


def normalised(text: str) -> str:
    """The words alone: the same question about another file or number is the same question."""
    return " ".join(VARYING.sub(" ", text.lower()).split())
