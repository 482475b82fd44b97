"""What changes from one plan to another, by ids and never by positions in a list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from agent_baton.plan.model import Part, Phase, Plan, Step, StepForecast, TeamMember
from agent_baton.plan.write import plain, plain_value

Kind = Literal["added", "removed", "changed", "moved"]
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Values are plain data, as plan.json has them.

    `added` and `removed` carry the whole phase or step in `new` or `old`; a phase brings its steps with it.
    `moved` carries in `old` and `new` the id it stands behind, None at the front.
    """

    kind: Kind
    what: Literal["plan", "phase", "step"]
    id: str  # "" for the plan, "2" for a phase, "1.2" for a step
    field: str = ""  # of `changed`: "agent_name", "gate.command", "forecast.steps.1.2.usd.high"
    old: Any = None
    new: Any = None


def diff_plans(old: Plan, new: Plan) -> list[Change]:
    """Every difference, in the order of the new plan; empty exactly when the plans are equal."""
    changes = [
        Change("changed", "plan", "", name, before, after)
        for name, before, after in _fields(old, new, leave_out="phases")
    ]
    before, after = _by_id(old.phases), _by_id(new.phases)
    changes += [Change("removed", "phase", i, old=plain(before[i])) for i in before if i not in after]
    moved = _moved(list(before), list(after))
    for phase_id, phase in after.items():
        if phase_id not in before:
            changes.append(Change("added", "phase", phase_id, new=plain(phase)))
            continue
        if phase_id in moved:
            changes.append(Change("moved", "phase", phase_id, "", *moved[phase_id]))
        changes += _phase_changes(phase_id, before[phase_id], phase)
    return changes


def _by_id(phases: Sequence[Phase]) -> dict[str, Phase]:
    return {str(phase.phase_id): phase for phase in phases}


def _phase_changes(phase_id: str, old: Phase, new: Phase) -> Iterator[Change]:
    for name, was, becomes in _fields(old, new, leave_out="steps"):
        yield Change("changed", "phase", phase_id, name, was, becomes)
    before = {step.step_id: step for step in old.steps}
    after = {step.step_id: step for step in new.steps}
    yield from (Change("removed", "step", i, old=plain(before[i])) for i in before if i not in after)
    moved = _moved(list(before), list(after))
    for step_id, step in after.items():
        if step_id in moved:
            yield Change("moved", "step", step_id, "", *moved[step_id])
        yield from _step_changes(before.get(step_id), step)


def _step_changes(old: Step | None, new: Step) -> Iterator[Change]:
    if old is None:
        yield Change("added", "step", new.step_id, new=plain(new))
        return
    for name, was, becomes in _fields(old, new):
        yield Change("changed", "step", new.step_id, name, was, becomes)


def _fields(old: Part, new: Part, leave_out: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Name, old and new value of each field that differs; fields of an inner model under `name.inner`."""
    for name in new.__dataclass_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if name == leave_out or before == after:
            continue
        if isinstance(before, Part) and isinstance(after, Part):
            yield from ((f"{name}.{inner}", was, is_now) for inner, was, is_now in _fields(before, after))
        elif _is_keyed(before) and _is_keyed(after):
            yield from ((f"{name}{inner}", was, is_now) for inner, was, is_now in _items(before, after))
        else:
            yield name, plain_value(before), plain_value(after)


def _is_keyed(value: object) -> bool:
    """Whether it is a list whose items have names of their own, each once."""
    if not isinstance(value, list) or not all(isinstance(item, TeamMember | StepForecast) for item in value):
        return False
    return len({_key(item) for item in value}) == len(value)


def _key(item: TeamMember | StepForecast) -> str:
    return item.agent_name if isinstance(item, TeamMember) else item.step_id


def _items(old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    before, after = {_key(item): item for item in old}, {_key(item): item for item in new}
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield " order", list(before), list(after)
    for key in {**before, **after}:
        if key in before and key in after:
            yield from ((f".{key}.{name}", was, now) for name, was, now in _fields(before[key], after[key]))
        else:
            yield f".{key}", plain_value(before.get(key)), plain_value(after.get(key))


def _moved(old: list[str], new: list[str]) -> dict[str, tuple[str | None, str | None]]:
    """The ids that changed places, as few as explain the new order: id → what it stood and stands behind."""
    place = {name: number for number, name in enumerate(old)}
    common = [name for name in new if name in place]
    staying = {common[n] for n in _longest_ascent([place[name] for name in common])}
    return {name: (_behind(name, old), _behind(name, new)) for name in common if name not in staying}


def _behind(name: str, names: list[str]) -> str | None:
    at = names.index(name)
    return names[at - 1] if at else None


def _longest_ascent(numbers: list[int]) -> list[int]:
    """Positions of a longest ascending run of (distinct) numbers, not necessarily neighbours."""
    ends: list[int] = []  # smallest last number of an ascent of each length
    at: list[int] = []
    before: list[int | None] = []
    for position, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at[length - 1] if length else None)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [position]
    run: list[int] = []
    here = at[-1] if at else None
    while here is not None:
        run.append(here)
        here = before[here]
    return run
