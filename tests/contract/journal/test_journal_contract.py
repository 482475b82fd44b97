"""What every journal promises. The same suite runs on all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent_baton.engine import commands as cmd
from agent_baton.engine.apply import fold
from agent_baton.engine.handle import handle
from agent_baton.engine.ledger import Ledger
from agent_baton.engine.state import State
from agent_baton.errors import Conflict, NotFound, Refused
from agent_baton.journal.memory import MemoryJournal
from agent_baton.journal.port import Journal
from agent_baton.journal.sqlite import SqliteJournal
from tests.support.plans import phase, plan, step

TASK = "task-x-0001"


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made: Journal = (
        MemoryJournal() if request.param == "memory" else SqliteJournal(str(tmp_path / "state" / "baton.db"))
    )
    yield made
    made.close()


def do(journal: Journal, command: cmd.Command, now: float = 1_000.0) -> Ledger:
    return journal.commit(TASK, lambda state: handle(state, command, now), now, "tester")  # type: ignore[return-value]


def begin(journal: Journal) -> None:
    do(journal, cmd.Start(plan(phase(1, step("1.1"), step("1.2", "1.1")), phase(2, step("2.1"))), {}, "s"))


def test_what_is_committed_is_read_back(journal: Journal) -> None:
    """State and events are there after the commit, in order, with actor and time."""
    begin(journal)
    do(journal, cmd.RecordOutcome("1.1", "complete", outcome="wörk\n\ud83d"), 1_002.5)
    assert journal.state(TASK).step("1.1").status == "complete"  # type: ignore[union-attr]
    items = list(journal.events(TASK))
    assert [item.seq for item in items] == [1, 2, 3, 4]
    assert [type(item.event).__name__ for item in items] == [
        "TaskStarted",
        "StepDispatched",
        "StepFinished",
        "BudgetCharged",
    ]
    assert items[2].event.outcome == "wörk\n\ud83d"  # type: ignore[attr-defined]
    assert (items[3].actor, items[3].at) == ("tester", 1_002.5)
    assert [item.seq for item in journal.events(TASK, after=3)] == [4]


def test_the_stored_state_is_the_fold_of_the_events(journal: Journal) -> None:
    begin(journal)
    for command in (
        cmd.Dispatched("1.1"),
        cmd.RecordOutcome("1.1", "failed", outcome="x"),
        cmd.RecordOutcome("1.1", "complete"),
    ):
        do(journal, command)
        assert journal.state(TASK).as_dict() == fold(State(), list(journal.events(TASK))).as_dict()


def test_a_refused_command_leaves_no_trace(journal: Journal) -> None:
    begin(journal)
    before = list(journal.rows(TASK))
    with pytest.raises(Refused):
        do(journal, cmd.RecordOutcome("1.2", "complete"))
    assert list(journal.rows(TASK)) == before


def test_a_stale_writer_is_refused(journal: Journal) -> None:
    """A decision made on an older state is not written; deciding again works."""
    begin(journal)
    stale = handle(journal.state(TASK), cmd.RecordOutcome("1.1", "complete"), 1_001.0)
    do(journal, cmd.Note("decision", "meanwhile"))
    with pytest.raises(Conflict) as caught:
        journal.append(TASK, 1, stale, 1_001.0, "slow")
    assert (caught.value.expected_seq, caught.value.actual_seq) == (1, 2)
    again = handle(journal.state(TASK), cmd.RecordOutcome("1.1", "complete"), 1_002.0)
    journal.append(TASK, 2, again, 1_002.0, "slow")
    assert journal.state(TASK).head.steps_done == 1


def test_unknown_task_is_not_found(journal: Journal) -> None:
    begin(journal)
    with pytest.raises(NotFound, match="no task 'nope'"):
        journal.state("nope")


def test_tasks_are_listed_oldest_first(journal: Journal) -> None:
    begin(journal)
    other = plan(phase(1, step("1.1"), gate=None), task_id="task-y-0002")
    journal.commit(
        "task-y-0002", lambda state: handle(state, cmd.Start(other, {}, "s"), 2_000.0), 2_000.0, "t"
    )
    do(journal, cmd.Cancel("done"))
    assert [task.task_id for task in journal.tasks()] == [TASK, "task-y-0002"]
    assert [task.task_id for task in journal.tasks(open_only=True)] == ["task-y-0002"]


def test_events_of_a_kind_across_tasks(journal: Journal) -> None:
    """Oldest first, each with its task; a kind that never happened gives none."""
    for task_id, at in (("task-b-0001", 1.0), ("task-a-0002", 2.0)):
        start = cmd.Start(plan(phase(1, step("1.1")), task_id=task_id), {}, "s")
        journal.commit(task_id, lambda state, start=start, at=at: handle(state, start, at), at, "ann")
    note = cmd.Note("warning", "slow")
    journal.commit("task-b-0001", lambda state: handle(state, note, 3.0), 3.0, "ann")
    found = [(task_id, item.seq, item.at) for task_id, item in journal.of_kind("TaskStarted")]
    assert found == [("task-b-0001", 1, 1.0), ("task-a-0002", 1, 2.0)]
    assert [(task_id, item.event.text) for task_id, item in journal.of_kind("NoteAdded")] == [
        ("task-b-0001", "slow")
    ]
    assert list(journal.of_kind("TaskCancelled")) == []


def test_the_chain_verifies_and_survives_a_rebuild(journal: Journal) -> None:
    begin(journal)
    do(journal, cmd.RecordOutcome("1.1", "complete"))
    before = journal.state(TASK).as_dict()
    journal.rebuild(TASK)
    assert journal.verify() == []
    assert journal.state(TASK).as_dict() == before


@pytest.mark.parametrize("make", [MemoryJournal])
def test_the_memory_twin_needs_no_file(make: Callable[[], Journal]) -> None:
    journal = make()
    begin(journal)
    assert journal.state(TASK).head.status == "running"
