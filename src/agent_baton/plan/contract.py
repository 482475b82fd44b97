"""The door for documents from outside: a pydantic model for every part of the plan, made from its annotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from agent_baton.plan import constraints, model
from agent_baton.plan.model import (
    Budget,
    Forecast,
    Gate,
    Part,
    Phase,
    Plan,
    Range,
    Stack,
    Step,
    StepForecast,
    TeamMember,
)  # fmt: skip

P = TypeVar("P", bound=Part)

# A part stands after the parts it is made of.
PARTS: tuple[type[Part], ...] = (
    Budget, Range, StepForecast, Forecast, Stack, Gate, TeamMember, Step, Phase, Plan,
)  # fmt: skip


class Closed(BaseModel):
    """An unknown key is an error, never dropped."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _contracts() -> dict[type[Part], type[BaseModel]]:
    names = {**vars(model), **vars(constraints)}
    made: dict[type[Part], type[BaseModel]] = {}
    for kind in PARTS:
        hints = get_type_hints(kind, names, include_extras=True)
        given: dict[str, Any] = {item.name: (hints[item.name], _default(item, made)) for item in fields(kind)}
        made[kind] = create_model(kind.__name__, __base__=Closed, __module__=__name__, **given)
        made[kind].__doc__ = kind.__doc__
        names[kind.__name__] = made[kind]  # what comes after is made of contracts too
    return made


def _default(item: Any, made: Mapping[type[Part], type[BaseModel]]) -> Any:
    if item.default_factory is not MISSING:
        return Field(default_factory=made.get(item.default_factory, item.default_factory))
    return ... if item.default is MISSING else item.default


CONTRACTS = _contracts()
KINDS = {contract: kind for kind, contract in CONTRACTS.items()}


def validated(kind: type[P], document: Mapping[str, Any], strict: bool = False) -> P:
    """The part that a document holds. Raises pydantic's ValidationError with everything that is wrong."""
    part = _plain(CONTRACTS[kind].model_validate(document, strict=strict))
    assert isinstance(part, kind)
    return part


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    kind = KINDS.get(type(value))
    return value if kind is None else kind(**{name: _plain(inner) for name, inner in vars(value).items()})
