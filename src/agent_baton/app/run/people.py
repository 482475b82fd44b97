"""What agents at work want of a person, and what happens when nobody answers: the answer is no."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from agent_baton.app.run.books import Books
from agent_baton.app.run.feed import Feed, shown
from agent_baton.app.run.inbox import Item, waiting
from agent_baton.app.run.offload import Offload
from agent_baton.app.run.worker import Worker
from agent_baton.engine import commands as cmd
from agent_baton.engine.events import RequestSettled
from agent_baton.engine.state import State
from agent_baton.errors import Refused
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.redact import redact
from agent_baton.runtimes.protocol import Answer, PermissionAsked, QuestionAsked

LATE = "nobody answered in time"
TEXT_LIMIT = 1_000


class People:
    """The persons' side of a run."""

    def __init__(self, books: Books, offload: Offload, feed: Feed, timeout_s: float | None) -> None:
        self._books = books
        self._offload = offload
        self._feed = feed
        self._timeout_s = timeout_s
        self._tasks: set[asyncio.Task[None]] = set()

    def asked(self, worker: Worker, event: PermissionAsked | QuestionAsked) -> None:
        """An agent at work wants something; from now on it waits."""
        worker.requests[event.request_id] = self._books.now()
        task = asyncio.create_task(self._raise(worker, event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _raise(self, worker: Worker, event: PermissionAsked | QuestionAsked) -> None:
        if isinstance(event, PermissionAsked):
            kind, text = "permission", f"{event.tool}: {event.summary}"
            options: tuple[str, ...] = ()
        else:
            kind, text, options = "question", event.question, event.options
        command = cmd.RaiseRequest(
            worker.step_id,
            worker.step.attempt,
            event.request_id,
            kind,
            redact(text[:TEXT_LIMIT]),
            tuple(redact(option[:TEXT_LIMIT]) for option in options),
        )
        try:
            await self._offload.do(self._perform, command)
        except Refused:
            await worker.stop("fenced")
            return
        self._feed.tell("asks", worker.step_id, request=event.request_id, text=shown(text))

    def _perform(self, journal: SqliteJournal, command: cmd.Command) -> None:
        self._books.perform(journal, command)

    async def deliver(self, journal: SqliteJournal, state: State, workers: Iterable[Worker]) -> None:
        """Hand over the answers that persons gave since."""
        for worker in list(workers):
            row = state.step(worker.step_id)
            if not worker.requests or row is None or row.attempt != worker.step.attempt:
                continue
            settled = {name for name in worker.requests if name not in row.requests}
            for event in self._settlements(journal, worker, settled):
                await worker.answer(event.request_id, Answer(event.allow, event.text))
                word = (
                    shown(event.text)
                    if event.allow and event.text
                    else "allowed"
                    if event.allow
                    else "refused"
                )
                self._feed.tell("answered", worker.step_id, request=event.request_id, text=word)

    def _settlements(self, journal: SqliteJournal, worker: Worker, names: set[str]) -> list[RequestSettled]:
        if not names:
            return []
        return [
            item.event
            for item in journal.events(self._books.task_id)
            if isinstance(item.event, RequestSettled)
            and item.event.step_id == worker.step_id
            and item.event.request_id in names
        ]

    def overdue(self, journal: SqliteJournal, now: float) -> list[Item]:
        """What has waited for longer than anybody may be waited for."""
        if self._timeout_s is None:
            return []
        found = waiting(journal, self._books.task_id, now)
        late = [item for item in found if now - item.since >= self._timeout_s]
        return [item for item in late if item.kind in ("approval", "question", "permission")]

    def due(self, journal: SqliteJournal, now: float) -> float | None:
        """When the next of them is overdue."""
        if self._timeout_s is None:
            return None
        since = [
            item.since
            for item in waiting(journal, self._books.task_id, now)
            if item.kind in ("approval", "question", "permission")
        ]
        return min(since) + self._timeout_s if since else None

    def refuse(self, journal: SqliteJournal, item: Item) -> None:
        """Time is up: no. Never yes."""
        state = journal.state(self._books.task_id)
        requests = {name: step for step in _at_work(state) for name in state_requests(state, step)}
        if item.kind == "approval":
            command: cmd.Command = cmd.Approve(int(item.key), "reject", LATE)
        elif item.key in requests:
            command = cmd.SettleRequest(requests[item.key], item.key, False, LATE, "the time-out")
        else:
            command = cmd.Answer(
                item.key, "Nobody answered in time. Take it as no: do without, or report what cannot be done."
            )
        self._books.perform(journal, command)
        self._feed.tell("refused", text=shown(f"{item.text}: {LATE}"))


def _at_work(state: State) -> list[str]:
    phase = state.current_phase()
    return [step.step_id for step in state.steps(phase.phase_id, "dispatched")] if phase else []


def state_requests(state: State, step_id: str) -> tuple[str, ...]:
    step = state.step(step_id)
    return step.requests if step else ()
