"""A dry run: the actions a plan leads to when everything succeeds. Nothing is written anywhere."""

from __future__ import annotations

from agent_baton.app.settings import read_settings
from agent_baton.app.site import Site
from agent_baton.app.start import saved_plan
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Action, Approval, Complete, Dispatch, Gate
from agent_baton.engine.decide import decide
from agent_baton.engine.handle import handle
from agent_baton.engine.state import State
from agent_baton.plan.write import document_of

MOST_ACTIONS = 100_000


def rehearse(site: Site, plan_file: str | None) -> list[str]:
    """One line an action. Runs the real engine on a state that is thrown away."""
    plan = saved_plan(site, plan_file)
    settings = read_settings(site.checkout.top)
    start = cmd.Start(document_of(plan), settings.model_dump(mode="json"), "dry-run")
    state = handle(State(), start, 0.0).state
    lines: list[str] = []
    for _ in range(MOST_ACTIONS):
        for action in decide(state, 0.0, 1_000):
            lines.append(_line(action, state))
            if isinstance(action, Complete):
                return lines
            state = handle(state, _success(action), 0.0).state
    return lines


def _success(action: Action) -> cmd.Command:
    if isinstance(action, Dispatch):
        return cmd.RecordOutcome(action.step_id, "complete")
    if isinstance(action, Gate):
        return cmd.RecordGate(action.phase_id, True, "verified")
    assert isinstance(action, Approval), f"a rehearsal never leads to {action!r}"
    return cmd.Approve(action.phase_id, "approve")


def _line(action: Action, state: State) -> str:
    if isinstance(action, Dispatch):
        return f"DISPATCH {action.step_id} {action.agent_name} [{action.model}]"
    if isinstance(action, Gate):
        return f"GATE phase {action.phase_id} {action.gate_type}: {action.command}"
    if isinstance(action, Approval):
        return f"APPROVAL phase {action.phase_id}: {action.name}"
    return f"COMPLETE {state.head.steps_total} steps, {state.head.gates_total} gates"
