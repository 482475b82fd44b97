"""Installing as somebody who is not root, and where they may not write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repo import CLEAN

NOBODY = 65_534
pytestmark = pytest.mark.skipif(
    os.getuid() != 0, reason="only root can become somebody else; as a user the other tests say it"
)
# Runs once as root and changes nothing, so that every module is loaded; then gives up root for good.
CHILD = """
import os, sys
from agent_baton.cli.app import baton
from agent_baton.errors import BatonError
def call(*args):
    try:
        return baton.main(list(args), standalone_mode=False)
    except BatonError as error:
        print("refused:", error.message)
        return error.exit_code
for args in (["install", "--dry-run"], ["doctor"], ["uninstall"], ["upgrade"]):
    call(*args)
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print("=====")
for line in sys.argv[1:]:
    print(f"exit {call(*line.split()) or 0}")
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A repository of nobody's, in a directory that everybody can enter."""
    top = Path(tempfile.mkdtemp(prefix="of nobody "))
    top.chmod(0o755)
    repo = top / "repo"
    repo.mkdir()
    (repo / "README.md").write_text("# Sample\n")
    (top / "home").mkdir()
    for path in (top, repo, top / "home", repo / "README.md"):
        os.chown(path, NOBODY, NOBODY)
    script = (
        "git init -q -b main && git add -A && git -c user.name=n -c user.email=n@localhost commit -q -m Begin"
    )
    subprocess.run(
        ["sh", "-c", script],
        cwd=repo,
        check=True,
        user=NOBODY,
        group=NOBODY,
        env={**CLEAN, "HOME": str(top / "home")},
    )
    yield repo
    shutil.rmtree(top)


def as_nobody(repo: Path, *lines: str) -> str:
    """Run baton commands, a line each; what they printed."""
    env = {**CLEAN, "HOME": str(repo.parent / "home"), "USER": "nobody", "GIT_CONFIG_COUNT": "1",
           "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, *lines], cwd=repo, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.partition("=====\n")[2]


def files(repo: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(repo)): path.read_bytes()
        for path in sorted(repo.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(repo).parts
    }


def test_a_user_without_root_installs_and_takes_away(place: Path) -> None:
    before = files(place)
    said = as_nobody(place, "install --yes", "doctor --json", "install", "uninstall --yes")
    assert "nothing to do" in said
    assert said.count("exit 0") >= 3
    assert files(place) == before


@pytest.mark.parametrize("path", [".claude", ".claude/settings.json", "CLAUDE.md"])
def test_where_they_may_not_write_nothing_is_half_done(place: Path, path: str) -> None:
    """Root owns one file or directory in the way: said by name, before anything else is written."""
    target = place / path
    target.parent.mkdir(exist_ok=True)
    os.chown(target.parent, NOBODY, NOBODY)
    if path == ".claude":
        target.mkdir()
    else:
        target.write_text("{}\n" if path.endswith("json") else "# Mine\n")
    target.chmod(0o755 if path == ".claude" else 0o644)
    before = files(place)
    said = as_nobody(place, "install --yes")
    assert "is not writable for nobody" in said
    assert "nothing was changed" in said
    assert "exit 2" in said
    assert files(place) == before


def test_what_they_may_not_read_is_said(place: Path) -> None:
    target = place / "CLAUDE.md"
    target.write_text("secret\n")
    target.chmod(0o600)
    said = as_nobody(place, "install --yes")
    assert "CLAUDE.md cannot be read: Permission denied; nothing was changed" in said
    assert sorted(files(place)) == ["CLAUDE.md", "README.md"]
