"""When an agent has come back: what no SubagentStop told, and one line for the driver.

In the foreground its call returns. In the background the call returned when the agent was started, and Claude Code
begins a turn of its own when it has ended; in a terminal, in the desktop app and in VS Code all agents of 2.1.329 are
in the background.
"""

from __future__ import annotations

from agent_baton.app.hooks.costing import charge_session, transcript_of
from agent_baton.app.hooks.occasion import step_of_agent, step_of_tool
from agent_baton.app.hooks.settling import Returned, give_up, settle, settle_by_files, step_of
from agent_baton.app.hooks.telling import brief_action
from agent_baton.claude.hooks.answers import context
from agent_baton.claude.hooks.ends import LAUNCHED
from agent_baton.claude.hooks.notices import read_notice
from agent_baton.engine import commands as cmd
from agent_baton.engine.decide import decide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import Step, Task

FRAME = "<tools-used-before-summary>"


def after_agent(occasion: Acting) -> str:
    """PostToolUse of the agent tool: record what is not on record yet, count the session's own cost, say what is next."""
    task = occasion.driven()
    if occasion.call.agent_id or task is None:
        return ""
    answer = occasion.call.mapping("tool_response")
    if answer.get("status") == LAUNCHED:
        return context(occasion.call.event, _launched(occasion, task))
    came = _came_back(occasion, answer)
    settle(occasion, task, came)
    charge_session(occasion, task)
    step = step_of(occasion.journal.state(task.task_id), came.tool_id, came.prompt)
    return _told(occasion, task, step)


def notified(occasion: Acting) -> str:
    """UserPromptSubmit with a notice: the same for agents in the background, as far as their own files bear it out.

    A notice that they do not bear out changes nothing: the next Stop sees what else Claude Code has written down.
    """
    task = occasion.driven()
    notice = read_notice(occasion.call.text("prompt"))
    if task is None or notice is None:
        return ""
    step = settle_by_files(occasion, task, notice.tool_id, notice.agent_id, notice.result)
    return _told(occasion, task, step)


def _launched(occasion: Acting, task: Task) -> str:
    step = step_of_tool(occasion.journal.state(task.task_id), occasion.call.text("tool_use_id"))
    if step is None:
        return ""
    return (
        f"Baton: step {step.step_id} is at work in the background; its report is recorded when it ends. "
        "When all agents asked for are started, end your turn: you will be told what is next"
    )


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


def _came_back(occasion: Acting, answer: dict[str, Any]) -> Returned:
    agent_id, prompt = answer.get("agentId"), answer.get("prompt")
    return Returned(
        occasion.call.text("tool_use_id"),
        _report(answer),
        agent_id if isinstance(agent_id, str) else "",
        prompt if isinstance(prompt, str) else occasion.call.given("prompt"),
        answer,
    )


def _report(answer: dict[str, Any]) -> str:
    """The agent's own words out of the tool's answer."""
    content = answer.get("content")
    blocks = content if isinstance(content, list) else ()
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return "\n".join(text for text in texts if isinstance(text, str) and not text.startswith(FRAME)).strip()


def _told(occasion: Acting, task: Task, step: Step | None) -> str:
    """For the driver: what is on record of the step, and what is next."""
    if step is None:
        return ""
    state = occasion.journal.state(task.task_id)
    coming = brief_action(decide(state, occasion.now)[0], state)
    told = f"Baton: step {step.step_id} is {step.status} (attempt {step.attempt}), recorded. Next: {coming}"
    return context(occasion.call.event, told)
