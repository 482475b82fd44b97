"""What to start next, and what has to be merged before. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from agent_baton.engine.actions import Dispatch
from agent_baton.engine.decide import decide
from agent_baton.engine.repairs import only_reads
from agent_baton.engine.state import Phase, Spec, State, Step
from agent_baton.engine.transitions import UNSETTLED
from agent_baton.plan.globs import Globs
from agent_baton.plan.overlap import common_path

LOOKAHEAD = 64  # steps looked at beyond the free places: those before them may have to wait for their files


def may_meet(one: Spec, other: Spec) -> bool:
    """Whether two writing steps may touch the same file; a step without limits may touch any."""
    if not one.allowed_paths or not other.allowed_paths:
        return True
    return _meet(one.allowed_paths, other.allowed_paths, (*one.blocked_paths, *other.blocked_paths))


@lru_cache(maxsize=4_096)
def _meet(one: tuple[str, ...], other: tuple[str, ...], blocked: tuple[str, ...]) -> bool:
    return common_path(Globs(one), Globs(other), Globs(blocked)) is not None


def startable(state: State, now: float, ours: Collection[str], places: int) -> list[Step]:
    """Steps to start now, in plan order, at most as many as there are free places.

    `ours` are in hand here already, in flight or about to be. A merge or a gate that is being repaired goes first.
    """
    phase = state.current_phase()
    if phase is None or places <= 0:
        return []
    actions = decide(state, now, places + LOOKAHEAD)
    wanted = [_step(state, a.step_id) for a in actions if isinstance(a, Dispatch) and a.step_id not in ours]
    wanted = _repairs_first(state, phase, wanted)
    busy = _at_work(state, phase, ours)
    chosen: list[Step] = []
    for step in wanted:
        if len(chosen) < places and _merged(state, step) and not _clashes(state, step, [*busy, *chosen]):
            chosen.append(step)
    return chosen


def _step(state: State, step_id: str) -> Step:
    step = state.step(step_id)
    assert step is not None
    return step


def _spec(state: State, step: Step) -> Spec:
    spec = state.spec(step.step_id)
    assert spec is not None
    return spec


def _repairs_first(state: State, phase: Phase, wanted: list[Step]) -> list[Step]:
    """While a repair is open nothing else begins: what it mends is what others would build on."""
    if any(step.repair for step in state.steps(phase.phase_id, *UNSETTLED)):
        return [step for step in wanted if step.repair]
    return wanted


def _at_work(state: State, phase: Phase, ours: Collection[str]) -> list[Step]:
    flying = {step.step_id: step for step in state.steps(phase.phase_id, "dispatched")}
    return list(flying.values()) + [_step(state, name) for name in ours if name not in flying]


def _clashes(state: State, step: Step, others: Sequence[Step]) -> bool:
    spec = _spec(state, step)
    if only_reads(step, spec):
        return False
    for other in others:
        theirs = _spec(state, other)
        if not only_reads(other, theirs) and may_meet(spec, theirs):
            return True
    return False


def _merged(state: State, step: Step) -> bool:
    """Whether all a step builds on is in the task's branch."""
    return all(_step(state, name).integrated for name in _spec(state, step).depends_on)


def merges_due(state: State, now: float, ours: Collection[str]) -> list[str]:
    """Finished steps to merge now, in plan order: all when nothing in the phase is open, else what the next step needs."""
    phase = state.current_phase()
    if phase is None or not phase.unintegrated:
        return []
    waiting = [step.step_id for step in state.steps(phase.phase_id, "complete") if not step.integrated]
    if not state.any(phase.phase_id, *UNSETTLED) and not ours:
        return waiting
    needed = set(_needed(state, now, ours))
    return [step_id for step_id in waiting if step_id in needed]


def _needed(state: State, now: float, ours: Collection[str]) -> Iterable[str]:
    for action in decide(state, now, LOOKAHEAD):
        if isinstance(action, Dispatch) and action.step_id not in ours:
            yield from _spec(state, _step(state, action.step_id)).depends_on
