"""Deadlines, budgets, sessions: what may not go on, or may not start, or not from here."""

from __future__ import annotations

from agent_baton.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.state import Step, Task

GONE = "-"  # stands for the process of a session that has ended


def require_driver(head: Task, session: str) -> None:
    """Refuse another session than the one that drives the task. A person at a terminal has none, and may."""
    if not session or head.session in ("", session) or head.status in ("complete", "cancelled"):
        return
    take_over = f"baton execute resume --task-id {head.task_id}"
    if head.process == GONE:
        raise Refused(
            f"task {head.task_id!r} was driven by session {head.session}, which has ended; take it up here: {take_over}"
        )
    raise Refused(
        f"task {head.task_id!r} is driven by session {head.session}, not by this one ({session}): what this one says "
        "of it is void, and nothing was recorded. Stop here and tell the person; only if they want it driven from "
        f"here: {take_over}"
    )


def expired(step: Step, now: float) -> bool:
    """The attempt in flight has not reported by its deadline."""
    return step.deadline_at is not None and now >= step.deadline_at


def over_budget(head: Task, step: Step, now: float) -> str:
    """Why no agent may be started any more, or nothing. Checked before a start, never only after."""
    return _spent("task", head) or _too_long(head, now) or _spent(f"step {step.step_id}", step)


def raise_limit(head: Task, step: Step, now: float) -> str:
    """The command that raises the limit which `over_budget` names."""
    if _spent("task", head):
        return "baton execute amend --budget-usd N | --budget-tokens N"
    if _too_long(head, now):
        return "baton execute amend --budget-wall-s N"
    return f"baton execute amend --change-step {step.step_id} --budget-usd N | --budget-tokens N"


def active_s(head: Task, now: float) -> float:
    """How long a task has been going on, its pauses left out."""
    paused_s = head.paused_s if head.paused_at is None else head.paused_s + now - head.paused_at
    return now - head.started_at - paused_s


def _too_long(head: Task, now: float) -> str:
    if head.limit_wall_s is None or active_s(head, now) < head.limit_wall_s:
        return ""
    return f"the time of the task is spent ({active_s(head, now):.0f} of {head.limit_wall_s:.0f} s)"


def _spent(name: str, row: Task | Step) -> str:
    usd, tokens = row.spent_usd + row.upper_usd, row.spent_tokens + row.upper_tokens
    if row.limit_usd is not None and usd >= row.limit_usd:
        guess = f", ${row.upper_usd:.2f} of it an upper estimate of unknown cost" if row.upper_usd else ""
        return f"the budget of the {name} is spent (${usd:.2f} of ${row.limit_usd:.2f}{guess})"
    if row.limit_tokens is not None and tokens >= row.limit_tokens:
        return f"the budget of the {name} is spent ({tokens} of {row.limit_tokens} tokens)"
    return ""
