"""What hooks tell a driving model: where its task stands and what is next, in a few lines."""

from __future__ import annotations

from agent_baton.engine.actions import Wait
from agent_baton.engine.brief import one_line, title
from agent_baton.engine.decide import decide
from agent_baton.engine.protocol import Place, as_fields, clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.actions import Action
    from agent_baton.engine.state import State, Task

CONTEXT_LIMIT = 1_200  # bytes of a context text
SHOWN = 5  # steps or tasks listed by name

CARD = """\
Loop: run `baton execute next`, do exactly what it prints, run it again, until ACTION: COMPLETE is done too.
DISPATCH: start that agent with the Agent tool, the prompt as printed. Its report is recorded when it ends; if it runs in the background, \
end your turn, you will be told.
GATE: run the printed gate command; never report a result you did not see. APPROVAL, QUESTION: ask the person, never decide for them.
WAIT, FAILED: tell the person. The person wants to stop: `baton execute pause --reason "…"`."""


def capped(text: str) -> str:
    """Within the limit for text that is loaded unasked."""
    whole = text.encode("utf-8", "replace")
    return text if len(whole) <= CONTEXT_LIMIT else whole[: CONTEXT_LIMIT - 3].decode("utf-8", "ignore") + "…"


def where(state: State, now: float) -> str:
    """Task, position, what is in flight, what is next; for a session that drives."""
    head = state.head
    lines = [f"Agent Baton: this session drives task {head.task_id}: {title(head.summary)}"]
    phase = state.current_phase()
    place = f"phase {phase.phase_id} ({title(phase.name)}), " if phase else ""
    lines.append(
        f"{place}{head.steps_done}/{head.steps_total} steps and {head.gates_passed}/{head.gates_total} gates done"
    )
    flying = list(state.steps(phase.phase_id, "dispatched"))[: SHOWN + 1] if phase else []
    if flying:
        named = ", ".join(f"{step.step_id} (attempt {step.attempt})" for step in flying[:SHOWN])
        lines.append(f"in flight: {named}{' …' if len(flying) > SHOWN else ''}")
    lines.append(f"next: {brief_action(decide(state, now)[0], state)}")
    return capped("\n".join([*lines, CARD]))


def brief_action(action: Action, state: State) -> str:
    """An action in one line, with the command that does it or shows it whole."""
    fields = as_fields(action, state, Place(hooked=True))
    what = next(
        (
            fields[name]
            for name in ("message", "command", "context", "question", "summary")
            if fields.get(name)
        ),
        "",
    )
    ask = fields["action"] == "DISPATCH" or merge_is_due(action, state)
    then = "baton execute next" if ask else fields.get("then", "")
    return f"{fields['action']} {one_line(str(what))[:300]}" + (f" → {then}" if then else "")


def merge_is_due(action: Action, state: State) -> bool:
    """Whether only finished branches stand in the way: asking for what is next merges them."""
    phase = state.current_phase()
    if not isinstance(action, Wait) or phase is None or not phase.unintegrated:
        return False
    return not state.any(phase.phase_id, "dispatched")


def driven_elsewhere(task: Task, now: float) -> str:
    """For a session that comes second to a task."""
    return capped(
        f"Agent Baton: task {task.task_id} ({title(task.summary)}) is driven by another session, {task.session}, since "
        f"{clock(task.bound_at or task.started_at)}; its last event is from {clock(task.last_at)} (now {clock(now)}). "
        "Do not drive it from here. Only if the person asks to take it over: "
        f"baton execute resume --task-id {task.task_id}; what the other session says afterwards is void."
    )


def several_open(tasks: list[Task]) -> str:
    named = "; ".join(f"{task.task_id} ({task.status}): {title(task.summary)}" for task in tasks[:SHOWN])
    return capped(
        f"Agent Baton: {len(tasks)} tasks are open here: {named}. This session drives none of them; "
        "if the person asks for one: baton execute resume --task-id ID"
    )
