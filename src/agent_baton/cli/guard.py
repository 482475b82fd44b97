"""`baton agents guard`: a Claude Code hook that keeps a reading agent's shell to reading."""

from __future__ import annotations

import json
import sys

import click

from agent_baton.agents.guard import refusal
from agent_baton.cli.output import emit

BLOCK = 2  # Claude Code's exit code for: do not run it, and tell the model why


@click.command()
def guard() -> int:
    """Read a PreToolUse call on stdin; exit 2 with the reason unless its command only reads.

    \b
    Example:
      echo '{"tool_input": {"command": "git diff"}}' | baton agents guard
    """
    reason = _reason(sys.stdin.read())
    if reason is None:
        return 0
    emit(f"this agent only reads: {reason}", sys.stderr)
    return BLOCK


def _reason(text: str) -> str | None:
    try:
        command = json.loads(text)["tool_input"]["command"]
    except (ValueError, KeyError, TypeError):
        return "the hook was called without a command"
    return refusal(command) if isinstance(command, str) else "the command is not text"
