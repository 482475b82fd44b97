"""Deadlines and budgets: what may not go on, or may not start."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.state import Step, Task


def expired(step: Step, now: float) -> bool:
    """The attempt in flight has not reported by its deadline."""
    return step.deadline_at is not None and now >= step.deadline_at


def over_budget(head: Task, step: Step) -> str:
    """Why no agent may be started any more, or nothing. Checked before a start, never only after."""
    return _spent("task", head) or _spent(f"step {step.step_id}", step)


def _spent(name: str, row: Task | Step) -> str:
    if row.limit_usd is not None and row.spent_usd >= row.limit_usd:
        return f"the budget of the {name} is spent (${row.spent_usd:.2f} of ${row.limit_usd:.2f})"
    if row.limit_tokens is not None and row.spent_tokens >= row.limit_tokens:
        return f"the budget of the {name} is spent ({row.spent_tokens} of {row.limit_tokens} tokens)"
    return ""
