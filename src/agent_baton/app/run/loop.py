"""The unattended driver's loop: look at the journal, begin what may begin, wait for something to happen.

It keeps nothing the journal does not: kill it at any moment, and the next run goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from agent_baton.agents.registry import Registry
from agent_baton.app.parallel import merges_due
from agent_baton.app.run.account import Account
from agent_baton.app.run.allowance import Allowance, Grant, tomorrow
from agent_baton.app.run.attempt import Attempts
from agent_baton.app.run.books import Books
from agent_baton.app.run.checkout import UsersCheckout
from agent_baton.app.run.choose import startable
from agent_baton.app.run.feed import Feed, shown
from agent_baton.app.run.gatejob import run_gate
from agent_baton.app.run.holds import cannot_be_gated, lacked_at_start, waits_for
from agent_baton.app.run.offload import Offload
from agent_baton.app.run.orders import End, Orders
from agent_baton.app.run.people import People
from agent_baton.app.run.watchman import Watchman
from agent_baton.app.run.worker import InHand, Worker
from agent_baton.app.settings import Workspace
from agent_baton.app.site import Site
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Action, Complete, Failed, Gate
from agent_baton.engine.decide import decide
from agent_baton.engine.state import State, Task
from agent_baton.errors import BatonError, Refused
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.planner.forecast import Prices

HINT_LIMIT = 600  # characters
STOP_GRACE_S = 2.0  # for agents, when everything is to end at once
ALIVE = 3  # times as many agents as may be at work, those included that wait for a person


class Run:
    """One driver of one task, from its first look to its end."""

    def __init__(
        self,
        home: Site,
        orders: Orders,
        feed: Feed,
        plan: dict[str, Any],
        prices: Prices,
        registry: Registry,
        users: UsersCheckout,
    ) -> None:
        self._home = home
        self._orders = orders
        self._feed = feed
        self._now = orders.clock.now
        self._journal = SqliteJournal(home.db_path)
        self._offload = Offload(home.db_path)
        self._books = Books(home, orders.task_id, orders.actor, users, self._now)
        self._allowance = Allowance(orders.settings.limits, plan)
        self._account = Account(orders, feed)
        self._people = People(self._books, self._offload, feed, orders.settings.approvals.timeout_s)
        self._attempts = Attempts(
            orders,
            self._books,
            self._offload,
            feed,
            self._allowance,
            self._people,
            prices,
            registry,
            self._spent,
        )
        self._watchman = Watchman(home, self._offload, orders.settings.limits.no_progress_s)
        self._hands: dict[str, InHand] = {}
        self._job: asyncio.Task[None] | None = None
        self._bell = asyncio.Event()
        self._wake_at: float | None = None
        self._version = -1
        self._orders_to_stop = 0
        self._told: dict[str, Any] = {}
        self._waited_for = ""
        self._hinted = False
        self._lacked: dict[str, tuple[str, ...]] = {}

    # -- the loop ---------------------------------------------------------------------------------------------

    async def drive(self) -> End:
        """Until the task has ended, or nothing can be done without a person, or we are told to stop."""
        try:
            self._allowance.attempts = await self._offload.do(self._count_attempts)
            if not self._orders.settings.workspace.setup:  # which may bring what the checkout lacks
                self._lacked = await self._offload.do(lacked_at_start, self._orders.task_id)
            while (end := await self._turn()) is None:
                await self._wait()
            return end
        finally:
            await self._let_go()
            self._journal.close()
            self._offload.close()

    def stop(self) -> None:
        """Once: finish what is in flight, begin nothing. Twice: end everything now, to be resumed later."""
        self._orders_to_stop += 1
        self._feed.tell("stopping", now=self._orders_to_stop > 1)
        self._bell.set()

    def stop_now(self) -> None:
        """As if asked twice."""
        self._orders_to_stop += 1
        self.stop()

    async def _turn(self) -> End | None:
        """One look at the journal, and all that follows from it at once."""
        self._bell.clear()
        self._wake_at = None
        self._journal.require_in_place()
        self._version = self._journal.version()
        self._collect()
        state = self._journal.state(self._orders.task_id)
        await self._fence(state)
        await self._people.deliver(self._journal, state, self._workers())
        if self._orders_to_stop > 1:
            await self._stop_all()
        self._tell_progress(state)
        self._look_after()
        actions = decide(state, self._now())
        end = self._over(state, actions[0])
        if end is None and self._may_begin(state):
            self._begin(state, actions[0])
            end = self._idle(actions[0])
        return end

    def _tell_progress(self, state: State) -> None:
        head, phase = state.head, state.current_phase()
        told: dict[str, Any] = {
            "phase": shown(f"phase {phase.phase_id} {phase.name}", 60) if phase else "all phases done",
            "steps": (head.steps_done, head.steps_total),
            "gates": (head.gates_passed, head.gates_total),
            "tokens": head.spent_tokens,
            "usd": round(head.spent_usd, 6),
            "limit_usd": head.limit_usd,
            "upper_usd": round(head.upper_usd, 6),
            "unknown": head.unknown_costs,
        }
        if told != self._told:
            self._told = told
            self._feed.tell("progress", **told)

    def _workers(self) -> list[Worker]:
        return [hand.worker for hand in self._hands.values() if hand.worker]

    @property
    def _busy(self) -> bool:
        return bool(self._hands) or self._job is not None

    def _collect(self) -> None:
        """Take note of what has ended. A fault of ours ends the run; the journal is whole."""
        for step_id in [name for name, hand in self._hands.items() if hand.task.done()]:
            self._hands.pop(step_id).task.result()
            self._allowance.release(step_id)
        if self._job is not None and self._job.done():
            job, self._job = self._job, None
            if not job.cancelled():
                job.result()

    async def _wait(self) -> None:
        """Until something ends, a person acts, or a time has come. Wakes at most once a tick."""
        while True:
            waits: list[asyncio.Future[Any]] = [hand.task for hand in self._hands.values()]
            bell = asyncio.create_task(self._bell.wait())
            waits += [bell, *([self._job] if self._job else [])]
            try:
                done, _ = await asyncio.wait(
                    waits, timeout=self._patience(), return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                bell.cancel()
            due = self._wake_at is not None and self._now() >= self._wake_at
            self._journal.require_in_place()
            if done or due or self._journal.version() != self._version:
                return
            self._look_after()

    def _patience(self) -> float:
        tick_s = self._orders.clock.tick_s
        return tick_s if self._wake_at is None else min(tick_s, max(self._wake_at - self._now(), 0.01))

    def _wake(self, at: float | None) -> None:
        if at is not None:
            self._wake_at = at if self._wake_at is None else min(at, self._wake_at)

    # -- when it is over --------------------------------------------------------------------------------------

    def _over(self, state: State, action: Action) -> End | None:
        """The end, when there is nothing in flight and nothing to do."""
        head = state.head
        if self._busy:
            return None
        if head.status == "complete":
            return End("complete", f"task {head.task_id} is complete")
        if head.status == "cancelled":
            return End(
                "cancelled", f"task {head.task_id} was cancelled{f': {head.reason}' if head.reason else ''}"
            )
        if self._orders_to_stop:
            return End("stopped", "stopped on request; baton execute run goes on where it was")
        if head.status == "paused":
            return self._paused(head)
        if self._account.pause is not None:
            self._do_pause(*self._account.pause)
            return None
        if isinstance(action, Failed):
            return End("failed", action.reason, ways=action.ways)
        return None

    def _paused(self, head: Task) -> End | None:
        """A pause with an end is waited for, and taken up again by itself; one without is a person's."""
        until = head.paused_until
        if until is not None and self._now() >= until:
            self._perform(cmd.Resume("", "the pause is over", keep=True))
            self._feed.tell("resumed", text=shown(head.reason))
            self._bell.set()
            return None
        if until is None or not self._orders.waits:
            return End("paused", head.reason, until)
        self._wake(until)
        return None

    def _do_pause(self, reason: str, until: float | None) -> None:
        self._account.pause = None
        self._perform(cmd.Pause(reason, until))
        if until is not None and self._orders.waits:  # else it is how the run ends, and told then
            self._feed.tell("paused", text=shown(reason), until=until)
        self._bell.set()

    def _idle(self, action: Action) -> End | None:
        """Nothing is in flight and nothing could be begun: what is being waited for?"""
        if self._busy or self._account.pause is not None or self._wake_at is not None:
            if self._account.pause is not None and not self._busy:
                self._bell.set()
            return None
        name = type(action).__name__
        if name in ("Approval", "Question"):
            self._wake(self._people.due(self._journal, self._now()))
        what = waits_for(action)
        if self._orders.waits and what != self._waited_for:
            self._waited_for = what
            self._feed.tell("waiting", text=shown(what))
        return None if self._orders.waits else End("waiting", what)

    def _perform(self, command: cmd.Command) -> None:
        self._books.perform(self._journal, command)

    # -- beginning --------------------------------------------------------------------------------------------

    def _may_begin(self, state: State) -> bool:
        return (
            not self._orders_to_stop
            and self._account.pause is None
            and state.head.status in ("running", "failed")
            and self._job is None
        )

    def _begin(self, state: State, action: Action) -> None:
        now = self._now()
        late = self._people.overdue(self._journal, now) if self._waits_for_people(state, action) else []
        for item in late:
            self._people.refuse(self._journal, item)
            self._bell.set()
        due = merges_due(state, self._hands)
        if due:
            self._start_job(self._merge(due))
        elif isinstance(action, Gate) and not self._hands:
            self._start_job(self._gate(action.phase_id))
        elif isinstance(action, Complete) and not self._hands:
            self._start_job(self._complete())
        else:
            self._start_agents(state)

    def _waits_for_people(self, state: State, action: Action) -> bool:
        phase = state.current_phase()
        asking = phase is not None and state.any(phase.phase_id, "asking")
        return asking or type(action).__name__ == "Approval" or any(w.requests for w in self._workers())

    def _start_job(self, work: Coroutine[Any, Any, None]) -> None:
        self._job = asyncio.create_task(self._guarded(work))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """What cannot be done now stops the task with its reason; it is not a fault of the driver."""
        try:
            await work
        except BatonError as error:
            self._account.pause = (error.message, None)
            self._feed.tell("refused", text=shown(error.message))

    async def _merge(self, step_ids: list[str]) -> None:
        for step_id, what in await self._offload.do(self._books.merge, step_ids):
            self._feed.tell("merged", step_id, text=shown(what))

    async def _gate(self, phase_id: int) -> None:
        phase = self._journal.state(self._orders.task_id).phase(phase_id)
        assert phase is not None
        self._feed.tell("gate-starts", phase=phase_id, text=shown(phase.gate_command))
        await self._offload.do(self._books.before_gate, self._orders.settings.workspace)
        ok = await run_gate(self._home, self._orders.task_id, phase_id, self._feed)
        await self._offload.do(self._books.after_gate)
        phase = self._journal.state(self._orders.task_id).phase(phase_id)
        assert phase is not None
        red = () if ok else await self._offload.do(self._books.newly_red, phase_id)
        reason = f"{phase.gate_reason}: {', '.join(red)}" if red else phase.gate_reason
        self._feed.tell("gate-ends", phase=phase_id, ok=ok, text=shown(reason))
        if not ok:
            self._hint()

    def _hint(self) -> None:
        """Once a run: what a gate may have missed in its tree, as long as nobody said what a tree needs."""
        text = "" if self._orders.settings.workspace != Workspace() else self._books.users.ignored()
        if text and not self._hinted:
            self._feed.tell("note", text=shown(text, HINT_LIMIT))
        self._hinted = True

    async def _complete(self) -> None:
        done = await self._offload.do(self._books.complete)
        self._feed.tell("completed", text=done.summary, trace=done.trace, retrospective=done.retrospective)

    def _start_agents(self, state: State) -> None:
        now = self._now()
        places = self._account.breaker.places(now, self._free_places())
        if places <= 0:
            if self._account.breaker.troubles:
                self._wake(
                    self._account.breaker.open_until if now < self._account.breaker.open_until else None
                )
            return
        wanted = startable(state, now, self._hands, places)
        ungated = cannot_be_gated(state, self._home, self._lacked) if wanted else ""
        if ungated:
            self._account.pause = (ungated, None)
            return
        if wanted:
            self._allowance.look_at_day(self._journal, now)
        refused = ""
        for number, step in enumerate(wanted):
            grant = self._allowance.grant(state.head, step, len(wanted) - number, now)
            if isinstance(grant, str):
                refused = refused or grant
            else:
                self._start_agent(step.step_id, grant)
        if refused and not self._hands:  # agents in flight may leave something over
            until = tomorrow(now) if self._allowance.of_the_day() else None
            self._account.pause = (refused, until)

    def _free_places(self) -> int:
        """An agent that waits for a person gives up its place, though not without bound: it is a process all the same."""
        most = self._orders.max_parallel
        waiting = sum(bool(worker.requests) for worker in self._workers())
        return min(most - (len(self._hands) - waiting), most * ALIVE - len(self._hands))

    def _start_agent(self, step_id: str, grant: Grant) -> None:
        hand = InHand(asyncio.get_running_loop().time())
        self._account.breaker.started()
        self._hands[step_id] = hand
        hand.task = asyncio.create_task(self._attempt(step_id, hand, grant))

    async def _attempt(self, step_id: str, hand: InHand, grant: Grant) -> None:
        try:
            outcome, found = await self._attempts.run(step_id, hand, grant)
        except BatonError as error:
            self._account.breaker.looked()
            self._not_started(step_id, hand, error)
        else:
            self._account.after(outcome, found)

    def _not_started(self, step_id: str, hand: InHand, error: BatonError) -> None:
        """Isolation could not be had, or the journal said no: the step is refused, nothing runs in place."""
        self._feed.tell("refused", step_id, text=shown(error.message))
        row = self._journal.state(self._orders.task_id).step(step_id)
        if isinstance(error, Refused) and row is not None and row.status not in ("ready", "failed"):
            return  # somebody else was faster: the journal knows
        if self._journal.state(self._orders.task_id).head.status in ("running", "failed"):
            self._account.pause = (f"step {step_id} is refused: {error.message}", None)

    # -- looking after what is in flight ----------------------------------------------------------------------

    def _spent(self, worker: Worker) -> None:
        """An agent has used more: it ends when its share is passed and there is no more to give."""
        name = worker.step_id
        self._account.breaker.fine()
        state = self._journal.state(self._orders.task_id)
        goes_on = self._allowance.goes_on(state.head, state.step(name) or worker.step)
        if not goes_on and not worker.wanted:
            self._feed.tell("over-budget", name)
            asyncio.get_running_loop().create_task(worker.stop("budget"))

    async def _fence(self, state: State) -> None:
        """Stop agents whose attempt the journal has given up: a person skipped, cancelled or took over."""
        for worker in self._workers():
            row = state.step(worker.step_id)
            known = row is not None and row.status == "dispatched" and row.attempt == worker.step.attempt
            if not known and not worker.wanted and worker.agent is not None and not worker.over:
                await worker.stop("fenced")

    def _look_after(self) -> None:
        """Once a tick: agents that get nowhere, answers that are overdue, a task whose time is up."""
        for worker in self._watchman.stalled(self._workers()):
            asyncio.get_running_loop().create_task(worker.stop("stalled"))
        now = self._now()
        if any(worker.requests for worker in self._workers()):
            for item in self._people.overdue(self._journal, now):
                self._people.refuse(self._journal, item)
                self._bell.set()

    async def _stop_all(self) -> None:
        if self._job is not None:
            self._job.cancel()
        for worker in self._workers():
            await worker.stop("pause", STOP_GRACE_S)

    async def _let_go(self) -> None:
        """Whatever happens, nothing of ours outlives us."""
        tasks = [hand.task for hand in self._hands.values()] + ([self._job] if self._job else [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _count_attempts(self, journal: SqliteJournal) -> int:
        return sum(
            type(item.event).__name__ == "StepDispatched" for item in journal.events(self._orders.task_id)
        )
