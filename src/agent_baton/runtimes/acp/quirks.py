"""What differs between agents that speak the Agent Client Protocol. Data, measured on the versions named in docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_baton.runtimes.protocol import Permission


@dataclass(frozen=True, slots=True)
class Quirks:
    name: str
    command: tuple[str, ...]
    model_args: tuple[str, ...] = ()  # put behind the command when a model is asked for; {model} is its name
    auth_method: str = ""  # asked for when it is offered: without it the agent refuses a session
    modes: Mapping[Permission, str] = field(default_factory=dict)  # set when it is offered
    pass_env: tuple[str, ...] = ()  # credentials and settings it needs of our environment
    env: Mapping[str, str] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()  # below the home directory: what it writes for itself
    errors_as_text: bool = False  # an API error ends the turn as if all were well, and is only said
    counts_session: bool = True  # its cost is the session's, not the run's
    counts_last_answer: bool = False  # its tokens are those of the last answer only


CLAUDE = Quirks(
    "claude-acp",
    ("claude-agent-acp",),
    modes={"read": "plan", "ask": "default", "edit": "acceptEdits", "full": "bypassPermissions"},
    pass_env=("ANTHROPIC_*", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_*"),
    keeps=(".claude", ".claude.json"),
)
# Asks for nothing by itself: what it may do is its sandbox's business.
CODEX = Quirks(
    "codex",
    ("codex-acp",),
    model_args=("-c", "model={model}"),
    modes={"read": "read-only", "full": "agent-full-access"},
    pass_env=("OPENAI_*", "CODEX_*"),
    keeps=(".codex",),
)
# Ignores SIGTERM; retries a rate limit longer than a minute by itself.
GEMINI = Quirks(
    "gemini",
    ("gemini", "--acp"),
    model_args=("-m", "{model}"),
    auth_method="gemini-api-key",
    modes={"edit": "autoEdit", "full": "yolo"},
    pass_env=("GEMINI_*", "GOOGLE_*"),
    keeps=(".gemini",),
)
# Asks for nothing unless its own configuration says so.
OPENCODE = Quirks(
    "opencode",
    ("opencode", "acp"),
    pass_env=("OPENCODE_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"),
    keeps=(".config/opencode", ".local/share/opencode", ".local/state/opencode"),
    counts_last_answer=True,
)
COPILOT = Quirks(
    "copilot",
    ("copilot", "--acp"),
    model_args=("--model", "{model}"),
    pass_env=("COPILOT_*", "GH_TOKEN", "GITHUB_TOKEN"),
    keeps=(".copilot", ".config/github-copilot"),
    errors_as_text=True,
)
KNOWN = {quirks.name: quirks for quirks in (CLAUDE, CODEX, GEMINI, OPENCODE, COPILOT)}
