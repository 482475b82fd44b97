"""When a driving session stops, compacts or ends."""

from __future__ import annotations

from agent_baton.app.hooks.costing import charge_session
from agent_baton.app.hooks.stopped import give_up_the_stopped
from agent_baton.app.hooks.telling import brief_action, merge_is_due
from agent_baton.claude.hooks.answers import go_on
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Complete, Dispatch, Gate
from agent_baton.engine.decide import decide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.actions import Action
    from agent_baton.engine.state import State, Step, Task


def stop(occasion: Acting) -> str:
    """Stop: tell a driver that could go on what is next, unless it was told and nothing has happened since."""
    task = _mine(occasion)
    if task is None:
        return ""
    spent = charge_session(occasion, task)
    if task.status != "running":
        return ""
    state = occasion.journal.state(task.task_id)
    at_work = _agents_at_work(occasion)
    if give_up_the_stopped(occasion, state, gone=at_work is False):
        state = occasion.journal.state(task.task_id)
    action = decide(state, occasion.now)[0]
    waits = at_work and _in_flight(state)  # an agent's end starts a turn by itself
    if waits or not _can_go_on(action, state) or _was_told(state.head, spent.drove):
        return ""
    coming = brief_action(action, state)
    occasion.perform(task.task_id, cmd.NoteSession(occasion.call.session, "reminded", coming[:200]))
    return go_on(
        f"Task {task.task_id} is not finished, and you drive it. Next: {coming}\n"
        'Go on with `baton execute next`. If the person wants to stop here: baton execute pause --reason "…"'
    )


def _can_go_on(action: Action, state: State) -> bool:
    """Whether there is something to do now. A merge that is due counts: asking for what is next does it."""
    return isinstance(action, Dispatch | Gate | Complete) or merge_is_due(action, state)


def compacting(occasion: Acting) -> str:
    """PreCompact: what is in flight is on record before the conversation is summed up."""
    task = _mine(occasion)
    if task is not None:
        charge_session(occasion, task)
        detail = f"{occasion.call.text('trigger') or 'unasked'}; {_told_in_flight(occasion, task)}"
        occasion.perform(task.task_id, cmd.NoteSession(occasion.call.session, "compacting", detail))
    return ""


def ended(occasion: Acting) -> str:
    """SessionEnd: what it had in flight is given up, so that the next session can start it again."""
    task = _mine(occasion)
    if task is not None:
        charge_session(occasion, task)
        reason = occasion.call.text("reason")
        occasion.perform(task.task_id, cmd.NoteSession(occasion.call.session, "ended", reason))
    return ""


def _was_told(head: Task, drove: bool) -> bool:
    """Whether nothing has happened since this session was told what is next.

    What it was told on its way in counts for a session that talks about other things; not once it ran the loop.
    """
    return head.reminded == head.seq and not (head.reminded_by == "bound" and drove)


def _mine(occasion: Acting) -> Task | None:
    """The task this session drives, or the one it has just brought to its end."""
    task = occasion.driven()
    if task is None and occasion.call.session:
        done = [one for one in occasion.journal.tasks() if one.session == occasion.call.session]
        task = max(done, key=lambda one: one.last_at) if done else None
        if task is not None and task.status != "complete":
            return None
    return task


def _agents_at_work(occasion: Acting) -> bool | None:
    """Whether a background agent of this session still works; None when the client does not say."""
    tasks = occasion.call.fields.get("background_tasks")
    if not isinstance(tasks, list):
        return None
    agents = [one for one in tasks if isinstance(one, dict) and one.get("type") == "subagent"]
    return any(one.get("status") == "running" for one in agents)


def _in_flight(state: State) -> list[Step]:
    phase = state.current_phase()
    return list(state.steps(phase.phase_id, "dispatched")) if phase else []


def _told_in_flight(occasion: Acting, task: Task) -> str:
    flying = _in_flight(occasion.journal.state(task.task_id))[:20]
    named = ", ".join(f"{step.step_id} (attempt {step.attempt})" for step in flying)
    return f"in flight: {named}" if named else "nothing in flight"
