"""What must hold of every state, whatever led to it."""

from __future__ import annotations

from agent_baton.engine.actions import Complete, Dispatch, Gate
from agent_baton.engine.decide import decide
from agent_baton.engine.state import ALL_STATUSES, State, Step
from agent_baton.engine.transitions import SETTLED, UNSETTLED


def check_invariants(state: State, now: float) -> None:
    head = state.head
    phases = list(state.phases())
    rows: dict[str, Step] = {}
    for phase in phases:
        for row in state.steps(phase.phase_id, *ALL_STATUSES):
            assert row.phase_id == phase.phase_id
            rows[row.step_id] = row
    alive = [row for row in rows.values() if row.status != "dropped"]
    assert head.steps_total == len(alive)
    assert head.steps_done == sum(row.status in SETTLED for row in alive)
    assert head.gates_total == sum(phase.gate != "none" for phase in phases)
    assert head.gates_passed == sum(phase.gate in ("passed", "waived") for phase in phases)
    for row in alive:
        _check_step(state, row, rows)
    _check_order(state, phases, rows)
    _check_action(state, now, phases)


def _check_step(state: State, row: Step, rows: dict[str, Step]) -> None:
    spec = state.spec(row.step_id)
    assert spec is not None
    open_dependencies = [
        d for d in set(spec.depends_on) if d in rows and rows[d].status not in (*SETTLED, "dropped")
    ]
    assert row.waiting == len(open_dependencies), (
        f"{row.step_id} waits for {row.waiting}, open are {open_dependencies}"
    )
    if row.status == "pending":
        assert row.waiting > 0
    if row.status == "ready":
        assert row.waiting == 0
    if row.status == "exhausted":
        assert row.failures >= 1  # all attempts used up, or given up before that for good
    assert row.failures <= row.attempt
    for other in row.unblocks:
        other_spec = state.spec(other)
        assert other_spec is not None
        assert row.step_id in other_spec.depends_on


def _check_order(state: State, phases: list, rows: dict[str, Step]) -> None:  # type: ignore[type-arg]
    """Phases end in order, and nothing of a later phase was started."""
    current = state.head.phase_id
    reached = True
    for phase in phases:
        if phase.phase_id == current:
            reached = False
            assert not phase.done
        elif reached:
            assert phase.done
            assert not state.any(phase.phase_id, *UNSETTLED)
            assert phase.gate in ("none", "passed", "waived")
        else:
            assert not phase.done
            assert not state.any(phase.phase_id, "dispatched", "asking", "complete", "exhausted", "vetoed")
    if reached:
        assert current is None


def _check_action(state: State, now: float, phases: list) -> None:  # type: ignore[type-arg]
    actions = decide(state, now, 50)
    assert actions
    assert actions == decide(state, now, 50), "next is a query"
    if len(actions) > 1:
        assert all(isinstance(action, Dispatch) for action in actions)
    first = actions[0]
    if isinstance(first, Complete):
        assert state.head.phase_id is None
    if isinstance(first, Gate):
        assert first.phase_id == state.head.phase_id
        assert not state.any(first.phase_id, *UNSETTLED)
    if state.head.status == "complete":
        assert all(phase.done for phase in phases)
