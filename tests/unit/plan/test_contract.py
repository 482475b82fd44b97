"""The door: pydantic models made from the plain parts of a plan."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from agent_baton.plan.contract import CONTRACTS, PARTS, validated
from agent_baton.plan.model import Part, Plan, Step
from agent_baton.plan.write import document_of, json_text

from .strategies import plan_of, plans


def test_every_part_has_its_contract() -> None:
    """A part that is added to the model is checked at the door, or this is red."""
    assert set(PARTS) == set(Part.__subclasses__()) == set(CONTRACTS)


@pytest.mark.parametrize("kind", PARTS)
def test_a_contract_knows_the_same_keys_and_defaults(kind: type[Part]) -> None:
    """What a document leaves out means what the plain part has by default."""
    contract = CONTRACTS[kind]
    assert list(contract.model_fields) == [field.name for field in fields(kind)]
    required = {name for name, field in contract.model_fields.items() if field.is_required()}
    plain = {name for name in contract.model_fields if name not in _defaults(kind)}
    assert required == plain


def _defaults(kind: type[Part]) -> set[str]:
    made = {field.name for field in fields(kind)}
    try:
        kind()
    except TypeError as error:
        return {name for name in made if f"'{name}'" not in str(error)}
    return made


@settings(max_examples=50, deadline=None)
@given(plans())
def test_a_plan_goes_through_the_door_unchanged(plan: Plan) -> None:
    """The plain values and pydantic's reading of them are the same, types included."""
    again = validated(Plan, document_of(plan), strict=True)
    assert again == plan
    assert json_text(again) == json_text(plan)


@pytest.mark.parametrize(
    "fields", [{"surprise": 1}, {"max_attempts": 0}, {"timeout_s": float("nan")}, {"model": "a b"}]
)
def test_what_the_annotations_forbid_is_refused(fields: dict[str, object]) -> None:
    """A limit that stands in the model is in force at the door."""
    document = document_of(plan_of().phases[0].steps[0])
    validated(Step, document)
    with pytest.raises(ValidationError):
        validated(Step, {**document, **fields})
