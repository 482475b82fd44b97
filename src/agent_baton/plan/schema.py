"""The JSON Schema of plan.json, generated from the model and shipped beside it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from agent_baton.plan.contract import CONTRACTS
from agent_baton.plan.model import PLAN_VERSION, Plan

SCHEMA_ID = f"urn:agent-baton:schema:plan:{PLAN_VERSION}"
FILE_NAME = "plan.schema.json"


def plan_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the plan format; editors use it to complete and check plan.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **_untitled(CONTRACTS[Plan].model_json_schema()),
        "title": "Agent Baton plan",
    }


def _untitled(value: Any) -> Any:
    """The schema without pydantic's titles of single fields, which only repeat their names; 900.0 is 900."""
    if isinstance(value, list):
        return [_untitled(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    cut = {key: _untitled(inner) for key, inner in value.items()}
    if isinstance(cut.get("title"), str) and cut.get("type") != "object":
        del cut["title"]
    return cut


def schema_text() -> str:
    """The schema as it is shipped, ready to be printed or written."""
    return json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n"


def shipped_schema() -> str:
    """The schema file of this installation."""
    return files("agent_baton.plan").joinpath(FILE_NAME).read_text(encoding="utf-8")
