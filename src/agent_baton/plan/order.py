"""Which step comes before which, and which may run at the same time: dependencies inside one phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

from agent_baton.plan.model import Phase

Waits = Mapping[str, Sequence[str]]


def waits_within(phase: Phase) -> dict[str, list[str]]:
    """Step id → the other steps of the phase it waits for; different phases never run side by side."""
    own = {step.step_id for step in phase.steps}
    return {s.step_id: [d for d in s.depends_on if d in own and d != s.step_id] for s in phase.steps}


def find_cycle(waits: Waits) -> list[str] | None:
    """Steps that wait for each other, as a path that ends where it starts (`1.1, 1.2, 1.1`), or None."""
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return None


def behind_a_cycle(waits: Waits) -> list[str]:
    """Steps that can never start because they wait for a cycle, without being part of one."""
    startable = _startable(waits)
    stuck = [step_id for step_id in waits if step_id not in startable]
    needed_by = {step_id: [s for s in stuck if step_id in waits[s]] for step_id in stuck}
    outside = _startable(needed_by)
    return [step_id for step_id in stuck if step_id in outside]


def _startable(waits: Waits) -> set[str]:
    sorter, found = TopologicalSorter(waits), set[str]()
    with suppress(CycleError):  # the sorter still gives out whatever is not behind the cycle
        sorter.prepare()
    while ready := sorter.get_ready():
        found.update(ready)
        sorter.done(*ready)
    return found


def side_by_side(phase: Phase) -> list[int]:
    """For each step, by position, the bit set of positions it may run beside: neither waits for the other.

    The phase must be free of cycles. Bit sets, because a wide phase of 10,000 steps has 50 million pairs.
    """
    waits = waits_within(phase)
    place = {step_id: number for number, step_id in enumerate(waits)}
    order = [place[step_id] for step_id in TopologicalSorter(waits).static_order()]
    needs = [[place[d] for d in wanted] for wanted in waits.values()]
    needed_by: list[list[int]] = [[] for _ in needs]
    for number, wanted in enumerate(needs):
        for other in wanted:
            needed_by[other].append(number)
    before, after = _reach(order, needs), _reach(order[::-1], needed_by)
    everyone = (1 << len(needs)) - 1
    return [everyone & ~(before[n] | after[n] | 1 << n) for n in range(len(needs))]


def _reach(order: list[int], edges: list[list[int]]) -> list[int]:
    """For each node, the bit set of all it reaches; `order` puts whatever an edge points at first."""
    reach = [0] * len(edges)
    for node in order:
        for other in edges[node]:
            reach[node] |= reach[other] | 1 << other
    return reach


def positions(bits: int) -> list[int]:
    """The positions that are set, ascending."""
    return [n for n, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]
