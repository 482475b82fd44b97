"""The journal in one SQLite file: WAL, every commit synced to disk, one writer at a time through a kernel lock."""

from __future__ import annotations

import os

from agent_baton.engine.apply import fold
from agent_baton.engine.state import Phase, Spec, State, Step, Task
from agent_baton.errors import Conflict, JournalError, NotFound
from agent_baton.journal import sql
from agent_baton.journal.chain import START, Row, link, problems, recorded
from agent_baton.journal.lock import WriteGate
from agent_baton.journal.rows import from_text, to_text

try:
    import _sqlite3
except ImportError:
    import sqlite3 as _sqlite3  # type: ignore[no-redef]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection

    from agent_baton.engine.events import Event, Recorded
    from agent_baton.journal.port import Decide, Decision

BUSY_MS = 60_000
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

    def _one(self, kind: type, statement: str, *key: object) -> object:  # type: ignore[misc]
        found = self._db.execute(statement, (self._task_id, *key)).fetchone()
        return from_text(kind, found[0]) if found else None


class SqliteJournal:
    """Open with `SqliteJournal(path)`; the file is made by the first write, never by a read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._gate = WriteGate(path + ".lock")
        self._db: Connection | None = None

    # -- reading ----------------------------------------------------------------------------------------------

    def state(self, task_id: str) -> State:
        """The task as it stands, its rows read when they are asked for. Raises NotFound."""
        state = State(StoredRows(self._reading(), task_id))
        if state.task() is None:
            raise NotFound(f"no task {task_id!r} in {self.path}; `baton execute list` shows the tasks of this repository")
        return state

    def tasks(self, open_only: bool = False) -> list[Task]:
        """Heads of all tasks, oldest first. Empty when there is no journal yet."""
        if self._db is None and not os.path.exists(self.path):
            return []
        statement = sql.OPEN_TASKS if open_only else sql.TASKS
        return [from_text(Task, text) for (text,) in self._all(statement)]

    def events(self, task_id: str, after: int = 0) -> Iterator[Recorded]:
        """The task's events in order, those after event number `after`."""
        return (recorded(row) for row in self.rows(task_id, after))

    def rows(self, task_id: str, after: int = 0) -> Iterator[Row]:
        """The same as stored, for auditors."""
        return (Row(*values) for values in self._all(sql.EVENTS, task_id, after))

    def verify(self) -> list[str]:
        """Everything wrong with the journal; empty when each task's chain is whole and its head agrees."""
        found: list[str] = []
        for task_id, seq in self._all(sql.EVENT_TASKS):
            rows = list(self.rows(task_id))
            found += problems(task_id, rows)
            head = self._reading().execute(sql.HEAD, (task_id,)).fetchone()
            if head is not None and head != (seq, rows[-1].hash):
                found.append(f"{task_id}: the journal ends at event {seq}, its head says {head[0]}: events are missing or the cache is stale")
        check = self._reading().execute("PRAGMA integrity_check").fetchone()[0]
        return found if check == "ok" else [*found, f"SQLite: {check}"]

    # -- writing ----------------------------------------------------------------------------------------------

    def commit(self, task_id: str, decide: Decide, at: float, actor: str) -> Decision:
        """Decide on the newest state and append what was decided, as one durable transaction."""
        with self._gate:
            return self._transact(task_id, decide, at, actor)

    def append(self, task_id: str, expected_seq: int, decision: Decision, at: float, actor: str) -> None:
        """Append what was decided elsewhere. Raises Conflict when the task has moved on since `expected_seq`."""

        def stale_or(state: State) -> Decision:
            head = state.task()
            actual = head.seq if head else 0
            if actual != expected_seq:
                raise Conflict(expected_seq, actual)
            return decision

        self.commit(task_id, stale_or, at, actor)

    def rebuild(self, task_id: str) -> None:
        """Drop the folded state of a task and fold it anew from its events."""
        rows = list(self.rows(task_id))
        from_events = fold(State(), [recorded(row) for row in rows])
        with self._gate:
            db = self._writing()
            self._run(db, "BEGIN IMMEDIATE")
            for statement in sql.DROP_CACHE:
                db.execute(statement, (task_id,))
            self._put(db, task_id, from_events, rows[-1].hash)
            db.execute("COMMIT")

    def _transact(self, task_id: str, decide: Decide, at: float, actor: str) -> Decision:
        db = self._writing()
        self._run(db, "BEGIN IMMEDIATE")
        try:
            decision = decide(State(StoredRows(db, task_id)))
            if decision.events:
                self._write(db, task_id, decision, at, actor)
            self._run(db, "COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return decision

    def _write(self, db: Connection, task_id: str, decision: Decision, at: float, actor: str) -> None:
        seq, prev_hash = db.execute(sql.HEAD, (task_id,)).fetchone() or (0, START)
        rows = link(task_id, seq, prev_hash, decision.events, at, actor)
        try:
            db.executemany(sql.APPEND, [(task_id, *row) for row in rows])
            self._put(db, task_id, decision.state, rows[-1].hash)
        except _sqlite3.Error as error:
            raise self._explain(error) from error

    @staticmethod
    def _put(db: Connection, task_id: str, state: State, last_hash: str) -> None:
        """Write back the rows that changed, and no others."""
        head = state.head
        db.execute(sql.PUT_TASK, (task_id, head.seq, last_hash, head.status, head.started_at, to_text(head)))
        phases, steps, specs = state.changed_phases, state.changed_steps, state.changed_specs
        db.executemany(sql.PUT_PHASE, [(task_id, key, to_text(row)) for key, row in phases.items()])
        db.executemany(
            sql.PUT_STEP,
            [(task_id, key, row.phase_id, row.status, row.position, to_text(row)) for key, row in steps.items()],
        )
        db.executemany(sql.PUT_SPEC, [(task_id, key, to_text(row)) for key, row in specs.items()])

    # -- the file ---------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close under the lock: the last one to close writes the log back into the file."""
        if self._db is not None:
            with self._gate:
                self._db.close()
            self._db = None

    def _all(self, statement: str, *values: object) -> Iterator[tuple[object, ...]]:
        try:
            yield from self._reading().execute(statement, values)
        except _sqlite3.Error as error:
            raise self._explain(error) from error

    def _run(self, db: Connection, statement: str) -> None:
        try:
            db.execute(statement)
        except _sqlite3.Error as error:
            raise self._explain(error) from error

    def _reading(self) -> Connection:
        if self._db is None:
            if not os.path.exists(self.path):
                raise NotFound(f"no journal at {self.path}: no task was started here; baton plan … --save, then baton execute start")
            self._db = self._open()
        return self._db

    def _writing(self) -> Connection:
        """The connection, its file made on first use. Only called under the gate."""
        if self._db is None:
            if not os.path.exists(self.path):
                self._create()
            self._db = self._open()
        return self._db

    def _open(self) -> Connection:
        try:
            db: Connection = _sqlite3.connect(self.path, timeout=BUSY_MS / 1000, isolation_level=None)
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                self._lay_out(db)
                version = sql.SCHEMA_VERSION
            db.execute("PRAGMA synchronous = FULL")
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        except _sqlite3.Error as error:
            raise self._explain(error) from error
        if version != sql.SCHEMA_VERSION:
            raise JournalError(
                f"{self.path} has schema {version}; this baton reads schema {sql.SCHEMA_VERSION}. "
                + ("Upgrade baton." if version > sql.SCHEMA_VERSION else "It is not a baton journal; set BATON_DB to another file.")
            )
        return db

    def _create(self) -> None:
        """Make the file beside its place and move it in whole, so that nobody sees half a schema."""
        directory = os.path.dirname(self.path) or "."
        beside = f"{self.path}.new-{os.getpid()}"
        try:
            os.makedirs(directory, exist_ok=True)
            db: Connection = _sqlite3.connect(beside, isolation_level=None)
            try:
                db.execute("PRAGMA journal_mode = WAL")
                self._lay_out(db)
            finally:
                db.close()
            os.rename(beside, self.path)
        except OSError as error:
            raise JournalError(f"cannot make the journal {self.path}: {error.strerror}") from error
        except _sqlite3.Error as error:
            raise self._explain(error) from error
        finally:
            for left in (beside, beside + "-wal", beside + "-shm"):
                if os.path.exists(left):
                    os.unlink(left)

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
    ("unable to open", "the journal {path} cannot be opened; check that its directory exists and is writable"),
    ("locked", "the journal {path} is locked by another program; end it and repeat the command"),
    ("not a database", "{path} is not a journal or is damaged; move it away (it is not deleted) and restore a copy"),
    ("malformed", "the journal {path} is damaged; `baton journal verify` says where, `baton journal recover` saves what can be read"),
    ("disk I/O error", "the disk under the journal {path} failed to read or write"),
)
