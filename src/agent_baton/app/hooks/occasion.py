"""One hook call at work: what was said, where, when, and the task and step it is about."""

from __future__ import annotations

from agent_baton.app.site import driven_by
from agent_baton.claude.hooks.transcript import first_prompt, started_by
from agent_baton.errors import NotFound
from agent_baton.loading import load
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent_baton.app.site import Site
    from agent_baton.claude.hooks.call import HookCall
    from agent_baton.claude.hooks.marks import Stamp
    from agent_baton.engine.state import State, Step, Task
    from agent_baton.journal.sqlite import SqliteJournal


class Occasion:
    """A hook call that only looks. The journal is opened when something is asked of it."""

    def __init__(
        self,
        call: HookCall,
        site: Site,
        open_journal: Callable[[], SqliteJournal],
        now: float,
        env: Mapping[str, str],
        redact: Callable[[str], str],
        actor: str,
    ) -> None:
        self.call = call
        self.site = site
        self.now = now
        self.env = env
        self.redact = redact
        self.actor = actor
        self._open_journal = open_journal
        self._journal: SqliteJournal | None = None

    @property
    def journal(self) -> SqliteJournal:
        if self._journal is None:
            self._journal = self._open_journal()
        return self._journal

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def open_tasks(self) -> list[Task]:
        return self.journal.tasks(open_only=True)

    def driven(self) -> Task | None:
        """The open task this session drives; the one it took up last, when there are several."""
        return driven_by(self.open_tasks(), self.call.session)


def step_of_tool(state: State, tool_id: str) -> Step | None:
    """The step at work whose agent, or a helper of it, a tool call started."""
    phase = state.current_phase()
    if phase is None or not tool_id:
        return None
    for step in state.steps(phase.phase_id, "dispatched"):
        if tool_id == step.tool_id or tool_id in step.helpers:
            return step
    return None


class Found(Record):
    """The step an agent works on, and how."""

    state: State
    step: Step
    attempt: int  # the one the agent was started for; an earlier one than the step's has been given up
    helper: bool = False  # started by the step's own agent, not by the driver


def step_of_agent(occasion: Occasion) -> Found | None:
    """The step that the calling subagent works on. None: no step of ours.

    By the tool call that started it, which Claude Code keeps beside the transcript; else by the stamp at the end of
    its prompt, which only counts where nothing contradicts it.
    """
    transcript = occasion.call.agent_transcript
    tool_id = started_by(transcript)
    for task in occasion.open_tasks():
        if task.session == occasion.call.session:
            state = occasion.journal.state(task.task_id)
            step = step_of_tool(state, tool_id)
            if step is not None:
                return Found(state, step, step.attempt, tool_id != step.tool_id)
    return _stamped(occasion, first_prompt(transcript), tool_id)


def _stamped(occasion: Occasion, prompt: str, tool_id: str) -> Found | None:
    stamp: Stamp | None = load("agent_baton.claude.hooks.marks:find_stamp")(prompt)
    if stamp is None:
        return None
    try:
        state = occasion.journal.state(stamp.task_id)
    except NotFound:
        return None
    step = state.step(stamp.step_id)
    if step is None or (stamp.attempt == step.attempt and tool_id and step.tool_id not in ("", tool_id)):
        return None
    return Found(state, step, stamp.attempt)
