"""Claude Code's streams, recorded from the real CLI 2.1.330 (`streams/`) and bent where reality was not at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from agent_baton.runtimes.claude.runtime import ClaudeDialogue
from agent_baton.runtimes.dialogue import EndedBy, ProcessEnd
from agent_baton.runtimes.protocol import (
    Answer,
    Assignment,
    Conversation,
    Event,
    Noise,
    Outcome,
    PermissionAsked,
    QuestionAsked,
    Said,
    Spent,
    Started,
    ToolFinished,
    ToolStarted,
    Waiting,
)

STREAMS = Path(__file__).parent / "streams"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=timezone.utc)
SCHEMA = {"type": "object"}


def recorded(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (STREAMS / f"{name}.jsonl").read_text().splitlines()]


class Run:
    """A dialogue fed with messages."""

    def __init__(
        self, messages: Iterable[Mapping[str, Any]], conversation: Conversation | None = None, **fields: Any
    ):
        assignment = Assignment("the prompt", "/repo", "the-session", **fields)
        self.dialogue = ClaudeDialogue(assignment, conversation, lambda: NOW)
        self.sent, _ = self.dialogue.output()
        self.events: list[Event] = []
        for message in messages:
            self.events += self.dialogue.feed(json.dumps(message).encode())

    def outcome(self, by: EndedBy = "itself", **end: Any) -> Outcome:
        return self.dialogue.conclude(ProcessEnd(by, 1.0, **{"exit_code": 0, **end}))

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("name", "reason", "advice", "words"),
    [
        ("success", "done", "accept", "all done"),
        ("foreground", "done", "accept", "after"),
        ("background", "done", "accept", "the background agent reported"),
        ("interactive-background", "done", "accept", "the background agent reported"),
        ("retried", "done", "accept", "recovered"),
        ("denied", "permission-denied", "ask-person", "end"),
        ("max-turns", "max-turns", "retry", "Reached maximum number of turns (2)"),
        ("max-budget", "budget", "ask-person", "Reached maximum budget ($0.1)"),
        ("api-400", "bad-request", "give-up", "400"),
        ("api-401", "auth", "ask-person", "401"),
        ("api-403", "auth", "ask-person", "403"),
        ("api-404", "bad-request", "give-up", "issue with the selected model"),
        ("api-429", "rate-limit", "retry", "429"),
        ("api-500", "api-error", "retry", "500"),
        ("api-529", "overloaded", "retry", "529"),
        ("credit", "billing", "ask-person", "Credit balance is too low"),
        ("no-auth", "auth", "ask-person", "Not logged in"),
        ("refused-conn", "connection", "retry", "Connection refused"),
        ("too-long", "prompt-too-long", "give-up", "Prompt is too long"),
        ("unknown-session", "no-session", "give-up", "No conversation found"),
        ("unified-limit", "rate-limit", "retry", "429"),
    ],
)
def test_a_real_run_is_judged_by_its_result(name: str, reason: str, advice: str, words: str) -> None:
    """Whatever `subtype` and exit code say."""
    outcome = Run(recorded(name)).outcome()
    assert (outcome.reason, outcome.advice) == (reason, advice)
    assert words in outcome.text


def test_success_tells_what_happened() -> None:
    """Session, tools with their input and their end, words: in order."""
    run = Run(recorded("success"))
    assert isinstance(run.events[0], Started)
    assert [e.summary for e in run.of(ToolStarted)] == ["echo hi > b.txt", "cat b.txt"]
    assert all(e.ok for e in run.of(ToolFinished))
    assert [e.text for e in run.of(Said)] == ["said", "all done"]
    assert run.dialogue.session_id == run.events[0].session_id
    assert run.dialogue.waiting_for == "model"


def test_one_answer_in_several_messages_counts_once() -> None:
    """The stream repeats a message's usage with each of its blocks."""
    last = Run(recorded("success")).of(Spent)[-1]
    assert last.usage.input_tokens == 300
    assert not last.usage.exact


@pytest.mark.parametrize(
    ("name", "tokens", "usd", "turns"),
    [
        ("success", 360, 0.0024, 3),
        ("foreground", 480, 0.0032, 2),  # the result's own `usage` leaves the subagent out
        ("background", 600, 0.0040, 3),  # two results
        ("max-budget", 200_020, 0.8004, 1),  # the result's own `usage` is zero
        ("api-529", 0, 0.0, 1),
    ],
)
def test_usage_is_the_runs_with_its_children(name: str, tokens: int, usd: float, turns: int) -> None:
    """Exactly what the model server was asked for."""
    outcome = Run(recorded(name)).outcome()
    assert outcome.usage.tokens == tokens
    assert outcome.usage.usd == pytest.approx(usd)
    assert outcome.usage.exact
    assert outcome.turns == turns


def test_cost_after_resume_is_the_runs_own() -> None:
    """The stream counts the session."""
    outcome = Run(recorded("resumed"), Conversation("s", 0.0024)).outcome()
    assert outcome.usage.usd == pytest.approx(0.0008)
    assert outcome.usage.tokens == 120


@pytest.mark.parametrize(
    ("version", "before", "total", "own"),
    [("2.1.250", 1.0, 1.5, 0.5), ("2.1.197", 1.0, 1.5, 1.5), ("2.1.250", 1.0, 0.2, 0.2), ("", 0.0, 0.7, 0.7)],
)
def test_cost_of_clients_that_do_not_tell_the_difference(
    version: str, before: float, total: float, own: float
) -> None:
    """Older ones: the session's cost less what it was before, unless they count runs."""
    messages = [
        {
            "type": "system",
            "subtype": "init",
            "session_id": "s",
            "model": "m",
            "claude_code_version": version,
        },
        {
            "type": "result",
            "is_error": False,
            "result": "x",
            "total_cost_usd": total,
            "usage": {"input_tokens": 3},
        },
    ]
    usage = Run(messages, Conversation("s", before)).outcome().usage
    assert usage.usd == pytest.approx(own)
    assert usage.tokens == 3


def test_unknown_cost_is_unknown() -> None:
    """Not zero."""
    assert Run([{"type": "result", "is_error": False, "result": "x"}]).outcome().usage.usd is None
    assert Run(recorded("success")[:-1]).outcome().usage.usd is None


def test_a_schema_that_was_met() -> None:
    """The answer is there, as data."""
    outcome = Run(recorded("schema-met"), schema=SCHEMA).outcome()
    assert outcome.ok
    assert outcome.structured == {"n": "v"}


def test_an_unmet_schema_is_a_silent_success_that_fails() -> None:
    """Exit code 0, success, no error: and no answer."""
    assert recorded("schema-unmet")[-1]["subtype"] == "success"
    assert Run(recorded("schema-unmet"), schema=SCHEMA).outcome().reason == "schema-unmet"
    assert Run(recorded("schema-unmet")).outcome().ok


def test_two_results_are_one_run() -> None:
    """It is finished with the last one: while a background task runs another turn will come."""
    messages = recorded("background")
    finished = [Run(messages[: n + 1]).dialogue.finished for n in range(len(messages))]
    assert finished.index(True) >= [m["type"] for m in messages].index("result")
    assert finished[-1]
    interactive = recorded("interactive-background")
    first = [m["type"] for m in interactive].index("result")
    assert not Run(interactive[: first + 1]).dialogue.finished


def test_an_end_after_the_first_of_two_results_is_none() -> None:
    """A turn had begun, and nobody knows how it ended."""
    messages = recorded("interactive-background")
    second_turn = max(n for n, m in enumerate(messages) if m.get("subtype") == "init")
    assert Run(messages[: second_turn + 1]).outcome(signal=9).reason == "no-result"


def test_a_denial_is_told() -> None:
    """With what was denied; tolerated, the run is a success."""
    outcome = Run(recorded("denied")).outcome()
    assert [(d.tool, d.summary) for d in outcome.denials] == [("Bash", "touch t")]
    assert Run(recorded("denied"), tolerate_denials=True).outcome().ok


def test_a_permission_is_asked_for_and_answered_in_its_own_words() -> None:
    """The answer carries the input back, as the protocol wants it."""
    messages = recorded("asked-allow")
    place = next(n for n, m in enumerate(messages) if m["type"] == "control_request")
    run = Run(messages[: place + 1], relay=True)
    (asked,) = run.of(PermissionAsked)
    assert (asked.tool, asked.summary) == ("Bash", "touch ok1")
    assert run.dialogue.waiting_for == "person"
    assert json.loads(run.sent) == {"type": "user", "message": {"role": "user", "content": "the prompt"}}
    run.dialogue.answer(asked.request_id, Answer(allow=True))
    data, close = run.dialogue.output()
    response = json.loads(data)["response"]
    assert response["request_id"] == asked.request_id
    assert response["response"] == {"behavior": "allow", "updatedInput": dict(asked.input)}
    assert not close
    assert run.dialogue.waiting_for == "tool"


def test_what_a_person_refused_is_no_denial_of_the_run() -> None:
    """It was decided, not missed."""
    messages = recorded("asked-deny")
    place = next(n for n, m in enumerate(messages) if m["type"] == "control_request")
    run = Run(messages[: place + 1], relay=True)
    run.dialogue.answer(run.of(PermissionAsked)[0].request_id, Answer(allow=False, text="the owner said no"))
    response = json.loads(run.dialogue.output()[0])["response"]["response"]
    assert response == {"behavior": "deny", "message": "the owner said no"}
    for message in messages[place + 1 :]:
        run.dialogue.feed(json.dumps(message).encode())
    assert run.outcome().ok
    assert len(run.outcome().denials) == 1
    assert run.dialogue.output() == (b"", True)


def test_a_question_is_asked_and_answered() -> None:
    """With its options."""
    messages = recorded("asked-question")
    place = next(n for n, m in enumerate(messages) if m["type"] == "control_request")
    run = Run(messages[: place + 1], relay=True)
    (asked,) = run.of(QuestionAsked)
    assert (asked.question, asked.options) == ("Which database?", ("SQLite", "Postgres"))
    run.dialogue.answer(asked.request_id, Answer(text="SQLite"))
    response = json.loads(run.dialogue.output()[0])["response"]["response"]
    assert response["updatedInput"]["answers"] == {"Which database?": "SQLite"}


def test_a_request_that_is_not_known_is_refused_not_left_waiting() -> None:
    """Silence would hold the run for ever."""
    run = Run(
        [{"type": "control_request", "request_id": "r1", "request": {"subtype": "from_the_future"}}],
        relay=True,
    )
    response = json.loads(run.dialogue.output()[0])["response"]
    assert (response["subtype"], response["request_id"]) == ("error", "r1")


def test_a_withdrawn_request_is_nobodys_to_wait_for() -> None:
    """The client may take a question back."""
    messages = recorded("asked-allow")
    request = next(m for m in messages if m["type"] == "control_request")
    run = Run([request, {"type": "control_cancel_request", "request_id": request["request_id"]}], relay=True)
    assert run.dialogue.waiting_for == "model"


def test_a_limit_that_was_announced_knows_its_end() -> None:
    """The event says when; the error that follows does not."""
    event = {"type": "rate_limit_event", "rate_limit_info": {"status": "rejected", "resetsAt": 1_800_000_000}}
    outcome = Run([event, *recorded("unified-limit")]).outcome()
    assert (outcome.reason, outcome.advice) == ("usage-limit", "wait")
    assert outcome.resets_at == datetime.fromtimestamp(1_800_000_000, timezone.utc)


def test_a_limit_that_is_only_near_changes_nothing() -> None:
    """A warning is no refusal, and a refusal that was lifted is none."""
    for info in ({"status": "allowed_warning"}, {"status": "rejected", "isUsingOverage": True}):
        event = {"type": "rate_limit_event", "rate_limit_info": {**info, "resetsAt": 1_800_000_000}}
        assert Run([event, *recorded("unified-limit")]).outcome().reason == "rate-limit"


def test_a_limit_in_words_knows_its_end() -> None:
    """As subscriptions say it."""
    messages = recorded("api-429")
    messages[-1]["result"] = "You've hit your limit · resets 3pm (UTC)"
    outcome = Run(messages).outcome()
    assert outcome.reason == "usage-limit"
    assert outcome.resets_at == datetime(2026, 3, 10, 15, 0, tzinfo=timezone.utc)


def test_retries_of_the_client_are_told() -> None:
    """A person who watches wants to know why nothing moves."""
    (waiting,) = Run(recorded("api-529")).of(Waiting)
    assert (waiting.reason, waiting.delay_s) == ("overloaded 529", pytest.approx(0.575, abs=0.2))


def test_an_error_of_its_own_is_a_failure_worth_another_try() -> None:
    """Not the API's, not a limit."""
    result = {"type": "result", "subtype": "error_during_execution", "is_error": True, "errors": ["boom"]}
    outcome = Run([result]).outcome()
    assert (outcome.reason, outcome.advice, outcome.text) == ("failed", "retry", "boom")


@pytest.mark.parametrize(
    ("by", "reason"),
    [("stop", "stopped"), ("silent", "silent"), ("tool-stuck", "tool-stuck"), ("out-of-time", "out-of-time")],
)
def test_a_run_that_we_ended_says_why(by: EndedBy, reason: str) -> None:
    """Also when its client made an error result of it; a success that was already there stands."""
    messages = recorded("success")
    assert Run(messages[:-1]).outcome(by).reason == reason
    aborted = {
        "type": "result",
        "subtype": "error_during_execution",
        "is_error": True,
        "terminal_reason": "aborted_tools",
    }
    assert Run([*messages[:-1], aborted]).outcome(by).reason == reason
    assert Run(messages).outcome(by).ok


def test_no_result_is_no_success() -> None:
    """The process's own end is told instead."""
    outcome = Run(recorded("success")[:-1]).outcome(exit_code=None, signal=9, stderr="killed")
    assert (outcome.reason, outcome.text) == ("no-result", "ended by SIGKILL without a result\nkilled")


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("Error: Session ID 1 is already in use.", "no-session"),
        ("--dangerously-skip-permissions cannot be used with root/sudo privileges", "not-started"),
        ("error: unknown option '--frobnicate'", "not-started"),
    ],
)
def test_a_client_that_never_began_was_refused_its_arguments(stderr: str, reason: str) -> None:
    """Another try would be refused as well."""
    outcome = Run([]).outcome(exit_code=1, stderr=stderr)
    assert outcome.reason == reason
    assert stderr in outcome.text
    assert outcome.advice in ("ask-person", "give-up")


def test_what_is_not_known_is_passed_over() -> None:
    """New types, new subtypes, missing and odd fields: every release brings some."""
    odd: list[dict[str, Any]] = [
        {"type": "hologram"}, {"type": "system", "subtype": "from_the_future"}, {"type": "system"}, {},
        {"type": "assistant"}, {"type": "assistant", "message": {"content": "text", "usage": None}},
        {"type": "assistant", "message": {"content": [None, {"type": "hologram"}], "usage": {"input_tokens": "x"}}},
        {"type": "user", "message": {"content": "text"}}, {"type": "user", "message": None},
        {"type": "control_response"}, {"type": "rate_limit_event"}, {"type": "stream_event", "event": {}},
    ]  # fmt: skip
    mixed = [message for known in recorded("success") for message in (*odd, known)]
    assert Run(mixed).outcome().ok


def test_what_is_no_message_is_noise() -> None:
    """Broken, partial, deep and foreign lines are kept short and disturb nothing."""
    run = Run([])
    lines = [b"npm warn", b'{"type":', b"[]", b"null", b"\xff\xfe", b"[" * 100_000]
    events = [event for line in lines for event in run.dialogue.feed(line)]
    assert [type(event) for event in events] == [Noise] * len(lines)
    assert run.dialogue.feed(b"") == run.dialogue.feed(b"  ") == []


def test_without_relay_the_prompt_is_all_of_the_input() -> None:
    """Sent as it is, then the end."""
    dialogue = ClaudeDialogue(Assignment("--help\nünï", "/", "s"))
    assert dialogue.output() == ("--help\nünï".encode(), True)


def test_secrets_in_last_words_are_redacted() -> None:
    """Outcomes are stored."""
    outcome = Run([{"type": "result", "is_error": False, "result": "password=hunter22"}]).outcome()
    assert outcome.text == "password=[redacted:password]"
