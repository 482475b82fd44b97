"""The same work by the other ways in: without hooks by the printed protocol, and with nothing installed but the plugin."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.claude.shop import CODER, GATE, GUIDE, RIGHT, TASK, Shop, build, founded, review
from tests.support import plans
from tests.support.claude import MISSING, find
from tests.support.model_server import Conversation, ModelServer, Turn
from tests.support.repo import ROOT

BINARY = find()
pytestmark = pytest.mark.skipif(not BINARY, reason=MISSING)
DONE = {"shop.py": RIGHT, "docs/discounts.md": GUIDE}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with ModelServer() as server:
        made = Shop(tmp_path, server, BINARY)
        founded(made.repo)
        made.repo.baton("uninstall", "--yes")
        yield made


def foreground(_talk: Conversation, turn: Turn) -> Turn | None:
    """The card says `run_in_background` = false; without hooks nobody else does."""
    if isinstance(turn, dict) and "blocks" in turn:
        for block in turn["blocks"]:
            block["input"]["run_in_background"] = False
    return turn


def test_without_hooks_the_printed_protocol_leads_to_the_end(shop: Shop) -> None:
    """Records are the driver's own; briefs still come as files, so that each is paid for once."""
    shop.repo.baton("install", "--no-hooks", "--yes")
    shop.repo.commit("Install baton")
    shop.driver.twist = foreground
    with shop.open() as session:
        session.say(f"/baton {TASK}")
        shop.plan(build(), review())
        session.say("yes")
    assert session.ran.text.startswith("All done: ")
    assert shop.files() == DONE
    commands = [str(call["input"]) for call in session.ran.calls("Bash", child=False)]
    assert sum(" record " in command for command in commands) == 3
    assert not any("--- Delegation Prompt ---" in str(result) for result in session.ran.tool_results())


def test_the_plugin_alone_drives_a_task_to_the_end(shop: Shop, tmp_path: Path) -> None:
    """Its agents are found under their own names, its hooks record, `/baton` is its skill."""
    folder = tmp_path / "the shop"
    for name in (".claude-plugin", "plugins"):
        shutil.copytree(ROOT / name, folder / name)
    for args in (["marketplace", "add", str(folder)], ["install", "baton@agent-baton"]):
        subprocess.run(
            [BINARY, "plugin", *args],
            cwd=shop.repo.path,
            env=shop.env,
            stdin=subprocess.DEVNULL,
            check=True,
            capture_output=True,
        )
    with shop.open() as session:
        session.say(f"/baton {TASK}")
        shop.plan(build(), review())
        session.say("yes")
    assert session.ran.text.startswith("All done: "), session.ran.tool_results()[-3:]
    assert shop.files() == DONE
    assert not [call for call in session.ran.calls("Bash", child=False) if " record " in str(call["input"])]
    assert "baton:backend-engineer--python" in json.dumps(session.ran.events)


def test_an_agent_that_the_session_does_not_have_is_stood_in_for(shop: Shop) -> None:
    """A model that only obeys does not stop there: the second attempt is anybody's, told whose part it plays."""
    shop.repo.baton("install", "--agents", "debugger", "--yes")
    shop.repo.commit("Install baton")
    step = plans.step("1.1", agent=CODER, allowed_paths=["shop.py"], task_description="Add the discount")
    shop.begin(plans.phase(1, step, gate=GATE))
    ran = shop.drive()
    assert ran.text.startswith("All done: ")
    assert shop.files()["shop.py"] == RIGHT
    assert "general-purpose" in "".join(shop.told("StepDispatched"))
