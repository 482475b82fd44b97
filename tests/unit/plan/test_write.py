"""plan.json as it is written."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from agent_baton.plan.contract import CONTRACTS
from agent_baton.plan.load import parse_plan
from agent_baton.plan.model import Budget, Part, Plan, Step
from agent_baton.plan.validate import model_in
from agent_baton.plan.write import dump_plan

from .strategies import NASTY, plan_of, plans, step


@settings(max_examples=70, deadline=None)
@given(plans())
def test_every_field_survives_writing_and_reading(plan: Plan) -> None:
    """Whatever a plan holds, in any field, it holds after a round trip; a second trip changes no byte."""
    written = dump_plan(plan)
    again = parse_plan(written, "plan.json")
    assert again == plan
    assert dump_plan(again) == written


def _kinds(kind: type[BaseModel]) -> set[type[BaseModel]]:
    inner = {m for m in map(model_in, kind.model_fields.values()) if m}
    return {kind}.union(*map(_kinds, inner))


def test_the_strategy_fills_every_field_of_every_model() -> None:
    """The round trip above is not hollow: each field is something else than its default in some plan."""
    wanted = {(kind.__name__, name) for kind in _kinds(CONTRACTS[Plan]) for name in kind.model_fields}
    seen: set[tuple[str, str]] = {("Plan", "version")}

    def note(value: object) -> None:
        if isinstance(value, list):
            for inner in value:
                note(inner)
        if isinstance(value, Part):
            for name, field in CONTRACTS[type(value)].model_fields.items():
                inner = getattr(value, name)
                if inner != field.get_default(call_default_factory=True):
                    seen.add((type(value).__name__, name))
                note(inner)

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(plans())
    def collect(plan: Plan) -> None:
        note(plan)

    collect()
    assert wanted - seen == set()


def test_an_empty_budget_is_not_no_budget() -> None:
    """`budget: {}` and no budget are different values and stay so."""
    plan = plan_of(step("1.1", budget=Budget()), budget=Budget())
    assert parse_plan(dump_plan(plan), "p") == plan


def test_keys_stand_in_the_order_of_the_model() -> None:
    """A reader finds the task first and the phases where the model has them."""
    keys = list(json.loads(dump_plan(plan_of())))
    assert keys == [field.name for field in fields(Plan) if field.name in keys]
    assert keys[:3] == ["version", "task_id", "task_summary"]


def test_short_lists_stay_on_one_line_and_whole_numbers_are_whole() -> None:
    """The file reads as a person would have written it."""
    text = dump_plan(plan_of(step("1.1"), step("1.2", depends_on=["1.1"], timeout_s=900.0))).decode()
    assert '"depends_on": ["1.1"]' in text
    assert '"timeout_s": 900,' in text
    assert "null" not in text and "[]" not in text and text.endswith("}\n")


@given(st.text(NASTY, min_size=1))
def test_text_that_turns_or_ends_lines_is_escaped(text: str) -> None:
    """What could mislead the eye in an editor stands as an escape, and still reads back as itself."""
    written = dump_plan(plan_of(shared_context=text)).decode()
    assert not set(written) & set("\u2028\u2029\u202e\u2066\x7f\x9b")
    assert parse_plan(written.encode(), "p").shared_context == text


@pytest.mark.parametrize("value", [0.1, 1e300, 5e-324, 2.0**53, 1e15 + 0.5, 86400.0, 0.0])
def test_numbers_survive_exactly(value: float) -> None:
    """No figure is rounded on its way through the file."""
    plan = plan_of(budget=Budget(usd=value))
    read = parse_plan(dump_plan(plan), "p").budget
    assert read is not None and read.usd == value


def test_defaults_are_written_out() -> None:
    """What a person may want to change can be seen in the file."""
    document = json.loads(dump_plan(plan_of()))["phases"][0]["steps"][0]
    assert document["max_attempts"] == Step(step_id="1.1", agent_name="a", task_description="b").max_attempts
    assert document["model"] == "sonnet"
