"""The same content as a Claude Code plugin, with the marketplace that offers it. `scripts/update-generated` writes the files.

A plugin can bring agents, skills, commands and hooks. It cannot set a status line, a permission rule or worktree.baseRef;
Claude Code knows its agents and commands as `baton:NAME`. Its agents are copies: a link is not followed by Claude Code's own check,
hooks in their front matter would be ignored with a warning, and all of their descriptions are in every session's context, so
that their beginning has to do: the plan says who does a step, not the model's guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent_baton.claude.install.contents import COMMANDS, FILES, command, skill
from agent_baton.claude.install.parts import hook_groups

NAME = "baton"
HOME = f"plugins/{NAME}"
TEXT = "Plans a task as phases, specialists and gates, and drives it to the end from one journal that survives the session."
OWNER = {"name": "Agent Baton maintainers"}
RUNNER = "${CLAUDE_PLUGIN_ROOT}/hooks/baton"


def plugin_files(version: str, agents: Mapping[str, str]) -> dict[str, str]:
    """Path from the root of the repository -> text. `agents`: name -> text of the definitions."""
    files = {
        ".claude-plugin/marketplace.json": _json(_marketplace(version)),
        f"{HOME}/.claude-plugin/plugin.json": _json(_plugin(version)),
        f"{HOME}/hooks/hooks.json": _json({"description": TEXT, "hooks": hook_groups("sh", RUNNER)}),
        f"{HOME}/hooks/baton": (FILES / "plugin-hook.sh").read_text(encoding="utf-8"),
        f"{HOME}/skills/baton/SKILL.md": skill(),
    }
    files |= {f"{HOME}/commands/{name}.md": command(name) for name in COMMANDS}
    return files | {f"{HOME}/agents/{name}.md": plugin_agent(text) for name, text in agents.items()}


def plugin_agent(text: str) -> str:
    """An agent as the plugin has it: no hooks, and of the description its beginning."""
    head, body = text.removeprefix("---\n").split("\n---\n", 1)
    lines: list[str] = []
    dropping = False
    for line in head.split("\n"):
        dropping = line == "hooks:" or (dropping and line.startswith((" ", "\t")))
        if not dropping:
            lines.append(_first_sentence(line) if line.startswith("description: ") else line)
    return "\n".join(["---", *lines, "---", body])


def _first_sentence(line: str) -> str:
    """Who it is, without the list of what for."""
    return line.partition(". ")[0].partition(" - ")[0].rstrip(".") + "."


def _plugin(version: str) -> dict[str, Any]:
    return {"name": NAME, "version": version, "description": TEXT, "author": OWNER, "license": "MIT"}


def _marketplace(version: str) -> dict[str, Any]:
    entry = {"name": NAME, "source": f"./{HOME}", "description": TEXT, "version": version}
    return {
        "name": "agent-baton",
        "owner": OWNER,
        "metadata": {"description": "Agent Baton for Claude Code", "version": version},
        "plugins": [entry],
    }


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
