"""Who works beside whom: makers run at the same time only when their files are known and apart."""

from __future__ import annotations

from agent_baton.planner.compose.archetypes import Draft, DraftPhase
from agent_baton.planner.compose.plain import line
from agent_baton.planner.compose.predict import Prediction
from agent_baton.planner.compose.request import Request
from agent_baton.planner.compose.territory import Share, shares
from agent_baton.records import replace


def arrange(request: Request, item: DraftPhase, predicted: tuple[Prediction, ...]) -> list[Share]:
    """Each step's part of the prediction, in the order of the steps. Changes `after` of the steps that must wait."""
    whole = [Share(predicted, "") for _ in item.steps]
    group = _beside(item)
    if len(group) > 1:
        cut = shares(request.facts, [item.steps[place].casting.role for place in group], predicted)
        for place, share in zip(group, cut, strict=True):
            whole[place] = replace(share, part=_told(item, place, group, cut))
        if cut[0].ground:
            _in_order(item.steps, group)
            return whole
    _in_order(item.steps, [])
    return whole


def _beside(item: DraftPhase) -> list[int]:
    """Positions of the makers that do the same kind of step and do not wait for each other."""
    makers = [place for place, step in enumerate(item.steps) if not step.read_only]
    for place in makers:
        same = [
            other
            for other in makers
            if item.steps[other].write is item.steps[place].write
            and item.steps[other].after == item.steps[place].after
        ]
        if len(same) > 1:
            return same
    return []


def _in_order(steps: list[Draft], beside: list[int]) -> None:
    """Every step that writes waits for the writer before it, unless both are among those that may run at once."""
    writers = [place for place, step in enumerate(steps) if not step.read_only]
    for number, later in enumerate(writers[1:], 1):
        earlier = [place for place in writers[:number] if not (place in beside and later in beside)]
        if earlier and later not in beside:
            steps[later].after += [earlier[-1], *(beside if earlier[-1] in beside else [])]
    for step in steps:
        step.after = sorted(set(step.after))


def _told(item: DraftPhase, place: int, group: list[int], cut: list[Share]) -> str:
    """What a maker among several has to know about the others."""
    own = cut[group.index(place)]
    mine = f"Your part is {own.part}." if own.part else "Your part is what the others leave."
    others = ", ".join(
        line(item.steps[other].casting.agent_name)
        + (f" in {', '.join(share.ground)}" if share.ground else (f" ({share.part})" if share.part else ""))
        for other, share in zip(group, cut, strict=True)
        if other != place
    )
    if own.ground:
        return (
            f"{mine} At the same time works {others}. The interface between you is what the task says, in the form this "
            "repository already uses for its like; write it down in your report."
        )
    return f"{mine} The rest is done by {others}; read what is there before you begin."
