"""Gates as this machine can run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.app.runnable import is_here, missing_program, runnable
from agent_baton.planner.facts import Evidence, GateCandidate, Level

NOWHERE = Evidence("", 0, "")


def candidate(command: str, confidence: Level = "high") -> GateCandidate:
    return GateCandidate("test", command, "", confidence, NOWHERE, "It is told.")


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
