"""What a hook prints so that Claude Code does something. Nothing printed lets everything go its way."""

from __future__ import annotations

from agent_baton.fastjson import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def context(event: str, text: str) -> str:
    """Text for the model to read."""
    return dumps({"hookSpecificOutput": {"hookEventName": event, "additionalContext": text}}) if text else ""


def deny(reason: str) -> str:
    """The tool call is not made; the model is told why."""
    return _decide({"permissionDecision": "deny", "permissionDecisionReason": reason})


def instead(tool_input: dict[str, Any]) -> str:
    """The tool call is made with another input; whether it is allowed is asked about that one, as always."""
    return _decide({"updatedInput": tool_input})


def go_on(reason: str) -> str:
    """The agent that wanted to stop goes on, with this to read."""
    return dumps({"decision": "block", "reason": reason})


def _decide(fields: dict[str, Any]) -> str:
    return dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", **fields}})
