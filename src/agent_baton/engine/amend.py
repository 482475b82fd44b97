"""Changing a running plan: ops on phases and steps by id, on the plan document and on the state alike.

An op is plain data, kept in `PlanAmended`:
    {"op": "add_phase", "after": 2, "phase": {…}}      {"op": "change_phase", "phase_id": 2, "fields": {…}}
    {"op": "remove_phase", "phase_id": 3}
    {"op": "add_step", "phase_id": 2, "step": {…}}     {"op": "change_step", "step_id": "2.1", "fields": {…}}
    {"op": "remove_step", "step_id": "2.2"}            {"op": "change_task", "fields": {"budget": {…}}}
Ids are given out once: a removed id is never used again, and nothing that stays is renumbered.
"""

from __future__ import annotations

from agent_baton.engine.rows import phase_row, put_step, spec_row, with_gate
from agent_baton.engine.transitions import APPROVAL, GATE, SETTLED, STEP, follow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agent_baton.engine.state import Phase, State, Step

    Op = dict[str, Any]


def apply_op(state: State, op: Op) -> None:
    phase_id = _phase_of(state, op)
    OPS[op["op"]](state, op)
    phase = state.phase(phase_id) if phase_id is not None else None
    if phase is not None and phase.approval in ("requested", "approved", "rejected"):
        # what was approved is no longer what would be done
        state.put(
            phase.replace(
                approval=follow(APPROVAL, phase.approval, "PlanAmended.approval", f"phase {phase_id}")
            )
        )


def _phase_of(state: State, op: Op) -> int | None:
    if "step_id" in op:
        step = state.step(op["step_id"])
        return step.phase_id if step else None
    return op.get("phase_id")


def add_step(state: State, phase: Phase, step: dict[str, Any], repair: bool = False) -> None:
    """Append a step to a phase; it waits only for those of its dependencies that are not settled."""
    number = step["step_id"].partition(".")[2]
    last = phase.last_step + 1 if repair else max(phase.last_step, int(number))
    state.put(phase.replace(last_step=phase.last_step if repair else last))
    waiting = _link(state, step["step_id"], step["depends_on"])
    # repairs stand behind every planned step of their phase, in the order they were opened
    position = 1_000_000 + int(number[1:]) if repair else last
    put_step(state, step, phase.phase_id, position, waiting, repair=repair)
    head = state.head
    state.put(head.replace(steps_total=head.steps_total + 1))


def _link(state: State, step_id: str, depends_on: list[str]) -> int:
    """Make the dependencies know their dependent. Returns how many of them are not settled."""
    waiting = 0
    for dependency in dict.fromkeys(depends_on):
        row = state.step(dependency)
        assert row is not None, f"{step_id} depends on {dependency}, which does not exist"
        state.put(row.replace(unblocks=(*row.unblocks, step_id)))
        waiting += row.status not in SETTLED
    return waiting


def wait_for(state: State, step_id: str, other: str) -> None:
    """Make a step wait for one more."""
    waiting = _link(state, step_id, [other])
    step, spec = state.step(step_id), state.spec(step_id)
    assert step is not None
    assert spec is not None
    state.put(step.replace(waiting=step.waiting + waiting))
    state.put(spec.replace(depends_on=(*spec.depends_on, other)))


def _unlink(state: State, step: Step) -> None:
    spec = state.spec(step.step_id)
    for dependency in spec.depends_on if spec else ():
        row = state.step(dependency)
        if row is not None:
            state.put(row.replace(unblocks=tuple(other for other in row.unblocks if other != step.step_id)))


def _add_step(state: State, op: Op) -> None:
    phase = state.phase(op["phase_id"])
    assert phase is not None
    add_step(state, phase, op["step"])


def _change_step(state: State, op: Op) -> None:
    step, fields = state.step(op["step_id"]), op["fields"]
    spec = state.spec(op["step_id"])
    assert step is not None
    assert spec is not None
    status = follow(STEP, step.status, "PlanAmended.changed", f"step {step.step_id!r}")
    if "depends_on" in fields:
        _unlink(state, step)
        waiting = _link(state, step.step_id, fields["depends_on"])
        step = step.replace(waiting=waiting)
    own = {
        name: fields[name]
        for name in ("agent_name", "model", "max_attempts", "timeout_s", "may_veto")
        if name in fields
    }
    if "budget" in fields:
        budget = fields["budget"] or {}
        own |= {"limit_usd": budget.get("usd"), "limit_tokens": budget.get("tokens")}
    if "team" in fields:
        own["members"] = tuple(member["agent_name"] for member in fields["team"])
    whole = {**spec.as_dict(), "team": (), **fields, "step_id": step.step_id}
    new_spec = spec_row(whole)
    if "team" not in fields:
        new_spec = new_spec.replace(team=spec.team)
    state.put(new_spec)
    if status in ("ready", "pending"):
        status = "pending" if step.waiting else "ready"
    limited = bool(new_spec.allowed_paths or new_spec.blocked_paths)
    state.put(step.replace(status=status, failures=0, limited=limited, **own))


def _remove_step(state: State, op: Op) -> None:
    step = state.step(op["step_id"])
    assert step is not None
    _unlink(state, step)
    state.put(step.replace(status=follow(STEP, step.status, "PlanAmended.removed", f"step {step.step_id!r}")))
    head = state.head
    state.put(head.replace(steps_total=head.steps_total - 1))


def _add_phase(state: State, op: Op) -> None:
    phase, head = op["phase"], state.head
    before = state.phase(op["after"])
    assert before is not None
    state.put(phase_row({**phase, "steps": []}, before.next_id))
    state.put(before.replace(next_id=phase["phase_id"]))
    head = head.replace(
        last_phase_id=max(head.last_phase_id, phase["phase_id"]),
        gates_total=head.gates_total + bool(phase.get("gate")),
    )
    # behind the last phase of a task whose phases are all done, the new one is what comes next
    state.put(head.replace(phase_id=phase["phase_id"]) if head.phase_id is None else head)
    for step in phase["steps"]:
        row = state.phase(phase["phase_id"])
        assert row is not None
        add_step(state, row, step)


def _change_phase(state: State, op: Op) -> None:
    phase, fields = state.phase(op["phase_id"]), op["fields"]
    assert phase is not None
    what = f"phase {phase.phase_id}"
    plain = {name: fields[name] for name in ("name", "risk_level") if name in fields}
    phase = phase.replace(**plain)
    if "approval_required" in fields:
        needed = follow(APPROVAL, phase.approval, "PlanAmended.approval", what)
        phase = phase.replace(approval=needed if fields["approval_required"] else "none")
    if "gate" in fields:
        phase = _change_gate(state, phase, fields["gate"])
    state.put(phase)


def _change_gate(state: State, phase: Phase, gate: dict[str, Any] | None) -> Phase:
    head = state.head
    state.put(head.replace(gates_total=head.gates_total + bool(gate) - (phase.gate != "none")))
    if gate is None:
        return phase.replace(gate="none", gate_command="", gate_type="")
    follow(GATE, phase.gate, "PlanAmended.gate", f"gate of phase {phase.phase_id}")
    return with_gate(phase, gate).replace(repairs=0, signature="")


def _remove_phase(state: State, op: Op) -> None:
    phase = state.phase(op["phase_id"])
    assert phase is not None
    for step in list(state.steps(phase.phase_id, "pending", "ready", "failed", "exhausted", "asking")):
        _remove_step(state, {"step_id": step.step_id})
    head = state.head
    if phase.gate != "none":
        head = head.replace(gates_total=head.gates_total - 1)
    if head.phase_id == phase.phase_id:
        head = head.replace(phase_id=phase.next_id)
    if head.first_phase_id == phase.phase_id and phase.next_id is not None:
        head = head.replace(first_phase_id=phase.next_id)
    for other in list(state.phases()):
        if other.next_id == phase.phase_id:
            state.put(other.replace(next_id=phase.next_id))
    state.put(head)


def _change_task(state: State, op: Op) -> None:
    budget = op["fields"].get("budget")
    if budget is not None:
        state.put(
            state.head.replace(
                limit_usd=budget.get("usd"),
                limit_tokens=budget.get("tokens"),
                limit_wall_s=budget.get("wall_s"),
            )
        )


OPS: dict[str, Callable[[State, Op], None]] = {
    "add_step": _add_step,
    "change_step": _change_step,
    "remove_step": _remove_step,
    "add_phase": _add_phase,
    "change_phase": _change_phase,
    "remove_phase": _remove_phase,
    "change_task": _change_task,
}


# -- the same ops on the plan document ------------------------------------------------------------------------


def amended(plan: dict[str, Any], ops: tuple[Op, ...]) -> dict[str, Any]:
    """The plan document with `ops` applied; the given one is left as it is."""
    new = {
        **plan,
        "phases": [{**phase, "steps": [dict(step) for step in phase["steps"]]} for phase in plan["phases"]],
    }
    for op in ops:
        _amend_document(new, op)
    return new


def _amend_document(plan: dict[str, Any], op: Op) -> None:
    phases: list[dict[str, Any]] = plan["phases"]
    kind = op["op"]
    if kind == "change_task":
        plan.update(op["fields"])
    elif kind == "add_phase":
        place = next(i for i, phase in enumerate(phases) if phase["phase_id"] == op["after"])
        phases.insert(place + 1, {**op["phase"], "steps": [dict(step) for step in op["phase"]["steps"]]})
    elif kind == "remove_phase":
        plan["phases"] = [phase for phase in phases if phase["phase_id"] != op["phase_id"]]
    elif kind == "change_phase":
        next(phase for phase in phases if phase["phase_id"] == op["phase_id"]).update(op["fields"])
    elif kind == "add_step":
        next(phase for phase in phases if phase["phase_id"] == op["phase_id"])["steps"].append(
            dict(op["step"])
        )
    else:
        phase = next(p for p in phases if any(step["step_id"] == op["step_id"] for step in p["steps"]))
        if kind == "remove_step":
            phase["steps"] = [step for step in phase["steps"] if step["step_id"] != op["step_id"]]
        else:
            next(step for step in phase["steps"] if step["step_id"] == op["step_id"]).update(op["fields"])
