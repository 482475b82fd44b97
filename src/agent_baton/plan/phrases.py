"""Parts of a plan in a few words, as every rendering of it says them."""

from __future__ import annotations

from agent_baton.plan.model import Budget, Forecast, Gate, Plan, Range, Stack, Step, StepForecast


def headline(plan: Plan) -> list[tuple[str, str]]:
    """Name and value of what a plan says about itself, in the order people ask for it."""
    facts = [
        ("Risk", plan.risk_level),
        ("Budget", f"{plan.budget_tier}{f' ({limits(plan.budget)})' if plan.budget else ''}"),
        ("Mode", plan.execution_mode),
        ("Type", plan.task_type),
        ("Complexity", plan.complexity),
        ("Git", plan.git_strategy),
    ]
    if plan.stack != Stack():
        facts.append(("Stack", stack(plan.stack)))
    if plan.forecast:
        facts.append(("Forecast", f"{forecast(plan.forecast)}; {plan.forecast.basis}"))
    return facts


def stack(stack: Stack) -> str:
    names = dict.fromkeys(
        filter(None, [stack.primary, *stack.languages, *stack.frameworks, stack.package_manager])
    )
    return ", ".join(names)


def limits(budget: Budget) -> str:
    """`$5, 200,000 tokens, 30 min`, or `no limit`."""
    parts = [
        money(budget.usd) if budget.usd is not None else "",
        f"{budget.tokens:,} tokens" if budget.tokens is not None else "",
        duration(budget.wall_s) if budget.wall_s is not None else "",
    ]
    return ", ".join(filter(None, parts)) or "no limit"


def forecast(figures: Forecast | StepForecast) -> str:
    """`$1.20 ($0.80–$2.40), 12 min (8–20), 120,000 tokens`: what is likely, and its 80% interval."""
    usd, minutes = figures.usd, figures.minutes
    return (
        f"{money(usd.likely)} ({money(usd.low)}–{money(usd.high)}), "
        f"{minutes.likely:.4g} min ({_interval(minutes)}), {figures.tokens.likely:,.0f} tokens"
    )


def _interval(figures: Range) -> str:
    return f"{figures.low:.4g}–{figures.high:.4g}"


def money(usd: float) -> str:
    """Two decimals, more where they would say $0.00."""
    return f"${usd:,.2f}" if usd >= 0.01 or usd == 0 else f"${usd:.2g}"


def duration(seconds: float) -> str:
    """`90 s`, `15 min`, `2 h`: the largest unit that is exact."""
    for size, unit in ((3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.6g} s"


def who(step: Step) -> str:
    """`1.1 backend-engineer--python [sonnet]`"""
    return f"{step.step_id} {step.agent_name} [{step.model}]"


def team(step: Step) -> list[str]:
    return [f"{member.agent_name} ({member.role})" for member in step.team]


def parts(step: Step) -> list[tuple[str, str]]:
    """What single members of the team are to do: a name and the text."""
    return [(f"Part of {m.agent_name}", m.task_description) for m in step.team if m.task_description.strip()]


def limits_of(step: Step) -> list[str]:
    """What is set differently from the default: attempts, time, budget, veto."""
    fields = step.__dataclass_fields__
    parts = [
        f"at most {step.max_attempts} attempts"
        if step.max_attempts != fields["max_attempts"].default
        else "",
        f"{duration(step.timeout_s)} per attempt" if step.timeout_s != fields["timeout_s"].default else "",
        limits(step.budget) if step.budget else "",
        "may veto completion" if step.may_veto else "",
    ]
    return [part for part in parts if part]


def limits_of_gate(gate: Gate) -> list[str]:
    """Time and repair rounds, always: what a red gate may cost."""
    return [f"at most {duration(gate.timeout_s)}", f"{gate.max_repairs} repair rounds"]


def details(step: Step) -> list[tuple[str, list[str]]]:
    """What a step says beside its text: a name and the items under it, empty ones left out."""
    found = [
        ("Deliver", step.deliverables),
        ("Accepted when", step.acceptance),
        ("May change", step.allowed_paths),
        ("Must not change", step.blocked_paths),
        ("Expected to change", step.expected_files),
        ("Read first", step.context_files),
        ("Knowledge", step.knowledge),
        ("Together with", team(step)),
        ("Limits", limits_of(step)),
    ]
    return [(name, items) for name, items in found if items]
