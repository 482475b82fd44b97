"""What this kind of work is sorry for afterwards: preparing steps, each with the reason it was put in."""

from __future__ import annotations

import re

from agent_baton.planner.compose.plain import line
from agent_baton.planner.compose.predict import newest_migration
from agent_baton.planner.compose.request import Request
from agent_baton.records import Record


class Precaution(Record):
    """A sentence for the step it concerns, and why."""

    acceptance: str
    reason: str


API = r"\b(api|endpoint|route|webhook|graphql|rpc|rest|handler|controller)s?\b"
ADDS = r"\b(add|new|create|implement|introduce|expose|build|support|accept)\w*\b"
LIBRARY = r"\b(dependenc|librar|package|sdk|integrat|using|via|with the)\w*\b"
SCHEMA = r"\b(column|table|schema|migration|index|foreign key|database|drop)s?\b"


def precautions(request: Request) -> tuple[Precaution, ...]:
    """What to add to the making steps of this task."""
    text, kind = request.task.text, request.task.task_type
    if kind in ("documentation", "investigation", "test"):
        return ()

    def says(pattern: str) -> bool:
        return re.search(pattern, text, re.IGNORECASE) is not None

    found: list[Precaution] = []
    if says(API) and says(ADDS):
        found.append(
            Precaution(
                "input from outside is validated before use, and a test sends what must be refused",
                "the task adds an interface, and an interface without validation is the usual hole",
            )
        )
    if says(LIBRARY) and says(ADDS) and kind != "dependency":
        found.append(
            Precaution(
                "a new dependency is named in the report with its licence, or none was added",
                "the task may bring in a dependency, whose licence somebody has to have read",
            )
        )
    if says(SCHEMA) and kind != "migration" and request.facts.migrations:
        newest = newest_migration(request.facts, request.task)
        after = f"after {line(newest, 200)}" if newest else "of its own"
        found.append(
            Precaution(
                f"a schema change comes with a new migration {after}, forward and back, tried in both directions; those that are there stay as they are",
                f"the repository keeps migrations in {request.facts.migrations[0]}, and this task touches the schema",
            )
        )
    return tuple(found)
