"""Answer a command with events, or refuse it. Pure: nothing is written here."""

from __future__ import annotations

from agent_baton.engine.ledger import Ledger
from agent_baton.engine.settle import settle
from agent_baton.engine.tasks import require_open
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from agent_baton.engine import commands as cmd
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
        kind = type(command).__name__
        if kind != "Start":
            require_open(log, command)
        before = len(log.events)
        load(f"agent_baton.engine.{HANDLERS[kind]}")(log, command)
        if len(log.events) > before:
            settle(log)
    return log


# Command -> the module that answers it, loaded with the first of its kind, and the function there.
HANDLERS = {
    "Start": "tasks:start",
    "Baseline": "tasks:baseline",
    "Dispatched": "attempts:dispatched",
    "RecordOutcome": "attempts:record",
    "Interrupt": "attempts:interrupt",
    "RaiseRequest": "attempts:raise_request",
    "SettleRequest": "attempts:settle_request",
    "StartGate": "gating:start_gate",
    "RecordGate": "gating:record_gate",
    "Waive": "gating:waive",
    "Skip": "steps:skip",
    "Retry": "gating:retry",
    "Reassign": "steps:reassign",
    "Approve": "gating:approve",
    "Ask": "attempts:ask",
    "Answer": "steps:answer",
    "Amend": "amending:amend",
    "Integrate": "gating:integrate",
    "Pause": "tasks:pause",
    "Resume": "tasks:resume",
    "Cancel": "tasks:cancel",
    "CompleteTask": "tasks:complete",
    "Note": "tasks:note",
    "Bind": "sessions:bind",
    "NoteSession": "sessions:note_session",
    "ChargeSession": "sessions:charge_session",
    "Spawned": "sessions:spawned",
    "ReturnReport": "sessions:return_report",
    "TopUp": "attempts:top_up",
}
