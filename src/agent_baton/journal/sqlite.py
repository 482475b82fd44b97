"""The journal in one SQLite file: WAL, every commit synced to disk, one writer at a time through a kernel lock."""

from __future__ import annotations

import os

from agent_baton.engine.state import State
from agent_baton.errors import Conflict, JournalError, Refused
from agent_baton.journal import sql
from agent_baton.journal.bare_sqlite import sqlite
from agent_baton.journal.chain import START, Row, link, problems, recorded
from agent_baton.journal.lock import WriteGate
from agent_baton.journal.reader import BUSY_S, SqliteReader, StoredRows
from agent_baton.journal.rows import to_text
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection

    from agent_baton.engine.events import Recorded
    from agent_baton.journal.bulk import Stored
    from agent_baton.journal.port import Decide, Decision


class SqliteJournal(SqliteReader):
    """Open with `SqliteJournal(path)`; the file is made by the first write, never by a read."""

    def __init__(self, path: str, patience_s: float = BUSY_S) -> None:
        super().__init__(path, patience_s)
        self._gate = WriteGate(path + ".lock", patience_s)
        self._file: tuple[int, int] | None = None  # which one it is, once somebody wants to know

    # -- reading ----------------------------------------------------------------------------------------------

    def state(self, task_id: str) -> State:
        """The task as it stands, its rows read when they are asked for. Raises NotFound."""
        if next(self._all(sql.HEAD, task_id), None) is None and next(self.rows(task_id), None) is not None:
            self.rebuild(task_id)  # its cache was dropped
        return super().state(task_id)

    def events(self, task_id: str, after: int = 0) -> Iterator[Recorded]:
        """The task's events in order, those after event number `after`."""
        return (recorded(row) for row in self.rows(task_id, after))

    def rows(self, task_id: str, after: int = 0) -> Iterator[Row]:
        """The same as stored, for auditors."""
        return (Row(*values) for values in self._all(sql.EVENTS, task_id, after))

    def stored(self, task_id: str, up_to: int) -> list[Stored]:
        """The rows up to event number `up_to` as bare values: see journal/bulk."""
        try:
            return self._reading().execute(sql.STORED, (task_id, up_to)).fetchall()
        except sqlite.Error as error:
            raise self._explain(error) from error

    def of_kind(self, kind: str) -> Iterator[tuple[str, Recorded]]:
        """Every event of one type with its task, oldest first."""
        if self._db is not None or os.path.exists(self.path):
            for task_id, *values in self._all(sql.OF_KIND, kind):
                yield task_id, recorded(Row(*values))

    def verify(self) -> list[str]:
        """Everything wrong with the journal; empty when each task's chain is whole and its head agrees."""
        found: list[str] = []
        for task_id, seq in self._all(sql.EVENT_TASKS):
            rows = list(self.rows(task_id))
            found += problems(task_id, rows)
            head = self._reading().execute(sql.HEAD, (task_id,)).fetchone()
            if head is not None and head != (seq, rows[-1].hash):
                found.append(
                    f"{task_id}: the journal ends at event {seq}, its head says {head[0]}: events are missing or the cache is stale"
                )
        check = self._reading().execute("PRAGMA integrity_check").fetchone()[0]
        return found if check == "ok" else [*found, f"SQLite: {check}"]

    # -- writing ----------------------------------------------------------------------------------------------

    def commit(self, task_id: str, decide: Decide, at: float, actor: str) -> Decision:
        """Decide on the newest state and append what was decided, as one durable transaction."""
        self._make_directory()
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

    def extend(self, task_id: str, rows: list[Row]) -> int:
        """Append rows written elsewhere, whose chain the caller has verified; those already here are left alone.

        Returns how many were added. Raises Refused when this journal tells another story.
        """
        self._make_directory()
        with self._gate:
            db = self._writing()
            self._run(db, "BEGIN IMMEDIATE")
            here = [Row(*values) for values in db.execute(sql.EVENTS, (task_id, 0))]
            common = min(len(here), len(rows))
            if here[:common] != rows[:common] or len(here) > len(rows):
                self._run(db, "ROLLBACK")
                raise Refused(f"task {task_id!r} went on differently here; its journals cannot be joined")
            try:
                db.executemany(sql.APPEND, [(task_id, *row) for row in rows[common:]])
                self._refold(db, task_id)
            except sqlite.Error as error:
                raise self._explain(error) from error
            self._run(db, "COMMIT")
            return len(rows) - common

    def rebuild(self, task_id: str) -> None:
        """Drop the folded state of a task and fold it anew from its events."""
        with self._gate:
            db = self._writing()
            self._run(db, "BEGIN IMMEDIATE")
            self._refold(db, task_id)
            self._run(db, "COMMIT")

    def _refold(self, db: Connection, task_id: str) -> None:
        rows = [Row(*values) for values in db.execute(sql.EVENTS, (task_id, 0))]
        for statement in sql.DROP_CACHE:
            db.execute(statement, (task_id,))
        if rows:
            fold = load("agent_baton.engine.apply:fold")  # which whoever only reads never needs
            self._put(db, task_id, fold(State(), [recorded(row) for row in rows]), rows[-1].hash)

    def _transact(self, task_id: str, decide: Decide, at: float, actor: str) -> Decision:
        db = self._writing()
        self._run(db, "BEGIN IMMEDIATE")
        try:
            if db.execute(sql.HEAD, (task_id,)).fetchone() is None:
                self._refold(db, task_id)  # a new task, or one whose cache was dropped
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
        except sqlite.Error as error:
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
            [
                (task_id, key, row.phase_id, row.status, row.position, to_text(row))
                for key, row in steps.items()
            ],
        )
        db.executemany(sql.PUT_SPEC, [(task_id, key, to_text(row)) for key, row in specs.items()])

    # -- the file ---------------------------------------------------------------------------------------------

    def require_in_place(self) -> None:
        """For who keeps it open for long. Raises JournalError when the file was deleted or replaced meanwhile.

        SQLite would go on writing to what nobody can open any more; so all of it is written out again first.
        """
        here = _identity(self.path)
        self._file = self._file or here
        if here is None or here != self._file:
            with_it = self._write_out()
            raise JournalError(
                f"the journal {self.path} was deleted or replaced while it was in use, as `git clean -x` does; "
                f"all that was recorded is whole {with_it}. Work is on its branches; `baton execute run` goes on"
            )

    def _write_out(self) -> str:
        """Where the whole journal is now: in its place when nothing of another one is there."""
        self._make_directory()
        beside = f"{self.path}.kept-{os.getpid()}"
        with self._gate:
            try:
                copy: Connection = sqlite.connect(beside)
                self._reading().backup(copy)
                copy.close()
            except sqlite.Error as error:
                raise self._explain(error) from error
            if any(os.path.exists(self.path + end) for end in ("", "-wal", "-shm")):
                return f"in {beside}; for it to count: rm -f '{self.path}-wal' '{self.path}-shm'; mv '{beside}' '{self.path}'"
            os.rename(beside, self.path)
        return "there again"

    def close(self) -> None:
        """Close under the lock: the last one to close writes the log back into the file."""
        if self._db is not None:
            with self._gate:
                self._db.close()
            self._db = None

    def _writing(self) -> Connection:
        """The connection, its file made on first use. Only called under the gate."""
        if self._db is None:
            if not os.path.exists(self.path):
                self._create()
            self._db = self._open()
        return self._db

    def _make_directory(self) -> None:
        try:
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        except OSError as error:
            raise JournalError(
                f"cannot make the directory of the journal {self.path}: {error.strerror}"
            ) from error

    def _create(self) -> None:
        """Make the file beside its place and move it in whole, so that nobody sees half a schema."""
        beside = f"{self.path}.new-{os.getpid()}"
        try:
            db: Connection = sqlite.connect(beside, isolation_level=None)
            try:
                db.execute("PRAGMA journal_mode = WAL")
                self._lay_out(db)
            finally:
                db.close()
            os.rename(beside, self.path)
        except OSError as error:
            raise JournalError(f"cannot make the journal {self.path}: {error.strerror}") from error
        except sqlite.Error as error:
            raise self._explain(error) from error
        finally:
            for left in (beside, beside + "-wal", beside + "-shm"):
                if os.path.exists(left):
                    os.unlink(left)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


def salvage_rows(path: str) -> dict[str, list[Row]]:
    """Every event row of a possibly damaged file that can still be read, by task, without changing the file."""
    found: dict[str, list[Row]] = {}
    db: Connection = sqlite.connect(f"file:{path}?mode=ro", uri=True)
    try:
        db.execute(sql.READ_ON)
        for task_id, *values in db.execute(sql.ALL_EVENTS):
            found.setdefault(str(task_id), []).append(Row(*values))
    except sqlite.Error:
        return found  # the damage begins here; what came before is what can be saved
    finally:
        db.close()
    return found
