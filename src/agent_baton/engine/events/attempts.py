"""Events about one attempt at a step."""

from __future__ import annotations

from agent_baton.engine.events import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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


class BudgetCharged(Event):
    step_id: str
    attempt: int
    tokens: int | None
    usd: float | None
    source: str  # measured | estimated | unknown
    upper_usd: float = 0.0  # what an unknown cost is taken to be, at most, where a limit is checked
    upper_tokens: int = 0


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
