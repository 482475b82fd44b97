"""What happened, in the past tense. An event is never edited; a new shape gets a new version and an upcaster.

Fields hold only what JSON can say; arrays come back as tuples. Times are seconds since the epoch (UTC).
"""

from __future__ import annotations

from agent_baton.errors import JournalError
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar


class Event(Record):
    if TYPE_CHECKING:
        _version: ClassVar[int]
    else:
        _version = 1


class TaskStarted(Event):
    plan: dict[str, Any]  # the whole plan document as approved for execution
    settings: dict[str, Any]  # the settings in force, so that a resume elsewhere follows the same rules
    base_commit: str | None
    branch: str | None
    session: str


class BaselineGathered(Event):
    """A gate was run before any work, so that a red gate later means a regression."""

    phase_id: int
    command: str
    ok: bool
    reason: str
    duration_s: float
    failures: tuple[str, ...] = ()
    signature: str = ""


class StepDispatched(Event):
    step_id: str
    attempt: int
    agent_name: str
    session: str
    deadline_at: float
    base_commit: str | None = None
    worktree: str = ""
    branch: str = ""
    tool_id: str = ""
    runtime: str = ""  # which kind of agent an unattended driver started; empty: a person's session did


class StepFinished(Event):
    """An agent's claim about its attempt; what git and exit codes say of it is `EvidenceGathered`."""

    step_id: str
    attempt: int
    agent_name: str
    status: str  # complete | failed
    outcome: str
    outcome_ref: str = ""  # file that holds the whole text when it was too long to keep here
    files: tuple[str, ...] = ()
    commit: str = ""
    verdict: str = ""  # "veto" from a step that may veto
    forced: bool = False
    source: str = "driver"  # driver | hook | runtime
    tip: str = ""  # commit that was checked out when the outcome was recorded
    final: bool = False  # a failure that another attempt would only repeat: no attempt is left


class OutcomeVoided(Event):
    """A late answer to an attempt that had been given up. Kept for the story; changes nothing."""

    step_id: str
    attempt: int
    status: str
    outcome: str


class StepInterrupted(Event):
    step_id: str
    attempt: int
    reason: str
    counts: bool = False  # whether it uses up one of the step's attempts, as a timeout does
    salvage: str = ""  # the saved ref that keeps its partial work
    conversation: str = ""  # the agent's session, when the next attempt can go on with it
    conversation_usd: float = 0.0  # what that session has cost so far, all its runs together


class StepSkipped(Event):
    step_id: str
    reason: str


class StepReassigned(Event):
    step_id: str
    agent_name: str
    reason: str


class StepRetried(Event):
    """A person gave a step a fresh set of attempts."""

    step_id: str
    reason: str


class StepInvalidated(Event):
    """A finished step must run again, because something it depends on does."""

    step_id: str
    reason: str


class EvidenceGathered(Event):
    step_id: str
    attempt: int
    verdict: str  # confirmed | mismatch | unverifiable
    commit: str = ""
    changed_files: tuple[str, ...] = ()
    changed_count: int = 0
    mismatches: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()
    tree: str = ""


class StepIntegrated(Event):
    step_id: str
    commit: str
    note: str = ""


class IntegrationConflicted(Event):
    step_id: str
    files: tuple[str, ...]
    detail: str


class GateStarted(Event):
    phase_id: int
    run: int
    command: str


class GateFinished(Event):
    phase_id: int
    run: int
    ok: bool
    source: str  # verified (the engine ran it) | reported (somebody said so)
    reason: str = ""
    command: str = ""
    exit_code: int | None = None
    duration_s: float | None = None
    output: str = ""  # the tail, redacted
    output_ref: str = ""
    signature: str = ""
    failures: tuple[str, ...] = ()
    new_failures: tuple[str, ...] = ()
    tree: str = ""
    changed_files: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()


class GateReopened(Event):
    phase_id: int
    reason: str


class GateWaived(Event):
    phase_id: int
    reason: str


class RepairOpened(Event):
    """A red gate or a merge conflict became a step of its own."""

    phase_id: int
    round: int
    step: dict[str, Any]  # a plan step; its id is `<phase>.r<round>`
    cause: str
    review: str = ""  # the step that asked for it, and looks again afterwards


class ApprovalRequested(Event):
    phase_id: int
    subject: str  # hash of what is to be approved


class ApprovalDecided(Event):
    phase_id: int
    result: str  # approve | reject | approve-with-feedback
    subject: str
    feedback: str = ""


class QuestionAsked(Event):
    step_id: str
    attempt: int
    question: str


class QuestionAnswered(Event):
    step_id: str
    answer: str


class RequestRaised(Event):
    """An agent at work waits for a person: it may not do something by itself, or has a question."""

    step_id: str
    attempt: int
    request_id: str
    kind: str  # permission | question
    text: str  # what it wants to do or to know, redacted
    options: tuple[str, ...] = ()


class RequestSettled(Event):
    step_id: str
    request_id: str
    allow: bool
    text: str = ""  # the answer, or why not
    reason: str = ""  # set when nobody decided: the time was up, or the agent was gone


class VetoWaived(Event):
    step_id: str
    reason: str


class PlanAmended(Event):
    ops: tuple[dict[str, Any], ...]  # see engine.amend
    reason: str
    summary: tuple[str, ...] = ()


class BudgetCharged(Event):
    step_id: str
    attempt: int
    tokens: int | None
    usd: float | None
    source: str  # measured | estimated | unknown
    upper_usd: float = 0.0  # what an unknown cost is taken to be, at most, where a limit is checked
    upper_tokens: int = 0


class BudgetExceeded(Event):
    scope: str  # task | step
    limit: str
    spent: str
    step_id: str = ""


class PhaseFinished(Event):
    phase_id: int


class TaskPaused(Event):
    reason: str
    until: float | None = None


class TaskResumed(Event):
    reason: str
    session: str = ""


class TaskCancelled(Event):
    reason: str


class TaskFailed(Event):
    """Nothing more can run until a person acts; `retry`, `amend`, `waive` or `skip` take it up again."""

    reason: str


class TaskCompleted(Event):
    elapsed_s: float


class NoteAdded(Event):
    kind: str  # decision | discovery | warning | convention
    text: str
    step_id: str = ""
    source: str = "person"  # person | agent
    expires_at: float | None = None
    origin: str = ""  # the task it was noted in, when it was brought over from another one


class SessionBound(Event):
    """A session took up driving the task."""

    session: str
    process: str = ""  # "host/pid/start" of it, when known: whether it still lives can be asked
    reason: str = ""


class SessionNoted(Event):
    """Something happened to a session of the task that changes no step by itself."""

    session: str
    what: str  # reminded | compacting | ended | failed | interrupted
    detail: str = ""


class SessionCharged(Event):
    """What driving has cost a session since it was last asked."""

    session: str
    tokens: int
    usd: float | None  # None: a model without a known price
    usage: tuple[dict[str, Any], ...] = ()  # tokens by model and kind
    read_to: int = 0  # bytes of the session's transcript that are counted
    last_message: str = ""  # id of the last message counted


class AgentSpawned(Event):
    """An agent was started: the one of a step (its tool id was not known before), a helper of it, or a stranger."""

    agent_name: str
    tool_id: str
    session: str
    step_id: str = ""  # empty: no step asked for it
    attempt: int = 0
    helper: bool = False  # started by the step's own agent


class AgentMeasured(Event):
    """What an agent's transcript says of an attempt."""

    step_id: str
    attempt: int
    agent_id: str
    usage: tuple[dict[str, Any], ...] = ()  # tokens by model and kind
    edits: tuple[str, ...] = ()  # files its editing tools wrote
    tool_uses: int = 0
    duration_s: float | None = None


class ReportReturned(Event):
    """An agent's report was sent back to it, once, with what it lacks."""

    step_id: str
    attempt: int
    reasons: tuple[str, ...]


class Recorded(Record):
    """An event with its place in the journal."""

    seq: int
    at: float
    actor: str
    event: Event


EVENTS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, Event)
}

# (event type, version it was written in) -> the data one version later. Grows; never shrinks.
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


def encode(event: Event) -> tuple[str, int, dict[str, Any]]:
    """Type name, version and data as the journal stores them."""
    return type(event).__name__, event._version, event.as_dict()


def decode(kind: str, version: int, data: dict[str, Any]) -> Event:
    """The event a journal row stands for. Raises JournalError for one that a newer baton wrote."""
    event_type = EVENTS.get(kind)
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
