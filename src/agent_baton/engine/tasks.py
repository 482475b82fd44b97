"""Commands about the task as a whole."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.actions import Complete, Failed
from agent_baton.engine.decide import decide
from agent_baton.errors import Refused, UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine import commands as cmd
    from agent_baton.engine.ledger import Ledger


def start(log: Ledger, command: cmd.Start) -> None:
    if log.state.task() is not None:
        raise Refused(
            f"task {log.head.task_id!r} is {log.head.status} already; baton execute resume takes it up again"
        )
    log.emit(
        ev.TaskStarted(command.plan, command.settings, command.base_commit, command.branch, command.session)
    )


def baseline(log: Ledger, command: cmd.Baseline) -> None:
    phase = log.phase(command.phase_id)
    log.emit(
        ev.BaselineGathered(
            phase.phase_id,
            phase.gate_command,
            command.ok,
            command.reason,
            command.duration_s,
            command.failures,
            command.signature,
            command.lacking,
        )
    )


def pause(log: Ledger, command: cmd.Pause) -> None:
    if log.head.status != "paused":
        log.emit(ev.TaskPaused(command.reason, command.until))


def resume(log: Ledger, command: cmd.Resume) -> None:
    """Take the task up here. What a lost session had in flight is given up and will be dispatched again."""
    head = log.head
    if head.status == "paused" or (head.status == "running" and command.session != head.session):
        log.emit(ev.TaskResumed(command.reason, command.session))
    elif command.session and command.session != head.session:
        log.emit(ev.SessionBound(command.session, "", command.reason))
    phase = log.state.current_phase()
    if command.keep:
        return
    for step in list(log.state.steps(phase.phase_id, "dispatched")) if phase else ():
        if step.session != command.session or not command.session:
            log.emit(ev.StepInterrupted(step.step_id, step.attempt, "its session is gone; taken up again"))


def cancel(log: Ledger, command: cmd.Cancel) -> None:
    phase = log.state.current_phase()
    for step in list(log.state.steps(phase.phase_id, "dispatched")) if phase else ():
        log.emit(ev.StepInterrupted(step.step_id, step.attempt, "the task was cancelled"))
    log.emit(ev.TaskCancelled(command.reason))


def complete(log: Ledger, command: cmd.CompleteTask) -> None:
    head = log.head
    if head.status == "complete":
        return
    action = decide(log.state, log.now, 1)[0]
    if isinstance(action, Complete):
        log.emit(ev.TaskCompleted(max(0.0, round(log.now - head.started_at, 3))))
        return
    why = action.reason if isinstance(action, Failed) else describe_open(action)
    raise Refused(f"task {head.task_id!r} cannot be completed: {why}")


def describe_open(action: object) -> str:
    """One line for an action that stands between a task and its end."""
    fields = action.as_dict()  # type: ignore[attr-defined]
    name = type(action).__name__
    if name == "Dispatch":
        return f"step {fields['step_id']!r} is open"
    if name == "Gate":
        return f"the gate of phase {fields['phase_id']} has not passed"
    if name == "Approval":
        return f"phase {fields['phase_id']} waits for approval"
    if name == "Question":
        return f"step {fields['step_id']!r} waits for an answer"
    return str(fields.get("reason", name))


def note(log: Ledger, command: cmd.Note) -> None:
    if not command.text.strip():
        raise UserError("the note is empty")
    if command.step_id:
        log.step(command.step_id)
    log.emit(
        ev.NoteAdded(
            command.kind, command.text, command.step_id, command.source, command.expires_at, command.origin
        )
    )


def require_open(log: Ledger, command: object) -> None:
    """Refuse everything about a task that has ended."""
    head = log.head
    if head.status == "cancelled":
        raise Refused(
            f"task {head.task_id!r} was cancelled{': ' + head.reason if head.reason else ''}; nothing more is taken"
        )
    if head.status == "complete" and type(command).__name__ not in (
        "CompleteTask",
        "Note",
        "NoteSession",
        "ChargeSession",
    ):
        raise Refused(f"task {head.task_id!r} is complete; nothing more is taken")
