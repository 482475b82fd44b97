"""Reading the SQLite journal: what `baton execute next` loads, and no more."""

from __future__ import annotations

import os

from agent_baton.engine.state import Phase, Spec, State, Step, Task
from agent_baton.errors import JournalError, NotFound
from agent_baton.journal import sql
from agent_baton.journal.bare_sqlite import sqlite
from agent_baton.journal.rows import from_text
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection
    from typing import Any

    from agent_baton.journal.rows import Row

BUSY_S = 60.0
# pages after which a commit also writes the log back: small, because a command that follows reads the log once
CHECKPOINT_PAGES = 128


class StoredRows:
    """Rows of one task, read one by one when asked for."""

    def __init__(self, connection: Connection, task_id: str) -> None:
        self._db = connection
        self._task_id = task_id

    def task(self) -> Task | None:
        return self._one(Task, sql.TASK)

    def phase(self, phase_id: int) -> Phase | None:
        return self._one(Phase, sql.PHASE, phase_id)

    def step(self, step_id: str) -> Step | None:
        return self._one(Step, sql.STEP, step_id)

    def spec(self, step_id: str) -> Spec | None:
        return self._one(Spec, sql.SPEC, step_id)

    def steps(self, phase_id: int, status: str) -> Iterator[Step]:
        for (text,) in self._db.execute(sql.STEPS, (self._task_id, phase_id, status)):
            yield from_text(Step, text)

    def _one(self, kind: type[Row], statement: str, *key: object) -> Row | None:
        found = self._db.execute(statement, (self._task_id, *key)).fetchone()
        return from_text(kind, found[0]) if found else None


class SqliteReader:
    """Open with `SqliteReader(path)`. Nothing is made or changed by reading."""

    def __init__(self, path: str, patience_s: float = BUSY_S) -> None:
        self.path = path
        self.patience_s = patience_s  # how long another program may hold the file
        self._db: Connection | None = None

    def state(self, task_id: str) -> State:
        """The task as it stands, its rows read when they are asked for. Raises NotFound."""
        state = State(StoredRows(self._reading(), task_id))
        if state.task() is None:
            raise NotFound(
                f"no task {task_id!r} in {self.path}; {self._near(task_id)}`baton execute list --all` shows all"
            )
        return state

    def _near(self, task_id: str) -> str:
        known = [name for name, _, _ in self.heads()]
        near = load("difflib:get_close_matches")(task_id, known, 1)
        return f"did you mean {near[0]!r}? " if near else ""

    def version(self) -> int:
        """A number that changes whenever somebody else has written to the journal. Costs no disk access."""
        version: int = self._reading().execute(sql.VERSION).fetchone()[0]
        return version

    def close(self) -> None:
        """Leave no file of SQLite's own behind; the last to close writes what a killed writer left."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def tasks(self, open_only: bool = False) -> list[Task]:
        """Heads of all tasks, oldest first. Empty when there is no journal yet."""
        if self._db is None and not os.path.exists(self.path):
            return []
        statement = sql.OPEN_TASKS if open_only else sql.TASKS
        return [from_text(Task, text) for (text,) in self._all(statement)]

    def heads(self) -> Iterator[tuple[str, int, str]]:
        """Task id, number and hash of the last event of every task, oldest task first."""
        if self._db is not None or os.path.exists(self.path):
            yield from self._all(sql.HEADS)

    def _all(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        try:
            # not `yield from`: whoever stops half-way would close the cursor, perhaps after the journal
            for row in self._reading().execute(statement, values):  # noqa: UP028
                yield row
        except sqlite.Error as error:
            raise self._explain(error) from error

    def _run(self, db: Connection, statement: str) -> None:
        try:
            db.execute(statement)
        except sqlite.Error as error:
            raise self._explain(error) from error

    def _reading(self) -> Connection:
        if self._db is None:
            if not os.path.exists(self.path):
                raise NotFound(
                    f"no journal at {self.path}: no task was started here; baton plan … --save, then baton execute start"
                )
            self._db = self._open()
        return self._db

    def _open(self) -> Connection:
        try:
            db: Connection = sqlite.connect(self.path, timeout=self.patience_s, isolation_level=None)
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                self._lay_out(db)
                version = sql.SCHEMA_VERSION
            db.execute("PRAGMA synchronous = FULL")
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        except sqlite.Error as error:
            raise self._explain(error) from error
        if version != sql.SCHEMA_VERSION:
            raise JournalError(
                f"{self.path} has schema {version}; this baton reads schema {sql.SCHEMA_VERSION}. "
                + (
                    "Upgrade baton."
                    if version > sql.SCHEMA_VERSION
                    else "It is not a baton journal; set BATON_DB to another file."
                )
            )
        return db

    @staticmethod
    def _lay_out(db: Connection) -> None:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN IMMEDIATE")
        for statement in sql.SCHEMA:
            db.execute(statement)
        db.execute("COMMIT")

    def _explain(self, error: Exception) -> JournalError:
        """What an SQLite error means for the person at the terminal, and what to do now."""
        text = str(error)
        for sign, advice in ADVICE:
            if sign in text:
                return JournalError(f"{advice.format(path=self.path)} (SQLite: {text}); nothing was recorded")
        return JournalError(f"the journal {self.path} cannot be used (SQLite: {text}); nothing was recorded")


ADVICE = (
    ("disk is full", "no space left for the journal {path}; free some and repeat the command"),
    ("readonly", "the journal {path} is read-only; make the file and its directory writable"),
    (
        "unable to open",
        "the journal {path} cannot be opened; check that its directory exists and is writable",
    ),
    ("locked", "the journal {path} is locked by another program; end it and repeat the command"),
    (
        "not a database",
        "{path} is not a journal or is damaged; move it away (it is not deleted) and restore a copy",
    ),
    (
        "malformed",
        "the journal {path} is damaged; `baton journal verify` says where, `baton journal recover` saves what can be read",
    ),
    ("disk I/O error", "the disk under the journal {path} failed to read or write; look whether it is full"),
)
