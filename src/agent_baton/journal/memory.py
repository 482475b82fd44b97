"""The journal in memory: for tests of whatever is built on one. Same contract as the SQLite journal."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from agent_baton.engine.apply import fold
from agent_baton.engine.events import Recorded
from agent_baton.engine.state import State, Task
from agent_baton.errors import Conflict, NotFound
from agent_baton.journal.bulk import Stored
from agent_baton.journal.chain import START, Row, link, problems, recorded
from agent_baton.journal.port import Decide, Decision


class MemoryJournal:
    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._lock = threading.RLock()

    def state(self, task_id: str) -> State:
        if task_id not in self._rows:
            raise NotFound(f"no task {task_id!r} in this journal")
        return self._fold(task_id)

    def tasks(self, open_only: bool = False) -> list[Task]:
        heads = [self._fold(task_id).head for task_id in self._rows]
        heads.sort(key=lambda head: (head.started_at, head.task_id))
        return [head for head in heads if not open_only or head.status in ("running", "paused", "failed")]

    def heads(self) -> Iterator[tuple[str, int, str]]:
        for head in self.tasks():
            yield head.task_id, head.seq, self._rows[head.task_id][-1].hash

    def events(self, task_id: str, after: int = 0) -> Iterator[Recorded]:
        return (recorded(row) for row in self.rows(task_id, after))

    def rows(self, task_id: str, after: int = 0) -> Iterator[Row]:
        return iter(self._rows.get(task_id, [])[after:])

    def stored(self, task_id: str, up_to: int) -> list[Stored]:
        rows = self._rows.get(task_id, [])[:up_to]
        return [(row.seq, row.type, row.version, row.at, row.actor, row.data) for row in rows]

    def of_kind(self, kind: str) -> Iterator[tuple[str, Recorded]]:
        found = ((task_id, row) for task_id, rows in self._rows.items() for row in rows if row.type == kind)
        for task_id, row in sorted(found, key=lambda pair: (pair[1].at, pair[0], pair[1].seq)):
            yield task_id, recorded(row)

    def commit(self, task_id: str, decide: Decide, at: float, actor: str) -> Decision:
        with self._lock:
            decision = decide(self._fold(task_id))
            rows = self._rows.get(task_id, [])
            seq, last = (rows[-1].seq, rows[-1].hash) if rows else (0, START)
            if decision.events:
                self._rows[task_id] = rows + link(task_id, seq, last, decision.events, at, actor)
            return decision

    def append(self, task_id: str, expected_seq: int, decision: Decision, at: float, actor: str) -> None:
        def stale_or(state: State) -> Decision:
            head = state.task()
            actual = head.seq if head else 0
            if actual != expected_seq:
                raise Conflict(expected_seq, actual)
            return decision

        self.commit(task_id, stale_or, at, actor)

    def verify(self) -> list[str]:
        return [problem for task_id, rows in self._rows.items() for problem in problems(task_id, rows)]

    def rebuild(self, task_id: str) -> None:
        """Nothing to do: this journal keeps no folded state."""

    def close(self) -> None:
        """Nothing to do: there is no file."""

    def _fold(self, task_id: str) -> State:
        return fold(State(), list(self.events(task_id)))
