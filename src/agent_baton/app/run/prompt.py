"""What an agent is told when it is started, and when it is resumed. Pure."""

from __future__ import annotations

from agent_baton.engine.brief import brief, fence
from agent_baton.engine.report import ASKED
from agent_baton.engine.state import State, Step


def opening(state: State, step: Step, path: str, branch: str, notes: tuple[str, ...] = ()) -> str:
    """The brief, and where to work."""
    lines = [brief(state, step), f"- Work only in {path} (branch {branch})."]
    return "\n".join([*lines, *(f"- {note}" for note in notes)])


def resuming(step: Step, path: str) -> str:
    """Said into a conversation that was cut off: by a limit, an outage, a crash, or to ask a person."""
    parts = [
        f"You were interrupted at step {step.step_id}. Your work tree {path} is as you left it.",
        "Look at what is there (git status, git log), finish what is missing, and do nothing twice.",
    ]
    if step.dialogue and len(step.dialogue) % 2 == 0:
        parts.append(f"You asked:\n{fence(step.dialogue[-2])}\nThe answer:\n{fence(step.dialogue[-1])}")
    elif step.failure and step.failures:
        parts.append(f"The last attempt ended so:\n{fence(step.failure)}")
    return "\n".join([*parts, ASKED])
