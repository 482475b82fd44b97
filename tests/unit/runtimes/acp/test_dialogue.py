"""The Agent Client Protocol, line by line, without a process."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from agent_baton.runtimes.acp.dialogue import AcpDialogue
from agent_baton.runtimes.acp.guess import FIRST_TOKENS
from agent_baton.runtimes.acp.quirks import COPILOT, GEMINI, KNOWN, OPENCODE, Quirks, told_model
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
    Remark,
    Said,
    Spent,
    Started,
    ToolFinished,
    ToolStarted,
    Usage,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=timezone.utc)
PLAIN = Quirks("plain", ("agent",))
ALLOW = {"optionId": "y", "name": "Allow", "kind": "allow_once"}
ALWAYS = {"optionId": "a", "name": "Always", "kind": "allow_always"}
REJECT = {"optionId": "n", "name": "Reject", "kind": "reject_once"}


class Talk:
    """A dialogue and its agent's side."""

    def __init__(
        self, quirks: Quirks = PLAIN, conversation: Conversation | None = None, **fields: Any
    ) -> None:
        assignment = Assignment("the prompt", "/repo", "ours", **fields)
        self.dialogue = AcpDialogue(assignment, conversation, quirks, lambda: NOW)
        self.events: list[Event] = []

    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.dialogue.output()[0].splitlines()]

    def says(self, **message: Any) -> None:
        self.events += self.dialogue.feed(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def update(self, update_kind: str, **fields: Any) -> None:
        self.says(
            method="session/update",
            params={"sessionId": "s", "update": {"sessionUpdate": update_kind, **fields}},
        )

    def answers(self, method: str, **result: Any) -> dict[str, Any]:
        """The agent's answer to the request it must have got now; the request's parameters."""
        (request,) = self.sent()
        assert request["method"] == method
        self.says(id=request["id"], result=result)
        params: dict[str, Any] = request["params"]
        return params

    def until_prompt(self, **initialized: Any) -> Talk:
        self.answers("initialize", protocolVersion=1, **initialized)
        self.answers("session/new", sessionId="s")
        return self

    def asks(self, *options: dict[str, str], kind: str = "execute") -> None:
        call = {"toolCallId": "t", "title": "Run rm", "kind": kind, "rawInput": {"command": "rm -r build"}}
        self.says(id=7, method="session/request_permission", params={"toolCall": call, "options": options})

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def outcome(self, by: EndedBy = "itself", **end: Any) -> Outcome:
        return self.dialogue.conclude(ProcessEnd(by, 1.0, **{"exit_code": 0, **end}))


def test_a_run_from_beginning_to_end() -> None:
    """initialize, session/new, session/prompt; updates become events; the answer ends it."""
    talk = Talk().until_prompt()
    talk.update("agent_message_chunk", content={"type": "text", "text": "I will "})
    talk.update("agent_message_chunk", content={"type": "text", "text": "look."})
    talk.update(
        "tool_call",
        toolCallId="t",
        title="Run ls",
        kind="execute",
        status="pending",
        rawInput={"command": "ls"},
    )
    assert talk.dialogue.waiting_for == "tool"
    talk.update("tool_call_update", toolCallId="t", status="in_progress")
    talk.update("tool_call_update", toolCallId="t", status="completed")
    talk.update("usage_update", used=1, size=2, cost={"amount": 0.5, "currency": "USD"})
    talk.update("agent_message_chunk", content={"type": "text", "text": "All done."})
    assert not talk.dialogue.finished
    usage = {"inputTokens": 10, "outputTokens": 4, "thoughtTokens": 1, "cachedReadTokens": 2}
    params = talk.answers("session/prompt", stopReason="end_turn", usage=usage)
    assert params == {"sessionId": "s", "prompt": [{"type": "text", "text": "the prompt"}]}
    assert [type(e) for e in talk.events] == [
        Started, Said, Said, ToolStarted, ToolFinished, Spent, Spent, Said
    ]  # fmt: skip
    assert talk.dialogue.finished
    assert talk.dialogue.output() == (b"", True)
    outcome = talk.outcome()
    assert (outcome.reason, outcome.text, outcome.session_id) == ("done", "All done.", "s")
    assert (outcome.usage.tokens, outcome.usage.usd, outcome.usage.exact) == (17, 0.5, True)


def test_a_call_reported_only_when_it_is_over_counts() -> None:
    """Begun and ended at once."""
    talk = Talk().until_prompt()
    talk.update("tool_call", toolCallId="t", title="Edit", status="failed")
    assert [type(e) for e in talk.events] == [Started, ToolStarted, ToolFinished, Spent]
    assert not talk.of(ToolFinished)[0].ok


def test_a_login_is_used_when_it_is_offered() -> None:
    """Gemini refuses a session without; others know no such method."""
    talk = Talk(GEMINI)
    talk.answers("initialize", authMethods=[{"id": "oauth"}, {"id": "gemini-api-key"}])
    assert talk.answers("authenticate") == {"methodId": "gemini-api-key"}
    talk.answers("session/new", sessionId="s")
    other = Talk(GEMINI)
    other.answers("initialize", authMethods=[{"id": "oauth"}])
    other.answers("session/new", sessionId="s")


def test_the_mode_is_set_when_it_is_offered() -> None:
    """By its vendor's name for what the assignment permits."""
    modes = {"currentModeId": "default", "availableModes": [{"id": "default"}, {"id": "yolo"}]}
    talk = Talk(GEMINI, permission="full")
    talk.answers("initialize")
    talk.answers("session/new", sessionId="s", modes=modes)
    assert talk.answers("session/set_mode") == {"sessionId": "s", "modeId": "yolo"}
    talk.answers("session/prompt", stopReason="end_turn")
    without = Talk(GEMINI, permission="edit")
    without.answers("initialize")
    without.answers("session/new", sessionId="s", modes=modes)
    without.answers("session/prompt", stopReason="end_turn")


@pytest.mark.parametrize(
    ("capabilities", "method"),
    [({"loadSession": True}, "session/load"), ({"sessionCapabilities": {"resume": {}}}, "session/resume")],
)
def test_a_session_is_resumed_without_its_history_being_news(
    capabilities: dict[str, Any], method: str
) -> None:
    """What is told again while loading is not said again."""
    talk = Talk(conversation=Conversation("old", 0.5))
    talk.answers("initialize", agentCapabilities=capabilities)
    talk.update("agent_message_chunk", content={"type": "text", "text": "said long ago"})
    params = talk.answers(method)
    assert params["sessionId"] == "old"
    talk.update("usage_update", cost={"amount": 0.75, "currency": "USD"})
    talk.answers("session/prompt", stopReason="end_turn")
    assert talk.of(Said) == []
    assert talk.outcome().session_id == "old"
    assert talk.outcome().usage.usd == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("permission", "kind", "chosen"),
    [
        ("full", "execute", "y"),
        ("edit", "edit", "y"),
        ("edit", "execute", "n"),
        ("ask", "edit", "n"),
        ("read", "read", "y"),
        ("read", "other", "n"),
    ],
)
def test_without_relay_what_is_permitted_is_decided_by_kind(permission: Any, kind: str, chosen: str) -> None:
    """Nobody is asked, nothing waits, and what was refused is told."""
    talk = Talk(permission=permission).until_prompt()
    prompt_id = talk.sent()[0]["id"]
    talk.asks(ALWAYS, ALLOW, REJECT, kind=kind)
    (reply,) = talk.sent()
    assert reply == {
        "jsonrpc": "2.0",
        "id": 7,
        "result": {"outcome": {"outcome": "selected", "optionId": chosen}},
    }
    talk.says(id=prompt_id, result={"stopReason": "end_turn"})
    assert talk.outcome().reason == ("done" if chosen == "y" else "permission-denied")
    assert len(talk.outcome().denials) == (chosen == "n")


@pytest.mark.parametrize(
    ("options", "answer", "outcome"),
    [
        ((ALLOW, REJECT), Answer(allow=True), {"outcome": "selected", "optionId": "y"}),
        ((ALWAYS, REJECT), Answer(allow=True), {"outcome": "selected", "optionId": "a"}),
        ((ALLOW, REJECT), Answer(allow=False), {"outcome": "selected", "optionId": "n"}),
        ((ALLOW,), Answer(allow=False), {"outcome": "cancelled"}),
    ],
)
def test_a_relayed_permission(options: Any, answer: Answer, outcome: dict[str, str]) -> None:
    """Asked once, answered in the agent's own options."""
    talk = Talk(relay=True).until_prompt()
    talk.sent()
    talk.asks(*options)
    (asked,) = talk.of(PermissionAsked)
    assert (asked.tool, asked.summary) == ("Run rm", "rm -r build")
    assert talk.dialogue.waiting_for == "person"
    talk.dialogue.answer(asked.request_id, answer)
    talk.dialogue.answer(asked.request_id, Answer(allow=True))
    assert [reply["result"]["outcome"] for reply in talk.sent()] == [outcome]
    assert talk.dialogue.waiting_for == "model"


def test_several_ways_to_say_yes_are_a_question() -> None:
    """Its options are named, and the one that was named back is chosen."""
    talk = Talk(relay=True).until_prompt()
    talk.sent()
    talk.asks(ALLOW, {"optionId": "z", "name": "Postgres", "kind": "allow_once"}, REJECT)
    (asked,) = talk.of(QuestionAsked)
    assert asked.options == ("Allow", "Postgres")
    talk.dialogue.answer(asked.request_id, Answer(text="Postgres"))
    assert talk.sent()[0]["result"]["outcome"]["optionId"] == "z"


@pytest.mark.parametrize(
    ("stop", "reason"), [("max_turn_requests", "max-turns"), ("refusal", "failed"), ("max_tokens", "failed")]
)
def test_other_ends_of_a_turn(stop: str, reason: str) -> None:
    """Only end_turn is an end that was meant."""
    talk = Talk().until_prompt()
    talk.answers("session/prompt", stopReason=stop)
    assert talk.outcome().reason == reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"code": -32000, "message": "Authentication required"}, "auth"),
        ({"code": 401, "message": "API key not valid"}, "auth"),
        (
            {"code": -32603, "message": "Internal error", "data": {"details": "usage limit reached"}},
            "usage-limit",
        ),
        ({"code": -32603, "message": "Internal error", "data": {"status": 529}}, "overloaded"),
        ({"code": -32603, "message": "Internal error: ECONNREFUSED"}, "connection"),
        ({"code": -32603, "message": "Internal error"}, "api-error"),
    ],
)
def test_errors_are_told_apart(error: dict[str, Any], reason: str) -> None:
    """By code, status or words, wherever an agent puts them."""
    talk = Talk().until_prompt()
    talk.says(id=talk.sent()[0]["id"], error=error)
    assert talk.dialogue.finished
    assert talk.outcome().reason == reason


def test_an_error_that_is_only_said() -> None:
    """Copilot ends such a turn as if all were well."""
    said = "Error: 401 unauthorized"
    for quirks, reason in ((COPILOT, "auth"), (PLAIN, "done")):
        talk = Talk(quirks).until_prompt()
        talk.update("agent_message_chunk", content={"type": "text", "text": said})
        talk.answers("session/prompt", stopReason="end_turn")
        assert talk.outcome().reason == reason


def test_a_report_about_errors_is_none() -> None:
    """After tools were used, words are the agent's work."""
    talk = Talk(COPILOT).until_prompt()
    talk.update("tool_call", toolCallId="t", title="Edit", status="completed")
    talk.update("agent_message_chunk", content={"type": "text", "text": "I fixed the authentication error"})
    talk.answers("session/prompt", stopReason="end_turn")
    assert talk.outcome().ok


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.mark.parametrize(
    ("said", "structured"),
    [
        ('{"n": 1}', {"n": 1}),
        ('Here:\n```json\n{"n": 1}\n```\n', {"n": 1}),
        ('First {"n": 0}, then\n```\n{"n": 1}\n```', {"n": 1}),
        ('So:\n{"n": 1}', {"n": 1}),
        ('{"m": 1}', None),
        ("[1]", None),
        ("no idea", None),
        ("{broken", None),
        ("[" * 100_000, None),
    ],
)
def test_a_structured_answer_is_asked_for_and_looked_for(said: str, structured: object) -> None:
    """The protocol knows none: the prompt asks, the last words are searched."""
    talk = Talk(schema=SCHEMA).until_prompt()
    talk.update("agent_message_chunk", content={"type": "text", "text": said})
    params = talk.answers("session/prompt", stopReason="end_turn")
    assert json.dumps(SCHEMA) in params["prompt"][0]["text"]
    assert talk.outcome().structured == structured
    assert talk.outcome().reason == ("done" if structured else "schema-unmet")


@pytest.mark.parametrize(
    ("quirks", "answer", "cost", "tokens", "usd", "exact"),
    [
        (PLAIN, {"usage": {"inputTokens": 3, "outputTokens": 4}}, 0.5, 7, 0.5, True),
        (PLAIN, {"usage": {"inputTokens": 3, "outputTokens": 4}}, 0, 7, None, True),
        (PLAIN, {}, None, 0, None, False),
        (OPENCODE, {"usage": {"inputTokens": 3, "outputTokens": 4}}, 0, 7, None, False),
        (
            GEMINI,
            {"_meta": {"quota": {"token_count": {"input_tokens": 3, "output_tokens": 4}}}},
            None,
            7,
            None,
            True,
        ),
    ],
)
def test_usage_wherever_it_is_told(
    quirks: Quirks, answer: dict[str, Any], cost: float | None, tokens: int, usd: float | None, exact: bool
) -> None:
    """What is not known is not free, and what is only a part is not exact."""
    talk = Talk(quirks).until_prompt()
    if cost is not None:
        talk.update("usage_update", used=1, size=2, cost={"amount": cost, "currency": "USD"})
    talk.answers("session/prompt", stopReason="end_turn", **answer)
    usage = talk.outcome().usage
    assert (usage.tokens, usage.usd, usage.exact) == (tokens, usd, exact)


def test_stopping_says_so_first() -> None:
    """A cancelled turn can still be put away properly by the agent."""
    talk = Talk().until_prompt()
    talk.sent()
    talk.dialogue.cancel()
    (message,) = talk.sent()
    assert (message["method"], message["params"]) == ("session/cancel", {"sessionId": "s"})
    assert talk.outcome("stop").reason == "stopped"


def test_what_is_not_offered_is_refused() -> None:
    """And notifications that are not known are passed over."""
    talk = Talk().until_prompt()
    talk.sent()
    talk.says(id=9, method="fs/read_text_file", params={"path": "/etc/passwd"})
    talk.says(method="from/the/future")
    talk.update("plan", entries=[])
    assert [reply["error"]["code"] for reply in talk.sent()] == [-32601]


def test_what_is_no_message_is_noise() -> None:
    """Answers to nothing, odd shapes and foreign lines disturb nothing."""
    talk = Talk().until_prompt()
    talk.says(id=99, result={})
    talk.says(id="x", result={})
    talk.says(method="session/update", params=None)
    talk.update("agent_message_chunk", content="text")
    talk.update("tool_call")
    assert [type(e) for e in talk.dialogue.feed(b"loading...") + talk.dialogue.feed(b"[]")] == [Noise, Noise]
    talk.answers("session/prompt", stopReason="end_turn")
    assert talk.outcome().ok


def test_an_agent_that_never_answered_was_not_started_or_died() -> None:
    """Before the prompt another try is useless, after it is not."""
    assert Talk().outcome(exit_code=1, stderr="unknown option --acp").reason == "not-started"
    assert Talk().until_prompt().outcome(exit_code=1).reason == "no-result"


def test_every_known_agent_has_a_command() -> None:
    """And is found by its name."""
    assert set(KNOWN) == {"claude-acp", "codex", "gemini", "opencode", "copilot"}
    assert all(quirks.command and quirks.name == name for name, quirks in KNOWN.items())


OPTION = {
    "id": "model",
    "category": "model",
    "type": "select",
    "currentValue": "loopback/own",
    "options": [
        {"value": "loopback/own", "name": "Own"},
        {"value": "anthropic/claude-sonnet-4-5", "name": "Claude Sonnet 4.5"},
        {"value": "openai/gpt-6", "name": "GPT-6"},
    ],
}
LIST = {
    "currentModelId": "small-1",
    "availableModels": [{"modelId": "small-1", "name": "Small"}, {"modelId": "large-2", "name": "Large"}],
}


@pytest.mark.parametrize(
    ("session", "model", "method", "params"),
    [
        ({"configOptions": [OPTION]}, "openai/gpt-6", "session/set_config_option", {"configId": "model", "value": "openai/gpt-6"}),
        ({"configOptions": [OPTION]}, "sonnet", "session/set_config_option", {"configId": "model", "value": "anthropic/claude-sonnet-4-5"}),
        ({"models": LIST}, "large-2", "session/set_model", {"modelId": "large-2"}),
        ({"models": LIST}, "Large", "session/set_model", {"modelId": "large-2"}),
    ],
)  # fmt: skip
def test_the_plans_model_is_set_where_it_is_offered(
    session: dict[str, Any], model: str, method: str, params: dict[str, str]
) -> None:
    """By its name or by a word of it, in the way the agent offers; what it costs is counted as that model's."""
    talk = Talk(model=model)
    talk.answers("initialize", protocolVersion=1)
    talk.answers("session/new", sessionId="s", **session)
    assert talk.answers(method) == {"sessionId": "s", **params}
    assert talk.of(Started)[0].model in params.values()
    assert talk.of(Remark) == []
    talk.answers("session/prompt", stopReason="end_turn")


@pytest.mark.parametrize("model", ["small-1", "small", ""])
def test_a_model_that_is_at_work_already_is_not_set(model: str) -> None:
    """Nothing is asked for that is so already, or that the plan leaves to the agent."""
    talk = Talk(model=model)
    talk.answers("initialize", protocolVersion=1)
    talk.answers("session/new", sessionId="s", models=LIST)
    assert talk.of(Started) == [Started("s", "small-1")]
    assert talk.of(Remark) == []
    talk.answers("session/prompt", stopReason="end_turn")


@pytest.mark.parametrize(
    ("session", "own", "of_those"),
    [
        ({"models": LIST}, "small-1", "(it has small-1, large-2)"),
        ({"models": {"availableModels": "?"}}, "", "with its own;"),
        ({}, "", "with its own;"),
    ],
)
def test_a_model_that_is_not_offered_is_not_sent(session: dict[str, Any], own: str, of_those: str) -> None:
    """The agent keeps its own, a person hears of it, and no price is taken from a model that is not at work."""
    talk = Talk(model="opus")
    talk.answers("initialize", protocolVersion=1)
    talk.answers("session/new", sessionId="s", **session)
    talk.answers("session/prompt", stopReason="end_turn")
    assert talk.of(Started) == [Started("s", own)]
    (remark,) = talk.of(Remark)
    assert "plain offers no model 'opus'" in remark.text
    assert of_those in remark.text


def test_a_model_that_is_offered_and_refused_is_no_failure() -> None:
    """The account may not have it: the work is done all the same, by the agent's own."""
    talk = Talk(model="large")
    talk.answers("initialize", protocolVersion=1)
    talk.answers("session/new", sessionId="s", models=LIST)
    (request,) = talk.sent()
    talk.says(id=request["id"], error={"code": -32602, "message": "not for you"})
    talk.answers("session/prompt", stopReason="end_turn")
    assert [event.model for event in talk.of(Started)] == ["large-2", ""]
    assert talk.of(Remark)[0].text == "plain refuses model 'large-2', and works with its own: not for you"
    assert talk.outcome().ok


def test_the_mode_is_set_before_the_model() -> None:
    """Both come before the first prompt."""
    talk = Talk(Quirks("plain", ("agent",), modes={"edit": "auto"}), model="large")
    talk.answers("initialize", protocolVersion=1)
    talk.answers("session/new", sessionId="s", models=LIST, modes={"availableModes": [{"id": "auto"}]})
    assert talk.answers("session/set_mode")["modeId"] == "auto"
    assert talk.answers("session/set_model")["modelId"] == "large-2"
    talk.answers("session/prompt", stopReason="end_turn")


def test_a_family_is_no_name_of_a_model() -> None:
    """Only a full name is put behind a command: what the program would make of another nobody knows."""
    assert told_model(COPILOT, "claude-opus-4.5") == "claude-opus-4.5"
    assert told_model(COPILOT, "opus") == ""
    assert told_model(GEMINI, "gemini-2.5-pro") == ""


def works(talk: Talk, calls: int, output: str = "") -> None:
    for number in range(calls):
        talk.update("tool_call", toolCallId=f"t{number}", title="Run", status="in_progress")
        talk.update("tool_call_update", toolCallId=f"t{number}", status="completed", rawOutput=output)


def test_who_tells_no_usage_is_estimated_as_it_goes() -> None:
    """Each request sends the whole conversation: what was sent before is read from a cache, what is new is not."""
    talk = Talk().until_prompt()
    works(talk, 2, output="x" * 3_000)
    first, second = (event.usage for event in talk.of(Spent))
    assert (first.tokens, first.usd, first.exact) == (0, None, False), "nothing was measured"
    assert first.at_most and second.at_most
    begin = first.at_most.cache_read_tokens
    assert begin >= FIRST_TOKENS
    assert first.at_most.input_tokens == begin + 1_000
    assert second.at_most.input_tokens == begin + 2_000
    assert second.at_most.cache_read_tokens == begin + begin + 1_000


def test_what_the_model_says_is_a_part_of_the_estimate() -> None:
    """Also what it only thinks."""
    talk = Talk().until_prompt()
    talk.update("agent_thought_chunk", content={"type": "text", "text": "y" * 300})
    talk.update("agent_message_chunk", content={"type": "text", "text": "z" * 30})
    works(talk, 1)
    (spent,) = talk.of(Spent)
    assert spent.usage.at_most.output_tokens == 110


def test_an_agent_that_tells_how_large_the_conversation_is_is_taken_at_its_word() -> None:
    """Codex, opencode and copilot tell that after each request, and nothing of what was paid."""
    talk = Talk().until_prompt()
    talk.update("usage_update", used=500, size=100_000)
    works(talk, 1)
    begin = FIRST_TOKENS + len("the prompt") // 3 + 1
    (spent,) = talk.of(Spent)
    assert (spent.usage.at_most.cache_read_tokens, spent.usage.at_most.input_tokens) == (500, begin)


def test_a_cost_of_zero_on_the_way_is_no_price() -> None:
    """Opencode says so of models whose price it does not know."""
    talk = Talk().until_prompt()
    talk.update("usage_update", used=500, size=100_000, cost={"amount": 0, "currency": "USD"})
    works(talk, 1)
    assert [event.usage.usd for event in talk.of(Spent)] == [None]


def test_who_tells_its_cost_is_not_estimated() -> None:
    """What was measured needs no guess, on the way and at the end."""
    talk = Talk().until_prompt()
    talk.update("usage_update", used=500, size=100_000, cost={"amount": 0.5, "currency": "USD"})
    works(talk, 1)
    assert [event.usage for event in talk.of(Spent)] == [Usage(usd=0.5)]
    talk.answers("session/prompt", stopReason="end_turn", usage={"inputTokens": 10})
    assert talk.outcome().usage == Usage(10, usd=0.5, exact=True)


def test_a_run_cut_off_is_at_most_what_was_estimated() -> None:
    """It never said what it used."""
    talk = Talk().until_prompt()
    works(talk, 3)
    usage = talk.outcome("stop").usage
    assert (usage.tokens, usage.usd) == (0, None)
    assert usage.at_most == talk.of(Spent)[-1].usage.at_most


@pytest.mark.parametrize("usage", [{}, {"inputTokens": 0, "outputTokens": 0}])
def test_noughts_for_a_model_that_was_at_work_are_no_count(usage: dict[str, int]) -> None:
    """Cut off, some programs answer with an empty count: what was estimated stands."""
    talk = Talk().until_prompt()
    works(talk, 1)
    talk.answers("session/prompt", stopReason="cancelled", usage=usage)
    outcome = talk.outcome("stop")
    assert not outcome.usage.exact
    assert outcome.usage.at_most == talk.of(Spent)[-1].usage.at_most
