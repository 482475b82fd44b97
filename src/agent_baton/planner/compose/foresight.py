"""What this kind of work is sorry for afterwards: preparing steps, each with the reason it was put in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_baton.planner.compose.request import Request


@dataclass(frozen=True, slots=True)
class Precaution:
    """A sentence for the step it concerns, and why."""

    acceptance: str
    reason: str


API = re.compile(r"\b(api|endpoint|route|webhook|graphql|rpc|rest|handler|controller)s?\b", re.IGNORECASE)
ADDS = re.compile(r"\b(add|new|create|implement|introduce|expose|build|support|accept)\w*\b", re.IGNORECASE)
LIBRARY = re.compile(r"\b(dependenc|librar|package|sdk|integrat|using|via|with the)\w*\b", re.IGNORECASE)
SCHEMA = re.compile(r"\b(column|table|schema|migration|index|foreign key|database|drop)s?\b", re.IGNORECASE)


def precautions(request: Request) -> tuple[Precaution, ...]:
    """What to add to the making steps of this task."""
    text, kind = request.task.text, request.task.task_type
    if kind in ("documentation", "investigation", "test"):
        return ()
    found: list[Precaution] = []
    if API.search(text) and ADDS.search(text):
        found.append(
            Precaution(
                "input from outside is validated before use, and a test sends what must be refused",
                "the task adds an interface, and an interface without validation is the usual hole",
            )
        )
    if LIBRARY.search(text) and ADDS.search(text) and kind != "dependency":
        found.append(
            Precaution(
                "a new dependency is named in the report with its licence, or none was added",
                "the task may bring in a dependency, whose licence somebody has to have read",
            )
        )
    if SCHEMA.search(text) and kind != "migration" and request.facts.migrations:
        found.append(
            Precaution(
                "a schema change comes with a migration forward and back, tried in both directions",
                f"the repository keeps migrations in {request.facts.migrations[0]}, and this task touches the schema",
            )
        )
    return tuple(found)
