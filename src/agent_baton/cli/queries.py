"""`next`: it reads, and loads nothing that writes."""

from __future__ import annotations

from agent_baton.app.places import worktree_of
from agent_baton.cli.call import Call
from agent_baton.engine.actions import Dispatch, Failed
from agent_baton.engine.decide import decide
from agent_baton.engine.protocol import Place, as_fields, as_text
from agent_baton.fastjson import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.actions import Action
    from agent_baton.engine.state import State


def next_(call: Call) -> tuple[int, str]:
    if call.args["all"] or call.args["brief_file"]:
        call.need()
    return show_next(call, call.state(), 1_000 if call.args["all"] else 1)


def show_next(call: Call, state: State, limit: int = 1) -> tuple[int, str]:
    """The next action as text; exit code 1 when it is FAILED."""
    phase = state.current_phase()
    if phase is not None and phase.unintegrated:
        call.need().integrate(call)
        state = call.state()
    actions = decide(state, call.now, limit)
    places = call.need().place(call, actions) if limit > 1 else {}
    shown = [_place(call, state, action, places) for action in actions]
    code = 1 if isinstance(actions[0], Failed) else 0
    if not call.json:
        return code, "\n\n".join(as_text(action, state, place) for action, place in shown)
    fields = [{"task_id": call.task_id, **as_fields(action, state, place)} for action, place in shown]
    return code, dumps({"task_id": call.task_id, "actions": fields} if limit > 1 else fields[0])


def _place(call: Call, state: State, action: Action, places: dict[str, Place]) -> tuple[Action, Place | None]:
    if not isinstance(action, Dispatch):
        return action, None
    place = places.get(action.step_id)
    if place is None:
        worktree, branch = worktree_of(call.site, call.task_id, action.step_id)
        place = Place(worktree, branch)
    if call.args.get("brief_file"):
        prompt = as_fields(action, state, place)["prompt"]
        place = Place(place.worktree, place.branch, call.need().brief_file(call, action.step_id, prompt))
    return action, place


def then_next(call: Call, text: str, code: int = 0) -> tuple[int, str]:
    """The answer to a command, followed by the next action when it was asked for."""
    if not call.args.get("next"):
        return code, text
    next_code, action = show_next(call, call.state())
    if call.json:
        return next_code, text[:-1] + ',"next":' + action + "}"
    return next_code, f"{text}\n\n{action}"
