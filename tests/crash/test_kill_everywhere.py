"""SIGKILL at every named point of every command of a 40-step run: nothing lost, nothing run twice, same end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

from agent_baton.engine.events import GateFinished, StepDispatched, StepFinished
from agent_baton.journal.sqlite import SqliteJournal
from tests.crash.runner import POINTS
from tests.support.plans import phase, plan, step
from tests.support.repo import ROOT, Repo

TASK = "task-crash-0001"


def forty_steps() -> dict[str, Any]:
    """Four phases of ten steps, some waiting for others, a gate each; the second gate is red once."""
    phases = []
    for number in range(1, 5):
        steps = [step(f"{number}.{n}", *([f"{number}.{n - 3}"] if n > 3 else [])) for n in range(1, 11)]
        phases.append(phase(number, *steps, gate="check"))
    return plan(*phases, task_id=TASK)


class Driver:
    """Does what `next` says, one command at a time; each is killed at a third of the points, by turns, before it is left alone."""

    def __init__(self, repo: Repo, points: tuple[str, ...]) -> None:
        self.repo = repo
        self.points = points
        self.commands = 0
        self.kills = 0
        self.red = 0

    def run(self, point: str, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.crash.runner", point, *args],
            cwd=self.repo.path,
            env={
                **self.repo.env,
                "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            },
            capture_output=True,
            text=True,
        )

    def command(self, *args: str) -> None:
        self.commands += 1
        for point in self.points[self.commands % 3 :: 3]:
            ran = self.run(point, *args)
            if ran.returncode == -signal.SIGKILL:
                self.kills += 1
            else:
                assert ran.returncode in (0, 1), ran.stderr
        ran = self.run("none", *args)
        assert ran.returncode in (0, 1), f"{args}\n{ran.stderr}"

    def next(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.run("none", "execute", "next", "--output", "json").stdout)
        return answer

    def drive(self) -> None:
        for _ in range(200):
            action = self.next()
            kind = action["action"]
            if kind == "DISPATCH":
                self.command("execute", "dispatched", "--step-id", action["step"])
                long = "x" * 5_000 if action["step"].endswith(".7") else "done"
                self.command(
                    "execute",
                    "record",
                    "--step-id",
                    action["step"],
                    "--status",
                    "complete",
                    "--outcome",
                    f"{action['step']} {long}",
                )
            elif kind == "GATE":
                first_red = action["phase"] == 2 and not self.red
                self.red += first_red
                self.command(
                    "execute",
                    "gate",
                    "--phase-id",
                    str(action["phase"]),
                    "--result",
                    "fail" if first_red else "pass",
                )
            elif kind == "COMPLETE":
                self.command("execute", "complete")
                return
            else:
                raise AssertionError(action)
        raise AssertionError("the run never ends")


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
    for row, _ in state["steps"].values():
        for name in ("dispatched_at", "deadline_at", "base_commit"):
            row.pop(name)
    for name in ("started_at", "ended_at", "base_commit", "tip", "seq"):
        state["task"].pop(name)
    journal.close()
    return state


def test_killed_at_every_point_the_run_ends_as_if_never_killed(tmp_path: Any) -> None:
    ends = []
    kills = []
    for name, points in (("calm", ()), ("killed", POINTS)):
        repo = Repo(tmp_path / name, tmp_path / "home")
        repo.save_plan(forty_steps())
        driver = Driver(repo, points)
        driver.run("none", "execute", "start", "--no-baseline")
        driver.drive()
        ends.append(end_of(repo))
        kills.append(driver.kills)
    assert ends[0] == ends[1]
    assert kills[0] == 0
    assert kills[1] > 80 * len(POINTS) // 3 // 2, "the points were not reached"


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
