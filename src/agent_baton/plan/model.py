"""The plan: what `plan.json` may hold. The JSON Schema that ships is generated from these classes.

Ids are assigned once and never move: a phase id is a number but not an index, a step id is `<phase>.<n>`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PLAN_VERSION = 1

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

TaskId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
StepId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}\.[1-9][0-9]{0,5}$")]
AgentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@\[\]-]{0,79}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class Model(BaseModel):
    """Closed: an unknown key is an error, never dropped."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class Budget(Model):
    """Upper limits; None means no limit of that kind."""

    usd: float | None = Field(None, ge=0)
    tokens: int | None = Field(None, ge=0)
    wall_s: float | None = Field(None, gt=0, description="wall-clock seconds")


class Range(Model):
    """A forecast figure with its 80% interval."""

    low: float = Field(ge=0)
    likely: float = Field(ge=0)
    high: float = Field(ge=0)


class StepForecast(Model):
    step_id: StepId
    tokens: Range
    usd: Range
    minutes: Range


class Forecast(Model):
    """What the task is expected to take. `basis` says where the figures come from."""

    tokens: Range
    usd: Range
    minutes: Range
    basis: Line
    steps: list[StepForecast] = Field(default_factory=list)


class Stack(Model):
    """What the repository is made of, as the planner saw it."""

    primary: str | None = None
    languages: list[str] = Field(default_factory=list)
    frameworks: list[str] = Field(default_factory=list)
    package_manager: str | None = None


class Gate(Model):
    """A check that can fail, run by the engine at the end of a phase, from the repository's root."""

    gate_type: GateType = "test"
    command: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    description: str = Field("", max_length=2_000)
    timeout_s: float = Field(900, gt=0, le=86_400)
    fail_on: list[Line] = Field(
        default_factory=list, description="regular expressions: a match in the output fails the gate even on exit 0"
    )
    max_repairs: int = Field(2, ge=0, le=20, description="repair rounds after a red gate before the task fails")


class TeamMember(Model):
    """Another specialist on a step: the step's own agent leads; a member may record in its place."""

    agent_name: AgentName
    role: Line
    task_description: str = Field("", max_length=20_000)


class Step(Model):
    step_id: StepId
    agent_name: AgentName
    model: ModelName = "sonnet"
    task_description: Text
    depends_on: list[StepId] = Field(default_factory=list)
    deliverables: list[Line] = Field(default_factory=list)
    acceptance: list[Line] = Field(default_factory=list, description="what must be true for the step to count as done")
    allowed_paths: list[Path] = Field(default_factory=list, description="globs; empty means anywhere")
    blocked_paths: list[Path] = Field(default_factory=list, description="globs; win over allowed_paths")
    context_files: list[Path] = Field(default_factory=list)
    expected_files: list[Path] = Field(
        default_factory=list, description="files the planner expects the step to change; a prediction, scored later"
    )
    knowledge: list[Path] = Field(default_factory=list)
    max_attempts: int = Field(3, ge=1, le=50)
    timeout_s: float = Field(3_600, gt=0, le=604_800)
    budget: Budget | None = None
    may_veto: bool = Field(False, description="a veto by this step stops completion until a person waives it")
    team: list[TeamMember] = Field(default_factory=list)


class Phase(Model):
    phase_id: int = Field(ge=1, le=999_999, description="an id, not an index: phases run in the order they stand")
    name: Line
    steps: list[Step] = Field(min_length=1)
    gate: Gate | None = None
    approval_required: bool = Field(False, description="a person approves before the first step of the phase starts")
    risk_level: RiskLevel = "LOW"


class Plan(Model):
    version: Literal[1] = PLAN_VERSION
    task_id: TaskId
    task_summary: Text
    task_type: TaskType = "new-feature"
    complexity: Complexity = "medium"
    risk_level: RiskLevel = "LOW"
    budget_tier: BudgetTier = "standard"
    execution_mode: ExecutionMode = "phased"
    git_strategy: GitStrategy = "in-place"
    stack: Stack = Field(default_factory=Stack)
    shared_context: str = Field("", max_length=100_000)
    phases: list[Phase] = Field(min_length=1)
    budget: Budget | None = None
    forecast: Forecast | None = None
    explanation: list[str] = Field(default_factory=list, description="why this plan: one choice and its reason a line")
    created_at: str = Field("", max_length=40, description="UTC, ISO 8601")
