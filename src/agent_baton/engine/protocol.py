"""Actions as text: a public contract that driving agents read. Two-space indented fields in a fixed order."""

from __future__ import annotations

from agent_baton.engine import actions as act
from agent_baton.engine.brief import CONTEXT_FILE, brief, judges, one_line, title, verdicts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.engine.state import State

TEXT_LIMIT = 600  # characters of a reason or question


def as_text(action: act.Action, state: State, place: Place | None = None) -> str:
    """The action as it is printed, without a final line break."""
    fields = as_fields(action, state, place)
    lines = [f"ACTION: {fields.pop('action')}"]
    prompt, then, options = fields.pop("prompt", None), fields.pop("then", None), fields.pop("ways", ())
    lines += [f"  {_label(name)}: {value}" for name, value in fields.items()]
    lines += [f"    {way}" for way in options]
    if prompt is not None:
        lines += ["", "--- Delegation Prompt ---", prompt, "--- End Prompt ---"]
    if then:
        lines.append(f"Then: {then}")
    return "\n".join(lines)


class Place:
    """Where a step's agent is to work, where its brief was put and who records it, when any is not the usual.

    `hooked`: hooks of the session note the dispatch and record the report, the driver only asks for what is next.
    `context`: the shared context file, where it is not at its usual path.
    """

    def __init__(
        self,
        worktree: str = "",
        branch: str = "",
        prompt_file: str = "",
        hooked: bool = False,
        context: str = "",
    ) -> None:
        self.worktree = worktree
        self.branch = branch
        self.prompt_file = prompt_file
        self.hooked = hooked
        self.context = context


def as_fields(action: act.Action, state: State, place: Place | None = None) -> dict[str, Any]:
    """The same as one flat dictionary, for `--output json`."""
    fields: dict[str, Any] = FIELDS[type(action)](action, state, place or Place())
    return fields


def _label(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("_"))


def _dispatch(action: act.Dispatch, state: State, place: Place) -> dict[str, Any]:
    step = state.step(action.step_id)
    assert step is not None
    late = (
        f" Attempt {action.expired} did not report by its deadline; it is given up." if action.expired else ""
    )
    fields: dict[str, Any] = {
        "action": "DISPATCH",
        "agent": action.agent_name,
        "model": action.model,
        "step": action.step_id,
        "message": f"Dispatch agent '{action.agent_name}' for step {action.step_id}.{late}",
    }
    if action.attempt > 1:
        fields["attempt"] = action.attempt
    if place.worktree:
        fields |= {"worktree": place.worktree, "branch": place.branch}
    if place.prompt_file:
        fields["prompt_file"] = place.prompt_file
        fields["agent_prompt"] = f"baton step {action.step_id}: read {place.prompt_file} and do what it says"
    else:
        fields["prompt"] = brief(state, step, place.context or CONTEXT_FILE) + (
            f"\n- Work only in {place.worktree} (branch {place.branch})." if place.worktree else ""
        )
    if place.hooked:
        return {**fields, "then": "baton execute next"}
    attempt = f" --attempt {action.attempt}" if action.attempt > 1 else ""
    spec = state.spec(action.step_id)
    assert spec is not None
    proof = f"--verdict {verdicts(step)}" if judges(step, spec) else "--commit SHA"
    fields["then"] = (
        f"baton execute record --step-id {action.step_id}{attempt} --status complete|failed "
        f'--outcome "…" {proof} --next'
    )
    return fields


def _gate(action: act.Gate, state: State, place: Place) -> dict[str, Any]:
    return {
        "action": "GATE",
        "type": action.gate_type,
        "phase": action.phase_id,
        "command": one_line(action.command),
        "then": f"baton execute gate --phase-id {action.phase_id} --run --next",
    }


def _approval(action: act.Approval, state: State, place: Place) -> dict[str, Any]:
    phase = state.phase(action.phase_id)
    assert phase is not None
    steps = (
        ", ".join(step.step_id for step in state.steps(action.phase_id, "pending", "ready", "failed"))
        or "none"
    )
    return {
        "action": "APPROVAL",
        "phase": action.phase_id,
        "context": f"{title(action.name)} (risk {phase.risk_level}); steps {steps}; subject {action.subject[:12]}",
        "options": "approve, reject, approve-with-feedback",
        "then": f"ask the person, then baton execute approve --phase-id {action.phase_id} --result approve|reject --next",
    }


def _question(action: act.Question, state: State, place: Place) -> dict[str, Any]:
    return {
        "action": "QUESTION",
        "step": action.step_id,
        "question": one_line(action.question)[:TEXT_LIMIT],
        "then": f'ask the person, then baton execute answer --step-id {action.step_id} --text "…" --next',
    }


def _wait(action: act.Wait, state: State, place: Place) -> dict[str, Any]:
    ends = [f"since {clock(action.since)}"] if action.since is not None else []
    ends += [f"until {clock(action.until)}"] if action.until is not None else []
    reason = _at_work(state) if place.hooked and state.head.status == "running" else ""
    return {
        "action": "WAIT",
        "message": one_line(reason or action.reason) + (f" ({', '.join(ends)})" if ends else ""),
    }


def _at_work(state: State) -> str:
    """What is waited for where hooks record it, for a driver that has nothing to do meanwhile."""
    phase = state.current_phase()
    flying = next(state.steps(phase.phase_id, "dispatched"), None) if phase else None
    if flying is None or flying.runtime:
        return ""
    return (
        f"step {flying.step_id} (attempt {flying.attempt}) is with {flying.agent_at_work}; its report is recorded when "
        "it ends. End your turn: you will be told; then run `baton execute next`"
    )


def _complete(action: act.Complete, state: State, place: Place) -> dict[str, Any]:
    fields = {"action": "COMPLETE", "summary": action.summary}
    return fields if action.closed else {**fields, "then": "baton execute complete"}


def _failed(action: act.Failed, state: State, place: Place) -> dict[str, Any]:
    return {"action": "FAILED", "summary": one_line(action.reason)[:TEXT_LIMIT], "ways": list(action.ways)}


FIELDS: dict[type[act.Action], Any] = {
    act.Dispatch: _dispatch,
    act.Gate: _gate,
    act.Approval: _approval,
    act.Question: _question,
    act.Wait: _wait,
    act.Complete: _complete,
    act.Failed: _failed,
}


def clock(at: float) -> str:
    """UTC, ISO 8601 to the second, from seconds since the epoch."""
    days, rest = divmod(int(at), 86_400)
    year, month, day = _civil(days)
    return f"{year:04d}-{month:02d}-{day:02d}T{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}Z"


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month, day of a day number counted from 1970-01-01 (proleptic Gregorian, Hinnant's era arithmetic)."""
    shifted = days + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted_month + 2) // 5 + 1
