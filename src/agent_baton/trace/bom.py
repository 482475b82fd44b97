"""What a task was made with: agents and the models they were asked to use, as CycloneDX and as SPDX.

Sources: CycloneDX 1.6 (ECMA-424), SPDX 3.0.1 with its AI vocabulary. Only what the journal knows is said: a model
is named as the plan names it, and nothing is claimed about its licence or training.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from agent_baton.engine.protocol import clock
from agent_baton.trace.history import History

NAMESPACE = uuid.UUID("8d6f6f0a-6d3b-5c2e-9d5f-5d8f0a1f7b11")  # ours, for ids that are the same every time
SPDX = "https://spdx.org/rdf/3.0.1"


@dataclass(slots=True)
class Used:
    """An agent and how often it was started, by model."""

    agent_name: str
    attempts: int = 0
    models: dict[str, int] = field(default_factory=dict)


def used(history: History) -> list[Used]:
    """Every agent that was started, by name."""
    found: dict[str, Used] = {}
    for step in history.steps:
        for attempt in step.attempts:
            agent = found.setdefault(attempt.agent_name, Used(attempt.agent_name))
            agent.attempts += 1
            agent.models[step.model] = agent.models.get(step.model, 0) + 1
    return [found[name] for name in sorted(found)]


def cyclonedx(history: History, version: str) -> dict[str, Any]:
    """A CycloneDX 1.6 document: models as machine-learning-model components, agents as applications that use them."""
    agents = used(history)
    models = sorted({model for agent in agents for model in agent.models})
    task = f"task:{history.task_id}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{_id(history, 'cyclonedx')}",
        "version": 1,
        "metadata": {
            "timestamp": clock(history.last_at),
            "tools": {"components": [{"type": "application", "name": "agent-baton", "version": version}]},
            "component": {"type": "application", "bom-ref": task, "name": history.task_id},
        },
        "components": [
            *(
                {"type": "machine-learning-model", "bom-ref": f"model:{name}", "name": name}
                for name in models
            ),
            *(_cyclonedx_agent(agent) for agent in agents),
        ],
        "dependencies": [
            {"ref": task, "dependsOn": [f"agent:{agent.agent_name}" for agent in agents]},
            *(
                {
                    "ref": f"agent:{agent.agent_name}",
                    "dependsOn": [f"model:{model}" for model in sorted(agent.models)],
                }
                for agent in agents
            ),
        ],
    }


def _cyclonedx_agent(agent: Used) -> dict[str, Any]:
    return {
        "type": "application",
        "bom-ref": f"agent:{agent.agent_name}",
        "name": agent.agent_name,
        "properties": [{"name": "agent-baton:attempts", "value": str(agent.attempts)}],
    }


def spdx(history: History, version: str) -> dict[str, Any]:
    """An SPDX 3.0.1 JSON-LD document: AI packages for the models, software packages for the agents."""
    agents = used(history)
    models = sorted({model for agent in agents for model in agent.models})
    base = f"urn:agent-baton:{history.task_id}:"
    made = {"creationInfo": "_:creation"}
    document = f"{base}document"
    packages = [_ai_package(base, name, made) for name in models]
    packages += [
        {
            "type": "software_Package",
            "spdxId": f"{base}agent:{agent.agent_name}",
            "name": agent.agent_name,
            "comment": f"started {agent.attempts} times",
            **made,
        }
        for agent in agents
    ]
    uses = [
        {
            "type": "Relationship",
            "spdxId": f"{base}uses:{agent.agent_name}",
            "from": f"{base}agent:{agent.agent_name}",
            "relationshipType": "dependsOn",
            "to": [f"{base}model:{model}" for model in sorted(agent.models)],
            **made,
        }
        for agent in agents
    ]
    tool = {"type": "Tool", "spdxId": f"{base}tool", "name": f"agent-baton-{version}", **made}
    maker = {"type": "SoftwareAgent", "spdxId": f"{base}maker", "name": "agent-baton", **made}
    elements = [tool, maker, *packages, *uses]
    return {
        "@context": f"{SPDX}/spdx-context.jsonld",
        "@graph": [
            {
                "type": "CreationInfo",
                "@id": "_:creation",
                "specVersion": "3.0.1",
                "created": clock(history.last_at),
                "createdBy": [f"{base}maker"],
                "createdUsing": [f"{base}tool"],
            },
            {
                "type": "SpdxDocument",
                "spdxId": document,
                "name": f"agents and models of {history.task_id}",
                "profileConformance": ["core", "software"],
                "rootElement": [package["spdxId"] for package in packages],
                "element": [element["spdxId"] for element in elements],
                **made,
            },
            *elements,
        ],
    }


def _ai_package(base: str, name: str, made: dict[str, str]) -> dict[str, Any]:
    return {"type": "ai_AIPackage", "spdxId": f"{base}model:{name}", "name": name, **made}


def _id(history: History, kind: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"{kind}/{history.task_id}/{history.last_seq}/{history.last_at!r}")
