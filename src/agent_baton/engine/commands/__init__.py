"""What somebody asks of a task. `handle` answers each with events, or refuses."""

from __future__ import annotations

from agent_baton.loading import parts
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.commands.attempts import *
    from agent_baton.engine.commands.gates import *
    from agent_baton.engine.commands.people import *
    from agent_baton.engine.commands.sessions import *
    from agent_baton.engine.commands.steps import *
    from agent_baton.engine.commands.tasks import *


class Command(Record):
    pass


# As with events: a command loads its own kind.
PLACES: dict[str, tuple[str, ...]] = {
    "attempts": (
        "Dispatched",
        "RecordOutcome",
        "Interrupt",
        "TopUp",
        "Spawned",
        "ReturnReport",
    ),
    "steps": (
        "Skip",
        "Retry",
        "Reassign",
        "Waive",
        "Integrate",
    ),
    "gates": (
        "StartGate",
        "RecordGate",
        "Baseline",
    ),
    "people": (
        "Approve",
        "Ask",
        "Answer",
        "RaiseRequest",
        "SettleRequest",
        "Note",
    ),
    "tasks": (
        "Start",
        "Amend",
        "Pause",
        "Resume",
        "Cancel",
        "CompleteTask",
    ),
    "sessions": (
        "Bind",
        "NoteSession",
        "ChargeSession",
    ),
}
if not TYPE_CHECKING:
    __getattr__ = parts(globals(), PLACES)
