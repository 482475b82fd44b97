"""Reading whole tasks in bulk says the same as reading them event by event."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent_baton.app import folds
from agent_baton.app.folds import View, folded
from agent_baton.app.side_by_side import side_by_side
from agent_baton.app.views import FIGURES, KEPT_AT_THE_END
from agent_baton.errors import JournalError
from agent_baton.journal.bulk import Stored, told
from agent_baton.journal.chain import Row, recorded
from agent_baton.journal.folds import MemoryFoldCache
from agent_baton.journal.memory import MemoryJournal
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.trace.history import gather, gather_told
from tests.support.histories import made_up, write_journal
from tests.support.texts import with_text
from tests.unit.engine.test_golden_journals import FOLDER, rows_of

GOLDEN = {path.stem: rows_of(path)[1] for path in sorted(FOLDER.glob("*.jsonl"))}
STORED = GOLDEN | {task.task_id: task.rows() for task in made_up(12, 7, seed=5)}


def bare(rows: Sequence[Row]) -> list[Stored]:
    return [(row.seq, row.type, row.version, row.at, row.actor, row.data) for row in rows]


@pytest.mark.parametrize("name", STORED)
def test_every_view_is_the_same(name: str) -> None:
    rows = STORED[name]
    slow, fast = gather(map(recorded, rows)), gather_told(told(bare(rows)))
    for view in KEPT_AT_THE_END:
        assert json.dumps(view.fold(fast)) == json.dumps(view.fold(slow)), view.name


@pytest.mark.parametrize("name", GOLDEN)
def test_every_event_is_the_same(name: str) -> None:
    for row, item in zip(GOLDEN[name], told(bare(GOLDEN[name])), strict=True):
        whole = recorded(row)
        assert (item.seq, item.kind, item.at, item.actor) == (whole.seq, row.type, whole.at, whole.actor)
        assert json.dumps(item.event.as_dict()) == json.dumps(whole.event.as_dict())


def test_text_that_is_no_unicode_is_read_all_the_same() -> None:
    """A lone surrogate is what an agent's broken output becomes; one such event must not hide the task."""
    rows = bare(STORED["task-made-0000"])
    broken = [(*row[:5], row[5].replace('"done"', '"\\ud83d"')) for row in rows]
    outcomes = {item.event.outcome for item in told(broken) if item.kind == "StepFinished"}
    assert outcomes == {"\ud83d"}


@pytest.mark.parametrize("view", KEPT_AT_THE_END, ids=lambda view: view.name)
def test_no_view_stumbles_over_it(view: View) -> None:
    """Whatever text it stands in, the fold can be kept and read again."""
    journal = MemoryJournal()
    for rows in STORED.values():
        task_id = json.loads(rows[0].data)["plan"]["task_id"]
        journal._rows[task_id] = with_text(task_id, rows, " \ud83d")
    assert len(folded(journal, view, MemoryFoldCache())) == len(STORED)


def test_an_event_with_fewer_fields_gets_their_defaults() -> None:
    """As an earlier version wrote it, before the field was there."""
    rows = bare(STORED["task-made-0000"])
    place = next(n for n, row in enumerate(rows) if row[1] == "StepDispatched")
    data = json.loads(rows[place][5])
    del data["runtime"]
    rows[place] = (*rows[place][:5], json.dumps(data))
    assert list(told(rows))[place].event.runtime == ""


@pytest.mark.parametrize("text", ['{"step_id": ', "[1"], ids=["cut", "no object"])
def test_what_cannot_be_read_is_named(text: str) -> None:
    row = bare(STORED["task-made-0000"])[1]
    with pytest.raises(JournalError, match="event 2"):
        list(told([(*row[:5], text)]))


def test_memory_and_file_store_the_same(tmp_path: Path) -> None:
    journal = SqliteJournal(str(write_journal(tmp_path / "j.db", 1, 3)))
    task_id, seq, _ = next(iter(journal.heads()))
    rows = list(journal.rows(task_id))
    memory = MemoryJournal()
    memory._rows[task_id] = rows
    assert journal.stored(task_id, seq - 2) == memory.stored(task_id, seq - 2) == bare(rows)[:-2]
    journal.close()


def doubled(numbers: Sequence[int]) -> list[int]:
    if 7 in numbers:
        os._exit(1)
    if 8 in numbers:
        raise JournalError("event 8 cannot be read")
    return [2 * number for number in numbers]


def test_work_side_by_side_is_all_done() -> None:
    found = [made for some in side_by_side(doubled, [[1, 2], [3], [4], [5]], 3) for made in some]
    assert sorted(found) == [2, 4, 6, 8, 10]


def test_a_process_that_ends_early_leaves_its_part_out(capfd: pytest.CaptureFixture[str]) -> None:
    """Nobody waits for it, and what others made is there."""
    found = [made for some in side_by_side(doubled, [[1], [7], [8], [3], [4], [5]], 3) for made in some]
    assert {2, 6} <= set(found)
    assert set(found) <= {2, 6, 8, 10}
    assert capfd.readouterr().err == ""


def test_folds_of_many_processes_are_those_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when there is only one processor, and when an event of one task cannot be read."""
    journal = SqliteJournal(str(write_journal(tmp_path / "j.db", 8, 3)))
    alone = folded(journal, FIGURES, MemoryFoldCache())
    monkeypatch.setattr(folds, "MANY", 2)
    monkeypatch.setattr(folds, "CHUNK", 3)
    heard: list[tuple[int, int]] = []
    cache = MemoryFoldCache()
    assert folded(journal, FIGURES, cache, lambda done, of: heard.append((done, of))) == alone
    assert heard[-1] == (8, 8)
    assert len(cache.read(FIGURES.name)) == 8
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert folded(journal, FIGURES, MemoryFoldCache()) == alone
    journal.close()
