"""The hash chain: each event's hash covers its row and the hash before it, so an auditor can tell a changed journal."""

from __future__ import annotations

from agent_baton.engine.events import Recorded, decode, encode
from agent_baton.errors import JournalError
from agent_baton.fastjson import dumps, loads
from agent_baton.hashing import sha256_hex
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from agent_baton.engine.events import Event

START = "0" * 64


class Row(Record):
    """An event as it is stored. `data` is the exact JSON text that was hashed."""

    seq: int
    type: str
    version: int
    at: float
    cause_id: int | None
    actor: str
    data: str
    prev_hash: str
    hash: str


def row_hash(task_id: str, row: Row) -> str:
    """SHA-256 over the task, every column but the hash itself, and the hash of the event before."""
    return sha256_hex(
        "\n".join(
            (
                row.prev_hash,
                task_id,
                str(row.seq),
                row.type,
                str(row.version),
                repr(row.at),
                str(row.cause_id),
                row.actor,
                row.data,
            )
        )
    )


def link(task_id: str, seq: int, prev_hash: str, events: list[Event], at: float, actor: str) -> list[Row]:
    """Rows for events that follow event `seq`. The first one caused the others."""
    rows: list[Row] = []
    cause: int | None = None
    for event in events:
        seq += 1
        kind, version, data = encode(event)
        row = Row(seq, kind, version, at, cause, actor, dumps(data), prev_hash, "")
        row = row.replace(hash=row_hash(task_id, row))
        rows.append(row)
        prev_hash, cause = row.hash, cause or seq
    return rows


def recorded(row: Row) -> Recorded:
    try:
        data = loads(row.data)
    except (ValueError, StopIteration) as error:
        raise JournalError(
            f"event {row.seq} ({row.type}) cannot be read: {error}; `baton journal verify` says more"
        ) from error
    return Recorded(row.seq, row.at, row.actor, decode(row.type, row.version, data))


def problems(task_id: str, rows: Iterable[Row], redacted: Collection[int] = ()) -> list[str]:
    """Where the chain of one task is broken; empty when it is whole.

    Events in `redacted` had secrets taken out of them since: their hash cannot be repeated, only followed.
    """
    found: list[str] = []
    seq, prev_hash = 0, START
    for row in rows:
        if row.seq != seq + 1:
            found.append(f"{task_id}: event {row.seq} follows event {seq}")
        if row.prev_hash != prev_hash:
            found.append(
                f"{task_id}: event {row.seq} ({row.type}) does not continue the chain of event {seq}"
            )
        if row.seq not in redacted and row.hash != row_hash(task_id, row):
            found.append(f"{task_id}: event {row.seq} ({row.type}) was changed after it was written")
        seq, prev_hash = row.seq, row.hash
    return found
