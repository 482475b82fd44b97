"""A dry run: the actions a plan leads to when everything succeeds. Nothing is written anywhere."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator

from agent_baton.app.settings import read_settings
from agent_baton.app.site import Site
from agent_baton.app.start import saved_plan
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Action, Approval, Complete, Dispatch, Gate
from agent_baton.engine.brief import counted
from agent_baton.engine.decide import decide
from agent_baton.engine.handle import handle
from agent_baton.engine.state import Phase, Spec, State, Step, Task
from agent_baton.plan.write import document_of

MOST_ACTIONS = 100_000


def rehearse(site: Site, plan_file: str | None) -> list[str]:
    """One line an action. Runs the real engine on a state that is thrown away."""
    plan = saved_plan(site, plan_file)
    settings = read_settings(site.checkout.top)
    start = cmd.Start(document_of(plan), settings.model_dump(mode="json"), "dry-run")
    rows = _Taken()
    rows.take(handle(State(rows), start, 0.0).state)
    lines: list[str] = []
    for _ in range(MOST_ACTIONS):
        for action in decide(State(rows), 0.0, 1_000):
            lines.append(_line(action, State(rows)))
            if isinstance(action, Complete):
                return lines
            rows.take(handle(State(rows), _success(action), 0.0).state)
    return lines


class _Taken:
    """Rows that take up what each command changed, so that the next one is as cheap in a plan of any length."""

    def __init__(self) -> None:
        self._task: Task | None = None
        self._phases: dict[int, Phase] = {}
        self._steps: dict[str, Step] = {}
        self._specs: dict[str, Spec] = {}
        self._order: defaultdict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)

    def task(self) -> Task | None:
        return self._task

    def phase(self, phase_id: int) -> Phase | None:
        return self._phases.get(phase_id)

    def step(self, step_id: str) -> Step | None:
        return self._steps.get(step_id)

    def spec(self, step_id: str) -> Spec | None:
        return self._specs.get(step_id)

    def steps(self, phase_id: int, status: str) -> Iterator[Step]:
        return (self._steps[step_id] for _, step_id in self._order[phase_id, status])

    def take(self, state: State) -> None:
        """Let the changes of a state become the rows."""
        for step in state.changed_steps.values():
            before = self._steps.get(step.step_id)
            if before is None or before.status != step.status:
                if before is not None:
                    old = self._order[before.phase_id, before.status]
                    del old[bisect_left(old, (before.position, before.step_id))]
                insort(self._order[step.phase_id, step.status], (step.position, step.step_id))
        self._task = state.changed_task or self._task
        self._phases |= state.changed_phases
        self._steps |= state.changed_steps
        self._specs |= state.changed_specs


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
    return f"COMPLETE {counted(state.head.steps_total, 'step')}, {counted(state.head.gates_total, 'gate')}"
