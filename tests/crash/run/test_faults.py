"""Faults of every kind, and a driver that is killed again and again: the same end as without any of it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.support.faulty import FAULTS, dealt, rules
from tests.support.repo import Repo
from tests.support.running import alive, begin, drive, events, of, script, settings, wide

QUICK = {
    "max_parallel": 8,
    "limits": {"model_silent_s": 1, "tool_silent_s": 1, "unknown_reset_s": 0.2},
    "approvals": {"timeout_s": 1},
}
MOST_KILLS = 60


def run_to_the_end(repo: Repo, play: Any, kills: random.Random | None, spread: int) -> int:
    """Drive until it ends by itself; how often it was killed before."""
    for killed in range(MOST_KILLS):
        at = kills.randint(2, spread) if kills and killed < MOST_KILLS - 1 else 0
        ran = drive(repo, play, kill_at=at, code=None)
        if ran.returncode != -9:
            assert ran.returncode == 0, ran.stdout + ran.stderr
            return killed
    raise AssertionError("it never ended")


def check_the_end(repo: Repo, task_id: str, step_ids: list[str]) -> None:
    """What must be true at the end of every run, faults or not."""
    rows = events(repo, task_id)
    finished = [e["step_id"] for e in of(rows, "StepFinished") if e["status"] == "complete"]
    assert sorted(finished) == sorted(step_ids), "each step completes exactly once"
    assert of(rows, "TaskCompleted")
    branch = f"baton/{task_id}/task"
    for step_id in step_ids:
        assert repo.git("show", f"{branch}:out/{step_id}.txt") == f"work of {step_id}"
    for event in of(rows, "StepFinished"):
        if event["status"] == "complete" and event["commit"]:
            repo.git("merge-base", "--is-ancestor", event["commit"], branch)
    assert repo.git("worktree", "list").count("\n") == 0, "no work tree is left"
    assert repo.git("branch", "--list", f"baton/{task_id}/*").split() == [branch]
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("branch", "--show-current") == "main"
    assert alive(str(repo.path)) == [], "no process is left"
    assert repo.baton("journal", "verify").returncode == 0


@pytest.mark.slow
def test_faults_and_kills_change_nothing(repo: Repo) -> None:
    """Steps side by side, faults of many kinds, the driver killed at random journal writes."""
    settings(repo, **QUICK)
    document = wide(2, 18)
    task_id = begin(repo, document)
    step_ids = [f"{p}.{n}" for p in (1, 2) for n in range(1, 19)]
    faults = dealt(step_ids, 0.75, seed=5)
    assert set(faults.values()) >= set(FAULTS), "every kind is played"
    killed = run_to_the_end(repo, script(repo, *rules(faults)), random.Random(7), 60)
    assert killed >= 2
    check_the_end(repo, task_id, step_ids)
