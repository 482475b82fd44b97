"""`gate --run` killed in the middle: nothing of it goes on, and the next run finds the place empty."""

from __future__ import annotations

import os
import select
import subprocess
import sys

import pytest

from agent_baton.app import gating
from agent_baton.app.site import find_site
from agent_baton.engine.events import GateFinished, GateStarted
from agent_baton.errors import Refused
from agent_baton.journal.sqlite import SqliteJournal
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

# While .git/hold is there it stays, deaf to SIGTERM, with a child in a session of its own.
# Afterwards it is red when anything of the first run is still alive.
CHECK = """
trap '' TERM
if [ -e .git/hold ]; then
    setsid sh -c 'trap "" TERM; echo $$ >> .git/first; echo up; while :; do tail -f /dev/null; done' &
    echo $$ >> .git/first
    while :; do tail -f /dev/null; done
fi
for pid in $(cat .git/first); do kill -0 $pid 2>/dev/null && exit 9; done
exit 0
"""
TASK = "task-x-0001"


@pytest.fixture
def at_its_gate(repo: Repo) -> Repo:
    repo.write("check.sh", CHECK)
    repo.commit("the check")
    repo.save_plan(plan(phase(1, step("1.1"), gate="sh check.sh")))
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete")
    return repo


def test_kill_9_of_the_driver_ends_the_gate_and_the_next_run_waits_for_that(at_its_gate: Repo) -> None:
    """The tree is gone, `resume` names the gate again, and a second run starts in an empty place."""
    repo = at_its_gate
    hold = repo.path / ".git/hold"
    hold.touch()
    driver = subprocess.Popen(
        [sys.executable, "-c", "from agent_baton.cli.entry import main; main()", "execute", "gate", "--phase-id", "1", "--run"],
        cwd=repo.path, env=repo.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert driver.stderr is not None
        assert driver.stderr.readline() == b"up\n"
        pids = [int(line) for line in (repo.path / ".git/first").read_text().split()]
        watched = [os.pidfd_open(pid) for pid in pids]
    finally:
        driver.kill()
        driver.wait()
    hold.unlink()
    assert "ACTION: GATE" in repo.baton("execute", "resume").stdout
    repo.baton("execute", "gate", "--phase-id", "1", "--run")
    assert len(watched) == 2
    for fd in watched:
        assert select.select([fd], [], [], 0)[0], "a process of the first run was there when the second ended"
        os.close(fd)
    driver.stderr.close()
    journal = SqliteJournal(str(repo.path / ".claude/team-context/baton.db"))
    gates = [
        item.event for item in journal.events(TASK) if isinstance(item.event, (GateStarted, GateFinished))
    ]
    journal.close()
    assert [(type(event).__name__, event.run) for event in gates] == [
        ("GateStarted", 1), ("GateStarted", 2), ("GateFinished", 2),
    ]  # fmt: skip


def test_two_gates_do_not_run_in_one_checkout(at_its_gate: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second says so and records nothing."""
    monkeypatch.setattr(gating, "OTHER_RUN_LIMIT_S", 0.0)
    site = find_site(str(at_its_gate.path), {})
    journal = SqliteJournal(site.db_path)
    with gating.alone(site), pytest.raises(Refused, match="a gate is running in"):
        gating.run_phase_gate(site, journal, TASK, 1, "me", lambda _: None)
    assert not [item for item in journal.events(TASK) if isinstance(item.event, (GateStarted, GateFinished))]
    journal.close()
