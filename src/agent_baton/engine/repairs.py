"""Repairs: a red gate, a merge conflict or a review that asks for changes becomes a step of its own, for whoever wrote the work."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.review import repair_brief
from agent_baton.engine.transitions import SETTLED
from agent_baton.plan.roles import is_judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.review import Review
    from agent_baton.engine.state import Phase, Spec, State, Step

# Asked last: whoever wrote the test that failed would bend it, and whoever wrote words about the code did not break it.
NOT_FIRST = ("test-engineer", "technical-writer")


def open_repair(
    log: Ledger, phase: Phase, cause: str, brief: str, author: Step | None = None, review: str = ""
) -> None:
    """Add the repair to the phase. `review` is the step that waits for it."""
    author = author or _responsible(log.state, phase)
    spec = log.state.spec(author.step_id)
    number = phase.last_round + 1
    step: dict[str, Any] = {
        "step_id": f"{phase.phase_id}.r{number}",
        "agent_name": author.agent_name,
        "model": author.model,
        "task_description": brief,
        "depends_on": [],
        "max_attempts": author.max_attempts,
        "timeout_s": author.timeout_s,
        "allowed_paths": list(spec.allowed_paths) if spec and cause.startswith("merge") else [],
        "blocked_paths": list(spec.blocked_paths) if spec else [],
        "acceptance": [f"`{phase.gate_command}` passes"] if phase.gate_command else [],
    }
    log.emit(ev.RepairOpened(phase.phase_id, number, step, cause, review))


def open_review_repair(log: Ledger, step: Step, review: Review) -> None:
    """Hand a review's findings to the author; the review is done again afterwards."""
    phase = log.phase(step.phase_id)
    open_repair(log, phase, f"review {step.step_id}", repair_brief(step.step_id, review), review=step.step_id)


def _responsible(state: State, phase: Phase) -> Step:
    """Who repairs: the last author that may write, of this phase or the nearest before it, rather of code than of tests or words."""
    finished: list[Step] = []
    for earlier in _up_to(state, phase):
        finished += [step for step in state.steps(earlier.phase_id, *SETTLED) if not step.repair]
        authors = [
            step
            for step in finished
            if step.status == "complete" and not only_reads(step, state.spec(step.step_id))
        ]
        if authors:
            coders = [step for step in authors if not step.agent_name.startswith(NOT_FIRST)]
            return (coders or authors)[-1]
    return finished[-1]


def _up_to(state: State, phase: Phase) -> list[Phase]:
    """The phase, then those before it, the nearest first."""
    order = list(state.phases())
    at = next(number for number, other in enumerate(order) if other.phase_id == phase.phase_id)
    return order[at::-1]


def only_reads(step: Step, spec: Spec | None) -> bool:
    """Whether the step may change nothing, or is of a kind that changes nothing."""
    closed = spec is not None and "**" in spec.blocked_paths
    return closed or step.may_veto or is_judge(step.agent_name)
