"""Git and the journal block; a few threads do that, so that no agent's words wait for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from agent_baton.journal.sqlite import SqliteJournal

P = ParamSpec("P")
T = TypeVar("T")


class Offload:
    """Runs blocking functions, each with a journal of its own: a connection belongs to one thread."""

    def __init__(self, db_path: str, threads: int = 4) -> None:
        self._db_path = db_path
        self._threads = ThreadPoolExecutor(threads, "baton-run")

    async def do(
        self, work: Callable[Concatenate[SqliteJournal, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        """Its result. Cancelling the wait does not stop the work: what is being recorded is recorded."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self._with_journal(work, *args, **named))

    def _with_journal(
        self, work: Callable[Concatenate[SqliteJournal, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        journal = SqliteJournal(self._db_path)
        try:
            return work(journal, *args, **named)
        finally:
            journal.close()

    def close(self) -> None:
        self._threads.shutdown(wait=True)
