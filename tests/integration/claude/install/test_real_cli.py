"""What the real Claude Code makes of what is installed, and of the plugin: nothing here stands in for it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_baton.agents.registry import load_registry
from agent_baton.claude.install.contents import memory_block
from tests.support.claude import MISSING, Ran, World, find
from tests.support.model_server import ModelServer, Rule
from tests.support.plans import phase, plan, step
from tests.support.repo import ROOT

BINARY = find()
pytestmark = pytest.mark.skipif(not BINARY, reason=MISSING)
COMPLAINT = re.compile(r"gent file .*(?:invalid|does not recognize|sets \w+, which is ignored)|Missing required|Invalid setting")  # fmt: skip
CONTEXT = "0/1 gates done"  # of where the task stands
NAMES = ["baton-plan", "baton-resume", "baton-retro", "baton-review", "baton-status"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ModelServer(
        rules=[Rule(".", [{"run": "baton execute list; echo B=$BATON_BRIEFS"}, "seen"])]
    ) as server:
        yield World(tmp_path, server, BINARY)


def run(world: World, prompt: str, *args: str, trusted: bool = True) -> tuple[Ran, str]:
    """A session with one prompt, and its debug log."""
    log = world.repo.path.parent / "debug.log"
    ran = world.run(prompt, "--debug-file", str(log), *args)
    assert ran.results, ran.stderr
    return ran, log.read_text(encoding="utf-8", errors="replace")


def sent(world: World) -> str:
    """Everything the first request told the model."""
    body = world.server.requests[0].body
    return "\n".join(strings([body.get("system"), body["messages"]]))


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for child in children for text in strings(child)]


def test_everything_installed_is_taken_up_without_a_complaint(world: World) -> None:
    """All agents, shipped and made, the skill, the commands and the settings."""
    world.repo.baton("install", "--agents", "all", "--yes")
    world.repo.baton(
        "agents", "create", "pump-engineer", "--description", "Knows the pump", "--role", "backend-engineer"
    )
    ran, log = run(world, "/baton-status")
    assert [line for line in log.splitlines() if COMPLAINT.search(line)] == []
    assert {*load_registry().names, "pump-engineer"} <= set(ran.init()["agents"])
    assert {"baton", *NAMES} <= set(ran.init()["slash_commands"])


def test_what_is_always_loaded_is_under_a_kilobyte_and_a_fifth(world: World) -> None:
    """Measured in the request that was sent: the block in CLAUDE.md and the skill's line; the commands cost nothing."""
    world.repo.baton("install", "--yes")
    run(world, "say hello")
    text = sent(world)
    block = memory_block().text("\n")
    line = next(line for line in text.splitlines() if line.startswith("- baton: "))
    assert memory_block().body.strip() in text
    assert len((block + line).encode()) <= 1_200
    assert not any(f"- {name}" in text for name in NAMES)
    assert "## The loop" not in text


def test_the_card_arrives_with_the_command(world: World) -> None:
    world.repo.baton("install", "--yes")
    run(world, '/baton Add "request" logging')
    text = sent(world)
    assert 'The user wants: Add "request" logging' in text
    assert "## The loop" in text


def test_baton_needs_no_permission_in_a_trusted_project(world: World) -> None:
    """In the mode that asks for everything else."""
    world.server.script.rules = [Rule(".", [{"run": "baton execute list"}, "seen"])]
    world.repo.baton("install", "--yes")
    ran, _ = run(world, "look", "--permission-mode", "default")
    assert ran.results[-1]["permission_denials"] == []
    assert "no tasks open" in json.dumps(ran.tool_results())


def test_without_baton_on_the_path_of_hooks_the_session_goes_on(world: World) -> None:
    world.repo.baton("install", "--yes")
    ran = world.run("say hello", PATH="/usr/bin:/bin")
    assert ran.text == "seen"


class Shop:
    """The marketplace of this repository, copied where its version can be changed."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        for name in (".claude-plugin", "plugins"):
            shutil.copytree(ROOT / name, folder / name)

    def plugin(self, *args: str) -> str:
        ran = subprocess.run(
            [BINARY, "plugin", *args], cwd=self.world.repo.path, env=self.world.env, capture_output=True, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def version(self) -> str | None:
        return next((one["version"] for one in json.loads(self.plugin("list", "--json"))), None)

    def release(self, version: str) -> None:
        for name in (".claude-plugin/marketplace.json", "plugins/baton/.claude-plugin/plugin.json"):
            path = self.folder / name
            path.write_text(re.sub(r'"version": "[^"]+"', f'"version": "{version}"', path.read_text()))


@pytest.mark.parametrize("path", [".", "plugins/baton"])
def test_plugin_and_marketplace_pass_claude_codes_own_check(path: str) -> None:
    ran = subprocess.run(
        [BINARY, "plugin", "validate", ROOT / path, "--strict", "--json"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    found = json.loads(ran.stdout)
    assert (found["success"], found["manifest"]["warnings"], found["contents"]) == (True, [], [])
    assert path == "." or len(found["provides"]["agents"]) == len(load_registry())


def test_the_plugin_is_added_installed_used_updated_and_uninstalled(world: World, tmp_path: Path) -> None:
    shop = Shop(world, tmp_path / "the shop")
    shop.plugin("marketplace", "add", str(shop.folder))
    shop.plugin("install", "baton@agent-baton")
    first = shop.version()
    ran, log = run(world, "/baton Add a thing")
    assert [line for line in log.splitlines() if COMPLAINT.search(line)] == []
    assert {"baton:baton", "baton:resume", "baton:status"} <= set(ran.init()["slash_commands"])
    assert {f"baton:{name}" for name in load_registry().names} <= set(ran.init()["agents"])
    assert "The user wants: Add a thing" in sent(world)
    assert "B=hooks" in json.dumps(ran.tool_results()), "its SessionStart hook ran"
    shop.release("99.0.0")
    shop.plugin("marketplace", "update", "agent-baton")
    shop.plugin("update", "baton@agent-baton")
    assert (first, shop.version()) != ("99.0.0", first)
    assert shop.version() == "99.0.0"
    shop.plugin("uninstall", "baton@agent-baton")
    shop.plugin("marketplace", "remove", "agent-baton")
    assert shop.version() is None
    assert not any("baton" in name for name in world.run("hello").init()["slash_commands"])


def test_installed_for_the_user_and_in_the_project_hooks_work_once(world: World) -> None:
    """In another project the user's do; so they do in a home directory that is a project, too."""
    home = str(world.config)
    user = ("install", "--scope", "user", "--agents", "debugger", "--yes")
    world.repo.baton(*user, CLAUDE_CONFIG_DIR=home)
    world.repo.save_plan(plan(phase(1, step("1.1"))))
    world.repo.baton("execute", "start", "--no-baseline")
    run(world, "hello")
    told = sent(world).count(CONTEXT)
    world.repo.baton("install", "--agents", "debugger", "--yes", CLAUDE_CONFIG_DIR=home)
    world.server.requests.clear()
    run(world, "hello")
    assert (told, sent(world).count(CONTEXT)) == (1, 1)
    call, top = '{"session_id": "s", "source": "compact"}', str(world.repo.path)
    for config, hidden in ((home, True), (f"{top}/.claude", False)):
        hook = ("hook", "SessionStart", "--elsewhere")
        ran = world.repo.baton(*hook, stdin=call, CLAUDE_PROJECT_DIR=top, CLAUDE_CONFIG_DIR=config)
        assert (ran.stdout == "") == hidden


def test_beside_a_project_installation_the_plugins_hooks_keep_still(world: World, tmp_path: Path) -> None:
    """Hooks that run twice would cost twice."""
    shop = Shop(world, tmp_path / "shop")
    shop.plugin("marketplace", "add", str(shop.folder))
    shop.plugin("install", "baton@agent-baton")
    world.repo.baton("install", "--no-hooks", "--yes")
    ran, _ = run(world, "hello")
    assert "B=file" in json.dumps(ran.tool_results())
    doctor = {check["name"]: check for check in json.loads(world.repo.baton("doctor", "--json", code=None, CLAUDE_CONFIG_DIR=str(world.config)).stdout)["checks"]}  # fmt: skip
    assert "the others keep still" in doctor["installed"]["detail"]
