"""A gate that wants for a tool of the machine: one rule for both ways of driving, and nobody is paid to repair it."""

from __future__ import annotations

from typing import Any

from tests.integration.run.conftest import Runner
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo
from tests.support.running import events, of, settings

WANTING = "python3 -S -m no_such_checker tests"
NEEDS = "it needs no_such_checker, not to be had on this machine"


def wanting() -> dict[str, Any]:
    return plan(phase(1, step("1.1", allowed_paths=["out/**"]), gate=WANTING))


def with_a_baseline(repo: Repo, code: int = 0) -> str:
    document = wanting()
    repo.save_plan(document)
    started = repo.baton("execute", "start", code=code)
    assert "the gate of phase 1 needs no_such_checker" in started.stderr
    return str(document["task_id"])


def test_by_hand_no_repair_is_opened(repo: Repo) -> None:
    """The person is told what to install and what to say then; once it is there the gate is run again."""
    task = with_a_baseline(repo)
    repo.baton("execute", "dispatched", "--step-id", "1.1", "--agent", "dev")
    repo.write("out/1.1.txt", "work\n")
    args = ("--status", "complete", "--outcome", "done", "--commit", repo.commit("Work"))
    repo.baton("execute", "record", "--step-id", "1.1", *args)
    red = repo.baton("execute", "gate", "--phase-id", "1", "--run", "--next", code=1).stdout
    assert NEEDS in red
    assert "ACTION: FAILED" in red
    assert "baton execute retry --phase-id 1" in red
    assert of(events(repo, task), "RepairOpened") == []
    repo.write("no_such_checker.py", "")
    repo.baton("execute", "retry", "--phase-id", "1")
    assert "PASS" in repo.baton("execute", "gate", "--phase-id", "1", "--run").stdout


def test_unattended_nobody_is_paid_before_a_person_said_go_on(runner: Runner) -> None:
    """It pauses before the first agent; taken up again it goes on, and the gate has no repair here either."""
    task = with_a_baseline(runner.repo)
    end = runner.run(task)
    assert (end.kind, end.exit_code) == ("paused", 4)
    assert (
        "needs no_such_checker, not to be had on this machine: install what is missing, then baton execute run"
        in end.text
    )
    assert runner.events(task, "StepDispatched") == []
    again = runner.run(task)
    assert again.kind == "failed"
    assert NEEDS in again.text
    assert len(runner.events(task, "StepDispatched")) == 1
    assert runner.events(task, "RepairOpened") == []


def test_a_set_up_may_bring_what_the_checkout_lacks(runner: Runner) -> None:
    """With `workspace.setup` the gate itself says whether its tool is there."""
    settings(runner.repo, workspace={"setup": "echo > no_such_checker.py"})
    task = with_a_baseline(runner.repo)
    assert runner.run(task).kind == "complete"
