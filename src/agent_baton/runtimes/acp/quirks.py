"""What differs between agents that speak the Agent Client Protocol. Data, measured on the versions named in docs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_baton.runtimes.protocol import Permission


@dataclass(frozen=True, slots=True)
class Quirks:
    name: str
    command: tuple[str, ...]
    model_args: tuple[
        str, ...
    ] = ()  # put behind the command for a model that no session offers; {model} is its name
    auth_method: str = ""  # asked for when it is offered: without it the agent refuses a session
    modes: Mapping[Permission, str] = field(default_factory=dict)  # set when it is offered
    permission_env: Mapping[Permission, Mapping[str, str]] = field(default_factory=dict)
    pass_env: tuple[str, ...] = ()  # credentials and settings it needs of our environment
    env: Mapping[str, str] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()  # below the home directory: what it writes for itself
    # What the program says itself looks like the model's words: it is known by how it begins, or by having no id.
    asides: re.Pattern[str] | None = None
    unnamed_asides: str = ""  # the name by which the program that does so introduces itself
    failures: re.Pattern[str] | None = None  # an aside like this, as the last word: the turn failed
    counts_session: bool = True  # its cost is the session's, not the run's
    counts_last_answer: bool = False  # its tokens are those of the last answer only


CLAUDE = Quirks(
    "claude-acp",
    ("claude-agent-acp",),
    modes={"read": "plan", "ask": "default", "edit": "acceptEdits", "full": "bypassPermissions"},
    pass_env=("ANTHROPIC_*", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_*"),
    keeps=(".claude", ".claude.json"),
)
# Asks for little by itself: what it may do is its sandbox's business, which writes nothing below .git.
# A failed request ends the turn as if all were well and is told as a message without an id, as warnings are.
CODEX = Quirks(
    "codex",
    ("codex-acp",),
    modes={
        "read": "read-only",
        "ask": "read-only",
        "edit": "workspace-write",
        "full": "agent-full-access",
    },
    pass_env=("OPENAI_*", "CODEX_*"),
    keeps=(".codex",),
    unnamed_asides="@agentclientprotocol/codex-acp",
    failures=re.compile(r"(?!Warning: )"),
)
# Ignores SIGTERM. A work tree is a folder it has never seen: it refuses its own modes there unless told to trust it.
GEMINI = Quirks(
    "gemini",
    ("gemini", "--acp", "--skip-trust"),
    auth_method="gemini-api-key",
    modes={"edit": "autoEdit", "full": "yolo"},
    pass_env=("GEMINI_*", "GOOGLE_*"),
    keeps=(".gemini",),
    asides=re.compile(r"\[MODE_UPDATE\] "),
)
_OPENCODE_ASKS = '{"edit": "ask", "bash": "ask", "webfetch": "ask"}'
_OPENCODE_EDITS = '{"bash": "ask", "webfetch": "ask"}'
# Asks for nothing unless it is told to: in a configuration, or in this variable, which goes before it.
OPENCODE = Quirks(
    "opencode",
    ("opencode", "acp"),
    permission_env={
        "read": {"OPENCODE_PERMISSION": _OPENCODE_ASKS},
        "ask": {"OPENCODE_PERMISSION": _OPENCODE_ASKS},
        "edit": {"OPENCODE_PERMISSION": _OPENCODE_EDITS},
    },
    pass_env=("OPENCODE_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"),
    keeps=(".config/opencode", ".local/share/opencode", ".local/state/opencode"),
    counts_last_answer=True,
)
# A failed request ends the turn as if all were well, and is only said.
COPILOT = Quirks(
    "copilot",
    ("copilot", "--acp"),
    model_args=("--model", "{model}"),
    pass_env=("COPILOT_*", "GH_TOKEN", "GITHUB_TOKEN"),
    keeps=(".copilot", ".config/github-copilot"),
    asides=re.compile(r"(?:Info|Warning|Error): \S"),  # in one piece, unlike a model's words
    failures=re.compile(r"Error: "),
)
KNOWN = {quirks.name: quirks for quirks in (CLAUDE, CODEX, GEMINI, OPENCODE, COPILOT)}


def told_model(quirks: Quirks, model: str) -> str:
    """The model an agent is told of when it is started: a full name, of a vendor's own. "sonnet" is a family."""
    return model if quirks.model_args and any(map(str.isdigit, model)) else ""
