"""Sessions: who drives a task, what became of it, what driving cost, which agents it started."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.limits import GONE
from agent_baton.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine import commands as cmd
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import State, Step

HELPERS_LIMIT = 64  # agents of an agent that are remembered by their tool ids

# -- answering ------------------------------------------------------------------------------------------------


def bind(log: Ledger, command: cmd.Bind) -> None:
    """A session takes the task up where a lost one left it: what was in flight there is given up."""
    head = log.head
    same = command.session == head.session
    if same and command.process in ("", head.process):
        return
    if not same or head.process not in ("", command.process):
        give_up(log, "its session is gone")
    log.emit(ev.SessionBound(command.session, command.process, command.reason))


def give_up(log: Ledger, reason: str) -> None:
    """Interrupt every attempt a session has in flight; an unattended driver's are its own business."""
    phase = log.state.current_phase()
    for step in list(log.state.steps(phase.phase_id, "dispatched")) if phase else ():
        if not step.runtime:
            log.emit(ev.StepInterrupted(step.step_id, step.attempt, reason))


def note_session(log: Ledger, command: cmd.NoteSession) -> None:
    if command.what == "ended" and command.session == log.head.session:
        if log.head.process == GONE:
            return
        give_up(log, f"its session ended ({command.detail or 'no reason given'})")
    log.emit(ev.SessionNoted(command.session, command.what, command.detail))


def charge_session(log: Ledger, command: cmd.ChargeSession) -> None:
    """Book it, unless another hook of the session has counted the same while this one was at it: two agents end at once."""
    head = log.state.head
    known = head.read_to if head.charged_session == command.session else 0
    if command.tokens and command.read_from in (None, known):
        fields = {name: value for name, value in command.as_dict().items() if name != "read_from"}
        log.emit(ev.SessionCharged(**fields))


def spawned(log: Ledger, command: cmd.Spawned) -> None:
    """Note an agent no step asked for, or one that a step's own agent started."""
    step = log.step(command.step_id) if command.step_id else None
    attempt = step.attempt if step else 0
    log.emit(
        ev.AgentSpawned(
            command.agent_name, command.tool_id, command.session, command.step_id, attempt, step is not None
        )
    )


def attach(log: Ledger, step: Step, command: cmd.Dispatched) -> None:
    """The agent of a dispatch that was noted before it was started."""
    if not command.tool_id or command.tool_id == step.tool_id:
        return
    if step.tool_id:
        raise Refused(f"step {step.step_id!r} (attempt {step.attempt}) is already with an agent; wait for it")
    agent = command.agent_name or step.agent_at_work
    log.emit(ev.AgentSpawned(agent, command.tool_id, command.session, step.step_id, step.attempt))


def return_report(log: Ledger, command: cmd.ReturnReport) -> None:
    step = log.step(command.step_id)
    if step.status != "dispatched":
        raise Refused(f"step {step.step_id!r} has no attempt in flight; it is {step.status}")
    if step.returned == step.attempt:
        raise Refused(f"step {step.step_id!r}: the report of attempt {step.attempt} was sent back already")
    log.emit(ev.ReportReturned(step.step_id, step.attempt, command.reasons))


# -- folding --------------------------------------------------------------------------------------------------


def bound(state: State, event: ev.SessionBound, at: float) -> None:
    head = state.head
    same = head.session == event.session
    state.put(
        head.replace(
            session=event.session,
            process=event.process,
            bound_at=head.bound_at if same and head.bound_at else at,
            reminded=head.reminded if same else head.seq,
            reminded_by=head.reminded_by if same else "bound",
        )
    )


def noted(state: State, event: ev.SessionNoted, at: float) -> None:
    head = state.head
    if event.what in ("reminded", "interrupted"):
        state.put(head.replace(reminded=head.seq, reminded_by=event.what))
    elif event.what == "ended" and event.session == head.session:
        state.put(head.replace(process=GONE))


def charged(state: State, event: ev.SessionCharged, at: float) -> None:
    head = state.head
    state.put(
        head.replace(
            charged_session=event.session,
            read_to=event.read_to,
            last_message=event.last_message,
            driving_tokens=head.driving_tokens + event.tokens,
            driving_usd=head.driving_usd + (event.usd or 0.0),
            driving_unknown=head.driving_unknown + (event.tokens if event.usd is None else 0),
        )
    )


def agent_spawned(state: State, event: ev.AgentSpawned, at: float) -> None:
    step = state.step(event.step_id) if event.step_id else None
    if step is None or event.attempt != step.attempt:
        return
    if event.helper:
        state.put(step.replace(helpers=(*step.helpers, event.tool_id)[-HELPERS_LIMIT:]))
    else:
        state.put(step.replace(tool_id=event.tool_id))


def report_returned(state: State, event: ev.ReportReturned, at: float) -> None:
    step = state.step(event.step_id)
    if step is not None:
        state.put(step.replace(returned=event.attempt))


# Events that are not the task getting on: a reminder that led to nothing else is not repeated.
QUIET = ("SessionBound", "SessionNoted", "SessionCharged")
