"""Real git repositories for tests, and a baton to call in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("BATON_", "GIT_", "CLAUDE", "XDG_"))
    and key not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "COLUMNS", "LINES")
}
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.org",
}  # fmt: skip


class Repo:
    """A repository with one commit, and `baton` in it."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        home.mkdir(parents=True, exist_ok=True)
        # the gates' python is the one that has pytest
        tools = f"{Path(sys.executable).parent}:{CLEAN['PATH']}"
        self.env = {**CLEAN, **IDENTITY, "HOME": str(home), "USER": "ann", "PATH": tools}
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.write("README.md", "# Sample\n")
        self.commit("Begin")

    def git(self, *args: str, cwd: Path | None = None) -> str:
        ran = subprocess.run(
            ["git", *args], cwd=cwd or self.path, env=self.env, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def save_plan(self, document: dict[str, Any]) -> None:
        folder = self.path / ".claude" / "team-context"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        (folder / "plan.json").write_text(json.dumps(document))

    def baton(
        self, *args: str, code: int | None = 0, cwd: Path | None = None, stdin: str | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run baton; its exit code must be `code` unless that is None."""
        ran = subprocess.run(
            [sys.executable, "-c", "from agent_baton.cli.entry import main; main()", *args],
            cwd=cwd or self.path,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            input=stdin if stdin is not None else "",
        )
        assert code is None or ran.returncode == code, (
            f"{args}: exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        )
        return ran

    def json(self, *args: str, code: int | None = 0) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.baton(*args, "--output", "json", code=code).stdout)
        return answer

    def fingerprint(self) -> dict[str, bytes]:
        """Every file of the state directory by content, the log of SQLite left out: reading moves its marks."""
        folder = self.path / ".claude" / "team-context"
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.endswith(("-wal", "-shm"))
        }
