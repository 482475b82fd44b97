"""The command line and the environment of a headless Claude Code run. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from agent_baton.processes import allowed_environment
from agent_baton.runtimes.protocol import Assignment, Conversation, Permission

_MODES: dict[Permission, str] = {
    "read": "plan",
    "ask": "default",
    "edit": "acceptEdits",
    "full": "bypassPermissions",
}

# What Claude Code needs of our environment beyond what every tool needs: its credentials and its providers'.
PASSED = (
    "ANTHROPIC_*", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_*", "CLAUDE_CODE_MAX_RETRIES",
    "CLAUDE_CODE_DISABLE_*", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING", "API_TIMEOUT_MS", "BASH_*_TIMEOUT_MS",
    "AWS_PROFILE", "AWS_REGION", "AWS_BEARER_TOKEN_BEDROCK", "CLOUD_ML_REGION", "GOOGLE_APPLICATION_CREDENTIALS",
)  # fmt: skip
# What a step needs beyond editing files, for whoever wants it let through without asking.
COMMITTING = (
    "Bash(git add *)", "Bash(git commit *)", "Bash(git status *)", "Bash(git diff *)", "Bash(git log *)",
)  # fmt: skip
# Ours, unless the user or the assignment says otherwise.
DEFAULTS = {
    "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",  # a step ends when its work ends, not before
    "DISABLE_AUTOUPDATER": "1",  # the version that started a task also ends it
}
KEEPS = (".claude", ".claude.json")  # below the home directory: what it writes for itself


def command(binary: Sequence[str], assignment: Assignment, conversation: Conversation | None) -> list[str]:
    """The prompt is not in it: it goes over stdin, where it may be of any length and begin with a dash."""
    # stream-json is refused without --verbose
    argv = [*binary, "-p", "--output-format", "stream-json", "--verbose"]
    argv += ["--resume", conversation.session_id] if conversation else ["--session-id", assignment.session_id]
    argv += ["--permission-mode", _MODES[assignment.permission]]
    if assignment.relay:
        argv += ["--input-format", "stream-json", "--permission-prompt-tool", "stdio"]
    argv += [text for name, value in _options(assignment) if value for text in (name, value)]
    return argv


def _options(assignment: Assignment) -> list[tuple[str, str]]:
    return [
        ("--model", assignment.model),
        ("--agent", assignment.agent),
        ("--append-system-prompt", assignment.system_prompt),
        ("--allowedTools", ",".join(assignment.allowed_tools)),
        ("--disallowedTools", ",".join(assignment.denied_tools)),
        ("--max-turns", "" if assignment.max_turns is None else str(assignment.max_turns)),
        ("--max-budget-usd", "" if assignment.max_usd is None else f"{assignment.max_usd:g}"),
        ("--json-schema", json.dumps(assignment.schema) if assignment.schema is not None else ""),
    ]


def environment(assignment: Assignment, ours: Mapping[str, str]) -> dict[str, str]:
    """What the agent sees of our environment.

    The marks of a session we may ourselves be running in (CLAUDECODE, CLAUDE_CODE_SESSION_ID …) stay out, else the
    agent takes itself for a part of it.
    """
    env = DEFAULTS | allowed_environment(ours, (*PASSED, *assignment.pass_env))
    if (
        ours.get("IS_SANDBOX") == "1"
    ):  # it accepts only this value, and it is what lets root run without asking
        env["IS_SANDBOX"] = "1"
    if assignment.config_home:
        env["CLAUDE_CONFIG_DIR"] = assignment.config_home
    return {**env, **assignment.env}
