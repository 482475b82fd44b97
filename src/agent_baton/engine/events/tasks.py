"""Events about a task as a whole."""

from __future__ import annotations

from agent_baton.engine.events import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class TaskStarted(Event):
    plan: dict[str, Any]  # the whole plan document as approved for execution
    settings: dict[str, Any]  # the settings in force, so that a resume elsewhere follows the same rules
    base_commit: str | None
    branch: str | None
    session: str


class PlanAmended(Event):
    ops: tuple[dict[str, Any], ...]  # see engine.amend
    reason: str
    summary: tuple[str, ...] = ()


class PhaseFinished(Event):
    phase_id: int


class BudgetExceeded(Event):
    scope: str  # task | step
    limit: str
    spent: str
    step_id: str = ""


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
