"""The SQLite journal and its file: faults are explained, nothing is lost, nothing stray is made."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agent_baton.engine import commands as cmd
from agent_baton.engine.handle import handle
from agent_baton.errors import JournalError, NotFound
from agent_baton.journal.lock import WriteGate
from agent_baton.journal.sqlite import SqliteJournal
from tests.contract.journal.test_journal_contract import TASK, begin, do
from tests.support.plans import phase, plan, step


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state dir é" / "baton.db"


def opened(path: Path) -> SqliteJournal:
    journal = SqliteJournal(str(path))
    begin(journal)
    journal.close()
    return SqliteJournal(str(path))


def test_reading_makes_no_file(path: Path) -> None:
    with pytest.raises(NotFound, match="no task was started here"):
        SqliteJournal(str(path)).state("x")
    assert SqliteJournal(str(path)).tasks() == []
    assert not path.parent.exists()


def test_no_stray_files_are_left(path: Path) -> None:
    opened(path).close()
    assert sorted(os.listdir(path.parent)) == ["baton.db", "baton.db.lock"]


def test_events_cannot_be_changed_or_deleted(path: Path) -> None:
    """The file itself refuses, whoever asks."""
    opened(path).close()
    with sqlite3.connect(path) as raw:
        for statement in ("UPDATE event SET data = '{}'", "DELETE FROM event"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(statement)
    raw.close()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE event SET data = replace(data, 'Try', 'Buy') WHERE seq = 1",
            "was changed after it was written",
        ),
        ("UPDATE event SET at = 5.0 WHERE seq = 2", "was changed"),
        ("UPDATE event SET actor = 'mallory' WHERE seq = 3", "was changed"),
        ("DELETE FROM event WHERE seq = 2", "follows event 1"),
        ("DELETE FROM event WHERE seq = 4", "its head says 4"),
    ],
)
def test_verify_says_what_was_tampered_with(path: Path, statement: str, problem: str) -> None:
    journal = opened(path)
    do(journal, cmd.RecordOutcome("1.1", "complete"))
    journal.close()
    raw = sqlite3.connect(path)
    raw.executescript("DROP TRIGGER event_is_final; DROP TRIGGER event_is_kept;")
    raw.execute(statement)
    raw.commit()
    raw.close()
    assert any(problem in line for line in SqliteJournal(str(path)).verify())


def test_a_dropped_cache_is_folded_anew(path: Path) -> None:
    """Projections may be dropped at any time, before a read and before a write."""
    journal = opened(path)
    do(journal, cmd.RecordOutcome("1.1", "complete"))
    want = journal.state(TASK).as_dict()
    for table in ("task", "phase", "step", "spec"):
        journal._db.execute(f"DELETE FROM {table}")  # type: ignore[union-attr]
    assert journal.state(TASK).as_dict() == want
    for table in ("task", "phase", "step", "spec"):
        journal._db.execute(f"DELETE FROM {table}")  # type: ignore[union-attr]
    do(journal, cmd.RecordOutcome("1.2", "complete"))
    assert journal.state(TASK).head.steps_done == 2
    assert journal.verify() == []
    journal.close()


def test_a_file_that_is_no_database_is_explained(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"SQLite format 3\x00" + b"garbage" * 1000)
    with pytest.raises(JournalError, match=r"damaged|not a database"):
        SqliteJournal(str(path)).tasks()
    assert path.read_bytes().endswith(b"garbage")


def test_a_newer_schema_is_refused_untouched(path: Path) -> None:
    opened(path).close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(JournalError, match="Upgrade baton"):
        SqliteJournal(str(path)).tasks()


def test_a_foreign_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE recipes (name)")
    raw.commit()
    raw.close()
    with pytest.raises(JournalError, match="not a baton journal"):
        begin(SqliteJournal(str(path)))


def test_a_truncated_file_says_so_and_what_is_left_can_be_recovered(path: Path, tmp_path: Path) -> None:
    from agent_baton.app.carry import recover

    journal = opened(path)
    for number in range(60):
        do(journal, cmd.Note("discovery", f"note {number} " + "x" * 2000))
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    damaged = SqliteJournal(str(path))
    try:
        said = damaged.verify()
    except JournalError as error:
        said = [error.message]
    assert said
    saved = recover(str(path), str(tmp_path / "rescued.db"))
    assert 0 < saved[TASK] < 62
    rescued = SqliteJournal(str(tmp_path / "rescued.db"))
    assert rescued.verify() == []
    rescued.close()


@pytest.mark.skipif(os.getuid() == 0, reason="root writes anywhere")
def test_a_read_only_place_is_explained(path: Path) -> None:
    opened(path).close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(JournalError, match=r"read-only|cannot open"):
            begin(SqliteJournal(str(path)))
    finally:
        path.parent.chmod(0o700)


def test_a_full_disk_is_explained_and_loses_nothing(path: Path) -> None:
    """SQLite's own page limit stands in for a full disk: the same error, at the same place."""
    journal = opened(path)
    pages = journal._reading().execute("PRAGMA page_count").fetchone()[0]
    journal._reading().execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError, match="no space left"):
        do(journal, cmd.Note("decision", "y" * 500_000))
    assert journal.state(TASK).head.seq == 1
    journal._reading().execute("PRAGMA max_page_count = 1000000")
    do(journal, cmd.Note("decision", "fits now"))
    assert journal.verify() == []
    journal.close()


def test_a_lock_that_is_held_ends_the_wait(tmp_path: Path) -> None:
    """A wait has an end and names the file."""
    holder = WriteGate(str(tmp_path / "x.lock"))
    with (
        holder,
        pytest.raises(JournalError, match="is locked"),
        WriteGate(str(tmp_path / "x.lock"), wait_s=0.05),
    ):
        raise AssertionError("two holders")


WRITER = """
import sys
from agent_baton.engine import commands as cmd
from agent_baton.engine.handle import handle
from agent_baton.journal.sqlite import SqliteJournal
path, who, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.stdin.read()
for number in range(count):
    journal = SqliteJournal(path)
    journal.commit("task-x-0001", lambda s: handle(s, cmd.Note("discovery", f"{who}-{number}"), 1.0), 1.0, who)
    journal.close()
"""


def test_sixteen_writers_of_five_hundred_operations_lose_nothing(path: Path) -> None:
    """Every acknowledged operation is there once, and the chain verifies."""
    opened(path).close()
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"w{n}", "500"], stdin=subprocess.PIPE)
        for n in range(16)
    ]
    for writer in writers:
        writer.stdin.close()  # type: ignore[union-attr]
    assert [writer.wait(240) for writer in writers] == [0] * 16
    journal = SqliteJournal(str(path))
    texts = [item.event.text for item in journal.events(TASK, after=1)]  # type: ignore[attr-defined]
    assert sorted(texts) == sorted(f"w{n}-{i}" for n in range(16) for i in range(500))
    assert journal.verify() == []
    journal.close()


def test_ten_thousand_steps_are_read_a_few_at_a_time(path: Path) -> None:
    """`next` on a plan of 10,000 steps reads no more rows than on one of ten."""
    reads = {}
    for count in (10, 10_000):
        here = path.with_name(f"{count}.db")
        journal = SqliteJournal(str(here))
        document = plan(phase(1, *[step(f"1.{n}") for n in range(1, count + 1)]))
        journal.commit(TASK, lambda s, d=document: handle(s, cmd.Start(d, {}, ""), 1.0), 1.0, "t")  # type: ignore[misc]
        journal.close()
        journal = SqliteJournal(str(here))
        from agent_baton.engine.decide import decide

        statements: list[str] = []
        journal._reading().set_trace_callback(statements.append)
        decide(journal.state(TASK), 2.0)
        reads[count] = len(statements)
        journal.close()
    assert reads[10_000] <= reads[10]
