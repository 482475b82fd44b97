"""Agents in the background, as in every terminal of 2.1.329: their call returns at once, a prompt tells of their end."""

from __future__ import annotations

from typing import Any

import pytest

from agent_baton.engine import events as ev
from tests.integration.claude.hooks.test_reports import done, of, spawned
from tests.support.hooks import Session, append, message

LIMIT = (
    "NOTE: this agent stopped at its 3-turn limit before finishing. It was still calling tools and had produced "
    "no report. Send the agent a message (SendMessage) to let it continue from where it stopped."
)


def notice(session: Session, status: str, result: str = "", number: int = 1) -> str:
    """What the driver is told when Claude Code says that an agent has ended, in the recorded shape."""
    prompt = (
        f"<task-notification>\n<task-id>a{number}</task-id>\n<tool-use-id>toolu_{number}</tool-use-id>\n"
        f'<output-file>/tmp/x</output-file>\n<status>{status}</status>\n<summary>Agent "x" {status}: oops</summary>\n'
        f"<note>A task-notification fires each time.</note>\n<result>{result}</result>\n</task-notification>"
    )
    return told(session.hook("UserPromptSubmit", prompt=prompt))


def told(answer: dict[str, Any]) -> str:
    return str(answer.get("hookSpecificOutput", {}).get("additionalContext", ""))


def launched(session: Session) -> str:
    answer = {"isAsync": True, "status": "async_launched", "agentId": "a1"}
    call = {"tool_name": "Agent", "tool_use_id": "toolu_1", "tool_input": {}, "tool_response": answer}
    return told(session.hook("PostToolUse", **call))


def test_a_driver_is_sent_to_wait_and_told_when_there_is_something_to_do(session: Session) -> None:
    """Its report is the record as ever; what its transcript lacked at that moment is booked when the notice comes."""
    spawned(session)
    assert "step 1.1 is at work in the background" in launched(session)
    append(session.agent_file(), message(1, input_tokens=1_000, output_tokens=100))
    session.stop_agent(done(session))
    append(session.agent_file(), message(2, input_tokens=1_000, output_tokens=100))
    text = notice(session, "completed", "STATUS: complete …")
    assert text.startswith("Baton: step 1.1 is complete (attempt 1), recorded. Next: DISPATCH ")
    assert text.endswith("→ baton execute next")
    assert [event.tokens for event in of(session, ev.BudgetCharged)] == [1_100, 1_100]
    notice(session, "completed", "STATUS: complete …")
    assert len(of(session, ev.BudgetCharged)) == 2, "told twice, booked once"
    assert session.log() == ""


def test_whoever_asks_meanwhile_is_told_to_wait(session: Session) -> None:
    """By the same command as ever; that it should record the step itself is not said where hooks do it."""
    session.repo.baton("execute", "skip", "--step-id", "1.2", "--reason", "x")
    spawned(session)
    shown = session.repo.baton("execute", "next", BATON_SESSION="s-1", BATON_BRIEFS="hooks").stdout
    assert "ACTION: WAIT\n" in shown
    assert "its report is recorded when it ends. End your turn" in shown
    assert "record its outcome" in session.repo.baton("execute", "next", BATON_SESSION="s-1").stdout


def test_nobody_reports_for_an_agent_at_work(session: Session) -> None:
    """The driver's "complete" comes too early; its agent's own report counts. A person, or one who insists, may."""
    spawned(session)
    record = ("execute", "record", "--step-id", "1.1", "--status", "complete", "--outcome", "surely done")
    refused = session.repo.baton(*record, code=4, BATON_SESSION="s-1").stderr
    assert "attempt 1 is with its agent" in refused and "--force" in refused
    session.stop_agent(done(session))
    assert of(session, ev.StepFinished)[0].source == "hook"
    spawned(session, "1.2", "tester", 2)
    session.repo.baton(*record[:3], "1.2", *record[4:], "--force", BATON_SESSION="s-1")
    assert len(of(session, ev.StepFinished)) == 2


def test_one_that_was_cut_off_is_recorded_as_that(session: Session) -> None:
    """At its turn limit no SubagentStop is called: the notice is all there is."""
    spawned(session)
    assert "step 1.1 is failed (attempt 1), recorded. Next: DISPATCH" in notice(session, "completed", LIMIT)
    assert "3-turn limit" in of(session, ev.StepFinished)[0].outcome


def test_a_report_that_no_hook_took_is_taken_from_the_notice(session: Session) -> None:
    spawned(session)
    assert "step 1.1 is complete" in notice(session, "completed", done(session))
    assert of(session, ev.EvidenceGathered)[0].verdict == "confirmed"


@pytest.mark.parametrize(
    ("status", "counts", "reason"),
    [("failed", True, "oops"), ("killed", False, "by the person"), ("odd", True, "oops")],
)
def test_one_that_ended_badly_is_given_up(session: Session, status: str, counts: bool, reason: str) -> None:
    """What the person stopped is no failure of the agent's."""
    spawned(session)
    assert "Next: DISPATCH" in notice(session, status)
    given_up = of(session, ev.StepInterrupted)
    assert [(one.counts, reason in one.reason) for one in given_up] == [(counts, True)]
    notice(session, status)
    assert len(of(session, ev.StepInterrupted)) == 1


def test_without_that_hook_the_next_stop_finds_it(session: Session) -> None:
    """An installation of before it: the notice stands in the session's transcript, too."""
    spawned(session)
    line = '{"type":"queue-operation","content":"<task-notification>\\n<tool-use-id>toolu_1</tool-use-id>\\n'
    session.transcript.write_text(line + '<summary>Agent failed: 529</summary></task-notification>"}\n')
    session.hook("Stop")
    assert [one.reason for one in of(session, ev.StepInterrupted)] == [
        "its agent came back without a report: Agent failed: 529"
    ]


@pytest.mark.parametrize(
    "prompt",
    [
        "go on",
        "<task-notification>",
        "<task-notification><tool-use-id>toolu_9</tool-use-id></task-notification>",
    ],
)
def test_other_prompts_are_nobodys_business(session: Session, prompt: str) -> None:
    """What a person types, half a notice, one of somebody else's agent: silence, and nothing recorded."""
    spawned(session)
    before = session.events()
    assert session.hook("UserPromptSubmit", prompt=prompt) == {}
    assert session.events() == before
    assert session.log() == ""
