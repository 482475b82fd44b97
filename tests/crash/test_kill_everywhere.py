"""SIGKILL at every named point of every command of a 40-step run: nothing lost, nothing run twice, same end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from agent_baton.engine.events import (
    EvidenceGathered,
    GateFinished,
    StepDispatched,
    StepFinished,
    StepIntegrated,
)
from agent_baton.journal.sqlite import SqliteJournal
from tests.crash.runner import GATE_POINTS, MERGE_POINTS, POINTS
from tests.support.plans import phase, plan, step
from tests.support.repo import ROOT, Repo

TASK = "task-crash-0001"


PARALLEL = 3  # the phase whose steps work side by side, in work trees
RED = 2  # the phase whose gate is red once


def forty_steps() -> dict[str, Any]:
    """Four phases of ten steps, some waiting for others, a gate each that the engine runs."""
    phases = []
    for number in range(1, 5):
        steps = [
            step(f"{number}.{n}", *([f"{number}.{n - 3}"] if n > 3 and number != PARALLEL else []))
            for n in range(1, 11)
        ]
        gate = f"echo at work; test {number} != {RED} || test -e .git/repaired"
        if number == PARALLEL:
            gate += f' && test "$(ls {number}.*.txt | wc -l)" = 10'
        phases.append(phase(number, *steps, gate=gate))
    return plan(*phases, task_id=TASK)


class Driver:
    """Does what `next` says, one command at a time; each is killed at a third of the points, by turns, before it is left alone."""

    def __init__(self, repo: Repo, points: tuple[str, ...]) -> None:
        self.repo = repo
        self.points = points
        self.commands = 0
        self.kills: dict[str, int] = {}

    def __enter__(self) -> Driver:
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self.runner = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.runner"],
            cwd=self.repo.path,
            env={**self.repo.env, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_exc: object) -> None:
        self.runner.communicate()

    def run(self, point: str, *args: str) -> subprocess.CompletedProcess[str]:
        assert self.runner.stdin
        assert self.runner.stdout
        self.runner.stdin.write(json.dumps([point, *args]) + "\n")
        self.runner.stdin.flush()
        code, out, err = json.loads(self.runner.stdout.readline())
        return subprocess.CompletedProcess(args, code, out, err)

    def command(self, *args: str, inside: tuple[str, ...] = ()) -> None:
        """Killed by turns at the points every command has, and at each of those `inside` this one."""
        self.commands += 1
        for point in (*(inside if self.points else ()), *self.points[self.commands % 3 :: 3]):
            ran = self.run(point, *args)
            if ran.returncode == -signal.SIGKILL:
                self.kills[point] = self.kills.get(point, 0) + 1
            else:
                self.accept(ran)
        self.accept(self.run("none", *args))

    def accept(self, ran: subprocess.CompletedProcess[str]) -> None:
        """Done; or, said again after a kill, refused because the red gate it ran is on record with its repair."""
        red_already = "--run" in ran.args and "comes after its steps" in ran.stderr
        assert ran.returncode in (0, 1) or red_already, f"{ran.args}\n{ran.stderr}"

    def next(self, *args: str) -> dict[str, Any]:
        ran = self.run("none", "execute", "next", "--output", "json", *args)
        answer: dict[str, Any] = json.loads(ran.stdout)
        return answer

    def drive(self) -> None:
        for _ in range(200):
            action = self.next()
            kind = action["action"]
            if kind == "DISPATCH" and action["step"] == f"{PARALLEL}.1":
                self.side_by_side()
            elif kind == "DISPATCH":
                self.command("execute", "dispatched", "--step-id", action["step"])
                self.repaired(action["step"])
                self.record(action["step"])
            elif kind == "GATE":
                self.command(
                    "execute", "gate", "--phase-id", str(action["phase"]), "--run", inside=GATE_POINTS
                )
            elif kind == "COMPLETE":
                self.command("execute", "complete")
                return
            else:
                raise AssertionError(action)
        raise AssertionError("the run never ends")

    def repaired(self, step_id: str) -> None:
        if step_id == f"{RED}.r1":
            (self.repo.path / ".git/repaired").touch()

    def record(self, step_id: str, *more: str) -> None:
        long = "x" * 5_000 if step_id.endswith(".7") else "done"
        outcome = f"{step_id} {long}"
        self.command(
            "execute", "record", "--step-id", step_id, "--status", "complete", "--outcome", outcome, *more
        )

    def side_by_side(self) -> None:
        """Every step of the phase in its own work tree, each with a commit; then the merge, killed inside."""
        actions = self.next("--all")["actions"]
        assert len(actions) == 10
        for action in actions:
            self.command("execute", "dispatched", "--step-id", action["step"])
        for action in actions:
            tree = Path(action["worktree"])
            (tree / f"{action['step']}.txt").write_text(action["step"])
            self.repo.git("add", "-A", cwd=tree)
            self.repo.git("commit", "-q", "-m", f"work of {action['step']}", cwd=tree)
            self.record(action["step"], "--files", f"{action['step']}.txt", "--commit", "HEAD")
        self.command("execute", "next", inside=MERGE_POINTS)


def end_of(repo: Repo) -> dict[str, Any]:
    """The final state without its times and event count, which differ between runs."""
    journal = SqliteJournal(str(repo.path / ".claude/team-context/baton.db"))
    state = journal.state(TASK).as_dict()
    assert journal.verify() == []
    items = [item.event for item in journal.events(TASK)]
    finished = [event.step_id for event in items if isinstance(event, StepFinished)]
    dispatched = [event.step_id for event in items if isinstance(event, StepDispatched)]
    assert sorted(finished) == sorted(set(finished)), "a step was recorded twice"
    assert sorted(dispatched) == sorted(set(dispatched)), "a recorded dispatch was made again"
    assert len([event for event in items if isinstance(event, GateFinished)]) == 5
    merged = [event.step_id for event in items if isinstance(event, StepIntegrated)]
    assert sorted(merged) == sorted(f"{PARALLEL}.{n}" for n in range(1, 11)), "merged once each"
    assert [event.verdict for event in items if isinstance(event, EvidenceGathered)] == ["confirmed"] * 10
    tracked = [name for name in repo.git("ls-files").split() if name.endswith(".txt")]
    assert len(tracked) == 10
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("worktree", "list").count("\n") == 0
    for row, _ in state["steps"].values():
        for name in ("dispatched_at", "deadline_at", "base_commit", "commit", "worktree"):
            row.pop(name)
    for row in state["phases"].values():
        row.pop("runs")  # a killed run is numbered too
    for name in ("started_at", "last_at", "bound_at", "ended_at", "base_commit", "tip", "seq"):
        state["task"].pop(name)
    journal.close()
    return state


def test_killed_at_every_point_the_run_ends_as_if_never_killed(tmp_path: Any) -> None:
    ends = []
    kills = []
    for name, points in (("calm", ()), ("killed", POINTS)):
        repo = Repo(tmp_path / name, tmp_path / "home")
        repo.save_plan(forty_steps())
        with Driver(repo, points) as driver:
            assert driver.run("none", "execute", "start", "--no-baseline").returncode == 0
            driver.drive()
        ends.append(end_of(repo))
        kills.append(driver.kills)
    assert ends[0] == ends[1]
    assert kills[0] == {}
    assert sum(kills[1].values()) > 80 * len(POINTS) // 3 // 2, "the points were not reached"
    assert set(kills[1]) == {*POINTS, *GATE_POINTS, *MERGE_POINTS}, "some points were never reached"


def test_resume_works_the_first_time_in_another_session_and_worktree(repo: Repo, tmp_path: Any) -> None:
    """After a kill in flight, `resume` from a linked worktree and another session goes on at the same step."""
    repo.save_plan(forty_steps())
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION="one")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", BATON_SESSION="one")
    repo.baton("execute", "dispatched", "--step-id", "1.2", BATON_SESSION="one")
    elsewhere = tmp_path / "else where"
    repo.git("worktree", "add", "-q", str(elsewhere), "-b", "side")
    (elsewhere / "deep").mkdir()
    for _ in range(3):
        ran = repo.baton("execute", "resume", cwd=elsewhere / "deep", BATON_SESSION="two")
        assert "ACTION: DISPATCH" in ran.stdout
        assert "Step: 1.2" in ran.stdout
    assert not (elsewhere / ".claude").exists(), "no second journal"
    state = repo.json("execute", "status")
    assert state["steps_done"] == 1
