"""Attempts whose agent call has come back although nobody recorded them.

A call that another hook or the person refuses starts no agent, and no hook of ours is told: only the session's
transcript says so. Of an agent that did run its own files tell more.
"""

from __future__ import annotations

from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import one_line
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import State

SHOWN = 300  # characters of what the call came back with


def give_up_the_stopped(occasion: Acting, state: State) -> bool:
    """Settle those of this session; whether there were any. One without a report is an attempt that was spent."""
    phase = state.current_phase()
    transcript = occasion.call.text("transcript_path")
    found = False
    for step in list(state.steps(phase.phase_id, "dispatched")) if phase else ():
        if step.session != occasion.call.session or not step.tool_id:
            continue
        said = load("agent_baton.claude.hooks.ends:result_of")(transcript, step.tool_id)
        if said is None:
            continue
        found = True
        if load("agent_baton.app.hooks.settling:settle_by_files")(
            occasion, state.head, step.tool_id, note=said
        ):
            continue
        reason = one_line(occasion.redact(f"its agent came back without a report: {said or 'nothing'}"))[
            :SHOWN
        ]
        interrupt = cmd.Interrupt(step.step_id, reason, attempt=step.attempt, counts=True)
        occasion.perform(state.head.task_id, interrupt)
    return found
