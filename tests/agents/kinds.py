"""The real agents these tests drive: their packages, and the settings that point each at a model on loopback.

`scripts/test --agents` reads the packages from here: `python tests/agents/kinds.py` prints a line for each agent.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

SLOW_DOWN = {"status": 429, "type": "rate_limit_error", "message": "Rate limit reached, slow down"}
USED_UP = {"status": 429, "type": "rate_limit_error", "message": "You have reached your weekly usage limit"}


@dataclass(frozen=True)
class Kind:
    """One agent. In `env` and in the files below the home directory {url} is the model's address, {home} the home."""

    name: str  # as `baton run --runtime` knows it
    packages: tuple[str, ...]  # of npm, pinned: these programs change weekly
    command: str  # what must be there when they are installed
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    # What its model's vendor answers, so that the agent gives up soon instead of trying again by itself.
    rate_limit: Mapping[str, Any] = field(default_factory=lambda: SLOW_DOWN)
    usage_limit: Mapping[str, Any] = field(default_factory=lambda: USED_UP)
    forgets: bool = False  # its program loses a conversation that is taken up again in the minute it began in
    permission: str = "edit"  # with which it may edit and commit unasked

    def missing(self) -> str:
        """Why it cannot be tried here; empty when it can."""
        place = os.environ.get("BATON_AGENTS", "")
        if not place:
            return "real agents are 1.5 GB of packages: scripts/test --agents installs and tries them"
        if not Path(self.binaries(), self.command).exists():
            note = Path(place, self.name, "failed.log")
            why = (
                note.read_text(errors="replace")[-600:] if note.exists() else f"no {self.command} in {place}"
            )
            return f"{self.name} could not be had: {' '.join(why.split())}"
        return _broken(str(Path(self.binaries(), self.command)))

    def binaries(self) -> str:
        return str(Path(os.environ["BATON_AGENTS"], self.name, "node_modules", ".bin"))

    def settle(self, home: Path, url: str) -> dict[str, str]:
        """Write its settings into a home; the environment it needs."""
        for name, text in self.files.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(text, home, url))
        return {name: _filled(text, home, url) for name, text in self.env.items()}


@cache
def _broken(command: str) -> str:
    """Why an installed agent does not run here at all: too old a node, most likely."""
    try:
        ran = subprocess.run(
            [command, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{command} does not run here: {error}"
    return f"{command} does not run here: {ran.stderr.strip()[-400:]}" if ran.returncode else ""


def _filled(text: str, home: Path, url: str) -> str:
    return text.replace("{url}", url).replace("{home}", str(home))


CHATGPT_USED_UP = {
    "error": {
        "type": "usage_limit_reached",
        "message": "The usage limit has been reached",
        "plan_type": "plus",
        "resets_at": 1,
        "resets_in_seconds": 1,
    }
}
GEMINI_USED_UP = {
    "error": {
        "code": 429,
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}],
            }
        ],
    }
}
CODEX = Kind(
    "codex",
    ("@openai/codex@0.169.0", "@agentclientprotocol/codex-acp@2.6.0"),
    "codex-acp",
    usage_limit={"status": 429, "body": CHATGPT_USED_UP},
    permission="full",  # its sandbox lets nothing be written below .git
    env={
        "CODEX_HOME": "{home}/.codex",
        "OPENAI_API_KEY": "scripted",
        "HTTPS_PROXY": "http://127.0.0.1:9",  # nobody is there: it looks for its vendor's news and plugins at every start
    },
    files={
        ".codex/config.toml": """
model = "gpt-5.1"
model_provider = "loopback"
[model_providers.loopback]
name = "loopback"
base_url = "{url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
"""
    },
)
GEMINI = Kind(
    "gemini",
    ("@google/gemini-cli@0.61.0",),
    "gemini",
    usage_limit={"status": 429, "body": GEMINI_USED_UP},
    forgets=True,
    env={"GEMINI_API_KEY": "scripted", "GOOGLE_GEMINI_BASE_URL": "{url}"},
    files={
        ".gemini/settings.json": json.dumps(
            {
                "security": {"auth": {"selectedType": "gemini-api-key"}},
                "general": {"disableAutoUpdate": True, "maxAttempts": 2},
                "privacy": {"usageStatisticsEnabled": False},
                "model": {"name": "gemini-2.5-pro"},
            }
        )
    },
)
OPENCODE = Kind(
    "opencode",
    ("opencode-ai@1.18.33",),
    "opencode",
    rate_limit={**SLOW_DOWN, "headers": {"retry-after-ms": "10"}},
    usage_limit={**USED_UP, "headers": {"retry-after-ms": "10"}},
    env={
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
        "npm_config_offline": "true",  # it installs a package for its plugins at every first start
    },
    files={
        ".config/opencode/opencode.json": json.dumps(
            {
                "autoupdate": False,
                "share": "disabled",
                "model": "loopback/scripted",
                "small_model": "loopback/scripted",
                "provider": {
                    "loopback": {
                        "npm": "@ai-sdk/openai-compatible",
                        "name": "Loopback",
                        "options": {"baseURL": "{url}/v1", "apiKey": "scripted"},
                        "models": {
                            "scripted": {"name": "Scripted", "limit": {"context": 100000, "output": 8000}}
                        },
                    }
                },
            }
        )
    },
)
COPILOT = Kind(
    "copilot",
    ("@github/copilot@1.0.102",),
    "copilot",
    rate_limit={**SLOW_DOWN, "headers": {"retry-after": "3600"}},  # it does not wait that long
    usage_limit={**USED_UP, "headers": {"retry-after": "3600"}},
    env={
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
        "COPILOT_PROVIDER_TYPE": "anthropic",
        "COPILOT_PROVIDER_BASE_URL": "{url}",
        "COPILOT_PROVIDER_API_KEY": "scripted",
        "COPILOT_MODEL": "claude-sonnet-4",
    },
)
KINDS = (CODEX, GEMINI, OPENCODE, COPILOT)

if __name__ == "__main__":
    for kind in KINDS:
        print(kind.name, *kind.packages)
