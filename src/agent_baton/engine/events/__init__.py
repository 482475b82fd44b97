"""What happened, in the past tense. An event is never edited; a new shape gets a new version and an upcaster.

Fields hold only what JSON can say; arrays come back as tuples. Times are seconds since the epoch (UTC).
"""

from __future__ import annotations

from agent_baton.errors import JournalError
from agent_baton.loading import parts
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar

    from agent_baton.engine.events.attempts import *
    from agent_baton.engine.events.gates import *
    from agent_baton.engine.events.people import *
    from agent_baton.engine.events.sessions import *
    from agent_baton.engine.events.steps import *
    from agent_baton.engine.events.tasks import *


class Event(Record):
    if TYPE_CHECKING:
        _version: ClassVar[int]
    else:
        _version = 1


class Recorded(Record):
    """An event with its place in the journal."""

    seq: int
    at: float
    actor: str
    event: Event


# Making a class takes its time: only the modules of what a command speaks of are loaded.
PLACES: dict[str, tuple[str, ...]] = {
    "attempts": (
        "StepDispatched",
        "StepFinished",
        "EvidenceGathered",
        "OutcomeVoided",
        "StepInterrupted",
        "BudgetCharged",
        "AgentSpawned",
        "AgentMeasured",
        "ReportReturned",
    ),
    "steps": (
        "StepSkipped",
        "StepReassigned",
        "StepRetried",
        "StepInvalidated",
        "StepIntegrated",
        "IntegrationConflicted",
        "VetoWaived",
    ),
    "gates": (
        "BaselineGathered",
        "GateStarted",
        "GateFinished",
        "GateReopened",
        "GateWaived",
        "RepairOpened",
    ),
    "people": (
        "ApprovalRequested",
        "ApprovalDecided",
        "QuestionAsked",
        "QuestionAnswered",
        "RequestRaised",
        "RequestSettled",
        "NoteAdded",
    ),
    "tasks": (
        "TaskStarted",
        "PlanAmended",
        "PhaseFinished",
        "BudgetExceeded",
        "TaskPaused",
        "TaskResumed",
        "TaskCancelled",
        "TaskFailed",
        "TaskCompleted",
    ),
    "sessions": (
        "SessionBound",
        "SessionNoted",
        "SessionCharged",
    ),
}
EVENTS = frozenset(name for names in PLACES.values() for name in names)
_find = parts(globals(), PLACES)
if not TYPE_CHECKING:  # or any name would pass for one of ours
    __getattr__ = _find

# (event type, version it was written in) -> the data one version later. Grows; never shrinks.
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


def encode(event: Event) -> tuple[str, int, dict[str, Any]]:
    """Type name, version and data as the journal stores them."""
    return type(event).__name__, event._version, event.as_dict()


def event_type_of(kind: str) -> type[Event]:
    """The class of that name."""
    found: type[Event] = globals().get(kind) or _find(kind)
    return found


def decode(kind: str, version: int, data: dict[str, Any]) -> Event:
    """The event a journal row stands for. Raises JournalError for one that a newer baton wrote."""
    event_type = event_type_of(kind) if kind in EVENTS else None
    if event_type is None or version > event_type._version:
        raise JournalError(
            f"the journal holds {kind!r} version {version}, written by a newer baton; upgrade baton to read it"
        )
    while version < event_type._version:
        data = UPCASTERS[kind, version](data)
        version += 1
    return event_type(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    )
