"""The command line and environment of `claude -p`."""

from __future__ import annotations

import json
from typing import Any

from agent_baton.runtimes.claude.command import command, environment
from agent_baton.runtimes.protocol import Assignment, Conversation


def built(conversation: Conversation | None = None, **fields: Any) -> list[str]:
    return command(["claude"], Assignment("the prompt", "/repo", "the-session", **fields), conversation)


def value(argv: list[str], option: str) -> str:
    return argv[argv.index(option) + 1]


def test_a_plain_run() -> None:
    """Nothing but what is needed, and the prompt is not in it."""
    assert built() == [
        "claude", "-p", "--output-format", "stream-json", "--verbose", "--session-id", "the-session",
        "--permission-mode", "acceptEdits",
    ]  # fmt: skip


def test_everything_has_its_option() -> None:
    """Each wish is handed on in Claude Code's words."""
    argv = built(
        model="opus",
        agent="reviewer",
        system_prompt="be brief",
        permission="full",
        allowed_tools=["Bash(git commit *)", "Edit"],
        denied_tools=["WebFetch"],
        relay=True,
        max_turns=0,
        max_usd=0.5,
        schema={"type": "object"},
    )
    assert value(argv, "--model") == "opus"
    assert value(argv, "--agent") == "reviewer"
    assert value(argv, "--append-system-prompt") == "be brief"
    assert value(argv, "--permission-mode") == "bypassPermissions"
    assert value(argv, "--allowedTools") == "Bash(git commit *),Edit"
    assert value(argv, "--disallowedTools") == "WebFetch"
    assert value(argv, "--input-format") == "stream-json"
    assert value(argv, "--permission-prompt-tool") == "stdio"
    assert value(argv, "--max-turns") == "0"
    assert value(argv, "--max-budget-usd") == "0.5"
    assert json.loads(value(argv, "--json-schema")) == {"type": "object"}


def test_resume_names_the_old_session_only() -> None:
    """A new session id beside it is refused by the client."""
    argv = built(Conversation("old"))
    assert value(argv, "--resume") == "old"
    assert "--session-id" not in argv


def test_the_environment_has_credentials_and_no_trace_of_an_outer_session() -> None:
    """An agent started from within Claude Code is not a part of that session."""
    ours = {
        "PATH": "/bin", "ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://127.0.0.1:1", "AWS_PROFILE": "p",
        "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": "outer", "CLAUDE_CODE_CHILD_SESSION": "1", "GITHUB_TOKEN": "t",
        "IS_SANDBOX": "yes",
    }  # fmt: skip
    env = environment(Assignment("p", "/", "s"), ours)
    assert env == {
        "PATH": "/bin", "ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://127.0.0.1:1", "AWS_PROFILE": "p",
        "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1", "DISABLE_AUTOUPDATER": "1",
    }  # fmt: skip


def test_the_assignment_has_the_last_word_on_the_environment() -> None:
    """Its config home, what it lets through, what it sets."""
    assignment = Assignment(
        "p", "/", "s", config_home="/h", pass_env=["GITHUB_*"], env={"A": "1", "DISABLE_AUTOUPDATER": "0"}
    )
    env = environment(assignment, {"GITHUB_TOKEN": "t", "CLAUDE_CONFIG_DIR": "/ours", "IS_SANDBOX": "1"})
    assert env["CLAUDE_CONFIG_DIR"] == "/h"
    assert env["GITHUB_TOKEN"] == "t"
    assert (env["A"], env["DISABLE_AUTOUPDATER"], env["IS_SANDBOX"]) == ("1", "0", "1")
