"""When an agent has come back: what no SubagentStop told, and one line for the driver.

In the foreground its call returns. In the background the call returned when the agent was started, and Claude Code
begins a turn of its own when it has ended; in a terminal, in the desktop app and in VS Code all agents of 2.1.329 are
in the background.
"""

from __future__ import annotations

from agent_baton.app.hooks.costing import Measured, charge_session, transcript_of
from agent_baton.app.hooks.occasion import Found, step_of_agent, step_of_tool
from agent_baton.app.hooks.reporting import record, take
from agent_baton.app.hooks.telling import brief_action
from agent_baton.claude.hooks.answers import context
from agent_baton.claude.hooks.marks import find_stamp
from agent_baton.claude.hooks.notices import BY_PERSON, DONE, notices
from agent_baton.claude.hooks.transcript import first_prompt
from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import one_line
from agent_baton.engine.decide import decide
from agent_baton.errors import Refused
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.app.hooks.acting import Acting
    from agent_baton.claude.hooks.notices import Notice
    from agent_baton.engine.state import State, Step, Task

TURN_LIMIT = ("NOTE: this agent stopped at its ", "-turn limit")
LAUNCHED = "async_launched"
FRAME = "<tools-used-before-summary>"


class Returned(Record):
    """An agent's call that has come back."""

    tool_id: str
    text: str  # the agent's own words
    agent_id: str = ""
    prompt: str = ""
    answer: dict[str, Any] | None = None  # of the tool, with the usage of its last message


def after_agent(occasion: Acting) -> str:
    """PostToolUse of the agent tool: record what is not on record yet, count the session's own cost, say what is next."""
    task = occasion.driven()
    if occasion.call.agent_id or task is None:
        return ""
    answer = occasion.call.mapping("tool_response")
    if answer.get("status") == LAUNCHED:
        return context(occasion.call.event, _launched(occasion, task))
    came = _came_back(occasion, answer)
    _settle(occasion, task, came)
    charge_session(occasion, task)
    return context(occasion.call.event, _told(occasion, occasion.journal.state(task.task_id), came))


def notified(occasion: Acting) -> str:
    """UserPromptSubmit with a notice: the same for agents in the background."""
    task = occasion.driven()
    if task is None:
        return ""
    told = []
    for notice in notices(occasion.call.text("prompt")):
        transcript = transcript_of(occasion.call.text("transcript_path"), notice.tool_id)
        came = Returned(notice.tool_id, notice.result, notice.agent_id, first_prompt(transcript))
        if notice.status == DONE:
            _settle(occasion, task, came)
        else:
            _ended_badly(occasion, task, notice, transcript)
        told.append(_told(occasion, occasion.journal.state(task.task_id), came))
    return context(occasion.call.event, "\n".join(filter(None, told)))


def _launched(occasion: Acting, task: Task) -> str:
    step = step_of_tool(occasion.journal.state(task.task_id), occasion.call.text("tool_use_id"))
    if step is None:
        return ""
    return (
        f"Baton: step {step.step_id} is at work in the background; its report is recorded when it ends. "
        "When all agents asked for are started, end your turn: you will be told what is next"
    )


def _ended_badly(occasion: Acting, task: Task, notice: Notice, transcript: str) -> None:
    step = step_of_tool(occasion.journal.state(task.task_id), notice.tool_id)
    if step is not None:
        by_person = notice.status in BY_PERSON
        reason = "interrupted by the person" if by_person else notice.summary or notice.status or "it failed"
        give_up(occasion, task, step, transcript, reason, counts=not by_person)


def agent_failed(occasion: Acting) -> str:
    """PostToolUseFailure of the agent tool: it never started, the API failed, or the person interrupted it."""
    task = occasion.driven()
    if occasion.call.agent_id or task is None:
        return ""
    tool_id = occasion.call.text("tool_use_id")
    step = step_of_tool(occasion.journal.state(task.task_id), tool_id)
    by_person = occasion.call.flag("is_interrupt")
    if step is not None:
        reason = "interrupted by the person" if by_person else occasion.call.text("error") or "it failed"
        transcript = transcript_of(occasion.call.text("transcript_path"), tool_id)
        give_up(occasion, task, step, transcript, reason, counts=not by_person)
    if by_person:
        occasion.perform(task.task_id, cmd.NoteSession(occasion.call.session, "interrupted", "an agent"))
    return ""


def stop_failed(occasion: Acting) -> str:
    """StopFailure: the API failed for good, for a step's agent or for the driver itself."""
    why = occasion.call.text("error") or "API error"
    if not occasion.call.agent_id:
        task = occasion.driven()
        if task is not None:
            occasion.perform(task.task_id, cmd.NoteSession(occasion.call.session, "failed", why))
        return ""
    found = step_of_agent(occasion)
    if found is not None and not found.helper and found.step.status == "dispatched":
        said = occasion.call.text("last_assistant_message")
        reason = f"its agent died of an API error ({why}): {said}"
        give_up(occasion, found.state.head, found.step, occasion.call.agent_transcript, reason, counts=True)
    return ""


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


def _settle(occasion: Acting, task: Task, came: Returned) -> None:
    """Record a step whose agent came back unrecorded (it hit its turn limit, or no SubagentStop hook ran), or book the
    rest of what a recorded one cost."""
    state = occasion.journal.state(task.task_id)
    step = _step(state, came)
    if step is None:
        return
    transcript = transcript_of(occasion.call.text("transcript_path"), step.tool_id)
    cut_off = came.text.startswith(TURN_LIMIT[0]) and TURN_LIMIT[1] in came.text[:200]
    measured = Measured(occasion, step, transcript, came.agent_id, None if cut_off else came.answer)
    found = Found(state, step, step.attempt)
    if step.status != "dispatched":
        if measured.tokens:
            whole = cmd.TopUp(
                step.step_id, step.attempt, measured.tokens, measured.usd, measured=measured.fields
            )
            occasion.perform(task.task_id, whole)
    elif cut_off:
        record(occasion, found, _failed(occasion, found, one_line(came.text.partition(". ")[0]), measured))
    else:
        take(occasion, found, came.text, measured, may_return=False)


def _came_back(occasion: Acting, answer: dict[str, Any]) -> Returned:
    agent_id, prompt = answer.get("agentId"), answer.get("prompt")
    return Returned(
        occasion.call.text("tool_use_id"),
        _report(answer),
        agent_id if isinstance(agent_id, str) else "",
        prompt if isinstance(prompt, str) else occasion.call.given("prompt"),
        answer,
    )


def _step(state: State, came: Returned) -> Step | None:
    """The step this very call started the agent of."""
    at_work = step_of_tool(state, came.tool_id)
    if at_work is not None or not came.tool_id:
        return at_work
    stamp = find_stamp(came.prompt)
    step = state.step(stamp.step_id) if stamp and stamp.task_id == state.head.task_id else None
    return step if step is not None and step.tool_id == came.tool_id else None


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


def _report(answer: dict[str, Any]) -> str:
    """The agent's own words out of the tool's answer."""
    content = answer.get("content")
    blocks = content if isinstance(content, list) else ()
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return "\n".join(text for text in texts if isinstance(text, str) and not text.startswith(FRAME)).strip()


def _told(occasion: Acting, state: State, came: Returned) -> str:
    """For the driver: what is on record of the step, and what is next."""
    step = _step(state, came)
    if step is None:
        return ""
    coming = brief_action(decide(state, occasion.now)[0], state)
    return f"Baton: step {step.step_id} is {step.status} (attempt {step.attempt}), recorded. Next: {coming}"
