"""Answer a command with events, or refuse it. Pure: nothing is written here."""

from __future__ import annotations

from agent_baton.engine import amending, gating, sessions, steps, tasks
from agent_baton.engine import commands as cmd
from agent_baton.engine.ledger import Ledger
from agent_baton.engine.settle import settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from agent_baton.engine.state import State


def handle(state: State, command: cmd.Command, now: float) -> Ledger:
    """The events a command leads to and the state after them; no events when it is already on record.

    Raises UserError (the command makes no sense), NotFound (no such step or phase) or Refused (the state says no).
    """
    return handle_all(state, (command,), now)


def handle_all(state: State, commands: Iterable[cmd.Command], now: float) -> Ledger:
    """Several commands as one decision: all of them are taken, or none."""
    log = Ledger(state, now)
    for command in commands:
        if not isinstance(command, cmd.Start):
            tasks.require_open(log, command)
        before = len(log.events)
        HANDLERS[type(command)](log, command)
        if len(log.events) > before:
            settle(log)
    return log


def _retry(log: Ledger, command: cmd.Retry) -> None:
    if command.step_id:
        steps.retry(log, command)
    else:
        gating.retry_gate(log, command)


def _waive(log: Ledger, command: cmd.Waive) -> None:
    if command.step_id:
        steps.waive_veto(log, command)
    else:
        gating.waive_gate(log, command)


HANDLERS: dict[type[cmd.Command], Callable[[Ledger, Any], None]] = {
    cmd.Start: tasks.start,
    cmd.Baseline: tasks.baseline,
    cmd.Dispatched: steps.dispatched,
    cmd.RecordOutcome: steps.record,
    cmd.Interrupt: steps.interrupt,
    cmd.RaiseRequest: steps.raise_request,
    cmd.SettleRequest: steps.settle_request,
    cmd.StartGate: gating.start_gate,
    cmd.RecordGate: gating.record_gate,
    cmd.Waive: _waive,
    cmd.Skip: steps.skip,
    cmd.Retry: _retry,
    cmd.Reassign: steps.reassign,
    cmd.Approve: gating.approve,
    cmd.Ask: steps.ask,
    cmd.Answer: steps.answer,
    cmd.Amend: amending.amend,
    cmd.Integrate: gating.integrate,
    cmd.Pause: tasks.pause,
    cmd.Resume: tasks.resume,
    cmd.Cancel: tasks.cancel,
    cmd.CompleteTask: tasks.complete,
    cmd.Note: tasks.note,
    cmd.Bind: sessions.bind,
    cmd.NoteSession: sessions.note_session,
    cmd.ChargeSession: sessions.charge_session,
    cmd.Spawned: sessions.spawned,
    cmd.ReturnReport: sessions.return_report,
    cmd.TopUp: steps.top_up,
}
