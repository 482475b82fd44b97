"""What a driving session has to read of a gate: its end when it is red, nothing when it is green."""

from __future__ import annotations

from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

HOOKED = {"BATON_BRIEFS": "hooks", "BATON_SESSION": "s-1"}
GATE = "seq 1 3000; test -f ok"


def run(repo: Repo, code: int, **env: str) -> str:
    return repo.baton("execute", "gate", "--phase-id", "1", "--run", code=code, **env).stderr


def test_a_session_reads_the_end_of_a_red_gate(repo: Repo) -> None:
    """A model reads it again with each later request. A terminal, or a session without hooks, is shown all of it."""
    repo.save_plan(plan(phase(1, step("1.1"), gate=GATE)))
    repo.baton("execute", "start", "--no-baseline", **HOOKED)
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", **HOOKED)
    told = run(repo, 1, **HOOKED)
    first, *lines = told.splitlines()
    assert first == "… all of it: .claude/team-context/gates/task-x-0001/1-1.txt"
    assert lines[-1] == "3000" and lines == [str(n) for n in range(int(lines[0]), 3001)]
    assert len(told.encode()) < 1_000
    assert len((repo.path / first.partition(": ")[2]).read_text().splitlines()) == 3000
    repo.baton("execute", "record", "--step-id", "1.r1", "--status", "complete", **HOOKED)
    assert len(run(repo, 1).splitlines()) == 3000
    repo.baton("execute", "retry", "--phase-id", "1", **HOOKED)
    repo.write("ok", "")
    assert run(repo, 0, **HOOKED) == ""
