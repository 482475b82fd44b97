"""Figures across tasks, counted from their histories. A rate is None when there was nothing to count."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agent_baton.trace.document import cost
from agent_baton.trace.history import Attempt, History


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95% interval; None when there was nothing to count."""
        if not self.total:
            return None
        z, n, p = 1.96, self.total, self.hits / self.total
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(slots=True)
class AgentFigures:
    agent_name: str
    attempts: int = 0
    failed: int = 0
    steps_first_try: Rate = field(default_factory=lambda: Rate(0, 0))
    repairs: int = 0
    seconds: float = 0.0
    tokens: int = 0
    usd: float = 0.0
    unknown_costs: int = 0
    false_claims: int = 0


@dataclass(slots=True)
class Figures:
    tasks: int
    by_status: dict[str, int]
    success: Rate  # of ended tasks
    first_pass: Rate  # gates green at their first run
    gate_runs: int
    gates_reported: int
    gates_waived: int
    repairs: int
    attempts: int
    failed_attempts: int
    interruptions: int
    questions: int
    false_claims: int
    voided: int
    seconds: float
    cost: dict[str, float | int]
    agents: list[AgentFigures]


def figures(histories: Sequence[History]) -> Figures:
    """Everything the dashboard shows, from histories alone."""
    attempts = [attempt for history in histories for attempt in history.attempts]
    by_status: dict[str, int] = {}
    for history in histories:
        by_status[history.status] = by_status.get(history.status, 0) + 1
    phases = [phase for history in histories for phase in history.phases]
    first_runs = [
        phase.gates[0].finished for phase in phases if phase.gates and phase.gates[0].finished is not None
    ]
    last_runs = [
        phase.gates[-1].finished for phase in phases if phase.gates and phase.gates[-1].finished is not None
    ]
    ended = by_status.get("complete", 0) + by_status.get("cancelled", 0)
    return Figures(
        tasks=len(histories),
        by_status=dict(sorted(by_status.items())),
        success=Rate(by_status.get("complete", 0), ended),
        first_pass=Rate(sum(run.ok for run in first_runs), len(first_runs)),
        gate_runs=sum(run.finished is not None for phase in phases for run in phase.gates),
        gates_reported=sum(run.ok and run.source == "reported" for run in last_runs),
        gates_waived=sum(bool(phase.waived) for phase in phases),
        repairs=sum(step.repair for history in histories for step in history.steps),
        attempts=len(attempts),
        failed_attempts=sum(attempt.end in ("failed", "veto") for attempt in attempts),
        interruptions=sum(attempt.end == "interrupted" for attempt in attempts),
        questions=sum(len(step.questions) for history in histories for step in history.steps),
        false_claims=sum(_false(attempt) for attempt in attempts),
        voided=sum(len(history.voided) for history in histories),
        seconds=sum((history.ended_at or history.last_at) - history.started_at for history in histories),
        cost=cost(attempts),
        agents=_agents(histories),
    )


def _false(attempt: Attempt) -> int:
    return len(attempt.evidence.mismatches) if attempt.evidence else 0


def _agents(histories: Iterable[History]) -> list[AgentFigures]:
    found: dict[str, AgentFigures] = {}
    first_tries: dict[str, list[bool]] = {}
    for history in histories:
        for step in history.steps:
            for attempt in step.attempts:
                _add(found.setdefault(attempt.agent_name, AgentFigures(attempt.agent_name)), attempt)
            if step.attempts and not step.repair:
                first_tries.setdefault(step.attempts[0].agent_name, []).append(
                    step.attempts[0].end == "complete"
                )
            if step.attempts and step.repair:
                found[step.attempts[0].agent_name].repairs += 1
    for agent, tries in first_tries.items():
        found[agent].steps_first_try = Rate(sum(tries), len(tries))
    return sorted(found.values(), key=lambda agent: (-agent.attempts, agent.agent_name))


def _add(agent: AgentFigures, attempt: Attempt) -> None:
    agent.attempts += 1
    agent.failed += attempt.end in ("failed", "veto")
    agent.seconds += attempt.seconds or 0.0
    agent.tokens += attempt.tokens or 0
    agent.usd += attempt.usd or 0.0
    agent.unknown_costs += attempt.cost_source == "unknown"
    agent.false_claims += _false(attempt)
