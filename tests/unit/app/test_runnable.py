"""Gates as this machine can run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.app.runnable import is_here, missing_program, runnable
from agent_baton.planner.facts import Evidence, GateCandidate, Level

NOWHERE = Evidence("", 0, "")


def candidate(command: str, confidence: Level = "high", programs: str = "") -> GateCandidate:
    return GateCandidate("test", command, "", confidence, NOWHERE, "It is told.", tuple(programs.split()))


def tools(top: Path, *names: str) -> None:
    """Programs of the repository's own virtual environment."""
    for name in names:
        tool = top / ".venv" / "bin" / name
        tool.parent.mkdir(parents=True, exist_ok=True)
        tool.touch()


@pytest.mark.parametrize(
    "command", ["sh -c true && no-such-tool x", "sh -c true | no-such-tool", "(sh -c true) && (no-such-tool)"]
)
def test_every_program_of_a_line_must_be_here(tmp_path: Path, command: str) -> None:
    """A line whose second program is missing cannot run, however well it begins."""
    assert missing_program(command, tmp_path) == "no-such-tool"
    assert not is_here(command, tmp_path)


def test_a_script_that_may_be_the_tests_does_not_stand_in_for_them(tmp_path: Path) -> None:
    """Where the maintainers' tool is missing, only what is as sure takes its place; else theirs stays and is reported."""
    script = tmp_path / "scripts" / "test-gem"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    best, other = candidate("no-such-tool test"), candidate("./scripts/test-gem all", "medium")
    assert runnable({"test": best}, tmp_path, [best, other])["test"].command == "no-such-tool test"
    sure = candidate("sh tests.sh")
    chosen = runnable({"test": best}, tmp_path, [best, other, sure])["test"]
    assert chosen.command == "sh tests.sh"
    assert "no-such-tool, which the maintainers use, is not on this machine" in chosen.reason


@pytest.mark.parametrize(
    ("command", "here"),
    [
        ("pixi run pytest -q", ".venv/bin/pytest -q"),
        ("pixi run --frozen -- python -m pytest", ".venv/bin/python -m pytest"),
        ("pixi run test", "pixi run test"),  # a task of theirs, not the program
        ("pixi run mypy", "pixi run mypy"),  # not here either
    ],
)
def test_a_launcher_that_is_missing_is_left_out_where_its_program_is_here(
    command: str, here: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate has to run: the same program, started as it lies here, with the missing launcher told beside the evidence."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    tools(tmp_path, "pytest", "python")
    wrapped = candidate("sh tests.sh", programs="sh pixi pytest")
    chosen = runnable({"test": candidate(command)}, tmp_path, [wrapped])["test"]
    assert chosen.command == here
    assert ("pixi, which the maintainers use, is not on this machine" in chosen.reason) == (here != command)


def test_only_the_same_tests_stand_in(tmp_path: Path) -> None:
    """A second build system's guess is another suite; a task that calls the missing tool itself helps nobody."""
    best = candidate("no-such-tool check", programs="no-such-tool jest")
    other = candidate("sh -c pom", "medium", "sh")
    wrapping = candidate("sh check.sh", programs="sh no-such-tool jest")
    assert runnable({"test": best}, tmp_path, [other, wrapping])["test"].command == "no-such-tool check"
    same = candidate("sh jest", "medium", "sh jest")
    assert runnable({"test": best}, tmp_path, [other, wrapping, same])["test"].command == "sh jest"
