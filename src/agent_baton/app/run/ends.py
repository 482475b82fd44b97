"""What becomes of a finished task's branch: it stays, or is merged forward, or becomes a pull request."""

from __future__ import annotations

import shutil
import subprocess
from typing import Literal

from agent_baton.app.site import Site
from agent_baton.errors import Refused
from agent_baton.redact import redact
from agent_baton.workspace.forward import fast_forward, push_branch, remotes
from agent_baton.workspace.worktrees import is_ancestor

Wish = Literal["branch", "merge", "pr"]
PROGRAM = "gh"
TIMEOUT_S = 120
TITLE_LIMIT = 72
BODY_LIMIT = 60_000  # GitHub takes 65,536 characters


def require_end(site: Site, wish: Wish) -> None:
    """Refused before any work when the wished end cannot come about."""
    if wish != "pr":
        return
    if shutil.which(PROGRAM) is None:
        raise Refused("--pr needs GitHub's gh on PATH; without it the work ends as a branch")
    if not remotes(site.checkout):
        raise Refused("--pr needs a remote to push to: git remote add origin …")


def carry_out(site: Site, wish: Wish, task_id: str, branch: str, into: str, title: str, body: str) -> str:
    """Do as wished with the branch of a complete task; what came of it, in a line. Raises Refused, and the branch stays."""
    if wish == "merge":
        return f"{into} is at {fast_forward(site.checkout, task_id, into, branch)[:12]}, by fast-forward"
    if wish == "pr":
        return pull_request(site, branch, into, title, body)
    return ""


def ways_on(site: Site, wish: Wish, task_id: str, branch: str) -> tuple[str, ...]:
    """What a person can do where it was not done as wished; the same command again does it once nothing is in the way."""
    again = f"baton execute run --{wish} --task-id {task_id}"
    if wish != "merge":
        return (again,)
    ahead = is_ancestor(site.checkout, "HEAD", branch)
    return (again, f"git merge --ff-only {branch}") if ahead else (f"git merge {branch}",)


def pull_request(site: Site, branch: str, into: str, title: str, body: str) -> str:
    """Push the branch and open a pull request through gh; its address."""
    names = remotes(site.checkout)
    push_branch(site.checkout, "origin" if "origin" in names else names[0], branch)
    argv = [
        PROGRAM,
        "pr",
        "create",
        "--head",
        branch,
        "--base",
        into,
        "--title",
        _title(title),
        "--body-file",
        "-",
    ]
    try:
        ran = subprocess.run(
            argv,
            cwd=site.checkout.top,
            input=redact(body)[:BODY_LIMIT],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"{branch!r} was pushed, and {PROGRAM} did not open a pull request: {error}") from error
    if ran.returncode:
        raise Refused(
            f"{branch!r} was pushed, and {PROGRAM} did not open a pull request: {ran.stderr.strip()[-400:]}"
        )
    return ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else f"pull request opened for {branch}"


def _title(summary: str) -> str:
    line = redact(" ".join(summary.split()))
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1].rstrip() + "…"
