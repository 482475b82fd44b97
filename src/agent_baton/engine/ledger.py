"""The events a command leads to, folded as they are decided so that each next decision sees the last."""

from __future__ import annotations

from agent_baton.engine.apply import apply
from agent_baton.errors import NotFound, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.events import Event
    from agent_baton.engine.state import Phase, State, Step, Task


class Ledger:
    """`events` to append and the `state` after them; the state handed in is never changed."""

    def __init__(self, state: State, now: float) -> None:
        self.state = state.fork()
        self.now = now
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        apply(self.state, event, self.now)
        self.events.append(event)

    @property
    def head(self) -> Task:
        return self.state.head

    def step(self, step_id: str) -> Step:
        """A step of the plan. Raises NotFound, exit 3."""
        step = self.state.step(step_id)
        if step is None or step.status == "dropped":
            raise NotFound(
                f"task {self.head.task_id!r} has no step {step_id!r}; `baton execute status` lists its steps"
            )
        return step

    def phase(self, phase_id: int) -> Phase:
        """A phase of the plan. Raises NotFound, exit 3."""
        phase = self.state.phase(phase_id)
        if phase is None:
            known = ", ".join(str(phase.phase_id) for phase in self.state.phases())
            raise NotFound(f"task {self.head.task_id!r} has no phase {phase_id}; its phases are {known}")
        return phase

    def require_current(self, phase: Phase, what: str) -> None:
        """Refuse anything about a phase that is not the one at work."""
        if phase.done:
            raise Refused(f"{what}: phase {phase.phase_id} ({phase.name}) is finished")
        if phase.phase_id != self.head.phase_id:
            raise Refused(
                f"{what}: phase {phase.phase_id} ({phase.name}) has not been reached; phase {self.head.phase_id} is at work"
            )
