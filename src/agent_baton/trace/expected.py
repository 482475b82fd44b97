"""What a task was expected to take, beside what it took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def against_forecast(history: History) -> Iterator[Outcome]:
    """What became of the forecast the task was started with, for every step completed as it was planned."""
    plan = history.started_plan
    if not plan.get("forecast"):
        return
    planned = {step["step_id"]: step for phase in plan["phases"] for step in phase["steps"]}
    expected = {item["step_id"]: item for item in plan["forecast"]["steps"]}
    for step in history.steps:
        given = expected.get(step.step_id)
        if given and step.status == "complete" and _as_planned(step, planned.get(step.step_id)):
            yield from _against(given, step)


def _as_planned(step: StepHistory, planned: dict[str, Any] | None) -> bool:
    """A step that was amended or handed to another agent is not the one that was forecast."""
    return planned is not None and (
        (step.agent_name, step.model, step.description)
        == (planned["agent_name"], planned["model"], planned["task_description"])
    )


def _against(given: dict[str, Any], step: StepHistory) -> Iterator[Outcome]:
    actual = {
        "tokens": _total(attempt.tokens for attempt in step.attempts),
        "usd": _total(attempt.usd for attempt in step.attempts),
        "minutes": _total(None if (s := attempt.seconds) is None else s / 60 for attempt in step.attempts),
    }
    for figure in FIGURES:
        value = actual[figure]
        if value is not None:
            yield Outcome(
                figure, given[figure]["low"], given[figure]["high"], value, given[figure].get("likely", 0.0)
            )


def _total(values: Iterable[float | None]) -> float | None:
    """None when any part is unknown: a sum without it would look like a small figure."""
    known = list(values)
    if not known:
        return None
    total = 0.0
    for value in known:
        if value is None:
            return None
        total += value
    return total
