"""Where the real Claude Code CLI is on this machine, if it is."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

MISSING = (
    "THE REAL CLAUDE CODE CLI IS NOT HERE, so what it really does is not tested: "
    "pip install claude-agent-sdk (it bundles the CLI), or set CLAUDE_BIN to the command"
)


def find() -> str:
    """Its path, "" when there is none: what $CLAUDE_BIN says, else the one inside the Agent SDK's package."""
    named = os.environ.get("CLAUDE_BIN", "")
    if named:
        return named
    package = importlib.util.find_spec("claude_agent_sdk")
    bundled = Path(package.origin or "").with_name("_bundled") / "claude" if package else Path()
    return str(bundled) if package and bundled.is_file() else ""
