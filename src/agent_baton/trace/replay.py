"""A task's history step by step: what each event changed, and where the task stood after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agent_baton.engine.apply import apply
from agent_baton.engine.events import Recorded
from agent_baton.engine.protocol import clock
from agent_baton.engine.state import State
from agent_baton.trace.story import sentence
from agent_baton.trace.words import redacted


class Frame(NamedTuple):
    """One event, with the statuses it moved (`step 1.1: ready → dispatched`) and the task after it."""

    seq: int
    at: float
    by: str
    text: str
    moves: list[str]
    status: str
    phase_id: int | None
    steps_done: int
    steps_total: int
    gates_passed: int
    gates_total: int
    spent_usd: float
    spent_tokens: int
    unknown_costs: int


def frames(recorded: Iterable[Recorded]) -> Iterator[Frame]:
    """A frame an event, in order."""
    state = State()
    for item in recorded:
        after = state.fork()
        apply(after, item.event, item.at)
        moves = list(_moves(state, after))
        apply(state, item.event, item.at)
        head = state.head
        yield Frame(
            item.seq, item.at, item.actor, sentence(item), moves, head.status, head.phase_id, head.steps_done,
            head.steps_total, head.gates_passed, head.gates_total, round(head.spent_usd, 6), head.spent_tokens,
            head.unknown_costs,
        )  # fmt: skip


def state_at(recorded: Iterable[Recorded], seq: int) -> tuple[State, float]:
    """The task as it stood after event `seq`, and when that was; without the secrets in its texts."""
    state, at = State(), 0.0
    for item in recorded:
        if item.seq > seq:
            break
        apply(state, item.event.replace(**redacted(item.event.as_dict())), item.at)
        at = item.at
    return state, at


def _moves(before: State, after: State) -> Iterator[str]:
    was = before.task()
    if was is None:
        return  # the start lays out every row
    if after.head.status != was.status:
        yield f"task: {was.status} → {after.head.status}"
    for phase_id, phase in after.changed_phases.items():
        old = before.phase(phase_id)
        for name in ("gate", "approval"):
            then, now = (getattr(old, name) if old else "none"), getattr(phase, name)
            if then != now:
                yield f"{name} of phase {phase_id}: {then} → {now}"
    for step_id, step in after.changed_steps.items():
        earlier = before.step(step_id)
        if earlier is None or earlier.status != step.status:
            yield f"step {step_id}: {earlier.status if earlier else 'new'} → {step.status}"


def line(frame: Frame) -> str:
    """A frame in one line."""
    moves = f"  [{'; '.join(frame.moves)}]" if frame.moves else ""
    return f"{frame.seq:>4}  {clock(frame.at)}  {frame.text}{moves}"


def standing(frame: Frame) -> str:
    """Where the task stood after it."""
    spent = [f"${frame.spent_usd:.2f}"] if frame.spent_usd else []
    spent += [f"{frame.spent_tokens:,} tokens"] if frame.spent_tokens else []
    spent += [f"{frame.unknown_costs} unknown"] if frame.unknown_costs else []
    where = f"phase {frame.phase_id}" if frame.phase_id is not None else "all phases done"
    return (
        f"{frame.status} · {where} · {frame.steps_done}/{frame.steps_total} steps · "
        f"{frame.gates_passed}/{frame.gates_total} gates · {', '.join(spent) or 'nothing spent'}"
    )
