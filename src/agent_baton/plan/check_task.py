"""Lint of the plan as a whole: approval, budget, forecast, mode, text that hides from the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_baton.plan.finding import Finding, note, warning
from agent_baton.plan.model import Budget, Forecast, Phase, Plan, Range, StepForecast

_GRAVE = ("HIGH", "CRITICAL")
_LONG_CONTEXT = 20_000
# Marks that turn or hide text: bidirectional controls, zero-width characters between letters, tag characters.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\U000e0000-\U000e007f]")


def findings(plan: Plan) -> Iterator[Finding]:
    yield from _approvals(plan)
    yield from _budgets(plan)
    yield from _forecast(plan)
    yield from _texts(plan)
    if plan.execution_mode == "solo" and sum(len(phase.steps) for phase in plan.phases) > 1:
        yield warning(
            "solo-with-steps",
            "plan",
            "the mode is solo, but there are several steps",
            "set execution_mode to phased",
        )


def _approvals(plan: Plan) -> Iterator[Finding]:
    if plan.risk_level == "CRITICAL" and not plan.phases[0].approval_required:
        yield warning(
            "no-approval",
            "plan",
            "the risk is CRITICAL, and no person approves before work starts",
            "set approval_required in the first phase",
        )
    elif plan.risk_level == "HIGH" and not any(phase.approval_required for phase in plan.phases):
        yield warning(
            "no-approval",
            "plan",
            "the risk is HIGH, and no phase asks for approval",
            "set approval_required in the phase that does what is hard to undo",
        )
    yield from _risky_phases(plan)


def _risky_phases(plan: Plan) -> Iterator[Finding]:
    approved = False
    for phase in plan.phases:
        approved = approved or phase.approval_required
        if phase.risk_level in _GRAVE and not approved and plan.risk_level not in _GRAVE:
            yield warning(
                "no-approval",
                f"phase {phase.phase_id}",
                f"its risk is {phase.risk_level}, and nobody approves it before it starts",
                "set approval_required in it",
            )


def _budgets(plan: Plan) -> Iterator[Finding]:
    if plan.budget and plan.forecast:
        yield from _against(plan.budget, plan.forecast, "plan")
    by_step = {item.step_id: item for item in plan.forecast.steps} if plan.forecast else {}
    for phase in plan.phases:
        for step in phase.steps:
            where = f"step {step.step_id}"
            if step.budget and step.step_id in by_step:
                yield from _against(step.budget, by_step[step.step_id], where)
            if step.budget and plan.budget and _exceeds(step.budget, plan.budget):
                yield note(
                    "budget-above-plan",
                    where,
                    "its budget is larger than the whole plan's",
                    "lower it, or raise the plan's budget",
                )


def _against(budget: Budget, forecast: Forecast | StepForecast, where: str) -> Iterator[Finding]:
    minutes = budget.wall_s / 60 if budget.wall_s is not None else None
    for limit, expected, unit in (
        (budget.usd, forecast.usd, "USD"),
        (budget.tokens, forecast.tokens, "tokens"),
        (minutes, forecast.minutes, "minutes"),
    ):
        if limit is not None and limit < expected.likely:
            yield warning(
                "budget-too-small",
                where,
                f"the budget of {limit:,.6g} {unit} is below the likely {expected.likely:,.6g}",
                "raise the budget, or cut the work down",
            )
        elif limit is not None and limit < expected.high:
            yield note(
                "budget-tight",
                where,
                f"the budget of {limit:,.6g} {unit} is within the forecast (up to {expected.high:,.6g})",
                "expect that it may run out",
            )


def _exceeds(one: Budget, other: Budget) -> bool:
    pairs = ((one.usd, other.usd), (one.tokens, other.tokens), (one.wall_s, other.wall_s))
    return any(mine is not None and limit is not None and mine > limit for mine, limit in pairs)


def _forecast(plan: Plan) -> Iterator[Finding]:
    if plan.forecast is None:
        return
    known = {step.step_id for phase in plan.phases for step in phase.steps}
    yield from _disordered(plan.forecast, "forecast")
    for item in plan.forecast.steps:
        yield from _disordered(item, f"forecast of step {item.step_id}")
        if item.step_id not in known:
            yield warning(
                "forecast-of-nothing",
                "forecast",
                f"there is no step {item.step_id}",
                "take it out",
            )


def _disordered(forecast: Forecast | StepForecast, where: str) -> Iterator[Finding]:
    ranges: dict[str, Range] = {"tokens": forecast.tokens, "usd": forecast.usd, "minutes": forecast.minutes}
    for name, figures in ranges.items():
        if not figures.low <= figures.likely <= figures.high:
            yield warning(
                "forecast-disordered",
                where,
                f"{name}: low, likely and high are not in order",
                "correct the figures",
            )


def _texts(plan: Plan) -> Iterator[Finding]:
    if len(plan.shared_context) > _LONG_CONTEXT:
        yield warning(
            "long-context",
            "plan",
            f"shared_context has {len(plan.shared_context):,} characters, and every agent reads it",
            "keep documents in files and name them in knowledge or context_files",
        )
    if _HIDDEN.search(plan.task_summary + plan.shared_context):
        yield _hidden("plan")
    for phase in plan.phases:
        yield from _hidden_in(phase)


def _hidden_in(phase: Phase) -> Iterator[Finding]:
    if _HIDDEN.search(phase.name + (phase.gate.command if phase.gate else "")):
        yield _hidden(f"phase {phase.phase_id}")
    for step in phase.steps:
        if _HIDDEN.search("\n".join((step.task_description, *step.acceptance, *step.deliverables))):
            yield _hidden(f"step {step.step_id}")


def _hidden(where: str) -> Finding:
    return warning(
        "hidden-text",
        where,
        "its text holds characters that hide or turn text for the reader",
        "look at it with `cat -A`; retype it if it did not come from you",
    )
