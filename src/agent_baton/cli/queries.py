"""`next`: it reads, and loads nothing that writes."""

from __future__ import annotations

from agent_baton.app.outcomes import write_durably
from agent_baton.app.places import context_from, home_of, worktree_of
from agent_baton.cli.call import Call
from agent_baton.engine.actions import Dispatch, Failed
from agent_baton.engine.decide import decide
from agent_baton.engine.limits import require_driver
from agent_baton.engine.protocol import Place, as_fields, as_text
from agent_baton.fastjson import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.actions import Action
    from agent_baton.engine.state import State

EVERYTHING = 1_000  # steps at once; more than any session starts


def next_(call: Call) -> tuple[int, str]:
    if call.args["all"]:
        call.need()
    state = call.state()
    require_driver(state.head, call.site.session)
    return show_next(call, state, EVERYTHING if call.args["all"] else 1)


def show_next(call: Call, state: State, limit: int = 1) -> tuple[int, str]:
    """The next action as text; exit code 1 when it is FAILED.

    BATON_BRIEFS says how a session hands briefs over: `file` puts them in files; `hooks` does, and says everything that
    can run at once, because hooks of that session note each dispatch and record each report.
    """
    hooked = call.env.get("BATON_BRIEFS") == "hooks"
    if hooked:
        limit = EVERYTHING
    phase = state.current_phase()
    if phase is not None and phase.unintegrated:
        call.need().integrate(call)
        state = call.state()
    actions = decide(state, call.now, limit)
    apart = limit > 1 and not (hooked and len(actions) == 1 and not _others_at_work(state))
    places = call.need().place(call, actions) if apart else {}
    shown = [_place(call, state, action, places) for action in actions]
    code = 1 if isinstance(actions[0], Failed) else 0
    if not call.json:
        return code, "\n\n".join(as_text(action, state, place) for action, place in shown)
    fields = [{"task_id": call.task_id, **as_fields(action, state, place)} for action, place in shown]
    listed = bool(call.args.get("all")) or len(fields) > 1
    return code, dumps({"task_id": call.task_id, "actions": fields} if listed else fields[0])


def _others_at_work(state: State) -> bool:
    phase = state.current_phase()
    return phase is not None and state.any(phase.phase_id, "dispatched")


def _place(call: Call, state: State, action: Action, places: dict[str, Place]) -> tuple[Action, Place | None]:
    if not isinstance(action, Dispatch):
        return action, Place(hooked=call.env.get("BATON_BRIEFS") == "hooks")
    place = places.get(action.step_id)
    if place is None:
        own = worktree_of(call.site, call.task_id, action.step_id)
        worktree, branch = own if own[0] else home_of(call.site, call.task_id)
        place = Place(worktree, branch)
    place.context = context_from(call.site, place.worktree)
    form = call.env.get("BATON_BRIEFS")
    if call.args.get("brief_file") or form in ("file", "hooks"):
        path = call.site.file("briefs", call.task_id, f"{action.step_id}.md")
        prompt: str = as_fields(action, state, place)["prompt"]
        write_durably(path, prompt.encode("utf-8", "backslashreplace"))
        place = Place(place.worktree, place.branch, path, hooked=form == "hooks")
    return action, place


def then_next(call: Call, text: str, code: int = 0) -> tuple[int, str]:
    """The answer to a command, followed by the next action when it was asked for: red stays red whatever comes next."""
    if not call.args.get("next"):
        return code, text
    next_code, action = show_next(call, call.state())
    code = max(code, next_code)
    if call.json:
        return code, text[:-1] + ',"next":' + action + "}"
    return code, f"{text}\n\n{action}"
