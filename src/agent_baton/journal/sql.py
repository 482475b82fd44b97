"""Every SQL statement of the SQLite journal, described in one place.

`event` is the truth: append-only (triggers refuse anything else), one row per fact, hash-chained per task.
`task`, `phase`, `step` and `spec` are the folded state, a cache that can be dropped and rebuilt at any time;
their `row` columns hold a JSON array of the values of the engine's record of that name.
"""

from __future__ import annotations

SCHEMA_VERSION = 1

SCHEMA = (
    # one row per fact; `data` is the exact text that was hashed
    """CREATE TABLE event (
        task_id TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL, at REAL NOT NULL,
        cause_id INTEGER, actor TEXT NOT NULL, data TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
        PRIMARY KEY (task_id, seq))""",
    """CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    # one row per task; seq and hash are those of its last event
    """CREATE TABLE task (
        task_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL, status TEXT NOT NULL,
        started_at REAL NOT NULL, row TEXT NOT NULL)""",
    """CREATE TABLE phase (task_id TEXT NOT NULL, phase_id INTEGER NOT NULL, row TEXT NOT NULL,
        PRIMARY KEY (task_id, phase_id)) WITHOUT ROWID""",
    """CREATE TABLE step (task_id TEXT NOT NULL, step_id TEXT NOT NULL, phase_id INTEGER NOT NULL,
        status TEXT NOT NULL, position INTEGER NOT NULL, row TEXT NOT NULL, PRIMARY KEY (task_id, step_id))""",
    # what `next` asks: the first steps of a phase in a given status, in plan order
    """CREATE INDEX step_order ON step (task_id, phase_id, status, position)""",
    """CREATE TABLE spec (task_id TEXT NOT NULL, step_id TEXT NOT NULL, row TEXT NOT NULL,
        PRIMARY KEY (task_id, step_id))""",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

APPEND = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
EVENTS = (
    "SELECT seq, type, version, at, cause_id, actor, data, prev_hash, hash FROM event"
    " WHERE task_id = ? AND seq > ? ORDER BY seq"
)
# the same without what only an auditor asks for, up to an event
STORED = "SELECT seq, type, version, at, actor, data FROM event WHERE task_id = ? AND seq <= ? ORDER BY seq"
OF_KIND = (
    "SELECT task_id, seq, type, version, at, cause_id, actor, data, prev_hash, hash FROM event"
    " WHERE type = ? ORDER BY at, task_id, seq"
)
# in the order of the file, so that damage further on does not hide what comes before it
ALL_EVENTS = (
    "SELECT task_id, seq, type, version, at, cause_id, actor, data, prev_hash, hash FROM event NOT INDEXED"
)
# makes SQLite read a file that is shorter than its header says; the connection itself is read-only
READ_ON = "PRAGMA writable_schema = ON"
EVENT_TASKS = "SELECT task_id, max(seq) FROM event GROUP BY task_id ORDER BY min(at), task_id"

HEADS = "SELECT task_id, seq, hash FROM task ORDER BY started_at, task_id"
VERSION = "PRAGMA data_version"

HEAD = "SELECT seq, hash FROM task WHERE task_id = ?"
TASK = "SELECT row FROM task WHERE task_id = ?"
TASKS = "SELECT row FROM task ORDER BY started_at, task_id"
OPEN_TASKS = (
    "SELECT row FROM task WHERE status IN ('running', 'paused', 'failed') ORDER BY started_at, task_id"
)
PHASE = "SELECT row FROM phase WHERE task_id = ? AND phase_id = ?"
STEP = "SELECT row FROM step WHERE task_id = ? AND step_id = ?"
SPEC = "SELECT row FROM spec WHERE task_id = ? AND step_id = ?"
STEPS = "SELECT row FROM step WHERE task_id = ? AND phase_id = ? AND status = ? ORDER BY position"

PUT_TASK = "INSERT OR REPLACE INTO task VALUES (?, ?, ?, ?, ?, ?)"
PUT_PHASE = "INSERT OR REPLACE INTO phase VALUES (?, ?, ?)"
PUT_STEP = "INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?, ?)"
PUT_SPEC = "INSERT OR REPLACE INTO spec VALUES (?, ?, ?)"
DROP_CACHE = tuple(f"DELETE FROM {table} WHERE task_id = ?" for table in ("task", "phase", "step", "spec"))
