"""The amend command: ops are checked one by one against the state as the ones before have left it."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.steps import reopen
from agent_baton.errors import NotFound, Refused, UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agent_baton.engine import commands as cmd
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import Step

    Op = dict[str, Any]


def amend(log: Ledger, command: cmd.Amend) -> None:
    """Change the plan under way. Refused when it would touch work that is finished or reuse an id."""
    if not command.ops:
        raise UserError("nothing to amend: the plan would stay as it is")
    reopen(log, command)
    for number, op in enumerate(command.ops):
        CHECKS[op["op"]](log, op)
        text = command.summary[number : number + 1] if len(command.summary) == len(command.ops) else ()
        log.emit(ev.PlanAmended((op,), command.reason, text))


def _idle_step(log: Ledger, step_id: str, what: str) -> Step:
    """A step that may still be changed; one in flight is given up first."""
    step = log.step(step_id)
    if step.status in ("complete", "skipped", "vetoed"):
        raise Refused(
            f"step {step_id!r} is {step.status}; a finished step is not {what}: add a new one, or retry it first"
        )
    if step.status == "dispatched":
        log.emit(ev.StepInterrupted(step_id, step.attempt, f"{what} by an amendment"))
    return log.step(step_id)


def _check_depends(log: Ledger, step_id: str, phase_id: int, depends_on: list[str]) -> None:
    for dependency in depends_on:
        other = log.state.step(dependency)
        if other is None or other.status == "dropped":
            raise NotFound(f"step {step_id!r} would depend on {dependency!r}, which does not exist")
        if (
            other.phase_id != phase_id
            and not log.phase(other.phase_id).done
            and _after(log, other.phase_id, phase_id)
        ):
            raise UserError(f"step {step_id!r} would depend on {dependency!r} of a later phase")
    if _reaches(log, depends_on, step_id):
        raise UserError(f"step {step_id!r} would wait for itself")


def _after(log: Ledger, phase_id: int, other: int) -> bool:
    order = [phase.phase_id for phase in log.state.phases()]
    return order.index(phase_id) > order.index(other)


def _reaches(log: Ledger, start: list[str], target: str) -> bool:
    seen: set[str] = set()
    queue = list(start)
    while queue:
        step_id = queue.pop()
        if step_id == target:
            return True
        spec = log.state.spec(step_id)
        if step_id not in seen and spec is not None:
            seen.add(step_id)
            queue.extend(spec.depends_on)
    return False


def _add_step(log: Ledger, op: Op) -> None:
    phase, step = log.phase(op["phase_id"]), op["step"]
    if phase.done:
        raise Refused(f"phase {phase.phase_id} ({phase.name}) is finished; add a phase instead")
    number = int(step["step_id"].partition(".")[2])
    if step["step_id"] != f"{phase.phase_id}.{number}" or number <= phase.last_step:
        raise UserError(
            f"a new step of phase {phase.phase_id} gets the id {phase.phase_id}.{phase.last_step + 1}, not {step['step_id']!r}"
        )
    _check_depends(log, step["step_id"], phase.phase_id, step["depends_on"])


def _change_step(log: Ledger, op: Op) -> None:
    step = _idle_step(log, op["step_id"], "changed")
    if step.repair:
        raise Refused(f"step {step.step_id!r} is a repair; it is not part of the plan")
    if "depends_on" in op["fields"]:
        _check_depends(log, step.step_id, step.phase_id, op["fields"]["depends_on"])


def _remove_step(log: Ledger, op: Op) -> None:
    step = _idle_step(log, op["step_id"], "removed")
    waiting = [other for other in step.unblocks if log.step(other).status != "dropped"]
    if waiting:
        raise Refused(f"step {step.step_id!r} cannot be removed: {', '.join(waiting)} depend on it")


def _add_phase(log: Ledger, op: Op) -> None:
    before, phase = log.phase(op["after"]), op["phase"]
    if before.done and before.next_id is not None:
        raise Refused(
            f"a phase cannot be added after phase {before.phase_id}: phase {before.next_id} has been reached"
        )
    if phase["phase_id"] <= log.head.last_phase_id:
        raise UserError(f"a new phase gets the id {log.head.last_phase_id + 1}, not {phase['phase_id']}")
    known: set[str] = set()
    for step in phase["steps"]:
        if not step["step_id"].startswith(f"{phase['phase_id']}."):
            raise UserError(f"step {step['step_id']!r} of the new phase needs an id {phase['phase_id']}.<n>")
        for dependency in step["depends_on"]:
            if dependency not in known:
                _check_depends(log, step["step_id"], before.phase_id, [dependency])
        known.add(step["step_id"])


def _change_phase(log: Ledger, op: Op) -> None:
    phase = log.phase(op["phase_id"])
    if phase.done:
        raise Refused(f"phase {phase.phase_id} ({phase.name}) is finished")


def _remove_phase(log: Ledger, op: Op) -> None:
    phase = log.phase(op["phase_id"])
    if phase.done or log.state.any(phase.phase_id, "complete", "skipped", "vetoed", "dispatched"):
        raise Refused(f"phase {phase.phase_id} ({phase.name}) has work on record; skip what is left instead")
    for step in log.state.steps(phase.phase_id, "pending", "ready", "failed", "exhausted", "asking"):
        for other in step.unblocks:
            if log.step(other).phase_id != phase.phase_id:
                raise Refused(
                    f"phase {phase.phase_id} cannot be removed: step {other!r} depends on {step.step_id!r}"
                )
    if sum(1 for _ in log.state.phases()) == 1:
        raise Refused("the only phase of a plan cannot be removed; cancel the task instead")


def _change_task(log: Ledger, op: Op) -> None:
    """Limits may be changed at any time."""


CHECKS: dict[str, Callable[[Ledger, Op], None]] = {
    "add_step": _add_step,
    "change_step": _change_step,
    "remove_step": _remove_step,
    "add_phase": _add_phase,
    "change_phase": _change_phase,
    "remove_phase": _remove_phase,
    "change_task": _change_task,
}
