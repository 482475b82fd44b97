"""What becomes of finished work, and who is told: through the command line, with real git and a real server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

RUN = ("execute", "run", "--runtime", "scripted", "--no-baseline")
TASK = "task-ends-0001"
BRANCH = f"baton/{TASK}/task"


@pytest.fixture
def planned(repo: Repo) -> Repo:
    repo.save_plan(
        plan(
            phase(1, step("1.1"), gate="test -f scripted/1.1.md"), task_id=TASK, task_summary="Write it down"
        )
    )
    return repo


def test_without_a_wish_the_checkout_is_left_alone(planned: Repo) -> None:
    """The work is on its branch, and nowhere else."""
    before = planned.git("rev-parse", "HEAD")
    assert f"Branch: {BRANCH}" in planned.baton(*RUN).stdout
    assert planned.git("rev-parse", "HEAD") == before and planned.git("status", "--porcelain") == ""
    assert planned.git("show", f"{BRANCH}:scripted/1.1.md").startswith("# Step 1.1")


def test_merge_moves_a_clean_checkout_forward(planned: Repo) -> None:
    """By fast-forward, with where it stood kept under a saved ref."""
    before = planned.git("rev-parse", "HEAD")
    planned.baton(*RUN, "--merge")
    assert planned.git("rev-parse", "HEAD") == planned.git("rev-parse", BRANCH) != before
    assert (planned.path / "scripted/1.1.md").exists()
    assert before in planned.git("for-each-ref", "--format=%(objectname)", "refs/baton/before")


def test_a_finished_branch_can_be_merged_later(planned: Repo) -> None:
    """The run ended with a branch; the same command with a wish takes it from there. Settings for baton are in no one's way."""
    planned.baton(*RUN)
    planned.write(".claude/baton.yaml", "max_parallel: 2\n")
    said = planned.baton(*RUN[:-1], "--merge", "--task-id", TASK).stdout
    assert "by fast-forward" in said
    assert planned.git("rev-parse", "HEAD") == planned.git("rev-parse", BRANCH)


@pytest.mark.parametrize("way", ["dirty", "moved", "elsewhere"])
def test_merge_never_forces(planned: Repo, way: str) -> None:
    """A checkout with changes, a branch that moved on, another branch checked out: nothing is touched, the task is complete.

    What was wished did not come about, and a script hears of it.
    """
    if way == "moved":  # while the task is at work, somebody commits
        commits = f"git -c user.name=a -c user.email=a@b -C '{planned.path}' commit -q --allow-empty -m mine"
        planned.save_plan(
            plan(phase(1, step("1.1"), gate=f"test -f scripted/1.1.md && {commits}"), task_id=TASK)
        )
    planned.baton("execute", "start", "--no-baseline")
    if way == "dirty":
        planned.write("README.md", "# Mine\n")
    elif way == "elsewhere":
        planned.git("switch", "-q", "-c", "mine")
    before = (planned.git("log", "-1", "--format=%T"), planned.git("status", "--porcelain"))
    said = planned.baton(*RUN, "--merge", code=4).stdout
    way = f"git merge {BRANCH}" if way == "moved" else f"git merge --ff-only {BRANCH}"
    assert "is not merged" in said and f"  {way}\n" in said
    assert (planned.git("log", "-1", "--format=%T"), planned.git("status", "--porcelain")) == before
    assert planned.json("execute", "status", "--task-id", TASK)["status"] == "complete"


def test_a_pull_request_is_pushed_and_opened(planned: Repo, tmp_path: Path) -> None:
    """Only that branch is pushed, never by force; gh gets title, base and the retrospective."""
    remote = tmp_path / "remote.git"
    planned.git("init", "-q", "--bare", str(remote))
    planned.git("remote", "add", "origin", str(remote))
    tools = tmp_path / "tools"
    tools.mkdir()
    program = tools / "gh"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/argv\ncat > {tmp_path}/body\necho https://example.org/pull/7\n'
    )
    program.chmod(0o755)
    said = planned.baton(*RUN, "--pr", PATH=f"{tools}:{planned.env['PATH']}").stdout
    assert "https://example.org/pull/7" in said
    argv = (tmp_path / "argv").read_text().split("\n")
    assert argv[:6] == ["pr", "create", "--head", BRANCH, "--base", "main"] and "Write it down" in argv
    assert (tmp_path / "body").read_text().startswith("# Retrospective")
    refs = planned.git("--git-dir", str(remote), "for-each-ref", "--format=%(refname)")
    assert refs == f"refs/heads/{BRANCH}"


def test_a_pull_request_that_fails_is_no_success(planned: Repo, tmp_path: Path) -> None:
    """The work is complete and on its branch; nobody who reads the exit code takes it for delivered."""
    (tmp_path / "gh").symlink_to("/bin/false")
    planned.git("remote", "add", "origin", str(tmp_path / "gone.git"))
    said = planned.baton(*RUN, "--pr", PATH=f"{tmp_path}:{planned.env['PATH']}", code=4).stdout
    assert "is complete; `git push`" in said
    assert f"  baton execute run --pr --task-id {TASK}\n" in said
    assert planned.git("show", f"{BRANCH}:scripted/1.1.md").startswith("# Step 1.1")


@pytest.mark.parametrize(("path", "said"), [("", "needs GitHub's gh"), ("gh", "needs a remote")])
def test_a_pull_request_that_cannot_come_about_is_refused_first(
    planned: Repo, tmp_path: Path, path: str, said: str
) -> None:
    """Before an agent is started."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("git", "sh", "env"):
        found = next(
            Path(folder, name) for folder in planned.env["PATH"].split(":") if Path(folder, name).exists()
        )
        (tools / name).symlink_to(found)
    if path:
        (tools / path).symlink_to("/bin/true")
    assert said in planned.baton(*RUN, "--pr", PATH=str(tools), code=4).stderr
    assert "1.1" not in planned.baton("story", TASK).stdout


class Listening(BaseHTTPRequestHandler):
    heard: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (Listening,), {"heard": heard}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", heard
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_webhook_hears_of_the_end(planned: Repo, webhook: tuple[str, list[dict[str, Any]]]) -> None:
    """One POST, with the task and how it ended."""
    address, heard = webhook
    planned.write(".claude/baton.yaml", f"notify: {{webhook: '{address}'}}\n")
    planned.commit("settings")
    planned.baton(*RUN)
    assert [(item["task"], item["kind"], item["result"]) for item in heard] == [(TASK, "end", "complete")]


def test_a_webhook_that_is_gone_is_said_and_harms_nothing(planned: Repo) -> None:
    planned.write(".claude/baton.yaml", "notify: {webhook: 'http://127.0.0.1:9/hook'}\n")
    planned.commit("settings")
    assert "the webhook was not told" in planned.baton(*RUN).stdout


def test_the_desktop_hears_of_the_end(planned: Repo, tmp_path: Path) -> None:
    """One notification, by the desktop's own program; where there is none nothing is missing."""
    planned.write(".claude/baton.yaml", "notify: {desktop: true}\n")
    planned.commit("settings")
    tools = tmp_path / "tools"
    tools.mkdir()
    program = tools / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/shown\n')
    program.chmod(0o755)
    planned.baton(*RUN, PATH=f"{tools}:{planned.env['PATH']}")
    assert (
        tmp_path / "shown"
    ).read_text() == f"--app-name=baton\n{TASK}: complete\ntask {TASK} is complete\n"
