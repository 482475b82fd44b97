"""What a plan is composed from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from agent_baton.plan.model import Budget, BudgetTier, Complexity, Forecast, TaskType
from agent_baton.planner.facts import Facts, GateCandidate, Understanding
from agent_baton.records import Record

# Files → a part of the import graph that has all imports of these files. Asked only when they matter.
Importing = Callable[[Collection[str]], Mapping[str, frozenset[str]]]
NOTHING: Mapping[str, Any] = MappingProxyType({})


def imports_nothing(_files: Collection[str]) -> Mapping[str, frozenset[str]]:
    return NOTHING


class Casting(Record):
    """A specialist for a part of the task."""

    role: str  # the roster's base role: "backend-engineer", "code-reviewer", …
    agent_name: str  # the role with its flavour: "backend-engineer--python"
    reason: str
    model: str = ""  # the definition's own model, "" when it has none
    part: str = "build"  # design | build | review | audit


class Options(Record):
    """What the person asked for beyond the task; None leaves the choice to the planner."""

    agents: tuple[str, ...] = ()
    complexity: Complexity | None = None
    task_type: TaskType | None = None
    model: str | None = None
    budget_tier: BudgetTier | None = None
    budget: Budget | None = None
    knowledge: tuple[str, ...] = ()


class Request(Record):
    task_id: str
    created_at: str
    facts: Facts
    task: Understanding
    cast: tuple[Casting, ...]
    gates: Mapping[str, GateCandidate]  # the chosen candidate by kind
    missing_tests: str = ""  # what a first step should set up when the repository has no tests
    test_setup_command: str = ""  # the gate command once that is done
    base_commit: str = ""
    unsaved: tuple[str, ...] = ()  # files that differ from it already; told for questions only
    definitions: Mapping[str, str] = NOTHING  # symbols of the task -> defining file
    imports: Importing = imports_nothing
    cochanges: Mapping[str, Mapping[str, int]] = NOTHING
    knowledge: Mapping[str, str] = NOTHING  # file -> why it fits
    forecast: Forecast | None = None
    options: Options = Options()
