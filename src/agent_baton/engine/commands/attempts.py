"""Commands about one attempt at a step."""

from __future__ import annotations

from agent_baton.engine.commands import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
    worktree: str = ""  # this and the next: of an attempt whose start nobody noted
    branch: str = ""
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


class TopUp(Command):
    """All that an attempt cost, known only after its outcome was recorded."""

    step_id: str
    attempt: int
    tokens: int
    usd: float | None = None
    upper_usd: float = 0.0
    upper_tokens: int = 0
    measured: dict[str, Any] | None = None


class Spawned(Command):
    agent_name: str
    tool_id: str
    session: str
    step_id: str = ""


class ReturnReport(Command):
    step_id: str
    reasons: tuple[str, ...]
