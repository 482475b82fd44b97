"""The versions of Claude Code that are tested are the ones we say are tested."""

from __future__ import annotations

import subprocess

import pytest

from agent_baton.claude.installed import TESTED
from tests.support.claude import every


@pytest.mark.parametrize("binary", every())
def test_it_is_one_that_doctor_knows(binary: str) -> None:
    """`baton doctor` warns of versions that were not tested: its list is what these tests run with."""
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    assert told.split()[0] in TESTED
