"""What is recorded of a step's agent that has come back and that no SubagentStop told of."""

from __future__ import annotations

from agent_baton.app.hooks.costing import Measured, transcript_of
from agent_baton.app.hooks.occasion import Found, step_of_tool
from agent_baton.app.hooks.reporting import record, take
from agent_baton.claude.hooks.ends import ending
from agent_baton.claude.hooks.marks import find_stamp
from agent_baton.claude.hooks.transcript import first_prompt
from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import one_line
from agent_baton.errors import Refused
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import State, Step, Task

TURN_LIMIT = ("NOTE: this agent stopped at its ", "-turn limit")
UNFINISHED = "its agent ended before it had reported, as at its turn limit"  # 2.1.191 says no more than that


class Returned(Record):
    """An agent's call that has come back."""

    tool_id: str
    text: str  # the agent's own words
    agent_id: str = ""
    prompt: str = ""
    answer: dict[str, Any] | None = None  # of the tool, with the usage of its last message


def step_of(state: State, tool_id: str, prompt: str) -> Step | None:
    """The step this very call started the agent of; none for an agent that only helps another."""
    step = step_of_tool(state, tool_id)
    stamp = find_stamp(prompt) if step is None else None
    if stamp is not None and stamp.task_id == state.head.task_id:
        step = state.step(stamp.step_id)
    return step if step is not None and tool_id and step.tool_id == tool_id else None


def settle(occasion: Acting, task: Task, came: Returned) -> None:
    """Record a step whose agent came back unrecorded, or book the rest of what a recorded one cost."""
    state = occasion.journal.state(task.task_id)
    step = step_of(state, came.tool_id, came.prompt)
    if step is None:
        return
    cut_off = _turn_limit(came.text) if came.text else UNFINISHED
    answer = None if cut_off else came.answer
    measured = Measured(occasion, step, _transcript(occasion, step.tool_id), came.agent_id, answer)
    found = Found(state, step, step.attempt)
    if step.status != "dispatched":
        _top_up(occasion, task, step, measured)
    elif cut_off:
        record(occasion, found, _failed(occasion, found, cut_off, measured))
    else:
        take(occasion, found, came.text, measured, may_return=False)


def settle_by_files(
    occasion: Acting, task: Task, tool_id: str, agent_id: str = "", note: str = ""
) -> Step | None:
    """The same by what the agent's own files show of its end; the step as it then is.

    None, and nothing recorded, when they show no end or it was no step's agent. `note`: what is said of an agent that
    left no last word.
    """
    transcript = _transcript(occasion, tool_id)
    end, prompt = ending(transcript), first_prompt(transcript)
    state = occasion.journal.state(task.task_id)
    step = step_of(state, tool_id, prompt)
    if step is None:
        return None
    measured = Measured(occasion, step, transcript, agent_id)
    found = Found(state, step, step.attempt)
    if step.status != "dispatched":
        _top_up(occasion, task, step, measured)
    elif end.how == "report":
        take(occasion, found, end.text, measured, may_return=False)
    elif end.how == "error":
        give_up(occasion, task, step, transcript, f"its agent died of an API error: {end.text}", counts=True)
    elif end.how == "interrupted":
        give_up(occasion, task, step, transcript, "interrupted by the person", counts=False)
    elif end.how == "finished":
        record(occasion, found, _failed(occasion, found, _turn_limit(note) or UNFINISHED, measured))
    else:
        return None
    return occasion.journal.state(task.task_id).step(step.step_id)


def give_up(occasion: Acting, task: Task, step: Step, transcript: str, reason: str, counts: bool) -> None:
    """An attempt that ended without a report, with what it cost."""
    measured = Measured(occasion, step, transcript, "")
    command = cmd.Interrupt(
        step.step_id,
        one_line(occasion.redact(reason))[:1_000],
        attempt=step.attempt,
        counts=counts,
        charge=True,
        tokens=measured.tokens,
        usd=measured.usd,
    )
    try:
        occasion.perform(task.task_id, command)
    except Refused:
        return  # two hooks tell of one failure at the same time; the other one was first


def _transcript(occasion: Acting, tool_id: str) -> str:
    return transcript_of(occasion.call.text("transcript_path"), tool_id)


def _top_up(occasion: Acting, task: Task, step: Step, measured: Measured) -> None:
    if measured.tokens:
        whole = cmd.TopUp(step.step_id, step.attempt, measured.tokens, measured.usd, measured=measured.fields)
        occasion.perform(task.task_id, whole)


def _turn_limit(text: str) -> str:
    """Claude Code's word that an agent was cut off, in one line; empty when it is none."""
    told = text.startswith(TURN_LIMIT[0]) and TURN_LIMIT[1] in text[:200]
    return one_line(text.partition(". ")[0]) if told else ""


def _failed(occasion: Acting, found: Found, why: str, measured: Measured) -> cmd.RecordOutcome:
    return cmd.RecordOutcome(
        found.step.step_id,
        "failed",
        attempt=found.attempt,
        outcome=why,
        session=occasion.call.session,
        source="hook",
        tokens=measured.tokens,
        usd=measured.usd,
        measured=measured.fields,
    )
