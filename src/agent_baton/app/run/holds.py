"""What holds a run up, in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_baton.app.lacking import hold
from agent_baton.app.runnable import missing_program
from agent_baton.app.site import Site
from agent_baton.engine.actions import Action
from agent_baton.engine.events import BaselineGathered, TaskResumed
from agent_baton.engine.state import State
from agent_baton.journal.sqlite import SqliteJournal


def cannot_be_gated(state: State, home: Site, lacked: Mapping[str, tuple[str, ...]]) -> str:
    """No agent is paid for work whose gate cannot be run here. A script of the repository may still be written.

    `lacked`: what gate commands lacked before any work (see `lacked_at_start`).
    """
    phase = state.current_phase()
    if phase is None:
        return ""
    program = missing_program(phase.gate_command, Path(home.checkout.top))
    if "/" in program:
        return ""
    names = (program,) if program else () if phase.runs else lacked.get(phase.gate_command, ())
    return (
        hold(names, home.checkout.top, phase.phase_id, phase.gate_command, "baton execute run")
        if names
        else ""
    )


def lacked_at_start(journal: SqliteJournal, task_id: str) -> dict[str, tuple[str, ...]]:
    """What the gates lacked at the baseline. Nothing once a person has taken the task up again: then the gate says it."""
    found: dict[str, tuple[str, ...]] = {}
    for item in journal.events(task_id):
        if isinstance(item.event, BaselineGathered) and item.event.lacking:
            found[item.event.command] = item.event.lacking
        elif isinstance(item.event, TaskResumed):
            return {}
    return found


def waits_for(action: Action) -> str:
    fields = action.as_dict()
    name = type(action).__name__
    if name == "Approval":
        return f"phase {fields['phase_id']} ({fields['name']}) waits for approval: baton approve --phase-id {fields['phase_id']} --result approve"
    if name == "Question":
        return f"step {fields['step_id']} waits for an answer: baton answer --step-id {fields['step_id']} --text …"
    return str(fields.get("reason", name))
