"""The whole walk in a scratch repository: real commits, a real pytest gate that fails once and is repaired."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_baton.plan.model import Gate, Phase, Plan, Step
from agent_baton.plan.write import dump_plan
from agent_baton.workspace.git import answer, git

PYTEST = f"{shlex.quote(sys.executable)} -m pytest -q"

SHOP = '''"""Prices of a small shop, in cents."""


def total(prices: list[int]) -> int:
    """What the customer pays."""
    return sum(prices)
'''
SHOP_TESTS = """from shop import total


def test_total_adds_up():
    assert total([250, 250]) == 500
"""
WRONG = (
    SHOP
    + '''

def discounted(prices: list[int], percent: int) -> int:
    """The total less a discount, rounded down to whole cents."""
    return total(prices) - percent
'''
)
RIGHT = WRONG.replace("total(prices) - percent", "total(prices) * (100 - percent) // 100")
DISCOUNT_TESTS = """from shop import discounted


def test_ten_percent_of_five_euros_is_fifty_cents():
    assert discounted([250, 250], 10) == 450


def test_no_discount_changes_nothing():
    assert discounted([199], 0) == 199
"""


@dataclass(frozen=True)
class Turn:
    """What the scripted agent does when a step is dispatched to it."""

    says: str
    files: dict[str, str]


SCRIPT = {
    "1.1": Turn("added discounted(); not tested yet", {"shop.py": WRONG}),
    "1.2": Turn("wrote two tests of the discount", {"test_discount.py": DISCOUNT_TESTS}),
    "1.r1": Turn("a percentage was taken as cents; fixed", {"shop.py": RIGHT}),
    "2.1": Turn("read the diff; no defects left", {}),
}


def demo_plan() -> Plan:
    """Two phases; the first gate will be red once."""
    build = Phase(
        phase_id=1,
        name="Build",
        gate=Gate(command=PYTEST, description="the shop's tests"),
        steps=[
            Step(
                step_id="1.1",
                agent_name="backend-engineer--python",
                task_description="Add discounted(prices, percent) to shop.py",
            ),
            Step(
                step_id="1.2",
                agent_name="test-engineer",
                task_description="Test the discount in test_discount.py",
                depends_on=["1.1"],
            ),
        ],
    )
    review = Phase(
        phase_id=2,
        name="Review",
        gate=Gate(command=PYTEST, description="still green"),
        steps=[
            Step(
                step_id="2.1",
                agent_name="code-reviewer",
                task_description="Review the discount",
                blocked_paths=["**"],
            )
        ],
    )
    return Plan(
        task_id="task-discount-demo",
        task_summary="Add a percentage discount to the shop",
        phases=[build, review],
    )


class Demo:
    """Plays the walk in a directory and tells what it does. `say` gets one line at a time."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("BATON_", "GIT_"))}
        self.identity = {
            f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in IDENTITY.items()
        }
        self.env = {
            **kept,
            **self.identity,
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "BATON_ACTOR": "demo",
            # what the end of a task keeps for later looks goes away with the scratch repository
            "XDG_CACHE_HOME": str(folder / ".git" / "cache"),
        }

    def play(self) -> None:
        self._prepare()
        self._baton("execute", "start")
        for _ in range(20):
            action = json.loads(self._quietly("execute", "next", "--output", "json"))
            if not self._obey(action):
                return
        raise AssertionError("the demo never ends")

    def _obey(self, action: dict[str, Any]) -> bool:
        if action["action"] == "DISPATCH":
            self._work(action)
        elif action["action"] == "GATE":
            self._baton("execute", "gate", "--phase-id", str(action["phase"]), "--run")
        else:
            self._baton("execute", "complete")
            self._baton("story", "task-discount-demo")
            return False
        return True

    def _prepare(self) -> None:
        self.say(f"A scratch repository: {self.folder}")
        self._git("init", "-q", "-b", "main")
        for name, text in (
            ("shop.py", SHOP),
            ("test_shop.py", SHOP_TESTS),
            (".gitignore", ".pytest_cache/\n__pycache__/\n"),
        ):
            (self.folder / name).write_text(text, encoding="utf-8")
        self._commit("A small shop")
        (self.folder / "plan.json").write_bytes(dump_plan(demo_plan()))
        self._baton("plan", "--import", "plan.json", "--save")
        (self.folder / "plan.json").unlink()

    def _work(self, action: dict[str, Any]) -> None:
        """The scripted agent: real edits, a real commit, an honest report."""
        step_id, agent = action["step"], action["agent"]
        turn = SCRIPT[step_id]
        self._baton("execute", "dispatched", "--step-id", step_id, "--agent", agent)
        self.say(f"   {agent} works: {turn.says}")
        claim: tuple[str, ...] = ()
        if turn.files:
            for name, text in turn.files.items():
                (self.folder / name).write_text(text, encoding="utf-8")
            claim = ("--commit", self._commit(f"{step_id}: {turn.says}"), "--files", ",".join(turn.files))
        self._baton(
            "execute",
            "record",
            "--step-id",
            step_id,
            "--agent",
            agent,
            "--status",
            "complete",
            "--outcome",
            turn.says,
            *claim,
        )

    def _git(self, *args: str) -> str:
        return answer(git(list(args), str(self.folder), None, self.identity, write=True)).decode().strip()

    def _commit(self, message: str) -> str:
        self._git("add", "-A")
        self._git("commit", "-q", "-m", message)
        return self._git("rev-parse", "HEAD")[:12]

    def _run(self, args: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from agent_baton.cli.entry import main; main()", *args]
        return subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    def _quietly(self, *args: str) -> str:
        return self._run(args).stdout

    def _baton(self, *args: str) -> None:
        """Show a command and the telling part of what it prints."""
        shown = " ".join(shlex.quote(arg) for arg in args)
        self.say(f"\n$ baton {shown}")
        ran = self._run(args)
        for line in shorten(ran.stderr + ran.stdout):
            self.say(f"   {line}")
        if ran.returncode not in (0, 1):
            raise AssertionError(f"baton {shown} ended with {ran.returncode}")


IDENTITY = {"NAME": "Demo", "EMAIL": "demo@example.org"}


def shorten(text: str) -> list[str]:
    """Without the long middle: the brief between its markers is summed up in a line."""
    cut = re.sub(
        r"--- Delegation Prompt ---\n.*?--- End Prompt ---",
        "--- the brief for the agent ---",
        text,
        flags=re.DOTALL,
    )
    return [line.replace(sys.executable, "python") for line in cut.splitlines() if line.strip()]


def play_demo(keep: bool, say: Callable[[str], None]) -> str:
    """Play it in a temporary directory; returns where it is when `keep`, else "" after taking it away."""
    folder = Path(tempfile.mkdtemp(prefix="baton-demo-")).resolve()
    try:
        Demo(folder, say).play()
    finally:
        if not keep:
            _remove(folder)
    return str(folder) if keep else ""


def _remove(folder: Path) -> None:
    """Take away the directory this demo made."""
    for root, folders, files in os.walk(folder, topdown=False):
        for name in files:
            Path(root, name).unlink()
        for name in folders:
            path = Path(root, name)
            path.unlink() if path.is_symlink() else path.rmdir()
    folder.rmdir()
