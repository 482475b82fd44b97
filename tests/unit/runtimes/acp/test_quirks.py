"""What the real agents do differently, each with what they really said over the wire (ids and paths shortened).

Recorded from codex-acp 2.6.0, gemini 0.61.0, opencode 1.18.33 and copilot 1.0.102 on a scripted model.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from agent_baton.processes import allowed_environment
from agent_baton.runtimes.acp.quirks import CODEX, COPILOT, GEMINI, OPENCODE, Quirks
from agent_baton.runtimes.protocol import Conversation, Permission, PermissionAsked, Said, Usage, Waiting
from tests.unit.runtimes.acp.test_dialogue import NOW, Talk

CODEX_SAYS = {"agentInfo": {"name": "@agentclientprotocol/codex-acp", "title": "Codex", "version": "2.6.0"}}
NO_USAGE = {
    "stopReason": "end_turn",
    "usage": None,
    "_meta": {"quota": {"token_count": None, "model_usage": []}},
}
CODEX_WARNS = "Warning: Model metadata for `gpt-5.1` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.\n\n"
GEMINI_ASKS = {
    "options": [
        {"optionId": "proceed_always", "name": "Allow for this session", "kind": "allow_always"},
        {"optionId": "proceed_once", "name": "Allow", "kind": "allow_once"},
        {"optionId": "cancel", "name": "Reject", "kind": "reject_once"},
    ],
    "toolCall": {
        "toolCallId": "run_shell_command__1",
        "status": "pending",
        "title": "git add -A && git commit -m 'Add a discount'",
        "content": [],
        "locations": [],
        "kind": "execute",
    },
}
COPILOT_ASKS = {
    "toolCall": {
        "toolCallId": "1",
        "title": "Create file",
        "kind": "edit",
        "status": "pending",
        "rawInput": {"fileName": "/repo/a.txt", "diff": "\ndiff --git a/repo/a.txt b/repo/a.txt\n"},
        "locations": [{"path": "/repo/a.txt"}],
    },
    "options": [
        {"optionId": "allow_once", "kind": "allow_once", "name": "Allow once"},
        {"optionId": "allow_always", "kind": "allow_always", "name": "Always allow"},
        {"optionId": "reject_once", "kind": "reject_once", "name": "Deny"},
    ],
}


def says(talk: Talk, text: str, **more: str) -> None:
    talk.update("agent_message_chunk", content={"type": "text", "text": text}, **more)


def after_a_tool(quirks: Quirks, **initialized: Any) -> Talk:
    """A conversation that is well under way."""
    talk = Talk(quirks).until_prompt(**initialized)
    talk.update("tool_call", toolCallId="t", title="Edit", status="in_progress")
    talk.update("tool_call_update", toolCallId="t", status="completed")
    return talk


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("exceeded retry limit, last status: 429 Too Many Requests\n\n", "rate-limit"),
        ("unexpected status 529 <unknown status code>: Overloaded, url: http://127.0.0.1:1/v1", "overloaded"),
        ("We’re currently experiencing high demand, which may cause temporary errors.\n\n", "overloaded"),
        ('{"error": {"type": "invalid_request_error", "message": "no such thing"}}\n\n', "bad-request"),
    ],
)
def test_codex_says_a_failure_and_ends_its_turn_as_if_all_were_well(said: str, reason: str) -> None:
    """In a message without an id, which the model's have; even after work was done."""
    talk = after_a_tool(CODEX, **CODEX_SAYS)
    says(talk, said)
    talk.answers("session/prompt", **NO_USAGE)
    assert talk.outcome().reason == reason


def test_a_warning_of_codex_is_not_its_models_word() -> None:
    talk = Talk(CODEX).until_prompt(**CODEX_SAYS)
    says(talk, CODEX_WARNS)
    says(talk, "all done", messageId="item_1")
    talk.answers("session/prompt", stopReason="end_turn")
    assert (talk.outcome().reason, talk.outcome().text) == ("done", "all done")
    assert [said.text for said in talk.of(Said)] == ["all done"]


def test_a_codex_server_that_knows_no_message_ids_says_no_asides() -> None:
    """Another program of that trade: nothing of what it says is taken for a failure."""
    talk = Talk(CODEX).until_prompt(agentInfo={"name": "codex-acp", "version": "0.9"})
    says(talk, "all done")
    talk.answers("session/prompt", stopReason="end_turn")
    assert (talk.outcome().reason, talk.outcome().text) == ("done", "all done")


def test_codex_tells_that_it_tries_again() -> None:
    talk = Talk(CODEX).until_prompt(**CODEX_SAYS)
    error = {
        "message": "Reconnecting... 1/1",
        "codexErrorInfo": {"responseStreamDisconnected": {"httpStatusCode": 429}},
        "additionalDetails": "exceeded retry limit, last status: 429 Too Many Requests",
        "willRetry": True,
    }
    talk.update("session_info_update", _meta={"codex": {"error": error}})
    assert [one.reason for one in talk.of(Waiting)] == [error["additionalDetails"]]
    assert talk.outcome("silent").reason == "rate-limit", "it would have waited for an hour without a word"
    says(talk, "served again", messageId="item_1")
    assert talk.outcome("silent").reason == "silent"


def test_a_used_up_chatgpt_plan_says_when_it_is_filled_again() -> None:
    """A time of day, in the machine's own zone."""
    words = (
        "You’ve hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro), visit "
        "https://chatgpt.com/settings/usage to purchase more credits or try again at 6:13 PM."
    )
    talk = Talk(CODEX).until_prompt(**CODEX_SAYS)
    says(talk, words + "\n\n")
    data = {"message": words, "codexErrorInfo": "usageLimitExceeded"}
    talk.says(id=talk.sent()[0]["id"], error={"code": -32603, "message": "Internal error", "data": data})
    outcome = talk.outcome()
    assert outcome.reason == "usage-limit"
    assert outcome.resets_at is not None
    assert outcome.resets_at.astimezone().strftime("%H:%M") == "18:13"
    assert timedelta(0) < outcome.resets_at - NOW <= timedelta(days=1)


@pytest.mark.parametrize(
    ("quirks", "error"),
    [
        (
            CODEX,
            {
                "code": -32603,
                "message": "Internal error",
                "data": {"details": "no rollout found for thread id x"},
            },
        ),
        (
            GEMINI,
            {
                "code": -32603,
                "message": "Internal error",
                "data": {"details": 'Invalid session identifier "x".'},
            },
        ),
        (
            OPENCODE,
            {
                "code": -32603,
                "message": "Internal error: OpenCode service failure",
                "data": {"service": "session"},
            },
        ),
        (COPILOT, {"code": -32002, "message": "Resource not found: Session x not found"}),
    ],
)
def test_a_session_that_cannot_be_had_again_is_none(quirks: Quirks, error: dict[str, Any]) -> None:
    """Each has other words for it; trying again would not help, beginning anew does."""
    talk = Talk(quirks, Conversation("old"))
    talk.answers("initialize", agentCapabilities={"loadSession": True})
    talk.says(id=talk.sent()[0]["id"], error=error)
    assert talk.outcome().reason == "no-session"


def test_trouble_of_the_account_while_a_session_is_taken_up_is_that() -> None:
    talk = Talk(CODEX, Conversation("old"))
    talk.answers("initialize", agentCapabilities={"loadSession": True})
    talk.says(id=talk.sent()[0]["id"], error={"code": -32000, "message": "Authentication required"})
    assert talk.outcome().reason == "auth"


@pytest.mark.parametrize(
    ("words", "reason", "resets_at"),
    [
        ("You have exhausted your daily quota on this model.", "usage-limit", None),
        (
            "You exceeded your current quota, please check your plan and billing details. Please retry in 7s.\n"
            "Suggested retry after 7s.",
            "rate-limit",
            NOW + timedelta(seconds=7),
        ),
        ("Rate limit reached, slow down", "rate-limit", None),
    ],
)
def test_geminis_quotas_of_a_day_and_of_a_minute(words: str, reason: str, resets_at: datetime | None) -> None:
    """The one is waited for, the other backed off from; neither is a bill that a person has to pay."""
    talk = Talk(GEMINI).until_prompt()
    talk.says(id=talk.sent()[0]["id"], error={"code": 429, "message": words})
    assert (talk.outcome().reason, talk.outcome().resets_at) == (reason, resets_at)


def test_gemini_tells_its_mode_in_words_that_are_not_its_models() -> None:
    talk = Talk(GEMINI).until_prompt()
    says(talk, "[MODE_UPDATE] yolo")
    says(talk, "all done")
    talk.answers("session/prompt", stopReason="end_turn")
    assert (talk.outcome().reason, talk.outcome().text) == ("done", "all done")


def test_gemini_trusts_a_work_tree_it_has_never_seen() -> None:
    """Without it refuses the modes it is asked for: "Cannot enable privileged approval modes in an untrusted folder."."""
    assert "--skip-trust" in GEMINI.command


@pytest.mark.parametrize(
    ("permission", "params", "asked"),
    [
        ("edit", GEMINI_ASKS, False),
        ("ask", GEMINI_ASKS, True),
        ("full", GEMINI_ASKS, False),
        ("edit", COPILOT_ASKS, False),
        ("ask", COPILOT_ASKS, True),
        ("full", COPILOT_ASKS, False),
    ],
)
def test_what_is_permitted_is_not_asked_for(permission: Any, params: dict[str, Any], asked: bool) -> None:
    """Neither with a person there to ask: an edit and a commit under `edit`, everything under `full`. Once, never for ever."""
    talk = Talk(GEMINI, relay=True, permission=permission).until_prompt()
    talk.sent()
    talk.says(id=0, method="session/request_permission", params=params)
    assert bool(talk.of(PermissionAsked)) is asked
    chosen = [message["result"]["outcome"]["optionId"] for message in talk.sent()]
    assert chosen == (
        [] if asked else [o["optionId"] for o in params["options"] if o["kind"] == "allow_once"]
    )


def test_a_command_that_is_no_commit_is_asked_for() -> None:
    talk = Talk(GEMINI, relay=True, permission="edit").until_prompt()
    call = {**GEMINI_ASKS["toolCall"], "title": "rm -r build"}  # type: ignore[dict-item]
    talk.says(id=0, method="session/request_permission", params={**GEMINI_ASKS, "toolCall": call})
    assert [asked.tool for asked in talk.of(PermissionAsked)] == ["rm -r build"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Error: 429 Rate limit reached, slow down", "rate-limit"),
        (
            "Error: Failed to get response from the AI model; retried 5 times (total retry wait time: 14.82 seconds) "
            "Last error: 529 Overloaded",
            "overloaded",
        ),
        ("Error: 400 no such thing", "bad-request"),
        (
            "Error: Authentication failed with provider at http://127.0.0.1:1 (HTTP 401).\n  Check your KEY.",
            "auth",
        ),
    ],
)
def test_copilot_only_says_that_a_request_failed(said: str, reason: str) -> None:
    """Even after work was done; how often it tried before is not its model's word."""
    talk = after_a_tool(COPILOT)
    says(talk, "Info: Request failed due to a transient API error. Retrying...")
    says(talk, said)
    talk.answers("session/prompt", stopReason="end_turn")
    assert talk.outcome().reason == reason


def test_what_copilot_remarks_is_not_its_models_word() -> None:
    """A file it made, told between the model's words."""
    talk = Talk(COPILOT).until_prompt()
    says(talk, "Info: /repo/written.txt")
    says(talk, "all done")
    talk.answers("session/prompt", stopReason="end_turn")
    assert (talk.outcome().reason, talk.outcome().text) == ("done", "all done")


def test_opencode_is_told_to_ask() -> None:
    """It asks for nothing by itself; with everything permitted its own configuration holds."""
    told = {name: env["OPENCODE_PERMISSION"] for name, env in OPENCODE.permission_env.items()}
    assert set(told) == {"read", "ask", "edit"}
    assert all('"bash": "ask"' in words for words in told.values())
    assert ['"edit": "ask"' in told[name] for name in ("read", "ask", "edit")] == [True, True, False]


@pytest.mark.parametrize("served", [False, True])
def test_a_refused_request_costs_nothing_unless_the_model_had_answered_before(served: bool) -> None:
    """Else each try of an account that is at its limit would count as the most a step may cost."""
    talk = after_a_tool(COPILOT) if served else Talk(COPILOT).until_prompt()
    says(talk, "Error: 429 Rate limit reached, slow down")
    talk.answers("session/prompt", stopReason="end_turn")
    assert (talk.outcome().usage == Usage(usd=0.0, exact=True)) is not served


def offered(*names: str) -> dict[str, Any]:
    return {"currentModeId": names[0], "availableModes": [{"id": name} for name in names]}


@pytest.mark.parametrize(
    ("quirks", "modes", "chosen"),
    [
        (
            CODEX,
            offered("agent", "read-only", "workspace-write", "agent-full-access"),
            ["read-only", "read-only", "workspace-write", "agent-full-access"],
        ),
        (GEMINI, offered("default", "autoEdit", "yolo", "plan"), [None, None, "autoEdit", "yolo"]),
        (
            COPILOT,
            offered(
                *(f"https://agentclientprotocol.com/protocol/session-modes#{n}" for n in ("agent", "plan"))
            ),
            [None, None, None, None],
        ),
    ],
)
def test_the_mode_that_fits_what_is_permitted(
    quirks: Quirks, modes: dict[str, Any], chosen: list[str | None]
) -> None:
    """By the names each agent offered; one that has none for it stays in its own, and asks."""
    permissions: tuple[Permission, ...] = ("read", "ask", "edit", "full")
    for permission, mode in zip(permissions, chosen, strict=True):
        talk = Talk(quirks, permission=permission)
        talk.answers("initialize")
        talk.answers("session/new", sessionId="s", modes=modes)
        (request,) = talk.sent()
        assert request["method"] == ("session/set_mode" if mode else "session/prompt")
        assert request["params"].get("modeId") == mode


@pytest.mark.parametrize(
    ("quirks", "own"),
    [
        (CODEX, ["OPENAI_API_KEY", "CODEX_HOME"]),
        (GEMINI, ["GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"]),
        (OPENCODE, ["OPENCODE_DISABLE_AUTOUPDATE", "ANTHROPIC_API_KEY"]),
        (COPILOT, ["COPILOT_PROVIDER_API_KEY", "COPILOT_MODEL", "GH_TOKEN"]),
    ],
)
def test_each_agent_gets_its_own_login_and_no_other(quirks: Quirks, own: list[str]) -> None:
    logins = ["OPENAI_API_KEY", "GEMINI_API_KEY", "COPILOT_PROVIDER_API_KEY", "AWS_SECRET_ACCESS_KEY"]
    seen = allowed_environment(dict.fromkeys([*own, *logins], "x"), quirks.pass_env)
    allowed = {*own, "OPENAI_API_KEY"} if quirks is OPENCODE else set(own)
    assert set(seen) == allowed
