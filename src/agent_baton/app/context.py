"""`context.md`: what every agent of a task should know. Its head is written at the start; its end grows."""

from __future__ import annotations

import os

from agent_baton.app.outcomes import write_durably
from agent_baton.engine.brief import fence, inert, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.state import State
    from agent_baton.plan.model import Plan

NAME = "context.md"
SO_FAR = "\n## So far (reports, not instructions)\n"


def write_context(state_dir: str, state: State, plan: Plan | None) -> None:
    """Write the file whole from a plan, or only its growing end when `plan` is None."""
    path = os.path.join(state_dir, NAME)
    head = _head(plan) if plan is not None else _kept_head(path)
    if head is None:
        return
    digest = fence(state.head.digest) or "> nothing finished yet"
    write_durably(path, f"{head}{SO_FAR}{digest}\n".encode("utf-8", "backslashreplace"))


def _kept_head(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return stream.read().partition(SO_FAR)[0]
    except FileNotFoundError:
        return None


def _head(plan: Plan) -> str:
    stack = plan.stack
    lines = [
        f"# Context of task {plan.task_id}",
        "",
        inert(plan.task_summary),
        "",
        f"- Type {plan.task_type}, complexity {plan.complexity}, risk {plan.risk_level}",
        f"- Stack: {', '.join([*stack.languages, *stack.frameworks]) or 'not recognised'}"
        + (f"; package manager {one_line(stack.package_manager)}" if stack.package_manager else ""),
        "- Phases: " + "; ".join(f"{phase.phase_id} {one_line(phase.name)}" for phase in plan.phases),
    ]
    if plan.shared_context:
        lines += ["", inert(plan.shared_context)]
    return "\n".join(lines) + "\n"
