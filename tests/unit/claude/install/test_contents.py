"""What is installed: small where it is always loaded, one page where the loop is taught, and the same in the plugin."""

from __future__ import annotations

import json
import re

import yaml

from agent_baton.agents.registry import load_registry
from agent_baton.claude.install.contents import (
    COMMANDS,
    always_loaded,
    card,
    command,
    ignores_worktrees,
    memory_block,
    own_files,
    skill,
)
from agent_baton.claude.install.plugin import plugin_agent, plugin_files
from agent_baton.cli.app import COMMANDS as CLI
from agent_baton.engine.protocol import FIELDS

ALWAYS_BYTES = 1_200
CARD_BYTES = 2_500


def test_what_every_session_loads_is_small() -> None:
    """The block in CLAUDE.md, and name and description of what the model may call by itself."""
    texts = [skill(), *map(command, COMMANDS)]
    loaded = memory_block().text("\n") + "".join(map(always_loaded, texts))
    assert "baton: begin" in loaded
    assert "description: Plan a task" in loaded
    assert len(loaded.encode()) <= ALWAYS_BYTES / 2


def test_the_card_is_one_page_and_loaded_only_with_the_loop() -> None:
    assert len(card().encode()) <= CARD_BYTES
    holders = [text for text in (skill(), *map(command, COMMANDS)) if card() in text]
    assert holders == [skill(), command("resume")]
    assert "{card}" not in "".join([skill(), *map(command, COMMANDS)])


def test_the_card_knows_every_action_there_is() -> None:
    actions = {name.__name__.upper() for name in FIELDS}
    assert actions == set(re.findall(r"\*\*([A-Z]+)\*\*", card()))


def test_every_baton_command_named_exists() -> None:
    """A literal-minded model types what it reads."""
    text = skill() + "".join(map(command, COMMANDS)) + memory_block().body
    named = {match[1] for match in re.finditer(r"`baton ([a-z]+)", text)}
    assert named - {"step"} <= set(CLI)  # `baton step 1.1` begins a prompt
    assert {"plan", "execute", "why", "agents"} <= named


def test_front_matter_is_what_claude_code_knows() -> None:
    known = {"name", "description", "argument-hint", "disable-model-invocation", "allowed-tools"}
    for text in (skill(), *map(command, COMMANDS)):
        head = yaml.safe_load(text.split("---\n", 2)[1])
        assert set(head) <= known
        assert head["description"]


def test_a_gitignore_that_does_it_already_is_recognised() -> None:
    assert ignores_worktrees("*.pyc\n/.claude/\n")
    assert ignores_worktrees(".claude/worktrees/\r\n")
    assert not ignores_worktrees("# .claude/\n!.claude/\n.claude/agents/\n")


def test_the_plugin_holds_the_same() -> None:
    agents = {agent.name: agent.path.read_text(encoding="utf-8") for agent in load_registry()}
    files = plugin_files("1.2.3", agents)
    own = own_files({}, {})
    assert files["plugins/baton/skills/baton/SKILL.md"] == own["skills/baton/SKILL.md"]
    for name in COMMANDS:
        assert files[f"plugins/baton/commands/{name}.md"] == own[f"commands/baton-{name}.md"]
    assert json.loads(files["plugins/baton/.claude-plugin/plugin.json"])["version"] == "1.2.3"
    hooks = json.loads(files["plugins/baton/hooks/hooks.json"])["hooks"]
    for groups in hooks.values():
        for group in groups:
            for one in group["hooks"]:
                assert one["command"] == "sh"
                assert one["args"][0] == "${CLAUDE_PLUGIN_ROOT}/hooks/baton"


def test_a_plugin_agent_has_no_hooks_a_short_description_and_the_same_body() -> None:
    text = "---\nname: x\ndescription: Reads. Use it for reading.\ntools: Read\nhooks:\n  PreToolUse:\n    - a: b\nmodel: opus\n---\nBody\n---\nmore\n"
    assert (
        plugin_agent(text)
        == "---\nname: x\ndescription: Reads.\ntools: Read\nmodel: opus\n---\nBody\n---\nmore\n"
    )
    for agent in load_registry():
        head, body = plugin_agent(agent.path.read_text(encoding="utf-8")).split("---\n", 2)[1:]
        value = yaml.safe_load(head)
        assert value["name"] == agent.name
        assert "hooks" not in value
        assert body == agent.path.read_text(encoding="utf-8").split("---\n", 2)[2]
