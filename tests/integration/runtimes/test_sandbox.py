"""The box around an agent, tried from inside with a real bubblewrap."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from agent_baton.app.boxes import box_for
from agent_baton.app.site import Site, find_site
from agent_baton.errors import Refused
from agent_baton.runtimes import sandbox
from agent_baton.runtimes.sandbox import boxed, missing
from agent_baton.workspace.locate import locate
from agent_baton.workspace.worktrees import add_worktree
from tests.support.repo import Repo

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"no sandbox here: {missing()}")


@pytest.fixture
def site(repo: Repo) -> Site:
    return find_site(str(repo.path), {})


@pytest.fixture
def tree(repo: Repo, site: Site) -> str:
    """A step's own work tree."""
    made = add_worktree(locate(str(repo.path)), "task-x-0001", "1.1", repo.git("rev-parse", "HEAD"))
    return made.path


def inside(
    repo: Repo, site: Site, cwd: str, script: str, network: bool = True
) -> subprocess.CompletedProcess[str]:
    box = box_for(site, cwd, "required", repo.env, network)
    assert box is not None
    argv = boxed(["/bin/sh", "-c", script], box, cwd)
    return subprocess.run(argv, cwd=cwd, env=repo.env, capture_output=True, text=True)


def test_work_in_ones_own_tree_goes_as_usual(repo: Repo, site: Site, tree: str) -> None:
    """Files are written and committed on the step's branch; the commit is there outside."""
    ran = inside(
        repo, site, tree, "echo 1 > a.py && git add a.py && git commit -qm work && git status --short"
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert repo.git("show", "baton/task-x-0001/1.1:a.py") == "1"


def test_work_in_the_checkout_itself_goes_as_usual(repo: Repo, site: Site) -> None:
    """A step that works alone has no tree of its own, and still commits."""
    ran = inside(repo, site, str(repo.path), "echo 1 > a.py && git add a.py && git commit -qm work")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert repo.git("show", "main:a.py") == "1"


@pytest.mark.parametrize(
    "act",
    [
        'echo x > "$TOP/README.md"',
        'rm "$TOP/README.md"',
        'echo x > "$TOP/.git/hooks/post-commit"',
        'git -C "$TOP" config core.fsmonitor /tmp/evil',
        'echo x >> "$TOP/.git/config"',
        'git -C "$TOP" reset -q --hard HEAD~1',
        "git update-ref refs/heads/main HEAD",
        "git branch -D main",
        'echo x > "$TOP/.claude/team-context/baton.db"',
        'echo x > "$HOME/.profile"',
        'mkdir "$TOP/.claude/agents"',
    ],
)
def test_nothing_outside_can_be_written(repo: Repo, site: Site, tree: str, act: str) -> None:
    """The checkout, its other branches, hooks, configuration, the journal, the home: untouched, and the act fails."""
    home = Path(repo.env["HOME"])
    before = {
        path: path.read_bytes()
        for path in repo.path.rglob("*")
        if path.is_file() and "worktrees" not in str(path)
    }
    ran = inside(repo, site, tree, f"TOP='{repo.path}'; {act}")
    after = {
        path: path.read_bytes()
        for path in repo.path.rglob("*")
        if path.is_file() and "worktrees" not in str(path)
    }
    assert ran.returncode != 0
    assert after == before and not list(home.iterdir())


@pytest.mark.parametrize(
    "act", ["echo x > .git/hooks/pre-push", "echo x >> .git/config", "rm -rf .claude/team-context"]
)
def test_hooks_config_and_journal_are_safe_in_the_checkout_too(repo: Repo, site: Site, act: str) -> None:
    """What git would run later for the user, and what was recorded, is not the agent's to change."""
    repo.write(".claude/team-context/baton.db", "journal")
    assert inside(repo, site, str(repo.path), act).returncode != 0
    assert (repo.path / ".claude/team-context/baton.db").read_text() == "journal"


def test_secrets_are_not_there(repo: Repo, site: Site, tree: str) -> None:
    """Keys and tokens in the home, and the checkout's own .env, look empty; its example does not."""
    home = Path(repo.env["HOME"])
    for name in (".ssh/id_ed25519", ".aws/credentials", ".netrc", ".config/gh/hosts.yml"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("secret")
    repo.write(".env", "secret")
    repo.write(".env.example", "public")
    script = f"cat ~/.ssh/* ~/.aws/* ~/.netrc ~/.config/gh/* '{repo.path}/.env' '{repo.path}/.env.example'"
    assert inside(repo, site, tree, script).stdout == "public"


@pytest.mark.parametrize("network", [True, False])
def test_the_network_is_a_matter_of_policy(repo: Repo, site: Site, tree: str, network: bool) -> None:
    """Without it not even a server on this machine can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = f"{sys.executable} -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}))'"
        assert (inside(repo, site, tree, script, network).returncode == 0) is network


def test_what_it_started_ends_with_it(repo: Repo, site: Site, tree: str) -> None:
    """A process in a session of its own does not outlive the box: its end of a pipe closes."""
    read, write = os.pipe()
    box = box_for(site, tree, "required", repo.env)
    assert box is not None
    argv = boxed(["/bin/sh", "-c", "setsid sleep 600 & exit 0"], box, tree)
    subprocess.run(argv, cwd=tree, env=repo.env, pass_fds=(write,), check=True, stdout=subprocess.DEVNULL)
    os.close(write)
    assert os.read(read, 1) == b""
    os.close(read)


def test_required_and_not_to_be_had(site: Site, tree: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`required` is refused with what to install, `auto` goes without, `off` does not even look."""
    monkeypatch.setenv("PATH", tree)
    sandbox._trial.cache_clear()
    try:
        with pytest.raises(Refused, match="package bubblewrap"):
            box_for(site, tree, "required", {})
        assert box_for(site, tree, "auto", {}) is None
        assert box_for(site, tree, "off", {}) is None
    finally:
        sandbox._trial.cache_clear()
