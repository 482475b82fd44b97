"""The plan: what `plan.json` may hold. The JSON Schema that ships is generated from these classes.

Ids are assigned once and never move: a phase id is a number but not an index, a step id is `<phase>.<n>`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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

TaskId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
StepId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}\.[1-9][0-9]{0,5}$")]
AgentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@\[\]-]{0,79}$")]

# Escape sequences, NUL and the like are never part of a plan: they would reach terminals, prompts and
# argument lists. A line break in a one-line field could pass for a protocol line.
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
MANY_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
# The same with at least one character that can be seen.
SAYS_A_LINE = ONE_LINE[:-1] + r"[^\x00-\x1f\x7f-\x9f\s]" + ONE_LINE[1:]
SAYS_LINES = MANY_LINES[:-1] + r"[^\x00-\x1f\x7f-\x9f\s]" + MANY_LINES[1:]

Line = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=SAYS_A_LINE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=SAYS_LINES)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=SAYS_A_LINE)]


class Model(BaseModel):
    """Closed: an unknown key is an error, never dropped."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, allow_inf_nan=False)


class Budget(Model):
    """Upper limits; what is not given does not limit."""

    usd: float | None = Field(None, ge=0, description="US dollars")
    tokens: int | None = Field(None, ge=0, le=10**15, description="input and output tokens together")
    wall_s: float | None = Field(None, gt=0, description="wall-clock seconds")


class Range(Model):
    """A forecast figure with its 80% interval."""

    low: float = Field(ge=0)
    likely: float = Field(ge=0)
    high: float = Field(ge=0)


class StepForecast(Model):
    """What one step is expected to take."""

    step_id: StepId
    tokens: Range
    usd: Range
    minutes: Range


class Forecast(Model):
    """What the task is expected to take. `basis` says where the figures come from."""

    tokens: Range
    usd: Range
    minutes: Range
    basis: Line = Field(description="where the figures come from: history, or stated priors")
    steps: list[StepForecast] = Field(default_factory=list)


class Stack(Model):
    """What the repository is made of, as the planner saw it."""

    primary: Line | None = None
    languages: list[Line] = Field(default_factory=list)
    frameworks: list[Line] = Field(default_factory=list)
    package_manager: Line | None = None


class Gate(Model):
    """A check that can fail, run by the engine at the end of a phase, from the repository's root."""

    gate_type: GateType = Field("test", description="what kind of check it is")
    command: str = Field(
        min_length=1, max_length=2_000, pattern=SAYS_A_LINE, description="one shell line; exit 0 means green"
    )
    description: str = Field("", max_length=2_000, pattern=MANY_LINES, description="for people")
    timeout_s: float = Field(
        900, gt=0, le=86_400, description="seconds until the whole process group is killed"
    )
    fail_on: list[Line] = Field(
        default_factory=list,
        description="regular expressions (Python): a match in the output fails the gate even on exit 0",
    )
    max_repairs: int = Field(
        2, ge=0, le=20, description="repair rounds after a red gate before the task fails"
    )


class TeamMember(Model):
    """Another specialist on a step: the step's own agent leads; a member may record in its place."""

    agent_name: AgentName = Field(description="the specialist")
    role: Line = Field(description="what this specialist adds")
    task_description: str = Field(
        "", max_length=20_000, pattern=MANY_LINES, description="its own part of the step, when it has one"
    )


class Step(Model):
    """One piece of work for one specialist."""

    step_id: StepId = Field(
        description="<phase id>.<number>, an id and not a position: never reused, never moved"
    )
    agent_name: AgentName = Field(description="the specialist who does it")
    model: ModelName = Field("sonnet", description="which model the specialist runs on")
    task_description: Text = Field(description="what to do: the heart of the brief")
    depends_on: list[StepId] = Field(
        default_factory=list, description="steps of this or an earlier phase that must be complete first"
    )
    deliverables: list[Line] = Field(default_factory=list, description="what the step leaves behind")
    acceptance: list[Line] = Field(
        default_factory=list, description="what must be true for the step to count as done"
    )
    allowed_paths: list[Path] = Field(
        default_factory=list, description="globs it may change; empty means anywhere"
    )
    blocked_paths: list[Path] = Field(
        default_factory=list, description="globs it may not change; they win over allowed_paths"
    )
    context_files: list[Path] = Field(default_factory=list, description="files to read first")
    expected_files: list[Path] = Field(
        default_factory=list,
        description="globs the planner expects the step to change; a prediction, scored later",
    )
    knowledge: list[Path] = Field(
        default_factory=list, description="knowledge documents attached by reference"
    )
    max_attempts: int = Field(3, ge=1, le=50, description="tries before the step has failed for good")
    timeout_s: float = Field(3_600, gt=0, le=604_800, description="seconds one attempt may take")
    budget: Budget | None = Field(None, description="limits for all attempts of this step together")
    may_veto: bool = Field(False, description="a veto by this step stops completion until a person waives it")
    team: list[TeamMember] = Field(default_factory=list, description="other specialists on the same step")


class Phase(Model):
    """Steps that belong together, judged by one gate. A phase starts when the one before it is done."""

    phase_id: int = Field(
        ge=1, le=999_999, description="an id, not an index: phases run in the order they stand"
    )
    name: Line = Field(description="a few words")
    steps: list[Step] = Field(min_length=1, description="in the order they are offered")
    gate: Gate | None = Field(None, description="judges the phase when its steps are complete")
    approval_required: bool = Field(
        False, description="a person approves before the first step of the phase starts"
    )
    risk_level: RiskLevel = Field("LOW", description="of this phase alone")


class Plan(Model):
    """A task cut into phases, steps and gates, as a person reviews it before it starts."""

    version: Literal[1] = Field(PLAN_VERSION, description="of this format")
    task_id: TaskId = Field(description="names the task everywhere: journal, branches, files")
    task_summary: Text = Field(description="the task in the words of who asked for it")
    task_type: TaskType = Field("new-feature", description="what kind of work it is")
    complexity: Complexity = Field("medium", description="how much work it is")
    risk_level: RiskLevel = Field("LOW", description="how bad it is if it goes wrong; sets the ceremony")
    budget_tier: BudgetTier = Field("standard", description="how much the task may spend")
    execution_mode: ExecutionMode = Field("phased", description="solo: one agent, one gate")
    git_strategy: GitStrategy = Field("in-place", description="where the work is committed")
    stack: Stack = Field(default_factory=Stack, description="what the repository is made of")
    shared_context: str = Field(
        "", max_length=100_000, pattern=MANY_LINES, description="what every specialist should know"
    )
    phases: list[Phase] = Field(min_length=1, description="in the order they run")
    budget: Budget | None = Field(None, description="limits for the whole task")
    forecast: Forecast | None = Field(None, description="what the task is expected to take")
    explanation: list[Text] = Field(
        default_factory=list, description="why this plan: one choice and its reason a line"
    )
    created_at: str = Field("", max_length=40, pattern=ONE_LINE, description="UTC, ISO 8601")
