"""The plan: what `plan.json` may hold, as plain values.

The annotations are the contract: `plan/contract.py` turns them into pydantic models, which check every document that
comes in from outside, and the JSON Schema that ships is generated from those. Nothing of pydantic is imported here,
so that a plan can be composed, shown and written in a fraction of the time that importing it takes.

Ids are assigned once and never move: a phase id is a number but not an index, a step id is `<phase>.<n>`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, Literal

if TYPE_CHECKING:
    from dataclasses import Field as DataclassField
    from typing import Annotated, Any

    from pydantic import Field

    from agent_baton.plan.constraints import (
        MANY_LINES,
        ONE_LINE,
        SAYS_A_LINE,
        AgentName,
        Line,
        ModelName,
        Path,
        StepId,
        TaskId,
        Text,
    )  # fmt: skip

PLAN_VERSION: Final = 1

TaskType = Literal[
    "new-feature", "bug-fix", "refactor", "documentation", "test", "performance", "migration", "security",
    "dependency", "ci", "build", "data-analysis", "investigation", "maintenance",
]  # fmt: skip
Complexity = Literal["light", "medium", "heavy"]
RiskLevel = Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]
BudgetTier = Literal["lean", "standard", "full"]
ExecutionMode = Literal["solo", "phased"]
GitStrategy = Literal["in-place", "task-branch"]
GateType = Literal["test", "lint", "build", "review", "custom"]


class Part:
    """The plan or a part of it: a dataclass whose annotations say what a document may hold."""

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, DataclassField[Any]]]


@dataclass(kw_only=True)
class Budget(Part):
    """Upper limits; what is not given does not limit."""

    usd: Annotated[float | None, Field(ge=0, description="US dollars")] = None
    tokens: Annotated[int | None, Field(ge=0, le=10**15, description="input and output tokens together")] = (
        None
    )
    wall_s: Annotated[float | None, Field(gt=0, description="wall-clock seconds")] = None


@dataclass(kw_only=True)
class Range(Part):
    """A forecast figure with its 80% interval."""

    low: Annotated[float, Field(ge=0)]
    likely: Annotated[float, Field(ge=0)]
    high: Annotated[float, Field(ge=0)]


@dataclass(kw_only=True)
class StepForecast(Part):
    """What one step is expected to take."""

    step_id: StepId
    tokens: Range
    usd: Range
    minutes: Range


@dataclass(kw_only=True)
class Forecast(Part):
    """What the task is expected to take. `basis` says where the figures come from."""

    tokens: Range
    usd: Range
    minutes: Range
    basis: Annotated[Line, Field(description="where the figures come from: history, or stated priors")]
    steps: list[StepForecast] = field(default_factory=list)


@dataclass(kw_only=True)
class Stack(Part):
    """What the repository is made of, as the planner saw it."""

    primary: Line | None = None
    languages: list[Line] = field(default_factory=list)
    frameworks: list[Line] = field(default_factory=list)
    package_manager: Line | None = None


@dataclass(kw_only=True)
class Gate(Part):
    """A check that can fail, run by the engine at the end of a phase, from the repository's root."""

    gate_type: Annotated[GateType, Field(description="what kind of check it is")] = "test"
    command: Annotated[
        str,
        Field(
            min_length=1,
            max_length=2_000,
            pattern=SAYS_A_LINE,
            description="one shell line; exit 0 means green",
        ),
    ]
    description: Annotated[str, Field(max_length=2_000, pattern=MANY_LINES, description="for people")] = ""
    timeout_s: Annotated[
        float, Field(gt=0, le=86_400, description="seconds until the whole process group is killed")
    ] = 900.0
    fail_on: Annotated[
        list[Line],
        Field(
            description="regular expressions (Python): a match in the output fails the gate even on exit 0"
        ),
    ] = field(default_factory=list)
    max_repairs: Annotated[
        int, Field(ge=0, le=20, description="repair rounds after a red gate before the task fails")
    ] = 2


@dataclass(kw_only=True)
class TeamMember(Part):
    """Another specialist on a step: the step's own agent leads; a member may record in its place."""

    agent_name: Annotated[AgentName, Field(description="the specialist")]
    role: Annotated[Line, Field(description="what this specialist adds")]
    task_description: Annotated[
        str,
        Field(max_length=20_000, pattern=MANY_LINES, description="its own part of the step, when it has one"),
    ] = ""


@dataclass(kw_only=True)
class Step(Part):
    """One piece of work for one specialist."""

    step_id: Annotated[
        StepId,
        Field(description="<phase id>.<number>, an id and not a position: never reused, never moved"),
    ]
    agent_name: Annotated[AgentName, Field(description="the specialist who does it")]
    model: Annotated[ModelName, Field(description="which model the specialist runs on")] = "sonnet"
    task_description: Annotated[Text, Field(description="what to do: the heart of the brief")]
    depends_on: Annotated[
        list[StepId], Field(description="steps of this or an earlier phase that must be complete first")
    ] = field(default_factory=list)
    deliverables: Annotated[list[Line], Field(description="what the step leaves behind")] = field(
        default_factory=list
    )
    acceptance: Annotated[
        list[Line], Field(description="what must be true for the step to count as done")
    ] = field(default_factory=list)
    allowed_paths: Annotated[list[Path], Field(description="globs it may change; empty means anywhere")] = (
        field(default_factory=list)
    )
    blocked_paths: Annotated[
        list[Path], Field(description="globs it may not change; they win over allowed_paths")
    ] = field(default_factory=list)
    context_files: Annotated[list[Path], Field(description="files to read first")] = field(
        default_factory=list
    )
    expected_files: Annotated[
        list[Path],
        Field(description="globs the planner expects the step to change; a prediction, scored later"),
    ] = field(default_factory=list)
    knowledge: Annotated[list[Path], Field(description="knowledge documents attached by reference")] = field(
        default_factory=list
    )
    max_attempts: Annotated[
        int, Field(ge=1, le=50, description="tries before the step has failed for good")
    ] = 3
    timeout_s: Annotated[float, Field(gt=0, le=604_800, description="seconds one attempt may take")] = 3_600.0
    budget: Annotated[Budget | None, Field(description="limits for all attempts of this step together")] = (
        None
    )
    may_veto: Annotated[
        bool, Field(description="a veto by this step stops completion until a person waives it")
    ] = False
    team: Annotated[list[TeamMember], Field(description="other specialists on the same step")] = field(
        default_factory=list
    )


@dataclass(kw_only=True)
class Phase(Part):
    """Steps that belong together, judged by one gate. A phase starts when the one before it is done."""

    phase_id: Annotated[
        int, Field(ge=1, le=999_999, description="an id, not an index: phases run in the order they stand")
    ]
    name: Annotated[Line, Field(description="a few words")]
    steps: Annotated[list[Step], Field(min_length=1, description="in the order they are offered")]
    gate: Annotated[Gate | None, Field(description="judges the phase when its steps are complete")] = None
    approval_required: Annotated[
        bool, Field(description="a person approves before the first step of the phase starts")
    ] = False
    risk_level: Annotated[RiskLevel, Field(description="of this phase alone")] = "LOW"


@dataclass(kw_only=True)
class Plan(Part):
    """A task cut into phases, steps and gates, as a person reviews it before it starts."""

    version: Annotated[Literal[1], Field(description="of this format")] = PLAN_VERSION
    task_id: Annotated[TaskId, Field(description="names the task everywhere: journal, branches, files")]
    task_summary: Annotated[Text, Field(description="the task in the words of who asked for it")]
    task_type: Annotated[TaskType, Field(description="what kind of work it is")] = "new-feature"
    complexity: Annotated[Complexity, Field(description="how much work it is")] = "medium"
    risk_level: Annotated[
        RiskLevel, Field(description="how bad it is if it goes wrong; sets the ceremony")
    ] = "LOW"
    budget_tier: Annotated[BudgetTier, Field(description="how much the task may spend")] = "standard"
    execution_mode: Annotated[ExecutionMode, Field(description="solo: one agent, one gate")] = "phased"
    git_strategy: Annotated[GitStrategy, Field(description="where the work is committed")] = "in-place"
    stack: Annotated[Stack, Field(description="what the repository is made of")] = field(
        default_factory=Stack
    )
    shared_context: Annotated[
        str, Field(max_length=100_000, pattern=MANY_LINES, description="what every specialist should know")
    ] = ""
    phases: Annotated[list[Phase], Field(min_length=1, description="in the order they run")]
    budget: Annotated[Budget | None, Field(description="limits for the whole task")] = None
    forecast: Annotated[Forecast | None, Field(description="what the task is expected to take")] = None
    explanation: Annotated[
        list[Text], Field(description="why this plan: one choice and its reason a line")
    ] = field(default_factory=list)
    created_at: Annotated[str, Field(max_length=40, pattern=ONE_LINE, description="UTC, ISO 8601")] = ""
