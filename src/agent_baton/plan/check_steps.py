"""Lint of steps: who does them, whether their brief says enough, and whether their order makes sense."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agent_baton.plan.finding import Finding, error, note, warning
from agent_baton.plan.model import Phase, Plan, Step
from agent_baton.plan.order import behind_a_cycle, find_cycle, side_by_side, waits_within
from agent_baton.plan.roles import base_role, is_judge
from agent_baton.plan.suggest import nearest

_LONG_BRIEF = 8_000
_MANY_ATTEMPTS = 10


def findings(plan: Plan, agents: Collection[str] | None) -> Iterator[Finding]:
    for phase in plan.phases:
        for step in phase.steps:
            yield from _agents(step, agents)
            yield from _brief(step)
            yield from _attempts(step)
    for phase in plan.phases:
        yield from _never_started(phase)
        yield from _left_alone(phase)
    yield from _reviews(plan)


def _agents(step: Step, agents: Collection[str] | None) -> Iterator[Finding]:
    names = [step.agent_name, *(member.agent_name for member in step.team)]
    for name in names if agents is not None else ():
        if name not in (agents or ()):
            role = base_role(name)
            near = role if role in (agents or ()) else nearest(name, agents or ())
            hint = f"did you mean {near!r}?" if near else "list what there is with: baton agents list"
            yield error("unknown-agent", f"step {step.step_id}", f"there is no agent {name!r}", hint)
    for name in {name for name in names if names.count(name) > 1}:
        yield note(
            "agent-twice",
            f"step {step.step_id}",
            f"{name!r} is on the step more than once",
            "name it once",
        )


def _brief(step: Step) -> Iterator[Finding]:
    where = f"step {step.step_id}"
    if not step.acceptance:
        yield note(
            "no-acceptance",
            where,
            "nothing says when the step counts as done",
            "add acceptance: what must be true afterwards",
        )
    length = sum(map(len, (step.task_description, *step.acceptance, *step.deliverables)))
    length += sum(len(member.task_description) for member in step.team)
    if length > _LONG_BRIEF:
        yield warning(
            "huge-brief",
            where,
            f"its brief is long: {length:,} characters",
            "split the step, or keep documents in files and name them in knowledge or context_files",
        )


def _attempts(step: Step) -> Iterator[Finding]:
    where = f"step {step.step_id}"
    if step.max_attempts == 1:
        yield note(
            "single-attempt",
            where,
            "one failure fails it for good: max_attempts is 1",
            "allow a second attempt, which sees why the first one failed",
        )
    if step.max_attempts > _MANY_ATTEMPTS:
        yield warning(
            "many-attempts",
            where,
            f"it may be tried {step.max_attempts} times",
            "what fails three times usually needs another brief",
        )
    if len(set(step.depends_on)) < len(step.depends_on):
        yield note("repeated-dependency", where, "it names a dependency more than once", "name it once")


def _never_started(phase: Phase) -> Iterator[Finding]:
    """Steps that wait, directly or not, for a circle of steps without being part of it."""
    for step_id in behind_a_cycle(waits_within(phase)):
        yield error(
            "unreachable",
            f"step {step_id}",
            "it waits for steps that wait for each other",
            "break the circle",
        )


def _left_alone(phase: Phase) -> Iterator[Finding]:
    """A step outside the order its phase otherwise has: a forgotten dependency, perhaps."""
    waits = waits_within(phase)
    needed = {d for needs in waits.values() for d in needs}
    if not needed:
        return
    for step in phase.steps:
        if not step.depends_on and step.step_id not in needed:
            yield note(
                "nothing-depends",
                f"step {step.step_id}",
                "nothing depends on it, it depends on nothing, and the others of its phase have an order",
                "add depends_on if it is meant to wait",
            )


def _reviews(plan: Plan) -> Iterator[Finding]:
    """Reviews that come before, or run beside, the work they are to judge."""
    anything_made = False
    works_later = [any(not is_judge(s.agent_name) for s in phase.steps) for phase in plan.phases]
    for number, phase in enumerate(plan.phases):
        beside = [] if find_cycle(waits_within(phase)) else side_by_side(phase)
        makers = sum(1 << n for n, step in enumerate(phase.steps) if not is_judge(step.agent_name))
        for place, step in enumerate(phase.steps):
            if not is_judge(step.agent_name) or not beside:
                continue
            if beside[place] & makers:
                yield _too_early(
                    step, "it may run at the same time as the work of its phase", "let it depend on that work"
                )
            elif not anything_made and not makers and any(works_later[number + 1 :]):
                yield _too_early(
                    step, "it comes before there is any work to review", "move it behind the work"
                )
        anything_made = anything_made or bool(makers)


def _too_early(step: Step, message: str, hint: str) -> Finding:
    return warning("review-too-early", f"step {step.step_id}", message, hint)
