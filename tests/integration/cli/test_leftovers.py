"""What an agent left uncommitted is its own change, and not the next one's."""

from __future__ import annotations

from typing import Any

import pytest

from agent_baton.engine.events import EvidenceGathered
from agent_baton.journal.sqlite import SqliteJournal
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo


def evidence(repo: Repo) -> dict[str, EvidenceGathered]:
    journal = SqliteJournal(str(repo.path / ".claude/team-context/baton.db"))
    found = [item.event for item in journal.events("task-x-0001")]
    journal.close()
    return {event.step_id: event for event in found if isinstance(event, EvidenceGathered)}


@pytest.fixture
def started(repo: Repo) -> Repo:
    """Each of three agents may touch one file; the user has a file of their own lying there."""
    steps = [
        step(f"1.{n}", *([f"1.{n - 1}"] if n > 1 else []), allowed_paths=[f"{name}.py"])
        for n, name in enumerate("abc", 1)
    ]
    repo.save_plan(plan(phase(1, *steps, gate="true")))
    repo.write("mine ü.txt", "the user's\n")
    repo.baton("execute", "start", "--no-baseline")
    return repo


def act(repo: Repo, number: int, dispatched: bool, *claims: str, text: str = "x = 1\n") -> None:
    name = "abc"[number - 1] + ".py"
    if dispatched:
        repo.baton("execute", "dispatched", "--step-id", f"1.{number}")
    repo.write(name, text)
    arguments = ["--step-id", f"1.{number}", "--status", "complete", *claims]
    assert "Evidence" not in repo.baton("execute", "record", *arguments).stdout


@pytest.mark.parametrize("dispatched", [True, False])
@pytest.mark.parametrize("claims", [["--files"], []])
def test_nobody_is_told_to_have_changed_what_lay_there(
    started: Repo, dispatched: bool, claims: list[str]
) -> None:
    """Three agents that never commit: each is compared with its own file, and nobody with the user's."""
    for number, name in enumerate("abc", 1):
        act(started, number, dispatched, *(claims and [*claims, f"{name}.py"]))
    found = evidence(started)
    assert {step_id: event.changed_files for step_id, event in found.items()} == {
        "1.1": ("a.py",), "1.2": ("b.py",), "1.3": ("c.py",),
    }  # fmt: skip
    assert not [event.mismatches for event in found.values() if event.mismatches]


def test_what_lay_there_and_is_written_again_is_a_change(started: Repo) -> None:
    """An agent that edits what another left uncommitted outside its own paths is told."""
    act(started, 1, True)
    started.baton("execute", "dispatched", "--step-id", "1.2")
    started.baton("execute", "dispatched", "--step-id", "1.2")
    started.write("a.py", "x = 'not mine to write'\n")
    started.baton("execute", "dispatched", "--step-id", "1.2")
    said = started.baton("execute", "record", "--step-id", "1.2", "--status", "complete").stdout
    assert "a.py" in said
    assert evidence(started)["1.2"].changed_files == ("a.py",)


def test_nothing_is_left_of_it_when_the_task_ends(started: Repo) -> None:
    for number in (1, 2, 3):
        act(started, number, True)
    folder = started.path / ".claude/team-context/leftovers/task-x-0001"
    assert list(folder.iterdir())
    started.baton("execute", "gate", "--phase-id", "1", "--result", "pass")
    started.baton("execute", "complete")
    assert not list(folder.iterdir())


def test_the_same_record_with_head_for_a_commit_is_acknowledged(started: Repo) -> None:
    """HEAD means the commit it stood for: a lost answer can be asked for again in the same words."""
    started.write("a.py", "x = 1\n")
    started.git("add", "a.py")
    started.git("commit", "-q", "-m", "a")
    words: list[Any] = ["execute", "record", "--step-id", "1.1", "--status", "complete", "--commit", "HEAD"]
    assert started.baton(*words).stdout.startswith("Recorded")
    assert started.baton(*words).stdout.startswith("Already recorded")
