"""Locks that end with their holder, and not before what the holder started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent_baton.errors import Refused
from agent_baton.workspace.locks import locked

from .conftest import Repo

HOLD = """
import sys
from agent_baton.workspace.git import git
from agent_baton.workspace.locks import locked
with locked(sys.argv[1]):
    git(["hang"], sys.argv[2], write=True)
"""


def test_one_at_a_time(tmp_path: Path) -> None:
    """A second holder is refused while the first has it, and gets it afterwards."""
    path = str(tmp_path / "deep/lock")
    with locked(path), pytest.raises(Refused, match="does not let go"), locked(path, 0.02):
        pass
    with locked(path, 0.02):
        pass


def test_the_holder_may_remove_the_file(tmp_path: Path) -> None:
    """After the file was removed, the next holder locks one that others will find."""
    path = tmp_path / "lock"
    with locked(str(path)):
        path.unlink()
    with locked(str(path)):
        assert path.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A lock is never made through a symbolic link."""
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"), locked(str(tmp_path / "lock")):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_git_keeps_the_lock_of_a_killed_holder(repo: Repo, tmp_path: Path) -> None:
    """While a git command lives on after its caller was killed, nobody takes over what it is writing."""
    started, path = tmp_path / "started", str(tmp_path / "lock")
    os.mkfifo(started)
    repo.git("config", "alias.hang", f"!echo $$ > '{started}'; exec sleep 60")
    process = subprocess.Popen([sys.executable, "-c", HOLD, path, repo.top])
    pid = int(started.read_text())
    process.send_signal(signal.SIGKILL)
    process.wait()
    with pytest.raises(Refused), locked(path, 0.05):
        pass
    os.killpg(os.getpgid(pid), signal.SIGKILL)
    with locked(path, 10):
        pass
