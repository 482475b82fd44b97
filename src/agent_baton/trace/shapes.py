"""What a task's history is made of: phases, steps, attempts, gate runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent_baton.engine import events as ev


@dataclass
class Attempt:
    """One try of a step. `ended_at` is None while it is in flight."""

    number: int
    agent_name: str
    started_at: float
    by: str = ""  # who had it dispatched
    model: str = ""
    ended_at: float | None = None
    end: str = "in flight"  # complete | failed | veto | interrupted | asked | in flight
    outcome: str = ""
    outcome_ref: str = ""
    commit: str = ""
    files: tuple[str, ...] = ()
    forced: bool = False
    evidence: ev.EvidenceGathered | None = None
    tokens: int | None = None
    usd: float | None = None
    cost_source: str = "unknown"
    charged_at: float | None = None
    usage: tuple[dict[str, Any], ...] = ()  # tokens by model and kind, where its transcript was read
    tool_uses: int | None = None
    session: str = ""
    worktree: str = ""
    returned: tuple[str, ...] = ()  # why its report was sent back to it

    @property
    def seconds(self) -> float | None:
        return None if self.ended_at is None else round(self.ended_at - self.started_at, 3)


@dataclass
class StepHistory:
    step_id: str
    phase_id: int
    agent_name: str
    description: str
    model: str
    repair: bool = False
    cause: str = ""
    status: str = "open"
    attempts: list[Attempt] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    asked_at: float | None = None  # of the question that is still open
    skipped: str = ""
    merged: str = ""
    conflicts: list[tuple[str, ...]] = field(default_factory=list)  # files, a merge conflict each
    depends_on: tuple[str, ...] = ()

    def attempt(self, number: int) -> Attempt | None:
        for attempt in reversed(self.attempts):
            if attempt.number == number:
                return attempt
        return None


@dataclass
class Driving:
    """What driving the task cost a session, up to a moment, since the last such moment."""

    at: float
    by: str
    session: str
    tokens: int
    usd: float | None
    usage: tuple[dict[str, Any], ...]


@dataclass
class GateRunHistory:
    run: int
    started_at: float
    ended_at: float | None = None
    finished: ev.GateFinished | None = None


@dataclass
class PhaseHistory:
    phase_id: int
    name: str
    gate: dict[str, Any] | None
    steps: list[StepHistory] = field(default_factory=list)
    gates: list[GateRunHistory] = field(default_factory=list)
    waived: str = ""
    waived_by: str = ""
    approvals: list[dict[str, Any]] = field(default_factory=list)
    approval_since: float | None = None  # of the approval that is still due
    ended_at: float | None = None

    @property
    def started_at(self) -> float | None:
        starts = [attempt.started_at for step in self.steps for attempt in step.attempts]
        starts += [run.started_at for run in self.gates]
        return min(starts, default=None)


@dataclass
class History:
    task_id: str
    started_plan: dict[str, Any]
    plan: dict[str, Any]  # as amended since
    settings: dict[str, Any]
    started_at: float
    base_commit: str | None
    branch: str | None
    by: str = ""
    status: str = "running"
    status_since: float = 0.0
    ended_at: float | None = None
    reason: str = ""
    phases: list[PhaseHistory] = field(default_factory=list)
    baseline: list[ev.BaselineGathered] = field(default_factory=list)
    amendments: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    voided: list[dict[str, Any]] = field(default_factory=list)
    pauses: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    budget_stops: list[dict[str, Any]] = field(default_factory=list)
    driving: list[Driving] = field(default_factory=list)
    helpers: int = 0  # agents that a step's own agent started
    strangers: list[str] = field(default_factory=list)  # agents that no step asked for
    requests: dict[str, tuple[float, ev.RequestRaised]] = field(
        default_factory=dict
    )  # open ones, by their id
    last_seq: int = 0
    last_at: float = 0.0
    _steps: dict[str, StepHistory] = field(default_factory=dict, repr=False)
    _phases: dict[int, PhaseHistory] = field(default_factory=dict, repr=False)

    def step(self, step_id: str) -> StepHistory:
        return self._steps[step_id]

    def phase(self, phase_id: int) -> PhaseHistory:
        return self._phases[phase_id]

    def add_phase(self, phase: PhaseHistory, place: int | None = None) -> None:
        """Put a phase with its steps at a place in the order; at the end when none is given."""
        self.phases.insert(len(self.phases) if place is None else place, phase)
        self._phases[phase.phase_id] = phase
        self._steps.update({step.step_id: step for step in phase.steps})

    def add_step(self, step: StepHistory) -> None:
        self._phases[step.phase_id].steps.append(step)
        self._steps[step.step_id] = step

    @property
    def steps(self) -> list[StepHistory]:
        return [step for phase in self.phases for step in phase.steps]

    @property
    def attempts(self) -> list[Attempt]:
        return [attempt for step in self.steps for attempt in step.attempts]

    @property
    def gate_runs(self) -> list[GateRunHistory]:
        return [run for phase in self.phases for run in phase.gates]
