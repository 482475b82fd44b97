"""What was learned and applied by a person, at work on a plan. Each effect is a few plain values from the learned file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from agent_baton.plan.model import Forecast, Phase, Plan, Range, Step

Effect = Mapping[str, Any]
TWICE = "({command}) || ({command})"


def learned(plan: Plan, effects: Iterable[Effect], agents: Iterable[str]) -> Plan:
    """The plan with the effects that concern it, each explained. Effects on the forecast come last (see `rescaled`)."""
    made = deepcopy(plan)
    known = frozenset(agents)
    for effect in effects:
        act = EFFECTS.get(effect["do"])
        said = act(made, effect, known) if act else ""
        if said:
            made.explanation.append(f"Learned: {said}")
    return made


def rescaled(forecast: Forecast, effects: Iterable[Effect]) -> Forecast:
    """The forecast as past ones would have had to be."""
    made = deepcopy(forecast)
    for effect in effects:
        if effect["do"] == "scale-forecast":
            for part in (made, *made.steps):
                name = effect["figure"]
                setattr(part, name, _scaled(getattr(part, name), effect["factor"], effect["widen"]))
            made.basis += f"; {effect['figure']} times {effect['factor']:.2f} as learned"
    return made


def _scaled(given: Range, factor: float, widen: float) -> Range:
    likely = given.likely * factor
    low = likely - (given.likely - given.low) * factor * widen
    high = likely + (given.high - given.likely) * factor * widen
    return Range(low=round(max(low, 0.0), 4), likely=round(likely, 4), high=round(high, 4))


def _prefer_agent(plan: Plan, effect: Effect, known: frozenset[str]) -> str:
    old, new = effect["instead_of"], effect["agent"]
    steps = [step for step in _steps(plan) if step.agent_name == old]
    if plan.task_type != effect["task_type"] or new not in known or not steps:
        return ""
    for step in steps:
        step.agent_name = new
    return f"{new} instead of {old} on {plan.task_type} tasks"


def _gate_last_only(plan: Plan, effect: Effect, known: frozenset[str]) -> str:
    command = effect["command"]
    early = [phase for phase in plan.phases[:-1] if phase.gate and phase.gate.command == command]
    last = plan.phases[-1]
    if not early:
        return ""
    gate = early[-1].gate
    for phase in early:
        phase.gate = None
    if last.gate is None:
        last.gate = gate
    elif command not in last.gate.command:
        last.gate.command = f"{last.gate.command} && {command}"
    return f"`{command}` runs after the last phase only"


def _gate_twice(plan: Plan, effect: Effect, known: frozenset[str]) -> str:
    command = effect["command"]
    phases = [phase for phase in plan.phases if phase.gate and phase.gate.command == command]
    for phase in phases:
        _again(phase, command)
    return f"`{command}` is run a second time before it counts as red, as it is flaky" if phases else ""


def _again(phase: Phase, command: str) -> None:
    assert phase.gate is not None
    phase.gate.command = TWICE.format(command=command)


def _know(plan: Plan, effect: Effect, known: frozenset[str]) -> str:
    if plan.task_type not in effect["task_types"]:
        return ""
    line = f"Asked before: {effect['question']} Answered: {effect['answer']}"
    plan.shared_context = f"{plan.shared_context}\n{line}".strip()
    return f"the answer to “{effect['question']}” stands in the shared context"


def _tell(plan: Plan, effect: Effect, known: frozenset[str]) -> str:
    steps = [step for step in _steps(plan) if "**" not in step.blocked_paths]
    if plan.task_type not in effect["task_types"] or not steps:
        return ""
    steps[-1].acceptance.append(effect["line"][:400])
    return f"step {steps[-1].step_id} is told what failed in earlier tasks"


def _drop_review(plan: Plan, effect: Effect, known: frozenset[str]) -> str:
    """Only a review that nothing waits for, of a harmless task, in a phase that has other steps."""
    if plan.task_type != effect["task_type"] or plan.risk_level != "LOW":
        return ""
    needed = {name for step in _steps(plan) for name in step.depends_on}
    for phase in plan.phases:
        for step in phase.steps:
            if _is_spare(step, effect["reviewer"], needed) and len(phase.steps) > 1:
                phase.steps.remove(step)
                return f"no {effect['reviewer']} on {plan.task_type} tasks of LOW risk"
    return ""


def _is_spare(step: Step, reviewer: str, needed: set[str]) -> bool:
    return step.agent_name == reviewer and "**" in step.blocked_paths and step.step_id not in needed


def _steps(plan: Plan) -> list[Step]:
    return [step for phase in plan.phases for step in phase.steps]


EFFECTS: dict[str, Callable[[Plan, Effect, frozenset[str]], str]] = {
    "prefer-agent": _prefer_agent,
    "gate-last-only": _gate_last_only,
    "gate-twice": _gate_twice,
    "know": _know,
    "tell": _tell,
    "drop-review": _drop_review,
}
