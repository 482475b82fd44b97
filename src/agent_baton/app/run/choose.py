"""What to start next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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

    `ours` are in hand here already, in flight or about to be. What is being repaired goes first.
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
        if len(chosen) < places and not _clashes(state, step, [*busy, *chosen]):
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
