"""What is right and wrong with an installation, and how to mend each."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
from pathlib import Path

from agent_baton.agents.registry import load_registry
from agent_baton.app.checks import Check
from agent_baton.app.doctor_claude import claude_code, examine_claude
from agent_baton.app.settings import read_settings
from agent_baton.app.site import Site, find_site
from agent_baton.engine.brief import counted
from agent_baton.errors import BatonError
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.workspace.git import git
from agent_baton.workspace.locate import read_head

OLDEST_GIT = (2, 30)
FIXED_SQLITE = (3, 51, 3)  # the first without the WAL-reset corruption bug


def examine(cwd: str) -> list[Check]:
    """Every check, in the order one would mend them."""
    checks = [_python(), _git(cwd), _sqlite()]
    try:
        site = find_site(cwd, os.environ)
    except BatonError as error:
        return [
            *checks,
            Check("repository", "problem", error.message, "run baton inside a git repository: git init"),
            claude_code(),
        ]
    return [
        *checks,
        _repository(site),
        _settings(site),
        _agents(site),
        _journal(site),
        *examine_claude(site, os.environ),
    ]


def _python() -> Check:
    return Check("python", "ok", f"{sys.version.split()[0]} at {sys.executable}")


def _git(cwd: str) -> Check:
    if shutil.which("git") is None:
        return Check("git", "problem", "not on PATH", "install git 2.30 or newer")
    text = git(["--version"], cwd).out.decode("utf-8", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)", text)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < OLDEST_GIT:
        return Check(
            "git", "warning", text, "upgrade to git 2.30 or newer; worktrees of older ones are fragile"
        )
    return Check("git", "ok", text)


def _sqlite() -> Check:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < FIXED_SQLITE:
        return Check(
            "sqlite", "ok", f"{version}: has the WAL-reset bug of 3.7.0 to 3.51.2, which baton's write lock rules out",
            "nothing to do; other programs should not write to baton.db",
        )  # fmt: skip
    return Check("sqlite", "ok", version)


def _repository(site: Site) -> Check:
    head = read_head(site.checkout)
    if head.commit is None:
        return Check("repository", "problem", f"{site.checkout.top} has no commit yet", "git commit")
    if head.branch is None:
        return Check("repository", "warning", f"{site.checkout.top}: HEAD is detached", "git switch -c NAME")
    return Check("repository", "ok", f"{site.checkout.top} on {head.branch}")


def _settings(site: Site) -> Check:
    try:
        read_settings(site.checkout.top)
    except BatonError as error:
        return Check("settings", "problem", error.message, "baton config --explain shows every key")
    return Check(
        "settings",
        "ok",
        ".claude/baton.yaml is sound"
        if Path(site.checkout.top, ".claude/baton.yaml").exists()
        else "defaults",
    )


def _agents(site: Site) -> Check:
    registry = load_registry(Path(site.checkout.top), Path.home())
    problems = list(registry.problems)
    detail = f"{len(registry.names)} agents"
    if problems:
        return Check(
            "agents",
            "warning",
            f"{detail}; {counted(len(problems), 'file')} with problems: {problems[0]}",
            "baton agents check",
        )
    return Check("agents", "ok", detail)


def _journal(site: Site) -> Check:
    if not os.path.exists(site.db_path):
        return Check("journal", "ok", "none yet; the first task makes it")
    journal = SqliteJournal(site.db_path)
    try:
        problems = journal.verify()
        tasks = journal.tasks()
        journal.close()
    except BatonError as error:
        return Check(
            "journal", "problem", error.message, "baton journal recover --to FILE saves what can be read"
        )
    if problems:
        return Check(
            "journal", "problem", problems[0], "baton journal verify; baton journal recover --to FILE"
        )
    stale = sum(task.status in ("running", "paused", "failed") for task in tasks)
    return Check("journal", "ok", f"{counted(len(tasks), 'task')}, {stale} open, every hash in place")
