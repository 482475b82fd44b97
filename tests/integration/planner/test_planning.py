"""`baton plan` in a real repository, through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repositories import build

POISON = "import pathlib\npathlib.Path(__file__).parent.joinpath('POISONED').write_text('ran')\n"
SHOP = {
    "README.md": "# Shop\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[project.optional-dependencies]\ntest = ["pytest"]\n',
    "shop/__init__.py": "",
    "shop/cart.py": "def total(items):\n    return sum(items)\n",
    "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total([1]) == 1\n",
}
POISONED = {
    **SHOP,
    "conftest.py": POISON,
    "setup.py": POISON,
    "noxfile.py": POISON,
    "sitecustomize.py": POISON,
    "shop/__init__.py": POISON,
    "Makefile": "X := $(shell touch POISONED)\ntest:\n\ttouch POISONED\n",
}


def repository(root: Path, files: dict[str, str]) -> Path:
    """The files, committed."""
    root.mkdir()
    build(root, files)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for args in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "first", "--allow-empty")):
        subprocess.run(["git", *args], cwd=root, check=True)
    return root


def baton(top: Path, *args: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    home = top.parent / "home"
    home.mkdir(exist_ok=True)
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "agent_baton", *args],
        cwd=top,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran


def saved(top: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        (top / ".claude/team-context/plan.json").read_text(encoding="utf-8")
    )
    return found


def test_a_readme_edit_gets_one_agent_and_one_gate_and_passes_its_own_lint(tmp_path: Path) -> None:
    """Ceremony fits the risk, from the command line to the file; plan.md is there for people."""
    top = repository(tmp_path / "repo", SHOP)
    baton(top, "plan", "Fix typo in README", "--save", "--explain")
    plan = saved(top)
    phases = plan["phases"]
    assert isinstance(phases, list)
    assert [len(phase["steps"]) for phase in phases] == [1]
    assert phases[0]["gate"]["command"]
    assert plan["execution_mode"] == "solo"
    assert baton(top, "plan", "check").stdout == "the plan is sound\n"
    assert "README.md" in (top / ".claude/team-context/plan.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("task", ["", "   ", "!!!", "add a word " * 3_000])
def test_a_task_no_plan_can_hold_is_bad_input(tmp_path: Path, task: str) -> None:
    """Exit 2, a reason, and nothing written."""
    top = repository(tmp_path / "repo", SHOP)
    assert baton(top, "plan", task, "--save", code=2).stderr
    assert not (top / ".claude/team-context/plan.json").exists()


@pytest.mark.parametrize(
    "option", [("--model", "a model"), ("--knowledge", "a\nb.md"), ("--agents", "nobody")]
)
def test_an_option_no_plan_can_hold_is_bad_input(tmp_path: Path, option: tuple[str, str]) -> None:
    """Refused with a reason, never a stack trace."""
    top = repository(tmp_path / "repo", SHOP)
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "agent_baton", "plan", "Fix the cart", *option],
        cwd=top, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode in (2, 3)
    assert "Traceback" not in ran.stderr


def test_planning_runs_nothing_of_the_repository(tmp_path: Path) -> None:
    """Build files, test configuration and packages are read as text, whatever they would do when run."""
    top = repository(tmp_path / "repo", POISONED)
    for task in (
        "Fix typo in README",
        "Fix crash in total() of shop/cart.py and add tests",
        "Rewrite the whole shop",
    ):
        baton(top, "plan", task, "--save", "--force")
    baton(top, "plan", "check")
    assert list(top.rglob("POISONED")) == []


def test_a_symbol_of_the_task_leads_to_the_file_that_defines_it(tmp_path: Path) -> None:
    """The brief begins where the work is."""
    top = repository(tmp_path / "repo", SHOP | {"shop/money.py": "def round_half_even(x):\n    return x\n"})
    out = baton(top, "plan", "Fix wrong cents in round_half_even for negative amounts", "--explain").stdout
    assert "shop/money.py (defines round_half_even)" in " ".join(out.split())


def test_a_repository_without_a_single_file_gets_a_plan(tmp_path: Path) -> None:
    """Everybody starts somewhere."""
    top = repository(tmp_path / "repo", {})
    baton(top, "plan", "Create a command line tool that prints the weather", "--save")
    assert "error" not in baton(top, "plan", "check").stdout
