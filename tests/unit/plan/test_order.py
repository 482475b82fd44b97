"""Which steps may run side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_baton.plan.model import Phase
from agent_baton.plan.order import behind_a_cycle, find_cycle, positions, side_by_side

from .strategies import step


def _phase(waits: list[list[int]]) -> Phase:
    steps = [step(f"1.{n + 1}", depends_on=[f"1.{m + 1}" for m in needs]) for n, needs in enumerate(waits)]
    return Phase(phase_id=1, name="p", steps=steps)


def test_steps_run_side_by_side_unless_one_waits_for_the_other() -> None:
    """A diamond: only its two sides are parallel."""
    assert [positions(bits) for bits in side_by_side(_phase([[], [0], [0], [1, 2]]))] == [[], [2], [1], []]


def test_a_cycle_is_a_path_that_ends_where_it_starts() -> None:
    """Each step of the path waits for the one named next."""
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == ["a", "b", "c", "a"]
    assert find_cycle({"a": ["b"], "b": []}) is None


def test_steps_behind_a_cycle_are_told_from_those_in_it() -> None:
    """Both can never start, but only one kind is to be mended."""
    waits = {"a": ["b"], "b": ["a"], "c": ["b"], "d": ["c"], "e": [], "f": ["e"]}
    assert behind_a_cycle(waits) == ["c", "d"]


@given(
    st.integers(1, 7).flatmap(
        lambda n: st.tuples(*[st.lists(st.integers(0, n - 1), max_size=3) for _ in range(n)])
    )
)
def test_side_by_side_agrees_with_following_every_dependency(waits: tuple[list[int], ...]) -> None:
    """The bit sets are the plain definition, computed faster."""
    phase = _phase([[m for m in needs if m < n] for n, needs in enumerate(waits)])
    needs = {s.step_id: s.depends_on for s in phase.steps}

    def waits_for(one: str, other: str) -> bool:
        return any(d == other or waits_for(d, other) for d in needs[one])

    ids = list(needs)
    for n, bits in enumerate(side_by_side(phase)):
        plainly = [
            m
            for m in range(len(ids))
            if m != n and not waits_for(ids[n], ids[m]) and not waits_for(ids[m], ids[n])
        ]
        assert positions(bits) == plainly
