"""The JSON Schema that ships."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from agent_baton.plan.model import Plan
from agent_baton.plan.schema import plan_schema, schema_text, shipped_schema


def test_the_shipped_schema_is_the_one_of_the_model() -> None:
    """A change of the model that forgets the file is red here; mend it with scripts/update-generated."""
    assert shipped_schema() == schema_text()


def test_the_schema_names_itself() -> None:
    """Editors and validators know what it is and which rules it follows."""
    schema = json.loads(schema_text())
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["$id"] == "urn:agent-baton:schema:plan:1"
    assert schema["title"] == "Agent Baton plan"


def test_every_key_of_the_plan_is_explained() -> None:
    """An editor can show what each key of the plan, a phase, a step and a gate means."""
    schema = plan_schema()
    models: dict[str, Any] = {"Plan": schema, **schema["$defs"]}
    assert all(models[name]["description"] for name in models)
    for name in ("Plan", "Phase", "Step", "Gate", "TeamMember"):
        silent = [key for key, value in models[name]["properties"].items() if not value.get("description")]
        assert silent == [], name


def test_the_schema_is_as_closed_as_the_loader() -> None:
    """Unknown keys are marked while typing, not only when the plan is read."""
    schema = plan_schema()
    assert all(part["additionalProperties"] is False for part in (schema, *schema["$defs"].values()))
    assert set(schema["properties"]) == {field.name for field in fields(Plan)}
