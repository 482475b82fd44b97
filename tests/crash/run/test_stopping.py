"""Ctrl-C, SIGTERM, SIGKILL: what is in flight ends as asked, nothing is left running, and the next run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.support.repo import ROOT, Repo
from tests.support.running import alive, begin, drive, events, of, script, wide, work

HANGS = {
    "step": "1.1",
    "attempt": [1],
    "do": [{"write": {"out/1.1.txt": "half"}}, {"spend": {}}, {"run": "tail -f /dev/null"}],
}


@contextmanager
def running(repo: Repo, play: Path) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A run in its own process; its JSON lines."""
    argv = [
        sys.executable,
        "-m",
        "tests.crash.run.runner",
        "0",
        "execute",
        "run",
        "--runtime",
        f"scripted:{play}",
        "--json",
    ]
    with subprocess.Popen(
        argv, cwd=repo.path, env={**repo.env, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    ) as process:  # fmt: skip
        assert process.stdout
        try:
            yield process, process.stdout
        finally:
            if process.poll() is None:
                process.kill()


def until(lines: IO[str], *words: str) -> str:
    """Read on to the line that holds all the words."""
    for line in lines:
        if all(word in line for word in words):
            return line
    raise AssertionError(f"it ended without {words}")


def test_ctrl_c_once_finishes_what_is_in_flight(repo: Repo) -> None:
    """Nothing more is begun; exit code 130; the next run does the rest."""
    task = begin(repo, wide(2, 1))
    waits = {"step": "1.1", "do": [{"run": f"while ! test -e '{repo.path.parent}/go'; do :; done"}, *work()]}
    play = script(repo, waits)
    with running(repo, play) as (process, lines):
        until(lines, '"tool"', "while")
        process.send_signal(signal.SIGINT)
        until(lines, '"stopping"')
        (repo.path.parent / "go").touch()
        until(lines, '"end"', "stopped")
        assert process.wait() == 130
    rows = events(repo, task)
    assert [e["status"] for e in of(rows, "StepFinished")] == ["complete"]
    assert len(of(rows, "StepDispatched")) == 1
    drive(repo, play)
    assert of(events(repo, task), "TaskCompleted")


def test_ctrl_c_twice_stops_everything_and_records_it(repo: Repo) -> None:
    """No orphan, no open attempt: it is interrupted, its work kept, its conversation to be resumed."""
    task = begin(repo, wide(1, 2))
    play = script(repo, HANGS)
    with running(repo, play) as (process, lines):
        until(lines, '"tool"', "tail")
        process.send_signal(signal.SIGINT)
        until(lines, '"stopping"')
        process.send_signal(signal.SIGINT)
        until(lines, '"end"', "stopped")
        assert process.wait() == 130
    assert alive(str(repo.path)) == []
    rows = events(repo, task)
    given_up = [e for e in of(rows, "StepInterrupted") if e["step_id"] == "1.1"]
    dispatched = [e for e in of(rows, "StepDispatched") if e["step_id"] == "1.1"]
    assert given_up[0]["conversation"] == dispatched[0]["session"]
    assert repo.git("show", f"{given_up[0]['salvage']}:out/1.1.txt") == "half"
    drive(repo, play)
    sessions = [e["session"] for e in of(events(repo, task), "StepDispatched") if e["step_id"] == "1.1"]
    assert len(sessions) == 2
    assert len(set(sessions)) == 1


def test_sigterm_stops_everything(repo: Repo) -> None:
    begin(repo, wide(1, 1))
    with running(repo, script(repo, HANGS)) as (process, lines):
        until(lines, '"tool"', "tail")
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 130
    assert alive(str(repo.path)) == []


def test_a_killed_drivers_agents_are_taken_over(repo: Repo) -> None:
    """SIGKILL: its agents end with it or are ended; what they did is kept, said, and gone on with, once."""
    task = begin(repo, wide(1, 1))
    play = script(repo, HANGS, {"resumed": True, "do": [{"run": "grep half out/1.1.txt"}, *work()]})
    with running(repo, play) as (process, lines):
        until(lines, '"tool"', "tail")
        process.kill()
        process.wait()
    drive(repo, play)
    assert alive(str(repo.path)) == []
    rows = events(repo, task)
    given_up = of(rows, "StepInterrupted")[0]
    assert "driver" in given_up["reason"]
    assert of(rows, "BudgetCharged")[0]["tokens"] == 120, "what it had told of its cost is booked"
    assert [e["attempt"] for e in of(rows, "StepDispatched")] == [1, 2]
    assert len({e["session"] for e in of(rows, "StepDispatched")}) == 1, "the same conversation"
    assert [e["status"] for e in of(rows, "StepFinished")] == ["complete"]
    assert repo.git("show", f"baton/{task}/task:out/1.1.txt") == "work of 1.1"


def test_a_gate_that_is_stopped_is_run_again(repo: Repo) -> None:
    """Nothing is recorded of a gate nobody let finish."""
    document = wide(1, 1)
    gate = f"test -e '{repo.path.parent}/green' || tail -f /dev/null"
    document["phases"][0]["gate"]["command"] = gate
    task = begin(repo, document)
    play = script(repo)
    with running(repo, play) as (process, lines):
        until(lines, '"gate-starts"')
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 130
    assert alive(str(repo.path)) == []
    assert of(events(repo, task), "GateFinished") == []
    (repo.path.parent / "green").touch()
    drive(repo, play)
    assert [e["ok"] for e in of(events(repo, task), "GateFinished")] == [True]


def test_a_run_is_watched_from_another_terminal(repo: Repo) -> None:
    """While it goes on: what was said so far, then what is said, and the end ends the watching too."""
    begin(repo, wide(1, 1))
    go = repo.path.parent / "go"
    play = script(repo, {"step": "1.1", "do": [{"run": f"while ! test -e '{go}'; do :; done"}, *work()]})
    watch = [sys.executable, "-m", "tests.crash.run.runner", "0", "execute", "run", "--watch", "--json"]
    env = {**repo.env, "PYTHONPATH": str(ROOT)}
    with running(repo, play) as (process, lines):
        until(lines, '"tool"', "while")
        with subprocess.Popen(
            watch, cwd=repo.path, env=env, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        ) as watching:
            assert watching.stdout
            try:
                until(watching.stdout, '"starts"', '"1.1"')
                go.touch()
                until(watching.stdout, '"ends"', '"1.1"')
                until(watching.stdout, '"end"', "complete")
                assert watching.wait() == 0
            finally:
                watching.kill()
        assert process.wait() == 0
