"""Looks now and then whether an agent gets anywhere: at its tool calls, and when there are no new ones at its files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from agent_baton.app.run.ground import stamp
from agent_baton.app.run.offload import Offload
from agent_baton.app.run.worker import Worker
from agent_baton.app.site import Site
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.workspace.locate import checkout_at


class Watchman:
    """Watches the agents of one run."""

    def __init__(self, home: Site, offload: Offload, limit_s: float) -> None:
        self._home = home
        self._offload = offload
        self._limit_s = limit_s
        self._looking: dict[str, asyncio.Task[None]] = {}

    def stalled(self, workers: Iterable[Worker]) -> list[Worker]:
        """Those that have shown nothing new for too long, their files included."""
        now = time.monotonic()
        found = []
        for worker in workers:
            idle_s = worker.progress.stalled_s(now)
            if worker.wanted or worker.requests or worker.agent is None:
                continue
            if idle_s >= self._limit_s and worker.looked_at > worker.progress.since:
                found.append(worker)
            elif idle_s >= self._limit_s / 2 and now - worker.looked_at >= self._limit_s / 4:
                self._look(worker, now)
        return found

    def _look(self, worker: Worker, now: float) -> None:
        if worker.step_id not in self._looking:
            task = asyncio.create_task(self._stamp(worker, now))
            self._looking[worker.step_id] = task
            task.add_done_callback(lambda _: self._looking.pop(worker.step_id, None))

    async def _stamp(self, worker: Worker, now: float) -> None:
        tree = await self._offload.do(self._tree, worker.ground.worktree.path)
        worker.progress.looks(tree, now)
        worker.looked_at = now

    def _tree(self, _journal: SqliteJournal, path: str) -> str:
        return stamp(checkout_at(self._home.checkout, path))
