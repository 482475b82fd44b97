"""What a task was expected to take, beside what it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    tries = step.attempts
    took: tuple[Sequence[float | None], ...] = (
        [attempt.tokens for attempt in tries],
        [attempt.usd for attempt in tries],
        [None if (seconds := attempt.seconds) is None else seconds / 60 for attempt in tries],
    )
    for figure, parts in zip(FIGURES, took, strict=True):
        known = [part for part in parts if part is not None]
        if known and len(known) == len(parts):  # a sum without an unknown part would look like a small figure
            expected = given[figure]
            low, high, likely = expected["low"], expected["high"], expected.get("likely", 0.0)
            yield Outcome(figure, low, high, float(sum(known)), likely)
