"""A task goes from a run to a person's hands and back: in the middle of a step, of a gate, of an approval."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.integration.run.conftest import Item, Runner
from tests.support.plans import phase, plan, step
from tests.support.running import GREEN, settings

HANGS = {"step": "1.1", "do": [{"write": {"out/1.1.txt": "half"}}, {"run": "tail -f /dev/null"}]}


def stopping(kind: str, word: str = "") -> Callable[[Item], None]:
    """Ends the run, as Ctrl-C twice does, when it tells of something."""
    told: list[Item] = []

    def listener(item: Item) -> None:
        if item["kind"] == kind and word in str(item) and not told:
            told.append(item)
            os.kill(os.getpid(), signal.SIGTERM)

    return listener


def by_hand(runner: Runner, step_id: str) -> None:
    """A person does a step where `next` says, and records it."""
    repo = runner.repo
    action = repo.json("execute", "next")
    assert (action["action"], action["step"]) == ("DISPATCH", step_id)
    tree = Path(action["worktree"])
    repo.baton("execute", "dispatched", "--step-id", step_id)
    (tree / "out").mkdir(exist_ok=True)
    (tree / "out" / f"{step_id}.txt").write_text("by hand")
    repo.git("add", "-A", cwd=tree)
    repo.git("commit", "-q", "-m", f"{step_id} by hand", cwd=tree)
    commit = repo.git("rev-parse", "HEAD", cwd=tree)
    ran = repo.json("execute", "record", "--step-id", step_id, "--status", "complete", "--commit", commit)
    assert ran["evidence"] == "confirmed"


def two_phases(runner: Runner, gate: str = GREEN, **fields: object) -> str:
    first = phase(1, step("1.1", allowed_paths=["out/**"]), step("1.2", allowed_paths=["b/**"]), gate=gate)
    return runner.start(plan(first, phase(2, step("2.1", allowed_paths=["out/**"]), gate=GREEN, **fields)))


OTHER = {"step": "1.2", "do": [{"write": {"b/b.txt": "b"}}, {"commit": "b"}, {"say": "STATUS: complete"}]}


def test_in_the_middle_of_a_step(runner: Runner) -> None:
    """The agent is stopped; a person finishes its step in the tree it left, and the run does the rest."""
    task = two_phases(runner)
    assert runner.run(task, HANGS, OTHER, on=stopping("tool", "tail")).kind == "stopped"
    assert "2.1" not in {item.get("step") for item in runner.items}
    tree = runner.repo.path / ".claude" / "worktrees" / "baton" / task / "1.1"
    assert (tree / "out" / "1.1.txt").read_text() == "half"
    by_hand(runner, "1.1")
    assert runner.run(task, OTHER).kind == "complete"
    assert runner.in_branch(task, "out/1.1.txt") == "by hand"
    assert runner.in_branch(task, "out/2.1.txt") == "work of 2.1"
    assert len(runner.repo.git("worktree", "list").splitlines()) == 1


def test_in_the_middle_of_a_gate(runner: Runner) -> None:
    """Stopped while the gate runs: nothing is recorded, a person runs it, the run goes on behind it."""
    hold = runner.repo.path.parent / "hold"
    hold.touch()
    task = two_phases(runner, gate=f"echo here; test ! -e '{hold}' || tail -f /dev/null")
    end = runner.run(task, OTHER, on=stopping("gate-says", "here"))
    assert end.kind == "stopped"
    assert runner.events(task, "GateFinished") == []
    hold.unlink()
    assert runner.repo.json("execute", "next")["action"] == "GATE"
    assert "PASS" in runner.repo.baton("execute", "gate", "--phase-id", "1", "--run").stdout
    assert runner.run(task).kind == "complete"
    assert [e["phase_id"] for e in runner.events(task, "GateFinished")] == [1, 2]


def test_in_the_middle_of_an_approval(runner: Runner) -> None:
    """Asked for by the run, given by hand with no run there; a step by hand; the next run ends it."""
    settings(runner.repo, approvals={"timeout_s": None})
    task = two_phases(runner, approval_required=True)
    assert runner.run(task, OTHER, on=stopping("waiting"), waits=True).kind == "stopped"
    assert runner.repo.json("execute", "next")["action"] == "APPROVAL"
    runner.repo.baton("approve", "--phase-id", "2", "--result", "approve")
    by_hand(runner, "2.1")
    assert runner.run(task).kind == "complete"
    assert runner.in_branch(task, "out/2.1.txt") == "by hand"
    assert [e["result"] for e in runner.events(task, "ApprovalDecided")] == ["approve"]
