"""What every journal can do. One contract suite runs on all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from agent_baton.engine.events import Event, Recorded
from agent_baton.engine.state import State, Task
from agent_baton.journal.bulk import Stored
from agent_baton.journal.chain import Row


class Decision(Protocol):
    """Events to append, and the state after them with the rows that changed (an engine Ledger is one)."""

    @property
    def events(self) -> list[Event]: ...
    @property
    def state(self) -> State: ...


Decide = Callable[[State], Decision]


class Journal(Protocol):
    """An append-only record of tasks. A read never makes or changes a file."""

    def state(self, task_id: str) -> State: ...
    def tasks(self, open_only: bool = False) -> list[Task]: ...
    def heads(self) -> Iterator[tuple[str, int, str]]:
        """Task id, number and hash of the last event of every task, oldest task first."""

    def events(self, task_id: str, after: int = 0) -> Iterator[Recorded]: ...
    def rows(self, task_id: str, after: int = 0) -> Iterator[Row]: ...
    def stored(self, task_id: str, up_to: int) -> list[Stored]:
        """The rows up to event number `up_to` as bare values, to be read in bulk."""

    def of_kind(self, kind: str) -> Iterator[tuple[str, Recorded]]:
        """Every event of one type with its task, oldest first."""

    def commit(self, task_id: str, decide: Decide, at: float, actor: str) -> Decision:
        """Decide on the newest state and append what was decided; durable when it returns."""

    def append(self, task_id: str, expected_seq: int, decision: Decision, at: float, actor: str) -> None:
        """Append what was decided elsewhere. Raises Conflict when the task has moved on since `expected_seq`."""

    def verify(self) -> list[str]: ...
    def rebuild(self, task_id: str) -> None: ...
    def close(self) -> None: ...
