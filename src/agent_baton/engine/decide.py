"""What to do next. Reads no clock, disk or network: the same state and time give the same answer."""

from __future__ import annotations

from agent_baton.engine.actions import Approval, Complete, Dispatch, Failed, Gate, Question, Wait
from agent_baton.engine.limits import expired, over_budget, raise_limit
from agent_baton.engine.transitions import RUNNABLE, STUCK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.actions import Action
    from agent_baton.engine.state import Phase, State, Step


def decide(state: State, now: float, limit: int = 1) -> list[Action]:
    """At most `limit` actions, never none. Several only when they are steps that can run side by side."""
    head = state.head
    if head.status == "complete":
        return [Complete(summary(state), closed=True)]
    if head.status == "cancelled":
        return [Failed(f"the task was cancelled{': ' + head.reason if head.reason else ''}")]
    if head.status == "paused":
        return [
            Wait(
                f"the task is paused{': ' + head.reason if head.reason else ''}; baton execute resume",
                None,
                head.paused_until,
            )
        ]
    phase = state.current_phase()
    if phase is None:
        return [Complete(summary(state))]
    if phase.approval == "rejected":
        return [Failed(f"phase {phase.phase_id} ({phase.name}) was rejected", _ways_after_reject())]
    if phase.approval in ("needed", "requested"):
        return [Approval(phase.phase_id, phase.name, phase.subject)]
    return _dispatches(state, phase, now, limit) or [_otherwise(state, phase, now)]


def _dispatches(state: State, phase: Phase, now: float, limit: int) -> list[Action]:
    found: list[Action] = []
    mending = _mending(state, phase)
    for step in state.steps(phase.phase_id, *RUNNABLE, "dispatched"):
        if (mending and not step.repair) or (phase.unintegrated and not _stands(state, step)):
            continue
        if step.status == "dispatched" and not (expired(step, now) and step.failures + 1 < step.max_attempts):
            continue
        if over_budget(state.head, step, now):
            continue
        found.append(_dispatch(step))
        if len(found) == limit:
            break
    return found


def _mending(state: State, phase: Phase) -> bool:
    """While a repair is to be made or is made nothing else begins: what it mends is what others would build on."""
    rounds = (state.step(f"{phase.phase_id}.r{number}") for number in range(1, phase.last_round + 1))
    return any(step is not None and step.status in (*RUNNABLE, "dispatched") for step in rounds)


def _stands(state: State, step: Step) -> bool:
    """Whether all a step builds on is merged: its agent would not find it otherwise."""
    spec = state.spec(step.step_id)
    needed = (state.step(name) for name in (spec.depends_on if spec else ()))
    return all(other is None or other.integrated for other in needed)


def _dispatch(step: Step) -> Dispatch:
    late = step.attempt if step.status == "dispatched" else 0
    return Dispatch(step.step_id, step.agent_name, step.model, step.attempt + 1, step.repair, late)


def _otherwise(state: State, phase: Phase, now: float) -> Action:
    """Nothing can be started in this phase: say what that means."""
    flying = next(state.steps(phase.phase_id, "dispatched"), None)
    if flying is not None:
        others = sum(1 for _ in state.steps(phase.phase_id, "dispatched")) - 1
        return Wait(_flying(flying, others), flying.dispatched_at, flying.deadline_at)
    asking = next(state.steps(phase.phase_id, "asking"), None)
    if asking is not None:
        return Question(asking.step_id, asking.dialogue[-1])
    stuck = next(state.steps(phase.phase_id, *STUCK), None)
    if stuck is not None:
        return _stuck_step(stuck)
    unpaid = next(state.steps(phase.phase_id, *RUNNABLE), None)
    if unpaid is not None and over_budget(state.head, unpaid, now):
        ways = (raise_limit(state.head, unpaid, now), "baton execute cancel")
        return Failed(over_budget(state.head, unpaid, now), ways)
    if phase.gate == "exhausted":
        return Failed(_gate_reason(phase), _ways_after_gate(phase))
    if phase.unintegrated:
        return Wait(
            f"{phase.unintegrated} finished branches of phase {phase.phase_id} are to be merged; `baton execute integrate` does it"
        )
    return Gate(phase.phase_id, phase.gate_type, phase.gate_command)


def _flying(step: Step, others: int) -> str:
    more = f" and {others} more" if others else ""
    return (
        f"step {step.step_id} (attempt {step.attempt}) is with {step.agent_at_work}{more}; "
        "record its outcome, or `baton execute resume` if its session is gone"
    )


def _stuck_step(step: Step) -> Failed:
    if step.status == "vetoed":
        return Failed(
            f"step {step.step_id} ({step.agent_name}) vetoed: {_first_line(step.failure)}",
            (
                f'baton execute waive --step-id {step.step_id} --reason "…"',
                f"baton execute retry --step-id {step.step_id}",
                f'baton execute amend --change-step {step.step_id} --task "…"',
            ),
        )
    return Failed(
        f"step {step.step_id} ({step.agent_name}) failed {step.failures} time{'s' * (step.failures != 1)}; "
        f"last: {_first_line(step.failure)}",
        (
            f"baton execute retry --step-id {step.step_id}",
            f'baton execute reassign --step-id {step.step_id} --agent NAME --reason "…"',
            f'baton execute skip --step-id {step.step_id} --reason "…"',
            f'baton execute amend --change-step {step.step_id} --task "…"',
        ),
    )


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 200 else line[:199] + "…"


def _gate_reason(phase: Phase) -> str:
    rounds = f"{phase.repairs} repair{'s' if phase.repairs != 1 else ''}"
    same = " with the same failure twice" if phase.repairs and phase.repairs < phase.max_repairs else ""
    return f"the gate of phase {phase.phase_id} ({phase.name}) is red after {rounds}{same}: {_first_line(phase.gate_reason)}"


def _ways_after_gate(phase: Phase) -> tuple[str, ...]:
    return (
        f"baton execute retry --phase-id {phase.phase_id}",
        f'baton execute amend --phase-id {phase.phase_id} --gate-command "…"',
        f'baton execute waive --phase-id {phase.phase_id} --reason "…"',
    )


def _ways_after_reject() -> tuple[str, ...]:
    return ("baton execute amend --plan FILE", "baton execute cancel")


def summary(state: State) -> str:
    """Steps and gates in one line; what was let through without proof is said."""
    head = state.head
    waived = sum(1 for phase in state.phases() if phase.gate == "waived")
    doubts = [f"{waived} waived"] if waived else []
    doubts += [f"{head.gates_reported} reported, not verified"] if head.gates_reported else []
    line = f"Steps: {head.steps_done}/{head.steps_total} | Gates passed: {head.gates_passed - waived}"
    return f"{line} ({', '.join(doubts)})" if doubts else line
