"""Rules that span several fields: a plan that breaks one of them cannot run and is not accepted."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from agent_baton.plan.model import Plan
from agent_baton.plan.order import find_cycle, waits_within
from agent_baton.plan.problem import Key, Problem


def broken_rules(plan: Plan) -> list[Problem]:
    """Ids given twice, steps in the wrong phase, dependencies that cannot be met, unusable expressions."""
    return [*_ids(plan), *_dependencies(plan), *_cycles(plan), *_expressions(plan)]


def _ids(plan: Plan) -> Iterator[Problem]:
    seen: dict[int | str, str] = {}
    for number, phase in enumerate(plan.phases):
        here = f"phases[{number}]"
        if phase.phase_id in seen:
            yield Problem(
                ("phases", number, "phase_id"),
                f"{phase.phase_id} is already the id of {seen[phase.phase_id]}",
                "duplicate-id",
            )
        seen.setdefault(phase.phase_id, here)
        for place, step in enumerate(phase.steps):
            path: tuple[Key, ...] = ("phases", number, "steps", place, "step_id")
            own = str(phase.phase_id)
            if step.step_id.partition(".")[0] != own:
                yield Problem(
                    path,
                    f"{step.step_id!r} is in phase {own}: its id must start with '{own}.'",
                    "wrong-phase",
                )
            if step.step_id in seen:
                yield Problem(
                    path, f"{step.step_id!r} is already the id of {seen[step.step_id]}", "duplicate-id"
                )
            seen.setdefault(step.step_id, f"{here}.steps[{place}]")


def _dependencies(plan: Plan) -> Iterator[Problem]:
    phase_of = {step.step_id: number for number, phase in enumerate(plan.phases) for step in phase.steps}
    for number, phase in enumerate(plan.phases):
        for place, step in enumerate(phase.steps):
            for spot, wanted in enumerate(step.depends_on):
                if wanted == step.step_id or phase_of.get(wanted, number + 1) > number:
                    message = (
                        f"step {step.step_id!r} depends on {_unmet(step.step_id, wanted, phase_of, plan)}"
                    )
                    path = ("phases", number, "steps", place, "depends_on", spot)
                    yield Problem(path, message, "bad-dependency")


def _unmet(step_id: str, wanted: str, phase_of: dict[str, int], plan: Plan) -> str:
    if wanted == step_id:
        return "itself"
    if wanted not in phase_of:
        return f"{wanted!r}, which does not exist"
    return f"{wanted!r} of phase {plan.phases[phase_of[wanted]].phase_id}, which runs later"


def _cycles(plan: Plan) -> Iterator[Problem]:
    for number, phase in enumerate(plan.phases):
        cycle = find_cycle(waits_within(phase))
        if cycle:
            path = " → ".join(cycle if len(cycle) <= 12 else [*cycle[:8], "…", *cycle[-3:]])
            yield Problem(("phases", number), f"steps wait for each other in a circle: {path}", "cycle")


def _expressions(plan: Plan) -> Iterator[Problem]:
    for number, phase in enumerate(plan.phases):
        for place, expression in enumerate(phase.gate.fail_on if phase.gate else ()):
            fault = _fault(expression)
            if fault:
                yield Problem(
                    ("phases", number, "gate", "fail_on", place),
                    f"{expression[:60]!r} is not a regular expression: {fault}",
                    "bad-expression",
                )


def _fault(expression: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what it may mean in a later Python is not the writer's concern now
            re.compile(expression)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    return None
