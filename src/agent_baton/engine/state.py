"""Where a task stands: the events so far, folded.

Rows are immutable; a `State` holds the rows that changed on top of a `Rows` source, so that a command reads
and rewrites only what it touches: the journal supplies a source that loads single rows.
"""

from __future__ import annotations

from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Protocol

    class Rows(Protocol):
        """Where rows come from. `None` when there is no such row."""

        def task(self) -> Task | None: ...
        def phase(self, phase_id: int) -> Phase | None: ...
        def step(self, step_id: str) -> Step | None: ...
        def spec(self, step_id: str) -> Spec | None: ...
        def steps(self, phase_id: int, status: str) -> Iterable[Step]:
            """Steps of a phase in one status, in plan order."""


class Task(Record):
    task_id: str
    seq: int  # of the last event folded in
    status: str  # running | paused | failed | complete | cancelled
    summary: str
    phase_id: int | None  # the phase at work; None when all are done
    first_phase_id: int
    risk_level: str
    budget_tier: str
    execution_mode: str
    git_strategy: str
    evidence: str  # note | strict
    session: str
    started_at: float
    base_commit: str | None = None
    branch: str | None = None
    tip: str = ""  # commit checked out when an outcome was last recorded: where an undispatched attempt began
    ended_at: float | None = None
    paused_until: float | None = None
    reason: str = ""  # why it is paused, failed or cancelled
    limit_usd: float | None = None
    limit_tokens: int | None = None
    limit_wall_s: float | None = None
    spent_usd: float = 0.0
    spent_tokens: int = 0
    unknown_costs: int = 0  # attempts whose cost nobody reported
    steps_total: int = 0
    steps_done: int = 0
    gates_total: int = 0
    gates_passed: int = 0
    gates_reported: int = 0  # of those passed, how many nobody verified
    false_claims: int = 0
    last_phase_id: int = 0  # highest ever given out: ids are assigned once
    digest: str = ""  # one line per finished step, the newest last, capped
    upper_usd: float = 0.0  # upper estimates of the unknown costs: they count where a limit is checked
    upper_tokens: int = 0
    paused_at: float | None = None
    paused_s: float = 0.0  # in all earlier pauses: no part of the wall-clock budget
    last_at: float = 0.0  # when the last event was recorded
    foreign_agents: str = "allow"  # or deny: agents in the driving session that no step asks for
    bound_at: float = 0.0  # since when the driving session drives
    process: str = ""  # of the driving session, "host/pid/start"; "-" when it has ended
    reminded: int = 0  # equal to `seq`: nothing happened since the driver was told what is next
    reminded_by: str = (
        ""  # on its way in (bound), when it stopped (reminded), or the person did (interrupted)
    )
    charged_session: str = ""  # whose transcript is counted up to `read_to`, its last message there
    read_to: int = 0
    last_message: str = ""
    driving_tokens: int = 0  # of all sessions that drove, besides what the steps spent
    driving_usd: float = 0.0
    driving_unknown: int = 0  # tokens of models without a known price


class Phase(Record):
    phase_id: int
    name: str
    next_id: int | None
    risk_level: str
    approval: str  # none | needed | requested | approved | rejected
    gate: str  # none | pending | running | failed | exhausted | passed | waived
    done: bool = False
    subject: str = ""  # hash of what was put up for approval
    feedback: str = ""
    gate_type: str = ""
    gate_command: str = ""
    gate_description: str = ""
    gate_timeout_s: float = 0
    fail_on: tuple[str, ...] = ()
    max_repairs: int = 0
    repairs: int = 0  # in the present series; a reopened gate starts a new one
    runs: int = 0
    gate_source: str = ""
    gate_reason: str = ""
    signature: str = ""
    unintegrated: int = 0  # finished steps whose branch is not merged yet
    last_step: int = 0  # highest step number ever given out in this phase
    last_round: int = 0  # highest repair number ever given out in this phase


class Step(Record):
    step_id: str
    phase_id: int
    position: int
    status: str  # see transitions.STEP
    agent_name: str
    model: str
    max_attempts: int
    timeout_s: float
    waiting: int  # steps it depends on that are not settled yet
    unblocks: tuple[str, ...] = ()
    members: tuple[str, ...] = ()  # other agents that may record for it
    may_veto: bool = False
    limited: bool = False  # has path limits, so evidence is gathered even without claims
    repair: bool = False
    attempt: int = 0
    failures: int = 0  # attempts used up since the last retry
    agent_at_work: str = ""
    session: str = ""
    dispatched_at: float | None = None
    deadline_at: float | None = None
    base_commit: str | None = None
    worktree: str = ""
    branch: str = ""
    integrated: bool = True
    claim: str = ""  # status last recorded
    outcome: str = ""  # first lines of it
    commit: str = ""
    failure: str = ""  # why the last attempt failed, for the next brief
    dialogue: tuple[str, ...] = ()  # question, answer, question, …
    salvage: str = ""
    limit_usd: float | None = None
    limit_tokens: int | None = None
    spent_usd: float = 0.0
    spent_tokens: int = 0
    upper_usd: float = 0.0
    upper_tokens: int = 0
    runtime: str = ""  # of the attempt at work, or of the conversation kept
    conversation: str = ""  # the session the next attempt can go on with
    conversation_usd: float = 0.0
    requests: tuple[str, ...] = ()  # ids of what its agent waits for a person with
    tool_id: str = ""  # the tool call that started the agent of the last attempt
    helpers: tuple[str, ...] = ()  # those of agents that this agent started itself
    recorded_by: str = ""  # where the last outcome came from: driver | hook | runtime
    returned: int = 0  # the attempt whose report was sent back
    booked_tokens: int = 0  # of what was spent, the last attempt's part
    booked_usd: float = 0.0
    unbooked: bool = False  # what the last attempt cost is on record as unknown
    rounds: int = 0  # how often it, a review, asked for changes


class Spec(Record):
    """The parts of a plan step that only its brief needs."""

    step_id: str
    task_description: str
    depends_on: tuple[str, ...] = ()
    deliverables: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()
    allowed_paths: tuple[str, ...] = ()
    blocked_paths: tuple[str, ...] = ()
    context_files: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    team: tuple[str, ...] = ()  # "name (role): task"


class NoRows:
    """The empty source: a task that has not started."""

    def task(self) -> Task | None:
        return None

    def phase(self, phase_id: int) -> Phase | None:
        return None

    def step(self, step_id: str) -> Step | None:
        return None

    def spec(self, step_id: str) -> Spec | None:
        return None

    def steps(self, phase_id: int, status: str) -> Iterable[Step]:
        return ()


class State:
    """Rows on top of a source. `fork()` first, then fold: what `changes()` holds is what to write back."""

    def __init__(self, source: Rows | None = None) -> None:
        self._source: Rows = source or NoRows()
        self.changed_task: Task | None = None
        self.changed_phases: dict[int, Phase] = {}
        self.changed_steps: dict[str, Step] = {}
        self.changed_specs: dict[str, Spec] = {}

    def fork(self) -> State:
        return State(self)

    def task(self) -> Task | None:
        return self.changed_task or self._source.task()

    @property
    def head(self) -> Task:
        """The task row of a started task."""
        task = self.task()
        assert task is not None, "the task has not started"
        return task

    def phase(self, phase_id: int) -> Phase | None:
        return self.changed_phases.get(phase_id) or self._source.phase(phase_id)

    def step(self, step_id: str) -> Step | None:
        return self.changed_steps.get(step_id) or self._source.step(step_id)

    def spec(self, step_id: str) -> Spec | None:
        return self.changed_specs.get(step_id) or self._source.spec(step_id)

    def steps(self, phase_id: int, *statuses: str) -> Iterator[Step]:
        """Steps of a phase in any of the statuses, in plan order, read lazily."""
        return _merge([self._in_status(phase_id, status) for status in statuses])

    def any(self, phase_id: int, *statuses: str) -> bool:
        return any(True for status in statuses for _ in self._in_status(phase_id, status))

    def _in_status(self, phase_id: int, status: str) -> Iterator[Step]:
        changed = self.changed_steps
        kept = (step for step in self._source.steps(phase_id, status) if step.step_id not in changed)
        mine = [step for step in changed.values() if step.phase_id == phase_id and step.status == status]
        if not mine:
            return kept
        mine.sort(key=_position)
        return _merge([kept, iter(mine)])

    def put(self, row: Task | Phase | Step | Spec) -> None:
        if isinstance(row, Step):
            self.changed_steps[row.step_id] = row
        elif isinstance(row, Phase):
            self.changed_phases[row.phase_id] = row
        elif isinstance(row, Spec):
            self.changed_specs[row.step_id] = row
        else:
            self.changed_task = row

    def phases(self) -> Iterator[Phase]:
        """All phases in the order they run."""
        phase_id: int | None = self.head.first_phase_id
        while phase_id is not None:
            phase = self.phase(phase_id)
            assert phase is not None, f"phase {phase_id} is linked and missing"
            yield phase
            phase_id = phase.next_id

    def current_phase(self) -> Phase | None:
        phase_id = self.head.phase_id
        return None if phase_id is None else self.phase(phase_id)

    def as_dict(self) -> dict[str, Any]:
        """Every row as plain data, to compare two states with."""
        from_steps = {
            step.step_id: (step.as_dict(), spec.as_dict() if (spec := self.spec(step.step_id)) else None)
            for phase in self.phases()
            for step in self.steps(phase.phase_id, *ALL_STATUSES)
        }
        return {
            "task": self.head.as_dict(),
            "phases": {phase.phase_id: phase.as_dict() for phase in self.phases()},
            "steps": from_steps,
        }


ALL_STATUSES = (
    "pending", "ready", "dispatched", "returned", "asking", "failed", "exhausted", "vetoed", "complete", "skipped", "dropped",
)  # fmt: skip


def _position(step: Step) -> int:
    return step.position


def _merge(streams: list[Iterator[Step]]) -> Iterator[Step]:
    """One stream in plan order out of several, reading each only as far as needed."""
    heads: list[tuple[Step, Iterator[Step]]] = []
    for stream in streams:
        for step in stream:
            heads.append((step, stream))
            break
    while heads:
        first = min(range(len(heads)), key=lambda i: heads[i][0].position)
        step, stream = heads[first]
        yield step
        following = next(stream, None)
        if following is None:
            heads.pop(first)
        else:
            heads[first] = (following, stream)
