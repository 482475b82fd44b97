"""A cache of what views folded from whole tasks, in a file of its own that may be dropped at any time.

It is no part of the journal: a view is a question, and asking changes no byte beside the journal. A fold is kept under
the last event it saw (number and hash), so that one more event, or a journal that was replaced, makes it stale.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import NamedTuple, Protocol

BUSY_S = 5.0

# one row per task and view; `text` is whatever the view keeps, as JSON
CREATE = """CREATE TABLE IF NOT EXISTS fold (view TEXT NOT NULL, task_id TEXT NOT NULL, seq INTEGER NOT NULL,
    hash TEXT NOT NULL, text BLOB NOT NULL, PRIMARY KEY (view, task_id))"""
READ = "SELECT task_id, seq, hash, text FROM fold WHERE view = ?"
PUT = "INSERT OR REPLACE INTO fold VALUES (?, ?, ?, ?, ?)"
DROP = "DELETE FROM fold WHERE view = ? AND task_id = ?"
DROP_VIEW = "DELETE FROM fold WHERE view = ?"
# one look into the index a view, where a list of all would read it from end to end
NEXT_VIEW = "SELECT min(view) FROM fold WHERE view > ?"


class Fold(NamedTuple):
    """What a view keeps of one task, as of the event it saw last."""

    seq: int
    hash: str
    text: bytes


class FoldCache(Protocol):
    """`view` is the view's name and version in one, as in `figures/3`."""

    def read(self, view: str) -> dict[str, Fold]: ...
    def write(self, view: str, folds: Mapping[str, Fold], gone: Iterable[str] = ()) -> None:
        """Keep new folds, forget tasks that are gone and every other version of the view."""


class MemoryFoldCache:
    def __init__(self) -> None:
        self._views: dict[str, dict[str, Fold]] = {}

    def read(self, view: str) -> dict[str, Fold]:
        return dict(self._views.get(view, {}))

    def write(self, view: str, folds: Mapping[str, Fold], gone: Iterable[str] = ()) -> None:
        kept = self.read(view)
        kept.update(folds)
        for task_id in gone:
            kept.pop(task_id, None)
        family = _family(view)
        self._views = {name: rows for name, rows in self._views.items() if _family(name) != family}
        self._views[view] = kept


class SqliteFoldCache:
    """In an SQLite file that is made when first written. A file that cannot be read counts as empty and is replaced."""

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self, view: str) -> dict[str, Fold]:
        if not os.path.exists(self.path):
            return {}
        try:
            with closing(sqlite3.connect(f"file:{_uri(self.path)}?mode=ro", uri=True, timeout=BUSY_S)) as db:
                return {
                    task_id: Fold(seq, mark, text) for task_id, seq, mark, text in db.execute(READ, (view,))
                }
        except sqlite3.Error:
            return {}  # not there yet or damaged: the next write makes it anew

    def write(self, view: str, folds: Mapping[str, Fold], gone: Iterable[str] = ()) -> None:
        """Raises OSError when the place cannot be written."""
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        try:
            self._put(view, folds, gone)
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                return  # another view is writing the same folds
            if not os.path.exists(self.path):
                raise OSError(str(error)) from error
            os.unlink(self.path)
            self._put(view, folds, ())

    def _put(self, view: str, folds: Mapping[str, Fold], gone: Iterable[str]) -> None:
        with closing(sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")
            db.execute("BEGIN IMMEDIATE")
            db.execute(CREATE)
            for other in _versions(db, view):
                db.execute(DROP_VIEW, (other,))
            db.executemany(PUT, [(view, task_id, *fold) for task_id, fold in folds.items()])
            db.executemany(DROP, [(view, task_id) for task_id in gone])
            db.execute("COMMIT")


def _versions(db: sqlite3.Connection, view: str) -> list[str]:
    """Other versions of the view that something is kept of."""
    found, name = [], f"{_family(view)}/"
    while (name := db.execute(NEXT_VIEW, (name,)).fetchone()[0]) and _family(name) == _family(view):
        found += [name] if name != view else []
    return found


def _family(view: str) -> str:
    return view.partition("/")[0]


def _uri(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
