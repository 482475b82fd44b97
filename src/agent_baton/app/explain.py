"""Why a task stands where it stands, in sentences a person can act on."""

from __future__ import annotations

from agent_baton.engine.actions import Action, Approval, Complete, Dispatch, Failed, Gate, Question, Wait
from agent_baton.engine.brief import one_line
from agent_baton.engine.decide import decide
from agent_baton.engine.protocol import clock
from agent_baton.engine.state import State, Step
from agent_baton.engine.transitions import SETTLED


def why_lines(state: State, now: float) -> list[str]:
    """The next action and everything that waits behind it."""
    action = decide(state, now)[0]
    lines = [_first(state, action)]
    phase = state.current_phase()
    if phase is None or isinstance(action, Complete):
        return lines
    for step in state.steps(phase.phase_id, "dispatched"):
        lines.append(_in_flight(step, now))
    for step in state.steps(phase.phase_id, "pending"):
        spec = state.spec(step.step_id)
        open_steps = [
            d
            for d in (spec.depends_on if spec else ())
            if (row := state.step(d)) and row.status not in SETTLED
        ]
        lines.append(
            f"step {step.step_id} waits for step{'s' * (len(open_steps) > 1)} {', '.join(open_steps)}"
        )
    for step in state.steps(phase.phase_id, "asking"):
        lines.append(f"step {step.step_id} waits for a person's answer: {one_line(step.dialogue[-1])[:200]}")
    if phase.gate == "pending" and not isinstance(action, Gate):
        lines.append(f"the gate of phase {phase.phase_id} waits for the steps before it")
    return lines


def _in_flight(step: Step, now: float) -> str:
    since = clock(step.dispatched_at) if step.dispatched_at is not None else "?"
    until = f", deadline {clock(step.deadline_at)}" if step.deadline_at is not None else ""
    late = " — PASSED" if step.deadline_at is not None and now > step.deadline_at else ""
    return f"step {step.step_id} is with {step.agent_at_work} since {since}{until}{late}"


def _first(state: State, action: Action) -> str:
    if isinstance(action, Dispatch):
        return f"Nothing holds it up: step {action.step_id} can be given to {action.agent_name} (baton execute next)"
    if isinstance(action, Gate):
        return f"The gate of phase {action.phase_id} is due: baton execute gate --phase-id {action.phase_id} --run"
    if isinstance(action, Approval):
        return f"Phase {action.phase_id} ({action.name}) waits for a person: baton execute approve --phase-id {action.phase_id} --result approve|reject"
    if isinstance(action, Question):
        return f'Step {action.step_id} waits for a person: baton execute answer --step-id {action.step_id} --text "…"'
    if isinstance(action, Wait):
        until = f" until {clock(action.until)}" if action.until is not None else ""
        return f"Waiting{until}: {action.reason}"
    if isinstance(action, Complete):
        return "The task is complete." if action.closed else "All work is done: baton execute complete"
    assert isinstance(action, Failed)
    ways = "; ".join(action.ways)
    return f"Stuck: {action.reason}" + (f". Ways on: {ways}" if ways else "")
