"""What holds a run up, in words."""

from __future__ import annotations

from pathlib import Path

from agent_baton.app.runnable import missing_program
from agent_baton.app.site import Site
from agent_baton.engine.actions import Action
from agent_baton.engine.state import State


def cannot_be_gated(state: State, home: Site) -> str:
    """No agent is paid for work whose gate cannot be run here. A script of the repository may still be written."""
    phase = state.current_phase()
    program = missing_program(phase.gate_command, Path(home.checkout.top)) if phase else ""
    if phase is None or not program or "/" in program:
        return ""
    return (
        f"the gate of phase {phase.phase_id} cannot be run here: {program!r} is not found ({phase.gate_command}); install it, "
        f'or name another gate: baton execute amend --phase-id {phase.phase_id} --gate-command "…"'
    )


def waits_for(action: Action) -> str:
    fields = action.as_dict()
    name = type(action).__name__
    if name == "Approval":
        return f"phase {fields['phase_id']} ({fields['name']}) waits for approval: baton approve --phase-id {fields['phase_id']} --result approve"
    if name == "Question":
        return f"step {fields['step_id']} waits for an answer: baton answer --step-id {fields['step_id']} --text …"
    return str(fields.get("reason", name))
