"""Attempts whose agent call has come back although nobody recorded them.

A call that another hook or the person refuses starts no agent, and no hook of ours is told: only the session's
transcript says so.
"""

from __future__ import annotations

from agent_baton.claude.hooks.transcript import result_of
from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import State

SHOWN = 300  # characters of what the call came back with


def give_up_the_stopped(occasion: Acting, state: State) -> bool:
    """Interrupt those of this session, each as an attempt that was spent; whether there were any."""
    phase = state.current_phase()
    transcript = occasion.call.text("transcript_path")
    found = False
    for step in list(state.steps(phase.phase_id, "dispatched")) if phase else ():
        if step.session != occasion.call.session or not step.tool_id:
            continue
        said = result_of(transcript, step.tool_id)
        if said is not None:
            reason = one_line(occasion.redact(f"its agent came back without a report: {said or 'nothing'}"))[
                :SHOWN
            ]
            interrupt = cmd.Interrupt(step.step_id, reason, attempt=step.attempt, counts=True)
            occasion.perform(state.head.task_id, interrupt)
            found = True
    return found
