"""`baton doctor` finds what keeps an installation from working, and says how to mend it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_baton import __version__
from agent_baton.claude.installed import TESTED
from tests.support.repo import Repo


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("doctor")
    repo = Repo(top / "repo", top / "home")
    repo.baton("install", "--agents", "debugger", "--yes")
    return repo.path


@pytest.fixture
def repo(tmp_path: Path, installed: Path) -> Repo:
    shutil.copytree(installed, tmp_path / "repo")
    made = Repo(tmp_path / "repo", tmp_path / "home")
    program(made, "claude", f"{TESTED[-1]} (Claude Code)")
    program(made, "baton", f"baton, version {__version__}")
    made.env["PATH"] = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    return made


def program(repo: Repo, name: str, says: str) -> None:
    """A program on PATH that tells this version."""
    path = repo.path.parent / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)


def edit_settings(repo: Repo, **fields: object) -> None:
    path = repo.path / ".claude/settings.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def cut_short(repo: Repo) -> None:
    path = repo.path / ".claude/baton.installed.json"
    listed = json.loads(path.read_text())
    path.write_text(json.dumps({**listed, "then": {**listed, "then": None}}))


def log_error(repo: Repo) -> None:
    repo.write(".claude/team-context/hooks.log", "1763719230 Stop: OSError: disk full at x.py:3 in y\n")


def distrust(repo: Repo) -> None:
    Path(repo.env["HOME"], ".claude.json").write_text(json.dumps({"projects": {str(repo.path): {}}}))


def no_baton(repo: Repo) -> None:
    os.unlink(repo.path.parent / "bin/baton")


def plugin_too(repo: Repo) -> None:
    home = Path(repo.env["HOME"], ".claude")
    home.mkdir()
    (home / "settings.json").write_text('{"enabledPlugins": {"baton@agent-baton": true, "other@x": true}}')


def program_gone(repo: Repo) -> None:
    """Installed for the user by a baton whose environment was removed since."""
    Path(repo.env["HOME"], ".claude").mkdir()
    repo.baton("uninstall", "--yes")
    repo.baton("install", "--scope", "user", "--agents", "debugger", "--yes")
    path = Path(repo.env["HOME"], ".claude/settings.json")
    value = path.read_text()
    program = json.loads(value)["hooks"]["Stop"][0]["hooks"][0]["command"]
    path.write_text(value.replace(program, "/gone/bin/baton"))


CASES: dict[str, tuple[Callable[[Repo], object], str, str, str, str]] = {
    "a newer Claude Code": (lambda r: program(r, "claude", "99.0.0 (Claude Code)"), "claude code", "warning", f"newer than any tested; tested with {', '.join(TESTED)}", "--no-hooks"),
    "a much older Claude Code": (lambda r: program(r, "claude", "1.0.3 (Claude Code)"), "claude code", "warning", "older than any tested", "claude update"),
    "an installation cut short": (cut_short, "installed", "problem", "cut short", "baton install --yes"),
    "a plugin beside it": (plugin_too, "installed", "ok", "the hooks of the project decide", ""),
    "no baton for hooks": (no_baton, "baton", "problem", "not on PATH", "ln -s"),
    "another baton for hooks": (lambda r: program(r, "baton", "baton, version 0.0.1"), "baton", "warning", "is 0.0.1", "PATH"),
    "errors of hooks": (log_error, "hooks", "warning", "disk full", "hooks.log"),
    "hooks of a baton that is gone": (program_gone, "hooks", "problem", "/gone/bin/baton, which is gone", "baton upgrade --scope user"),
    "hooks switched off": (lambda r: edit_settings(r, disableAllHooks=True), "hooks", "warning", "disableAllHooks", "take it out"),
    "hooks taken out": (lambda r: edit_settings(r, hooks={}), "hooks", "warning", "not as this version writes it", "baton install"),
    "settings that are not JSON": (lambda r: r.write(".claude/settings.json", "{,}"), "hooks", "problem", "is not JSON", "mend"),
    "worktrees from elsewhere": (lambda r: edit_settings(r, worktree={"baseRef": "fresh"}), "worktrees", "warning", "'fresh'", "baseRef"),
    "a project that is not trusted": (distrust, "trust", "warning", "is not trusted", "accept the dialog"),
    "another status line": (lambda r: edit_settings(r, statusLine={"type": "command", "command": "x"}), "status line", "ok", "yours", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_named_with_how_to_mend_it(repo: Repo, name: str) -> None:
    spoil, check, state, detail, mend = CASES[name]
    spoil(repo)
    code = 1 if state == "problem" else 0
    checks = {one["name"]: one for one in repo.json("doctor", code=code)["checks"]}
    assert checks[check]["state"] == state
    assert detail in checks[check]["detail"]
    assert mend in checks[check]["mend"]


def test_nothing_is_wrong_with_a_fresh_installation(repo: Repo) -> None:
    checks = repo.json("doctor")["checks"]
    assert {one["name"]: one["detail"] for one in checks if one["state"] != "ok"} == {}


def test_hooks_of_a_baton_that_is_gone_are_mended_by_an_upgrade(repo: Repo) -> None:
    program_gone(repo)
    repo.baton("upgrade", "--scope", "user", "--yes")
    assert {one["name"]: one["state"] for one in repo.json("doctor")["checks"]}["hooks"] == "ok"
    repo.baton("uninstall", "--scope", "user", "--yes")
    assert not list(Path(repo.env["HOME"], ".claude").iterdir())


def test_an_installation_cut_short_is_mended_by_installing_again(repo: Repo) -> None:
    cut_short(repo)
    repo.baton("install", "--yes")
    assert {one["name"]: one["state"] for one in repo.json("doctor")["checks"]}["installed"] == "ok"
