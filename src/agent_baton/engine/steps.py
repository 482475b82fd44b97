"""Commands by which a person intervenes in a step: skip it, run it again, give it to another agent, answer it."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.attempts import why_not
from agent_baton.errors import Refused, UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine import commands as cmd
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import Step


def skip(log: Ledger, command: cmd.Skip) -> None:
    step = log.step(command.step_id)
    require_reason(command.reason, "skip")
    if step.status == "skipped":
        return
    if step.status in ("complete", "vetoed"):
        raise Refused(
            f"step {step.step_id!r} is {step.status}; only work that is not finished can be skipped"
        )
    if step.status == "dispatched":
        log.emit(ev.StepInterrupted(step.step_id, step.attempt, f"skipped: {command.reason}"))
    log.emit(ev.StepSkipped(step.step_id, command.reason))


def retry_step(log: Ledger, command: cmd.Retry) -> None:
    step = log.step(command.step_id)
    if step.status in ("ready", "pending"):
        return
    if step.status in ("dispatched", "asking"):
        raise Refused(f"step {step.step_id!r} cannot be retried: {why_not(log, step)}")
    log.require_current(log.phase(step.phase_id), f"step {step.step_id!r}")
    reopen(log, command)
    redo = _finished_dependents(log, step)
    log.emit(ev.StepRetried(step.step_id, command.reason))
    for step_id in redo:
        log.emit(ev.StepInvalidated(step_id, f"depends on {step.step_id}, which runs again"))


def _finished_dependents(log: Ledger, step: Step) -> list[str]:
    """Steps to run again because this one does, deepest first. Refused while one of them is at work."""
    found: list[str] = []
    queue = list(step.unblocks)
    while queue:
        dependent = log.step(queue.pop(0))
        if dependent.status == "dispatched":
            raise Refused(
                f"step {dependent.step_id!r} builds on {step.step_id!r} and is in flight; interrupt it first"
            )
        if dependent.status in ("complete", "skipped") and dependent.step_id not in found:
            found.append(dependent.step_id)
            queue.extend(dependent.unblocks)
    return found[::-1]


def reassign(log: Ledger, command: cmd.Reassign) -> None:
    step = log.step(command.step_id)
    require_reason(command.reason, "reassign")
    if command.agent_name == step.agent_name:
        raise Refused(f"step {step.step_id!r} already belongs to {step.agent_name!r}")
    if step.status not in ("pending", "ready", "failed", "exhausted"):
        raise Refused(
            f"step {step.step_id!r} is {step.status}; only a step that is not at work or finished changes hands"
        )
    reopen(log, command)
    log.emit(ev.StepReassigned(step.step_id, command.agent_name, command.reason))


def answer(log: Ledger, command: cmd.Answer) -> None:
    step = log.step(command.step_id)
    if not command.answer.strip():
        raise UserError("the answer is empty")
    if step.status != "asking":
        if step.dialogue and step.dialogue[-1] == command.answer:
            return
        raise Refused(f"step {step.step_id!r} has asked nothing; it is {step.status}")
    log.emit(ev.QuestionAnswered(step.step_id, command.answer))


def waive_veto(log: Ledger, command: cmd.Waive) -> None:
    step = log.step(command.step_id)
    require_reason(command.reason, "waive")
    if step.status != "vetoed":
        raise Refused(f"step {step.step_id!r} has no veto to waive; it is {step.status}")
    reopen(log, command)
    log.emit(ev.VetoWaived(step.step_id, command.reason))


def reopen(log: Ledger, command: object) -> None:
    """A person acting on a failed task takes it up again."""
    if log.head.status == "failed":
        log.emit(ev.TaskResumed(f"{type(command).__name__.lower()}"))


def require_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise UserError(f'{what} needs a reason: --reason "…"; it is kept in the journal')
