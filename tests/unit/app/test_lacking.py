"""What a red gate wants for: a tool of the machine, or something the repository is to have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agent_baton.app.lacking import beyond_agents, hold, lacked
from agent_baton.engine.events import BaselineGathered
from agent_baton.gates.run import GateRun


def ran(output: str, exit_code: int = 1) -> GateRun:
    return GateRun("check", exit_code, 0.1, output, len(output), False, 0)


def before(*lacking: str, ok: bool = False) -> BaselineGathered:
    return BaselineGathered(1, "check", ok, "", 0.1, lacking=lacking)


@pytest.mark.parametrize(
    ("names", "output"),
    [
        ("pytest", "/usr/bin/python: No module named pytest"),
        ("flask", "E   ModuleNotFoundError: No module named 'flask.json'\n== 4 errors in 0.3s =="),
        (
            "flask freezegun",
            "E  No module named 'flask'\nE  No module named 'flask'\nE  No module named 'freezegun'\n== 3 errors in 1s ==",
        ),
        ("jest", "Error: Cannot find module 'jest'\nRequire stack:"),
        ("@types/node", "Error: Cannot find module '@types/node/x'"),
        ("mocha", "sh: 1: mocha: not found\nnpm ERR! code ELIFECYCLE"),
        ("rspec", "bundler: command not found: rspec"),
        ("ruff", "make: ruff: No such file or directory\nmake: *** [Makefile:2: lint] Error 127"),
        ("", "=== 1 failed, 2 passed in 0.1s ===\nNo module named 'x'"),
        ("", "AssertionError: 1 != 2"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, names: str, output: str) -> None:
    """Whatever the language, the person is told what to install; a check that ran lacks nothing."""
    assert lacked(f"{sys.executable} -c 0", str(tmp_path), ran(output)) == tuple(names.split())


def test_what_an_agent_is_to_write_is_not_missing_from_the_machine(tmp_path: Path) -> None:
    """A module in a package of the repository."""
    (tmp_path / "src" / "shop").mkdir(parents=True)
    output = "E   ModuleNotFoundError: No module named 'shop.cart'\n== 1 error in 0.3s =="
    assert lacked("python3 -m pytest", str(tmp_path), ran(output)) == ()


def test_a_package_of_the_repository_that_is_not_found_is_not_set_up(tmp_path: Path) -> None:
    """It is there, and nobody told Python where: a person is told the command that does."""
    (tmp_path / "src" / "shop").mkdir(parents=True)
    output = "E   ModuleNotFoundError: No module named 'shop'\n== 1 error in 0.3s =="
    names = lacked("python3 -m pytest", str(tmp_path), ran(output))
    assert names == ("shop",)
    said = hold(names, str(tmp_path), 1, "python3 -m pytest", "baton execute run")
    assert 'baton execute amend --phase-id 1 --gate-command "PYTHONPATH=src python3 -m pytest"' in said


def test_a_script_that_is_to_be_written_is_not_missing_from_the_machine(tmp_path: Path) -> None:
    """A gate may name a script of the repository that an agent has yet to write."""
    assert lacked("./check.sh", str(tmp_path), ran("sh: 1: ./check.sh: not found", 127)) == ()


def test_only_what_was_missing_before_is_beyond_agents(tmp_path: Path) -> None:
    """A package the work began to use is the agent's to do without; the gate's own tool is not, whenever it is found missing."""
    top, flask = str(tmp_path), ran("ModuleNotFoundError: No module named 'flask'\n== 1 error in 0.3s ==")
    check = f"{sys.executable} check.py"
    assert beyond_agents(check, top, flask, before("flask")) == ("flask",)
    assert beyond_agents(check, top, flask, before("flask", "freezegun")) == ("flask",)
    assert beyond_agents(check, top, flask, before()) == ()
    assert beyond_agents(check, top, flask, before(ok=True)) == ()
    assert beyond_agents(check, top, flask, None) == ()
    own = f"{sys.executable} -m flask check"
    assert beyond_agents(own, top, flask, None) == ("flask",)
    assert beyond_agents(own, top, flask, before(ok=True)) == ()
