"""Putting what packs demand into a plan, and telling what of it a plan lacks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from copy import deepcopy

from agent_baton.plan.model import Gate, Phase, Plan, Step
from agent_baton.planner.packs.pack import Pack

JOIN = " && "  # a phase has one gate: what a pack demands runs after it, and only if it was green


def applied(plan: Plan, about: Iterable[tuple[Pack, str]]) -> Plan:
    """The plan with everything that the packs demand, each addition explained. `about` pairs a pack with why it fits."""
    made = deepcopy(plan)
    for pack, reason in about:
        if pack.enforcement == "advise":
            made.explanation.append(
                f"Pack {pack.name} advises, as {reason}: {'; '.join(demands(pack)) or pack.description}"
            )
            continue
        added = [*_agents(made, pack), *_gates(made, pack), *_approvals(made, pack)]
        _documents(made, pack)
        made.explanation.append(f"Pack {pack.name}, as {reason}: {'; '.join(added) or 'nothing was missing'}")
    return made


def lacking(plan: Plan, pack: Pack) -> list[str]:
    """What the pack demands and the plan does not have, a line each."""
    present = {step.agent_name for step in _steps(plan)}
    gates = [phase.gate.command for phase in plan.phases if phase.gate]
    missing = [f"a step by {agent}" for agent in pack.then.agents if agent not in present]
    missing += [
        f"the gate `{gate.command}`"
        for gate in pack.then.gates
        if not any(gate.command in given for given in gates)
    ]
    missing += [
        f"approval before phase {phase.phase_id}"
        for phase in _to_approve(plan, pack)
        if not phase.approval_required
    ]
    return missing


def demands(pack: Pack) -> list[str]:
    """The demands in words."""
    then = pack.then
    said = [f"a step by {agent}" for agent in then.agents] + [
        f"the gate `{gate.command}`" for gate in then.gates
    ]
    said += (
        [f"approval of {'the plan' if then.approval == 'plan' else 'every phase'}"]
        if then.approval != "none"
        else []
    )
    said += [f"{name}: strict" for name in ("evidence", "tampering") if getattr(then, name)]
    return said


def _steps(plan: Plan) -> Iterator[Step]:
    return (step for phase in plan.phases for step in phase.steps)


def _agents(plan: Plan, pack: Pack) -> list[str]:
    present = {step.agent_name for step in _steps(plan)}
    return [_judge(plan, pack, agent) for agent in pack.then.agents if agent not in present]


def _judge(plan: Plan, pack: Pack, agent: str) -> str:
    """A step in the last phase, after everything else in it, that looks at the whole change and writes nothing."""
    last = plan.phases[-1]
    number = max(int(step.step_id.partition(".")[2]) for step in last.steps) + 1
    rubric = posixpath.join(pack.folder, pack.then.rubric) if pack.then.rubric else ""
    by = f" by the rubric in {rubric}" if rubric else ""
    last.steps.append(
        Step(
            step_id=f"{last.phase_id}.{number}",
            agent_name=agent,
            task_description=f"Judge the whole change of this task{by}: {pack.description}",
            depends_on=[step.step_id for step in last.steps],
            acceptance=["every finding names a file and a line, or there is none", "nothing was changed"],
            blocked_paths=["**"],
            context_files=[rubric] if rubric else [],
            may_veto=pack.enforcement == "block",
        )
    )
    if plan.execution_mode == "solo":
        plan.execution_mode = "phased"
    return f"a step by {agent}"


def _gates(plan: Plan, pack: Pack) -> list[str]:
    given = [phase.gate.command for phase in plan.phases if phase.gate]
    added = [gate for gate in pack.then.gates if not any(gate.command in command for command in given)]
    last = plan.phases[-1]
    for gate in added:
        if last.gate is None:
            last.gate = Gate(gate_type="custom", command=gate.command, description=gate.description)
        else:
            last.gate.command += JOIN + gate.command
    return [f"the gate `{gate.command}`" for gate in added]


def _to_approve(plan: Plan, pack: Pack) -> list[Phase]:
    return {"none": [], "plan": plan.phases[:1], "phases": plan.phases}[pack.then.approval]


def _approvals(plan: Plan, pack: Pack) -> list[str]:
    phases = [phase for phase in _to_approve(plan, pack) if not phase.approval_required]
    for phase in phases:
        phase.approval_required = True
    return [f"approval before phase {phase.phase_id}" for phase in phases]


def _documents(plan: Plan, pack: Pack) -> None:
    paths = [posixpath.join(pack.folder, name) for name in pack.then.knowledge]
    for step in _steps(plan):
        step.knowledge += [path for path in paths if path not in step.knowledge]
