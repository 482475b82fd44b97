"""A task in one line, for a status line."""

from __future__ import annotations

from agent_baton.engine.actions import Approval, Complete, Failed, Gate, Question, Wait
from agent_baton.engine.brief import one_line
from agent_baton.engine.decide import decide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.actions import Action
    from agent_baton.engine.state import Phase, State, Task

NAMED = 3  # steps at work told by id
REASON = 60  # characters of what waits
YELLOW, RED, PLAIN = "\x1b[33m", "\x1b[31m", "\x1b[0m"


def glance(state: State, now: float, color: bool) -> str:
    """Task, phase, steps at work, gate, cost, and what waits for a person."""
    phase = state.current_phase()
    parts = [state.head.task_id, *_position(state, phase), *_costs(state.head)]
    waits, urgent = _waits(state, decide(state, now)[0])
    if waits and color:
        waits = f"{RED if urgent else YELLOW}{waits}{PLAIN}"
    return " · ".join([*parts, waits] if waits else parts)


def _position(state: State, phase: Phase | None) -> list[str]:
    head = state.head
    done = f"{head.steps_done}/{head.steps_total} steps"
    if phase is None:
        return [done]
    number = next(at for at, one in enumerate(state.phases(), 1) if one.phase_id == phase.phase_id)
    total = sum(1 for _ in state.phases())
    at_work = [
        step.step_id for _, step in zip(range(NAMED), state.steps(phase.phase_id, "dispatched"), strict=False)
    ]
    working = [f"step {', '.join(at_work)}"] if at_work else []
    gate = [] if phase.gate == "none" else [f"gate {phase.gate}"]
    return [f"phase {number}/{total}", *working, done, *gate]


def _costs(head: Task) -> list[str]:
    """What the steps cost and what driving cost; a part nobody knows the price of is marked."""
    steps = _money(head.spent_usd, head.spent_tokens, head.unknown_costs > 0)
    driving = _money(head.driving_usd, head.driving_tokens, head.driving_unknown > 0)
    return [f"{steps or '$0'} + {driving} driving"] if driving else [steps] if steps else []


def _money(usd: float, tokens: int, unknown: bool) -> str:
    if not (usd or tokens or unknown):
        return ""
    known = f"${usd:.2f}" if usd else f"{_short(tokens)} tokens" if tokens else ""
    return known + ("?" if unknown or (tokens and not usd) else "")


def _short(tokens: int) -> str:
    return (
        f"{tokens / 1e6:.1f}M"
        if tokens >= 1_000_000
        else f"{tokens / 1e3:.0f}k"
        if tokens >= 1_000
        else str(tokens)
    )


def _waits(state: State, action: Action) -> tuple[str, bool]:
    """What the task waits for, and whether it is stuck."""
    if isinstance(action, Approval):
        return f"approve phase {action.phase_id}?", False
    if isinstance(action, Question):
        return f"{action.step_id} asks: {one_line(action.question)[:REASON]}", False
    if isinstance(action, Failed):
        return f"stuck: {one_line(action.reason)[:REASON]}", True
    if isinstance(action, Gate):
        return f"gate of phase {action.phase_id} is due", False
    if isinstance(action, Complete):
        return "done" if action.closed else "to be completed", False
    if isinstance(action, Wait) and state.head.status == "paused":
        return "paused", False
    return "", False
