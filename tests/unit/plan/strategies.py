"""Any plan the model allows, built from the model itself: a new field is covered the day it is added."""

from __future__ import annotations

from dataclasses import replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from agent_baton.plan import constraints
from agent_baton.plan.contract import CONTRACTS, KINDS
from agent_baton.plan.model import Phase, Plan, Step

# Letters of many scripts, metacharacters of shells, Markdown, HTML and JSON, turned reading order.
NASTY = "aZ09 äß中文🙂ا`*_#<>&|;$(){}[]\"'\\/~!?:%-=+@^,.\u202e\u200b\ufeff\u00a0"
_one_line = st.text(
    st.one_of(st.sampled_from(NASTY), st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]))
)
_lines = st.lists(_one_line, max_size=4).map("\n".join) | st.sampled_from(
    ["a\r\nb", "x\ry\tz", "```\n# h\n~~~"]
)


def plans() -> st.SearchStrategy[Plan]:
    """Plans of up to three phases of up to three steps, every field filled in some of them."""
    return _model(CONTRACTS[Plan]).map(_consistent)


def _model(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    return st.builds(KINDS[kind], **{name: _field(info) for name, info in kind.model_fields.items()})


def _field(info: FieldInfo) -> st.SearchStrategy[Any]:
    return _value(info.annotation, tuple(info.metadata))


def _value(kind: Any, limits: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _value(inner[0], (*inner[1:], *limits))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, UnionType):
        return st.one_of([_value(choice, limits) for choice in inner])
    if origin is list:
        return st.lists(_value(inner[0]), min_size=_limit(limits, MinLen, "min_length") or 0, max_size=3)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _model(kind)
    return {
        str: _text,
        int: _int,
        float: _float,
        bool: lambda _: st.booleans(),
        NoneType: lambda _: st.none(),
    }[kind](limits)


def _limit(limits: tuple[Any, ...], kind: type, name: str) -> Any:
    for limit in limits:
        found = getattr(limit, name, None) if isinstance(limit, kind | StringConstraints) else None
        if found is not None:
            return found
    return None


def _text(limits: tuple[Any, ...]) -> st.SearchStrategy[str]:
    pattern = next((limit.pattern for limit in limits if getattr(limit, "pattern", None)), None)
    shortest = _limit(limits, MinLen, "min_length") or 0
    longest = _limit(limits, MaxLen, "max_length") or 10**6
    if pattern not in (
        None,
        constraints.ONE_LINE,
        constraints.MANY_LINES,
        constraints.SAYS_A_LINE,
        constraints.SAYS_LINES,
    ):
        return st.from_regex(pattern, fullmatch=True)
    source = _one_line if pattern in (constraints.ONE_LINE, constraints.SAYS_A_LINE) else _lines
    blank = pattern in (constraints.ONE_LINE, constraints.MANY_LINES)
    return source.filter(lambda text: shortest <= len(text) <= longest and (blank or bool(text.strip())))


def _int(limits: tuple[Any, ...]) -> st.SearchStrategy[int]:
    return st.integers(_limit(limits, Ge, "ge"), _limit(limits, Le, "le"))


def _float(limits: tuple[Any, ...]) -> st.SearchStrategy[float]:
    above = _limit(limits, Gt, "gt")
    lowest = above if above is not None else _limit(limits, Ge, "ge")
    return st.floats(
        lowest, _limit(limits, Le, "le"), exclude_min=above is not None, allow_nan=False, allow_infinity=False
    )


def _consistent(plan: Plan) -> Plan:
    """The same plan with ids and dependencies that fit together; expressions that compile."""
    phases, earlier = [], []
    for number, phase in enumerate(plan.phases):
        phase_id = 1 + (len(plan.phases) - number) * 7  # ids are not positions
        steps = []
        for place, step in enumerate(phase.steps):
            step_id = f"{phase_id}.{10 - place}"
            wanted = [earlier[len(text) % len(earlier)] for text in step.depends_on] if earlier else []
            steps.append(replace(step, step_id=step_id, depends_on=wanted))
            earlier.append(step_id)
        phases.append(replace(_compiling(phase), phase_id=phase_id, steps=steps))
    return replace(plan, phases=phases)


def _compiling(phase: Phase) -> Phase:
    if phase.gate is None:
        return phase
    fail_on = ["FAILED|ERROR" for _ in phase.gate.fail_on]
    return replace(phase, gate=replace(phase.gate, fail_on=fail_on))


def plan_of(*steps: Step, **fields: Any) -> Plan:
    """A small valid plan of one phase, for tests that care about one thing."""
    phase = Phase(phase_id=1, name="Work", steps=list(steps) or [step("1.1")], **fields.pop("phase", {}))
    return Plan(**{"task_id": "task-a3f9", "task_summary": "Add logging", "phases": [phase], **fields})


def step(step_id: str, **fields: Any) -> Step:
    return Step(
        **{"step_id": step_id, "agent_name": "backend-engineer", "task_description": "Do it", **fields}
    )
