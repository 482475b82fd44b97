"""Attempts whose agent call has come back although nobody recorded them.

A call that another hook or the person refuses starts no agent, and no hook of ours is told: only the session's
transcript says so. Of an agent that did run its own files tell more.
"""

from __future__ import annotations

import time

from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import one_line
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import State, Step

SHOWN = 300  # characters of what the call came back with
LATE_S, LOOK_S = (
    1.0,
    0.05,
)  # on a busy disk the client writes down late what it has told already; how often to look


def give_up_the_stopped(occasion: Acting, state: State, gone: bool = False) -> bool:
    """Settle those of this session; whether there were any. One without a report is an attempt that was spent.

    `gone`: the client says that no agent of the session is at work, so what shows it may only be late.
    """
    phase = state.current_phase()
    until = time.monotonic() + (LATE_S if gone else 0)
    found = False
    for step in list(state.steps(phase.phase_id, "dispatched")) if phase else ():
        if step.session == occasion.call.session and step.tool_id:
            said = _said(occasion, step, until)
            if said is not None or gone:
                found |= _settled(occasion, state, step, said)
    return found


def _said(occasion: Acting, step: Step, until: float) -> str | None:
    """What the agent's call came back with, by the session's transcript, as soon as it is there."""
    transcript, result_of = (
        occasion.call.text("transcript_path"),
        load("agent_baton.claude.hooks.ends:result_of"),
    )
    said: str | None = result_of(transcript, step.tool_id)
    while said is None and time.monotonic() < until:
        time.sleep(LOOK_S)
        said = result_of(transcript, step.tool_id)
    return said


def _settled(occasion: Acting, state: State, step: Step, said: str | None) -> bool:
    """By the agent's own files; where they show no end, by its call, if that came back."""
    settle = load("agent_baton.app.hooks.settling:settle_by_files")
    if settle(occasion, state.head, step.tool_id, note=said or "") is None:
        if said is None:
            return False
        told = occasion.redact(f"its agent came back without a report: {said or 'nothing'}")
        reason = one_line(told)[:SHOWN]
        interrupt = cmd.Interrupt(step.step_id, reason, attempt=step.attempt, counts=True)
        occasion.perform(state.head.task_id, interrupt)
    return True
