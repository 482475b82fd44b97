"""What a task was expected to take, beside what it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from agent_baton.trace.history import History, StepHistory

Figure = Literal["tokens", "usd", "minutes"]
FIGURES: tuple[Figure, ...] = ("tokens", "usd", "minutes")


class Outcome(NamedTuple):
    """One figure of one finished step, beside the interval that was given for it."""

    figure: Figure
    low: float
    high: float
    actual: float
    likely: float = 0.0


def against_forecast(history: History) -> list[Outcome]:
    """What became of the forecast the task was started with, for every step completed as it was planned."""
    plan = history.started_plan
    if not plan.get("forecast"):
        return []
    planned = {step["step_id"]: step for phase in plan["phases"] for step in phase["steps"]}
    expected = {item["step_id"]: item for item in plan["forecast"]["steps"]}
    found: list[Outcome] = []
    for step in history.steps:
        given = expected.get(step.step_id)
        if given and step.status == "complete" and _as_planned(step, planned.get(step.step_id)):
            found += _against(given, step)
    return found


def _as_planned(step: StepHistory, planned: dict[str, Any] | None) -> bool:
    """A step that was amended or handed to another agent is not the one that was forecast."""
    return planned is not None and (
        (step.agent_name, step.model, step.description)
        == (planned["agent_name"], planned["model"], planned["task_description"])
    )


def _against(given: dict[str, Any], step: StepHistory) -> list[Outcome]:
    found = []
    for figure, actual in zip(FIGURES, _took(step), strict=True):
        if actual is not None:
            expected = given[figure]
            low, high = expected["low"], expected["high"]
            found.append(Outcome(figure, low, high, actual, expected.get("likely", 0.0)))
    return found


def _took(step: StepHistory) -> Sequence[float | None]:
    """Tokens, dollars and minutes of all attempts, each None when a part is unknown: the rest would look like a small figure."""
    if not step.attempts:
        return (None, None, None)
    tokens: float | None = 0.0
    usd: float | None = 0.0
    minutes: float | None = 0.0
    for attempt in step.attempts:
        seconds = attempt.seconds
        tokens = None if tokens is None or attempt.tokens is None else tokens + attempt.tokens
        usd = None if usd is None or attempt.usd is None else usd + attempt.usd
        minutes = None if minutes is None or seconds is None else minutes + seconds / 60
    return tokens, usd, minutes
