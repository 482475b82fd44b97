"""Real repositories, made with the git that is installed, blind to the settings of whoever runs the tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

HOOKS = (
    "post-checkout", "post-index-change", "post-merge", "pre-merge-commit", "pre-commit", "commit-msg",
    "post-commit", "reference-transaction", "prepare-commit-msg", "post-rewrite", "pre-auto-gc",
)  # fmt: skip
PROGRAM_SETTINGS = (
    "core.fsmonitor", "core.pager", "core.editor", "diff.external", "core.sshCommand", "core.gitProxy",
    "core.askPass", "pager.status", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean",
    "filter.evil.smudge", "filter.evil.process", "gpg.program", "credential.helper",
    "core.alternateRefsCommand",
)  # fmt: skip


class Repo:
    """A repository on disk and the few things tests do to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def top(self) -> str:
        return os.path.realpath(self.path)

    def git(self, *args: str, code: int = 0) -> str:
        ran = subprocess.run(["git", *args], cwd=self.path, capture_output=True, check=False)
        assert ran.returncode == code, (args, ran.stdout, ran.stderr)
        return os.fsdecode(ran.stdout).strip()

    def write(self, name: str, text: str | bytes = "text\n") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def commit(self, message: str = "a commit", **files: str) -> str:
        for name, text in files.items():
            self.write(name.replace("__", "/").replace("_dot_", "."), text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def head(self, rev: str = "HEAD") -> str:
        return self.git("rev-parse", rev)

    def at(self, path: str | Path) -> Repo:
        return Repo(self.path / path)


@pytest.fixture(autouse=True)
def own_git_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Git knows only what the test says: no system or user configuration, nothing inherited from a hook."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    config = tmp_path_factory.mktemp("home") / "gitconfig"
    config.write_text(
        "[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return config


@pytest.fixture
def empty(tmp_path: Path) -> Repo:
    """A repository with nothing committed."""
    path = tmp_path / "a repo ünïcode"
    path.mkdir()
    made = Repo(path)
    made.git("init", "-q")
    return made


@pytest.fixture
def repo(empty: Repo) -> Repo:
    """A repository with one commit: some source, a test, a README."""
    empty.write("src/app.py", "def one():\n    return 1\n")
    empty.write("tests/test_app.py", "from app import one\n\n\ndef test_one():\n    assert one() == 1\n")
    empty.write("README.md", "# A project\n")
    empty.commit("first")
    return empty


@pytest.fixture
def evil(repo: Repo, tmp_path: Path) -> tuple[Repo, Path]:
    """A repository whose settings and hooks run a program wherever git lets them; the file it would leave."""
    mark = tmp_path / "it-ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{mark}'\ncat\nexit 1\n")
    script.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in HOOKS:
        (hooks / name).symlink_to(script)
        (repo.path / ".git/hooks" / name).symlink_to(script)
    for key in PROGRAM_SETTINGS:
        repo.git("config", key, str(script))
    repo.git("config", "core.hooksPath", str(hooks))
    repo.git("config", "color.ui", "always")
    repo.git("config", "status.renames", "copies")
    repo.git("config", "commit.gpgSign", "true")
    (repo.path / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    return repo, mark
