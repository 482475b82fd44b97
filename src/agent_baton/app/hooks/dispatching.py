"""The tool that starts agents: before it runs, after it ran, when it failed."""

from __future__ import annotations

from agent_baton.app import driver
from agent_baton.app.hooks.agents_here import spelled
from agent_baton.app.hooks.alive import is_alive
from agent_baton.app.hooks.binding import bind
from agent_baton.app.hooks.occasion import step_of_agent
from agent_baton.app.hooks.stopped import give_up_the_stopped
from agent_baton.app.hooks.telling import brief_action, driven_elsewhere
from agent_baton.app.places import context_from, worktree_of
from agent_baton.claude.hooks.answers import deny, instead
from agent_baton.claude.hooks.marks import bare_name, marked_step, marked_task, same_words, stamp_line
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Dispatch
from agent_baton.engine.decide import decide
from agent_baton.engine.protocol import Place, as_fields
from agent_baton.errors import BatonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import State, Step, Task

STAND_IN, NOT_FOUND = "general-purpose", "not found. Available agents:"
AT_ONCE = 1_000  # steps looked at for the one an agent is meant for
MODELS = ("haiku", "sonnet", "opus")  # what the tool takes as a model in every version


def before_agent(occasion: Acting) -> str:
    """Note the dispatch of a step and hand its agent the step's own brief; let strangers by, or not."""
    if occasion.call.agent_id:
        return _helper(occasion)
    marked = marked_step(occasion.call.given("prompt"))
    task = (_meant(occasion, marked) if marked else None) or occasion.driven()
    if task is None:
        return ""
    if task.session != occasion.call.session and is_alive(task, occasion.now):
        return deny(driven_elsewhere(task, occasion.now))
    state = occasion.journal.state(task.task_id)
    if give_up_the_stopped(occasion, state):
        state = occasion.journal.state(task.task_id)
    step = state.step(marked) if marked else _expected(state, bare_name(_agent_type(occasion)), occasion.now)
    if step is None:
        return _stranger(occasion, task, marked)
    bind(occasion, task, "it dispatches")
    return _dispatch(occasion, state, step)


def _agent_type(occasion: Acting) -> str:
    return occasion.call.given("subagent_type") or "general-purpose"


def _meant(occasion: Acting, marked: str) -> Task | None:
    """The open task a marked prompt is about: the one it names, else the one of this session, else the only one with
    such a step."""
    tasks = occasion.open_tasks()
    wanted = marked_task(occasion.call.given("prompt"))
    named = next((task for task in tasks if task.task_id == wanted), None)
    if named is not None or occasion.driven() is not None:
        return named
    having = [task for task in tasks if occasion.journal.state(task.task_id).step(marked) is not None]
    return having[0] if len(having) == 1 else None


def _expected(state: State, agent: str, now: float) -> Step | None:
    """The step whose turn it is for this agent: one noted as dispatched and not started yet, else the first to start."""
    phase = state.current_phase()
    noted = state.steps(phase.phase_id, "dispatched") if phase else iter(())
    for step in noted:
        if not step.tool_id and not step.runtime and step.agent_at_work == agent:
            return step
    for action in decide(state, now, AT_ONCE):
        if isinstance(action, Dispatch) and action.agent_name == agent:
            return state.step(action.step_id)
    return None


def _dispatch(occasion: Acting, state: State, step: Step) -> str:
    task_id = state.head.task_id
    worktree, branch = worktree_of(occasion.site, task_id, step.step_id)
    if not worktree and _another_here(occasion, state, step):
        return deny(
            f"step {step.step_id} would share the checkout with a step that is at work; steps side by side need a "
            "worktree each. Run: baton execute next --all, and start the agents it names in one message"
        )
    asked = bare_name(_agent_type(occasion))
    agent_type = spelled(occasion, step.agent_name) or (
        _agent_type(occasion) if asked == step.agent_name else ""
    )
    # an agent installed after the session began is on disk and still unknown to it
    if NOT_FOUND in step.failure:
        asked, agent_type = STAND_IN, ""
    known = (step.agent_name, step.agent_at_work, *step.members)
    name = step.agent_name if agent_type else asked
    command = cmd.Dispatched(
        step.step_id,
        step.agent_at_work if step.status == "dispatched" else name,
        occasion.call.session,
        tool_id=occasion.call.text("tool_use_id"),
        force=name not in known,
    )
    place = Place(worktree, branch, context=context_from(occasion.site, worktree))
    prompt = _prompt(occasion, state, step, place)  # before the attempt is counted
    try:
        ledger = driver.dispatched(
            occasion.site, occasion.journal, task_id, command, occasion.now, occasion.actor
        )
    except BatonError as error:
        return deny(f"{error.message}. Next here: {brief_action(decide(state, occasion.now)[0], state)}")
    after = ledger.state.step(step.step_id)
    assert after is not None
    if command.force:
        prompt = f"Run `baton agents show {step.agent_name}` and work as it says.\n\n{prompt}"
    stamped = f"{prompt}\n{stamp_line(task_id, step.step_id, after.attempt)}"
    unnamed = STAND_IN if asked == STAND_IN else _agent_type(occasion)
    return instead(_call_for(occasion, step, stamped, agent_type or unnamed))


def _another_here(occasion: Acting, state: State, step: Step) -> bool:
    """Whether another step is at work in the checkout itself."""
    phase = state.current_phase()
    others = state.steps(phase.phase_id, "dispatched") if phase else iter(())
    return any(other.step_id != step.step_id and not other.worktree for other in others)


def _prompt(occasion: Acting, state: State, step: Step, place: Place) -> str:
    """The driver's prompt if the whole brief stands in it, else the brief: a paraphrase is not what was planned."""
    action = Dispatch(step.step_id, step.agent_name, step.model, step.attempt + 1, step.repair)
    brief: str = as_fields(action, state, place)["prompt"]
    given = occasion.call.given("prompt")
    return given if same_words(brief, given) else brief


def _call_for(occasion: Acting, step: Step, prompt: str, agent_type: str) -> dict[str, Any]:
    """The tool's input as the plan wants it: in the foreground, in our worktree or none, with the plan's model."""
    changed = {**occasion.call.tool_input, "prompt": prompt, "subagent_type": agent_type}
    changed["run_in_background"] = False
    changed.pop("isolation", None)
    if step.model in MODELS:
        changed["model"] = step.model
    return changed


def _stranger(occasion: Acting, task: Task, marked: str) -> str:
    """An agent no step asks for."""
    state = occasion.journal.state(task.task_id)
    coming = brief_action(decide(state, occasion.now)[0], state)
    if marked:
        return deny(f"task {task.task_id} has no step {marked!r}. Next here: {coming}")
    agent = _agent_type(occasion)
    if task.foreign_agents == "deny":
        return deny(
            f"the plan does not ask for {agent!r} now (claude.foreign_agents: deny). Next here: {coming}"
        )
    spawned = cmd.Spawned(agent, occasion.call.text("tool_use_id"), occasion.call.session)
    occasion.perform(task.task_id, spawned)
    return ""


def _helper(occasion: Acting) -> str:
    """An agent that a step's agent starts works on that step too."""
    found = step_of_agent(occasion)
    if found is not None and found.step.status == "dispatched":
        agent, tool_id = _agent_type(occasion), occasion.call.text("tool_use_id")
        spawned = cmd.Spawned(agent, tool_id, occasion.call.session, found.step.step_id)
        occasion.perform(found.state.head.task_id, spawned)
    return ""
