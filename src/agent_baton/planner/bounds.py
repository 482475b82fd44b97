"""What a model may not change about a plan: it proposes work, a person and the repository grant the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

from agent_baton.plan.globparse import normal
from agent_baton.plan.inert import visible
from agent_baton.plan.model import Gate, GateType, Phase, Plan, RiskLevel, Step
from agent_baton.planner.facts import GateKind
from agent_baton.records import Record

# Filled in from the draft when the answer leaves them out, and refused when it says otherwise.
FIXED = (
    "version", "task_id", "task_summary", "created_at", "stack", "git_strategy", "budget_tier", "budget",
)  # fmt: skip
# What a gate found in the repository may be called in a plan.
GATE_TYPES: dict[GateKind, tuple[GateType, ...]] = {
    "test": ("test",),
    "lint": ("lint",),
    "types": ("lint", "custom"),
    "build": ("build",),
}
RISKS: tuple[str, ...] = get_args(RiskLevel)
EVERYTHING = "**"


class Bounds(Record):
    """What an answer may use. `gates` holds the commands found in the repository with the types each may have."""

    gates: Mapping[str, frozenset[str]]
    agents: frozenset[str]
    read_only: frozenset[str]  # agents that never change a file
    models: frozenset[str]
    keep_reviews: bool = True  # False when a person asks for another review
    fixed: tuple[str, ...] = FIXED


def completed(draft: Mapping[str, Any], answer: dict[str, Any], fixed: Collection[str]) -> dict[str, Any]:
    """The answer with what it need not say. A forecast is never taken from it: that is computed."""
    given = {name: value for name, value in answer.items() if name != "forecast"}
    return {**{name: draft[name] for name in fixed if name in draft}, **given}


def breaches(draft: Plan, answer: Plan, bounds: Bounds) -> list[str]:
    """Everything in the answer that goes beyond the draft's bounds, in words a model can act on; empty when sound."""
    return [
        *_fixed(draft, answer, bounds.fixed),
        *_gates(draft, answer, bounds),
        *_risks(draft, answer),
        *_approvals(draft, answer),
        *_vetoes(draft, answer),
        *(_reviews(draft, answer) if bounds.keep_reviews else ()),
        *(line for phase in answer.phases for step in phase.steps for line in _step(draft, step, bounds)),
    ]


def _fixed(draft: Plan, answer: Plan, fixed: Collection[str]) -> Iterator[str]:
    for name in fixed:
        if getattr(answer, name) != getattr(draft, name):
            yield f"{name} is not yours to change; leave it out"


def _gates(draft: Plan, answer: Plan, bounds: Bounds) -> Iterator[str]:
    known = {gate.command: gate for gate in _all_gates(draft)}
    for phase in answer.phases:
        if phase.gate is not None:
            yield from _gate(phase.phase_id, phase.gate, known.get(phase.gate.command), bounds)
    for command in known:
        if not any(gate.command == command for gate in _all_gates(answer)):
            yield f"the draft's gate {command!r} is gone; gates may move, not go"
    if draft.phases[-1].gate is not None and (
        not (end := answer.phases[-1].gate) or end.command not in known
    ):
        yield "work after the last gate would be judged by nothing: end with a phase that has a gate of the draft"


def _gate(phase_id: int, gate: Gate, drafted: Gate | None, bounds: Bounds) -> Iterator[str]:
    where = f"gate of phase {phase_id}"
    if gate.command not in bounds.gates:
        yield f"{where}: the command {_quoted(gate.command)} is none of the gates found here; use one of them, letter by letter"
        return
    if gate.gate_type not in bounds.gates[gate.command]:
        yield f"{where}: {_quoted(gate.command)} is of type {' or '.join(sorted(bounds.gates[gate.command]))}, not {gate.gate_type}"
    if drafted and not set(drafted.fail_on) <= set(gate.fail_on):
        yield f"{where}: what it fails on may grow, not shrink"
    limit = drafted or Gate(command=gate.command)
    if gate.max_repairs > limit.max_repairs or gate.timeout_s > limit.timeout_s:
        yield f"{where}: at most {limit.max_repairs} repairs and {limit.timeout_s:g} seconds"


def _all_gates(plan: Plan) -> list[Gate]:
    return [phase.gate for phase in plan.phases if phase.gate is not None]


def _risks(draft: Plan, answer: Plan) -> Iterator[str]:
    if RISKS.index(answer.risk_level) < RISKS.index(draft.risk_level):
        yield f"risk_level {answer.risk_level} is below {draft.risk_level}: it may be raised, never lowered"
    before = {phase.phase_id: phase.risk_level for phase in draft.phases}
    for phase in answer.phases:
        least = before.get(phase.phase_id, min((p.risk_level for p in draft.phases), key=RISKS.index))
        if RISKS.index(phase.risk_level) < RISKS.index(least):
            yield f"phase {phase.phase_id}: risk_level {phase.risk_level} is below {least}: it may be raised, never lowered"


def _approvals(draft: Plan, answer: Plan) -> Iterator[str]:
    """Each approval stays, and no work slips in front of one by changing places."""
    asked = {phase.phase_id for phase in answer.phases if phase.approval_required}
    for phase in draft.phases:
        if not phase.approval_required:
            continue
        if phase.phase_id not in asked:
            yield f"phase {phase.phase_id} asks for a person's approval: keep the phase, its id and approval_required"
            continue
        before, free = _ahead(draft, phase.phase_id), _ahead(answer, phase.phase_id)
        if len(free) > len(before) or not set(free) <= set(before):
            yield (
                f"no work may be moved or added in front of the approval of phase {phase.phase_id}: "
                f"at most {len(before)} step(s) there"
                + (f", by {', '.join(sorted(set(before)))}" if before else "")
            )


def _ahead(plan: Plan, phase_id: int) -> list[str]:
    """The agents of all steps that run before a phase."""
    found: list[str] = []
    for phase in plan.phases:
        if phase.phase_id == phase_id:
            return found
        found += [step.agent_name for step in phase.steps]
    return found


def _reviews(draft: Plan, answer: Plan) -> Iterator[str]:
    """Where the risk is high, whoever only reads and judges is still asked."""
    if RISKS.index(draft.risk_level) < RISKS.index("HIGH"):
        return
    kept = {step.agent_name for phase in answer.phases for step in phase.steps}
    readers = dict.fromkeys(
        s.agent_name for phase in draft.phases for s in phase.steps if EVERYTHING in s.blocked_paths
    )
    for agent in readers:
        if agent not in kept:
            yield f"the risk is {draft.risk_level}: keep a step for {agent}"


def _vetoes(draft: Plan, answer: Plan) -> Iterator[str]:
    last = _veto_places(answer)
    makers = max((n for n, phase in enumerate(answer.phases) if _makes(phase)), default=-1)
    for agent in _veto_places(draft):
        if agent not in last:
            yield f"{agent} may veto: keep its step and may_veto"
        elif last[agent] < makers and not _veto_before_work(draft, agent):
            yield f"{agent} judges the finished work: nothing that changes files may come after its step"


def _veto_places(plan: Plan) -> dict[str, int]:
    """The last phase, by position, in which each agent may veto."""
    return {
        step.agent_name: place
        for place, phase in enumerate(plan.phases)
        for step in phase.steps
        if step.may_veto
    }


def _veto_before_work(draft: Plan, agent: str) -> bool:
    makers = max((n for n, phase in enumerate(draft.phases) if _makes(phase)), default=-1)
    return _veto_places(draft)[agent] < makers


def _makes(phase: Phase) -> bool:
    return any(EVERYTHING not in step.blocked_paths for step in phase.steps)


def _step(draft: Plan, step: Step, bounds: Bounds) -> Iterator[str]:
    where = f"step {step.step_id}"
    drafted = [other for phase in draft.phases for other in phase.steps]
    for name in (step.agent_name, *(member.agent_name for member in step.team)):
        if name not in bounds.agents:
            yield f"{where}: there is no agent {_quoted(name)} to be had; choose among those listed"
    if step.model not in bounds.models:
        yield f"{where}: there is no model {_quoted(step.model)} to be had: {', '.join(sorted(bounds.models))}"
    missing = _blocked(drafted, step, bounds) - set(step.blocked_paths)
    if missing:
        yield f"{where}: blocked_paths may grow, not shrink; {', '.join(sorted(missing))} must be among them"
    for path in step.knowledge:  # the lint looks at all other paths
        if normal(path) is None:
            yield f"{where}: {_quoted(path)} is not a path inside the repository"
    yield from _allowed(drafted, step)
    yield from _limits(drafted, step)


def _blocked(drafted: list[Step], step: Step, bounds: Bounds) -> set[str]:
    """The paths this step may not touch: what the draft keeps from everybody, and from this agent."""
    same = [other for other in drafted if other.agent_name == step.agent_name]
    blocked = _common(drafted) | (_common(same) if same else set())
    return blocked | ({EVERYTHING} if step.agent_name in bounds.read_only and not same else set())


def _common(steps: list[Step]) -> set[str]:
    return set.intersection(*(set(other.blocked_paths) for other in steps))


def _allowed(drafted: list[Step], step: Step) -> Iterator[str]:
    """Where the draft says where an agent may work, it stays there; a free agent may be limited."""
    writers = [other for other in drafted if EVERYTHING not in other.blocked_paths] or drafted
    same = [other for other in writers if other.agent_name == step.agent_name] or writers
    if EVERYTHING in step.blocked_paths or any(not other.allowed_paths for other in same):
        return
    granted = {path for other in same for path in other.allowed_paths}
    if not step.allowed_paths or not set(step.allowed_paths) <= granted:
        yield f"step {step.step_id}: allowed_paths may shrink, not grow; choose among {', '.join(sorted(granted))}"


def _limits(drafted: list[Step], step: Step) -> Iterator[str]:
    attempts = max(other.max_attempts for other in drafted)
    seconds = max(other.timeout_s for other in drafted)
    if step.max_attempts > attempts or step.timeout_s > seconds:
        yield f"step {step.step_id}: at most {attempts} attempts and {seconds:g} seconds"
    if all(other.budget for other in drafted) and not any(step.budget == other.budget for other in drafted):
        yield f"step {step.step_id}: budget must be one of the draft's"


def _quoted(text: str) -> str:
    return repr(visible(text[:120]))
