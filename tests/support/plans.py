"""Small plans for tests, as plan documents and as models."""

from __future__ import annotations

from typing import Any

from agent_baton.plan.contract import validated
from agent_baton.plan.model import Plan
from agent_baton.plan.write import document_of


def step(step_id: str, *depends_on: str, agent: str = "dev", **fields: Any) -> dict[str, Any]:
    return {
        "step_id": step_id, "agent_name": agent, "task_description": f"Do {step_id}", "depends_on": list(depends_on), **fields
    }  # fmt: skip


def phase(
    phase_id: int, *steps: dict[str, Any], gate: str | None = "true-ish", **fields: Any
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "phase_id": phase_id,
        "name": f"Phase {phase_id}",
        "steps": list(steps),
        **fields,
    }
    if gate is not None:
        document["gate"] = {"command": gate, **fields.pop("gate_fields", {})}
        document.pop("gate_fields", None)
    return document


def plan(*phases: dict[str, Any], task_id: str = "task-x-0001", **fields: Any) -> dict[str, Any]:
    """A valid plan document, every default filled in."""
    document = {"task_id": task_id, "task_summary": "Try things", "phases": list(phases), **fields}
    return document_of(validated(Plan, document))
