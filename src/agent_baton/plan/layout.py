"""Where the boxes and lines of a plan's graph go: phases as bands, in each the steps in columns by depth."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from agent_baton.plan.model import Phase, Plan
from agent_baton.plan.order import waits_within

BOX_W, BOX_H = 216, 56
GAP_X, GAP_Y = 56, 16
PAD, TITLE_H, GATE_H, BAND_GAP = 16, 30, 34, 22


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Band:
    """A phase: its top edge and height, and where its gate stands (None without a gate)."""

    phase: Phase
    y: int
    height: int
    gate_y: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    width: int
    height: int
    bands: tuple[Band, ...]
    boxes: dict[str, Box]  # step id → upper left corner
    edges: tuple[tuple[str, str], ...]  # (the step waited for, the step that waits)


def lay_out(plan: Plan) -> Layout:
    """Coordinates for everything, in pixels. The same plan gives the same picture."""
    bands: list[Band] = []
    boxes: dict[str, Box] = {}
    top = widest = 0
    for phase in plan.phases:
        columns = _columns(phase)
        rows = max(len(column) for column in columns)
        for place, column in enumerate(columns):
            for row, step_id in enumerate(column):
                boxes[step_id] = Box(
                    PAD + place * (BOX_W + GAP_X), top + TITLE_H + PAD // 2 + row * (BOX_H + GAP_Y)
                )
        bottom = top + TITLE_H + PAD // 2 + rows * (BOX_H + GAP_Y)
        height = bottom - top + (GATE_H + PAD // 2 if phase.gate else 0)
        bands.append(Band(phase, top, height, bottom if phase.gate else None))
        top += height + BAND_GAP
        widest = max(widest, len(columns))
    width = 2 * PAD + widest * BOX_W + (widest - 1) * GAP_X
    return Layout(max(width, 2 * BOX_W), top - BAND_GAP, tuple(bands), boxes, _edges(plan, boxes))


def _columns(phase: Phase) -> list[list[str]]:
    """Step ids by depth: a step stands right of everything it waits for. A cycle counts as depth 0."""
    waits = waits_within(phase)
    try:
        order = list(TopologicalSorter(waits).static_order())
    except CycleError:
        order = []
    depth = dict.fromkeys(waits, 0)
    for step_id in order:
        depth[step_id] = max((depth[d] + 1 for d in waits[step_id]), default=0)
    columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for step in phase.steps:
        if step.step_id not in columns[depth[step.step_id]]:
            columns[depth[step.step_id]].append(step.step_id)
    return columns


def _edges(plan: Plan, boxes: dict[str, Box]) -> tuple[tuple[str, str], ...]:
    wanted = ((d, step.step_id) for phase in plan.phases for step in phase.steps for d in step.depends_on)
    return tuple(dict.fromkeys((d, s) for d, s in wanted if d in boxes and d != s))
