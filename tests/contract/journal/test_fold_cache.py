"""What every cache of folds promises. The same suite runs on all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent_baton.app.folds import View, folded
from agent_baton.app.views import FIGURES, RETRO
from agent_baton.journal.folds import Fold, FoldCache, MemoryFoldCache, SqliteFoldCache
from agent_baton.journal.memory import MemoryJournal
from agent_baton.journal.port import Journal
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.trace.history import History
from tests.support.histories import made_up, write_journal

ONE, TWO = Fold(3, "a" * 64, b'{"n":1}'), Fold(4, "b" * 64, b'{"n":2}')


@pytest.fixture(params=["memory", "sqlite"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> FoldCache:
    if request.param == "memory":
        return MemoryFoldCache()
    return SqliteFoldCache(str(tmp_path / "cache of #1?" / "folds.db"))


@pytest.fixture
def journal(tmp_path: Path) -> Any:
    made = SqliteJournal(str(write_journal(tmp_path / "baton.db", 6, 4)))
    yield made
    made.close()


def test_what_is_written_is_read_back(cache: FoldCache) -> None:
    assert cache.read("figures/1") == {}
    cache.write("figures/1", {"a": ONE, "b": ONE})
    cache.write("figures/1", {"b": TWO}, gone=["a"])
    assert cache.read("figures/1") == {"b": TWO}


def test_views_do_not_see_each_other_and_old_versions_go(cache: FoldCache) -> None:
    cache.write("figures/1", {"a": ONE})
    cache.write("retro/1", {"a": TWO})
    cache.write("figures/2", {})
    assert (cache.read("figures/1"), cache.read("retro/1")) == ({}, {"a": TWO})


def counting(view: View) -> tuple[View, list[str]]:
    seen: list[str] = []

    def fold(history: History) -> Any:
        seen.append(history.task_id)
        return view.fold(history)

    return View(view.name, fold), seen


@pytest.mark.parametrize("view", [FIGURES, RETRO], ids=lambda view: view.name)
def test_only_what_moved_on_is_folded_again(cache: FoldCache, journal: SqliteJournal, view: View) -> None:
    """Each task is folded once for its last event; the answer is the same as without a cache."""
    fresh = folded(journal, view, MemoryFoldCache())
    counted, seen = counting(view)
    assert folded(journal, counted, cache) == fresh
    assert len(seen) == 6
    assert folded(journal, counted, cache) == fresh
    assert len(seen) == 6
    more = list(made_up(7, 4))[-1]
    journal.extend(more.task_id, more.rows())
    assert folded(journal, counted, cache)[-1]["task_id"] == more.task_id
    assert seen[6:] == [more.task_id]


def test_a_dropped_or_damaged_cache_changes_nothing(tmp_path: Path, journal: SqliteJournal) -> None:
    cache = SqliteFoldCache(str(tmp_path / "folds.db"))
    before = folded(journal, FIGURES, cache)
    os.unlink(cache.path)
    assert folded(journal, FIGURES, cache) == before
    Path(cache.path).write_bytes(b"this is no database" * 100)
    assert folded(journal, FIGURES, cache) == before
    assert len(cache.read(FIGURES.name)) == 6, "it was made anew"


def test_a_fold_of_another_history_is_not_believed(cache: FoldCache, journal: SqliteJournal) -> None:
    """The same task id and number of events, but other events: the hash tells."""
    before = folded(journal, FIGURES, cache)
    rows = cache.read(FIGURES.name)
    cache.write(FIGURES.name, {key: fold._replace(hash="f" * 64, text=b"{}") for key, fold in rows.items()})
    assert folded(journal, FIGURES, cache) == before


def test_a_task_that_is_gone_is_forgotten(cache: FoldCache, journal: SqliteJournal) -> None:
    cache.write(FIGURES.name, {"task-gone-0001": ONE})
    folded(journal, FIGURES, cache)
    assert "task-gone-0001" not in cache.read(FIGURES.name)


def test_without_a_place_to_keep_it_the_answer_is_the_same(tmp_path: Path, journal: SqliteJournal) -> None:
    (tmp_path / "file").write_text("not a directory")
    cache = SqliteFoldCache(str(tmp_path / "file" / "folds.db"))
    assert folded(journal, FIGURES, cache) == folded(journal, FIGURES, MemoryFoldCache())


@pytest.mark.parametrize("make", [lambda p: SqliteJournal(str(write_journal(p / "j.db", 3, 3))), lambda p: MemoryJournal()],
                         ids=["sqlite", "memory"])  # fmt: skip
def test_heads_are_the_last_events(tmp_path: Path, make: Callable[[Path], Journal]) -> None:
    """`heads` names every task with the number and hash of its last event, oldest first."""
    journal = make(tmp_path)
    heads = list(journal.heads())
    assert [head[0] for head in heads] == [task.task_id for task in journal.tasks()]
    for task_id, seq, mark in heads:
        last = list(journal.rows(task_id))[-1]
        assert (last.seq, last.hash) == (seq, mark)
    journal.close()
