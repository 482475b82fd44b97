"""SessionStart: what a session is told, what its shell knows, who drives."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from agent_baton.engine import events as ev
from tests.support.hooks import Session
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo


def told(answer: dict[str, Any]) -> str:
    return str(answer.get("hookSpecificOutput", {}).get("additionalContext", ""))


def test_a_driving_session_is_told_where_it_is(session: Session) -> None:
    """Position, next action and the loop's essentials, in at most 1.2 kB, at every kind of start."""
    for source in ("startup", "resume", "clear", "compact"):
        text = told(session.start(source))
        assert "task-x-0001" in text
        assert "next: DISPATCH" in text
        assert "baton execute next" in text
        assert len(text.encode()) <= 1_200


def test_the_shell_learns_its_task(session: Session) -> None:
    """Variables survive between tool calls only through the file Claude Code gives its first hook."""
    session.start()
    lines = session.env_file.read_text().splitlines()
    assert lines == [
        "export BATON_SESSION=s-1",
        "export BATON_BRIEFS=hooks",
        "export BATON_TASK_ID=task-x-0001",
        "export BATON_BOUND=task-x-0001",
    ]


def test_without_a_journal_nothing_is_said(repo: Repo) -> None:
    """A repository baton never worked in: silent; the shell still learns the session's name for a later task."""
    session = Session(repo)
    assert session.start() == {}
    assert "BATON_TASK_ID" not in session.env_file.read_text()
    assert "BATON_SESSION=s-1" in session.env_file.read_text()


def test_a_lost_session_is_followed_by_the_next(session: Session) -> None:
    """The process that drove is gone: the new session takes its place and what was in flight can start again."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    session.env["CLAUDE_PID"] = str(gone.pid)
    session.start()
    session.spawn("baton step 1.1: go")
    gone.wait()
    new = Session(session.repo, "s-2")
    assert "this session drives task-x-0001".replace("task-x", "task task-x") in told(new.start())
    kinds = [type(event).__name__ for event in new.events()]
    assert kinds[-2:] == ["StepInterrupted", "SessionBound"]
    assert session.repo.json("execute", "next")["step"] == "1.1"


def test_a_live_session_keeps_its_task(session: Session) -> None:
    """The second to come is told who drives and how to take over; nothing is bound by that."""
    session.start()
    before = len(session.events())
    other = Session(session.repo, "s-2")
    text = told(other.start())
    assert "driven by another session, s-1" in text
    assert "baton execute resume --task-id task-x-0001" in text
    assert len(session.events()) == before
    assert "BATON_TASK_ID" not in other.env_file.read_text()


def test_a_takeover_voids_what_the_first_says(session: Session) -> None:
    """After `resume` elsewhere the first session's dispatches, records and agents are refused by name."""
    session.start()
    prompt = session.spawn("baton step 1.1: go")["hookSpecificOutput"]["updatedInput"]["prompt"]
    session.begin(prompt)
    session.repo.baton("execute", "resume", BATON_SESSION="s-2")
    late = session.repo.baton(
        "execute", "record", "--step-id", "1.1", "--status", "complete", code=4, BATON_SESSION="s-1"
    )
    assert "driven by session s-2" in late.stderr
    refused = session.spawn("baton step 1.2: go", "tester", "toolu_2")["hookSpecificOutput"]
    assert "driven by another session, s-2" in refused["permissionDecisionReason"]
    session.stop_agent("STATUS: complete\nDONE: late and long\nFILES: none\nCOMMIT: none\nCHECKS: none")
    assert isinstance(session.events()[-1], ev.OutcomeVoided) or isinstance(
        session.events()[-2], ev.OutcomeVoided
    )
    assert session.repo.json("execute", "next")["step"] == "1.1"


def test_the_same_session_in_a_new_process_gives_up_what_was_lost(session: Session) -> None:
    """`claude --resume` keeps the id; the agents of the process that died did not survive it."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    session.env["CLAUDE_PID"] = str(gone.pid)
    session.start()
    session.spawn("baton step 1.1: go")
    gone.wait()
    session.env["CLAUDE_PID"] = str(os.getpid())
    session.start("resume")
    assert any(isinstance(event, ev.StepInterrupted) for event in session.events())


def test_compaction_loses_nothing(session: Session) -> None:
    """Same process, same session: what is in flight stays in flight, and the model is told of it."""
    session.start()
    session.spawn("baton step 1.1: go")
    session.hook("PreCompact", trigger="auto")
    assert "in flight: 1.1 (attempt 1)" in told(session.start("compact"))
    assert not any(isinstance(event, ev.StepInterrupted) for event in session.events())


def test_two_tasks_are_never_mixed(repo: Repo) -> None:
    """Each session is at its own task; one that has none is shown both and bound to neither."""
    for number in (1, 2):
        repo.save_plan(plan(phase(1, step("1.1"), gate=None), task_id=f"task-x-000{number}"))
        repo.baton("execute", "start", "--no-baseline", BATON_SESSION=f"s-{number}")
    one, two, three = Session(repo, "s-1"), Session(repo, "s-2"), Session(repo, "s-3")
    assert "task task-x-0001" in told(one.start())
    assert "task task-x-0002" in told(two.start())
    assert "2 tasks are open here" in told(three.start())
    two.spawn("baton step 1.1: go")
    states = {row["task_id"]: row for row in repo.json("execute", "list")["tasks"]}
    assert set(states) == {"task-x-0001", "task-x-0002"}
    flying = {
        task: repo.json("execute", "status", "--task-id", task)["phases"][0]["steps"][0]["status"]
        for task in states
    }
    assert flying == {"task-x-0001": "ready", "task-x-0002": "dispatched"}
    mine = repo.baton("execute", "status", BATON_SESSION="s-2").stdout
    assert "task-x-0002" in mine


def test_a_task_begun_later_in_the_session_counts(session: Session) -> None:
    """The variables written at the start name the old task; what the session took up since is meant."""
    session.start()
    session.repo.save_plan(plan(phase(1, step("1.1")), task_id="task-x-0002"))
    session.repo.baton("execute", "start", "--no-baseline", BATON_SESSION="s-1")
    bound = {"BATON_SESSION": "s-1", "BATON_TASK_ID": "task-x-0001", "BATON_BOUND": "task-x-0001"}
    assert "task-x-0002" in session.repo.baton("execute", "status", **bound).stdout
    chosen = {**bound, "BATON_TASK_ID": "task-x-0001", "BATON_BOUND": ""}
    assert "task-x-0001" in session.repo.baton("execute", "status", **chosen).stdout
