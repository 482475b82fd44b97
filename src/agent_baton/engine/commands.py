"""What somebody asks of a task. `handle` answers each with events, or refuses."""

from __future__ import annotations

from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Command(Record):
    pass


class Start(Command):
    plan: dict[str, Any]
    settings: dict[str, Any]
    session: str
    base_commit: str | None = None
    branch: str | None = None


class Dispatched(Command):
    step_id: str
    agent_name: str = ""
    session: str = ""
    base_commit: str | None = None
    worktree: str = ""
    branch: str = ""
    tool_id: str = ""
    force: bool = False
    runtime: str = ""


class RecordOutcome(Command):
    """An agent's outcome, with the evidence the workspace gathered for it (None: there was nothing to check)."""

    step_id: str
    status: str
    agent_name: str = ""
    attempt: int | None = None
    outcome: str = ""
    outcome_ref: str = ""
    files: tuple[str, ...] = ()
    commit: str = ""
    verdict: str = ""
    force: bool = False
    session: str = ""
    source: str = "driver"
    tip: str = ""
    tokens: int | None = None
    usd: float | None = None
    cost_source: str = "measured"
    evidence: dict[str, Any] | None = None
    upper_usd: float = 0.0
    upper_tokens: int = 0
    final: bool = False
    measured: dict[str, Any] | None = None  # the fields of AgentMeasured


class Interrupt(Command):
    """Give up attempts in flight: of one step, or of all when `step_id` is empty."""

    step_id: str
    reason: str
    salvage: str = ""
    attempt: int | None = None  # refused when another one is in flight
    counts: bool = False
    conversation: str = ""
    conversation_usd: float = 0.0
    charge: bool = False  # book what the attempt cost, unknown when neither figure is given
    tokens: int | None = None
    usd: float | None = None
    upper_usd: float = 0.0
    upper_tokens: int = 0


class RaiseRequest(Command):
    """An agent at work waits for a person's word."""

    step_id: str
    attempt: int
    request_id: str
    kind: str
    text: str
    options: tuple[str, ...] = ()


class SettleRequest(Command):
    step_id: str
    request_id: str
    allow: bool
    text: str = ""
    reason: str = ""


class StartGate(Command):
    phase_id: int


class RecordGate(Command):
    phase_id: int
    ok: bool
    source: str
    reason: str = ""
    exit_code: int | None = None
    duration_s: float | None = None
    output: str = ""
    output_ref: str = ""
    signature: str = ""
    failures: tuple[str, ...] = ()
    new_failures: tuple[str, ...] = ()
    tree: str = ""
    changed_files: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()


class Waive(Command):
    """Let a red gate (`phase_id`) or a veto (`step_id`) pass, by name and with a reason."""

    reason: str
    phase_id: int | None = None
    step_id: str = ""


class Skip(Command):
    step_id: str
    reason: str


class Retry(Command):
    """A fresh set of attempts for a step, or of repair rounds for a gate."""

    reason: str
    step_id: str = ""
    phase_id: int | None = None


class Reassign(Command):
    step_id: str
    agent_name: str
    reason: str


class Approve(Command):
    phase_id: int
    result: str
    feedback: str = ""
    subject: str = ""  # the hash the person saw; empty when not given


class Ask(Command):
    step_id: str
    question: str
    charge: bool = False  # book what the attempt cost so far, unknown when neither figure is given
    tokens: int | None = None
    usd: float | None = None
    upper_usd: float = 0.0
    upper_tokens: int = 0
    measured: dict[str, Any] | None = None


class Answer(Command):
    step_id: str
    answer: str


class Amend(Command):
    ops: tuple[dict[str, Any], ...]
    reason: str
    summary: tuple[str, ...] = ()


class Integrate(Command):
    """What came of merging a step's branch: the merge commit, or the conflict."""

    step_id: str
    commit: str = ""
    note: str = ""
    conflict_files: tuple[str, ...] = ()
    detail: str = ""


class Baseline(Command):
    phase_id: int
    ok: bool
    reason: str
    duration_s: float
    failures: tuple[str, ...] = ()
    signature: str = ""


class Pause(Command):
    reason: str
    until: float | None = None


class Resume(Command):
    """Take the task up again, here: attempts of lost sessions are given up."""

    session: str
    reason: str = "resumed"
    keep: bool = False  # leave attempts in flight alone: whoever drives them is alive


class Cancel(Command):
    reason: str


class CompleteTask(Command):
    pass


class Note(Command):
    kind: str
    text: str
    step_id: str = ""
    source: str = "person"
    expires_at: float | None = None
    origin: str = ""


class Bind(Command):
    """A session takes up driving; a task that is paused stays paused."""

    session: str
    process: str = ""
    reason: str = ""


class NoteSession(Command):
    session: str
    what: str
    detail: str = ""


class ChargeSession(Command):
    session: str
    tokens: int
    usd: float | None
    usage: tuple[dict[str, Any], ...] = ()
    read_to: int = 0
    last_message: str = ""


class Spawned(Command):
    agent_name: str
    tool_id: str
    session: str
    step_id: str = ""


class ReturnReport(Command):
    step_id: str
    reasons: tuple[str, ...]


class TopUp(Command):
    """All that an attempt cost, known only after its outcome was recorded."""

    step_id: str
    attempt: int
    tokens: int
    usd: float | None = None
    upper_usd: float = 0.0
    upper_tokens: int = 0
    measured: dict[str, Any] | None = None
