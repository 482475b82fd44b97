"""A driver that is gone, with its guards or without: what it left is found, ended, kept, booked, and done once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.crash.run.test_stopping import running, until
from tests.support.repo import Repo
from tests.support.running import alive, begin, drive, events, of, script, wide, work


def stays(repo: Repo) -> str:
    """A command that leaves a child in a session of its own behind, and never ends.

    The child itself says through a pipe that it is up, and then waits for a word that nobody says. It executes
    nothing after that: a process that is just being executed shows no environment to be found by.
    """
    up, never = repo.path.parent / "up", repo.path.parent / "never"
    child = f"setsid sh -c 'echo up > \"$0\"; read word 0<> \"$1\"' '{up}' '{never}'"
    return f"{child} > /dev/null 2>&1 < /dev/null & tail -f /dev/null"


HALF = [{"write": {"out/1.1.txt": "half"}}, {"spend": {}}]


def below(root: int) -> list[int]:
    """A process and all below it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        parents[int(name)] = int(fields[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def guards(root: int) -> list[int]:
    """The supervisors among them."""
    lines = {pid: Path("/proc", str(pid), "cmdline") for pid in below(root)[1:]}
    return [pid for pid, path in lines.items() if b"supervisor.py" in path.read_bytes()]


def end_at_once(process: subprocess.Popen[str]) -> None:
    """The driver and every guard, before one of them could notice that another is gone."""
    doomed = [process.pid, *guards(process.pid)]
    assert len(doomed) >= 3
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            os.kill(pid, number)
    process.wait()


@contextmanager
def orphans_of(repo: Repo, play: Path) -> Iterator[list[int]]:
    """What is alive after driver and guards were killed at the same instant."""
    pipe = repo.path.parent / "up"
    os.mkfifo(pipe)
    os.mkfifo(pipe.with_name("never"))
    with running(repo, play) as (process, _lines):
        pipe.read_text()  # until the child is there
        end_at_once(process)
    left = alive(str(repo.path))
    try:
        yield left
    finally:
        for pid in left:
            subprocess.run(["kill", "-9", str(pid)], capture_output=True)


def test_a_run_ends_what_driver_and_guards_left(repo: Repo) -> None:
    """All of them killed at once: an agent's child is still alive, and is ended before anything is started."""
    task = begin(repo, wide(1, 1))
    play = script(repo, {"attempt": [1], "do": [*HALF, {"run": stays(repo)}]})
    with orphans_of(repo, play) as left:
        assert left, "nobody was there to end it"
        drive(repo, play)
        assert alive(str(repo.path)) == []
    rows = events(repo, task)
    assert "was ended" in of(rows, "StepInterrupted")[0]["reason"]
    assert [e["status"] for e in of(rows, "StepFinished")] == ["complete"]


def test_a_gates_children_are_ended_too(repo: Repo) -> None:
    document = wide(1, 1)
    gate = f"test -e '{repo.path.parent}/green' || {{ {stays(repo)}; }}"
    document["phases"][0]["gate"]["command"] = gate
    task = begin(repo, document)
    play = script(repo)
    with orphans_of(repo, play) as left:
        assert left
        (repo.path.parent / "green").touch()
        drive(repo, play)
        assert alive(str(repo.path)) == []
    assert [e["ok"] for e in of(events(repo, task), "GateFinished")] == [True]


def test_a_session_that_takes_the_task_up_ends_and_books_it(repo: Repo) -> None:
    """`execute resume` instead of another run: no orphan, the work kept, the cost in the books."""
    task = begin(repo, wide(1, 1))
    play = script(repo, {"attempt": [1], "do": [*HALF, {"run": stays(repo)}]})
    with orphans_of(repo, play) as left:
        assert left
        repo.baton("execute", "resume")
        assert alive(str(repo.path)) == []
    rows = events(repo, task)
    given_up = of(rows, "StepInterrupted")
    assert len(given_up) == 1
    assert repo.git("show", f"{given_up[0]['salvage']}:out/1.1.txt") == "half"
    charged = of(rows, "BudgetCharged")
    assert [(e["tokens"], e["upper_tokens"]) for e in charged] == [(120, 120)], "and one call under way"


def test_a_recycled_process_id_is_not_touched(repo: Repo) -> None:
    """After a reboot the driver's number belongs to somebody else: who drives is a lock's to say, not a number's."""
    task = begin(repo, wide(1, 1))
    play = script(repo, {"attempt": [1], "do": [*HALF, {"run": "tail -f /dev/null"}]})
    with running(repo, play) as (process, lines):
        until(lines, '"tool"', "tail")
        process.kill()
        process.wait()
    note = repo.path / ".claude" / "team-context" / "runs" / task / "driver.json"
    with subprocess.Popen(["tail", "-f", "/dev/null"]) as innocent:
        note.write_text(json.dumps({**json.loads(note.read_text()), "pid": innocent.pid}))
        try:
            drive(repo, play)
            assert innocent.poll() is None
        finally:
            innocent.kill()
    assert of(events(repo, task), "TaskCompleted")


@pytest.mark.parametrize(
    ("left", "charged"),
    [([*work()[:3], {"say": "all of it"}, work()[3], {"linger": True}], 120), ([*work()[:3], {"run": "tail -f /dev/null"}], 120), ([{"run": "tail -f /dev/null"}], None)],
    ids=["its result was said", "its work is committed", "it has said nothing"],
)  # fmt: skip
def test_what_an_agent_finished_before_its_driver_went_is_not_done_twice(
    repo: Repo, left: list[dict[str, Any]], charged: int | None
) -> None:
    """Its end was never recorded: the same conversation is asked, and finds the work there."""
    task = begin(repo, wide(1, 1))
    done = charged is not None
    looks = {"run": "test $(git log --oneline --grep 'work$' | wc -l) = 1"}
    again = [looks, work()[3]] if done else work()
    play = script(repo, {"attempt": [1], "do": left}, {"resumed": True, "do": again})
    with running(repo, play) as (process, lines):
        until(lines, '"step":"1.1"', "all of it" if left[-1] == {"linger": True} else "tail")
        process.kill()
        process.wait()
    drive(repo, play)
    rows = events(repo, task)
    assert [e["attempt"] for e in of(rows, "StepDispatched")] == [1, 2]
    assert len({e["session"] for e in of(rows, "StepDispatched")}) == 1
    assert [e["status"] for e in of(rows, "StepFinished")] == ["complete"]
    first = of(rows, "BudgetCharged")[0]
    assert first["tokens"] == charged, "what nobody told is unknown, and never nothing"
    assert first["upper_tokens"] > 0
    assert len(repo.git("log", "--oneline", "--grep", "work$", f"baton/{task}/task").splitlines()) == 1


def test_a_line_cut_off_by_a_power_loss_stops_nobody(repo: Repo) -> None:
    """The feed is no truth: what cannot be read of it is passed over."""
    task = begin(repo, wide(1, 1))
    feed = repo.path / ".claude" / "team-context" / "runs" / task / "feed.jsonl"
    play = script(repo, {"attempt": [1], "do": [*HALF, {"run": "tail -f /dev/null"}]})
    with running(repo, play) as (process, lines):
        until(lines, '"tool"', "tail")
        process.kill()
        process.wait()
    feed.write_bytes(feed.read_bytes()[:-9])
    drive(repo, play)
    assert of(events(repo, task), "TaskCompleted")
    assert "COMPLETE" in repo.baton("execute", "run", "--watch", "--task-id", task).stdout
