"""One attempt at a step: its tree, its dispatch in the journal, its agent, its end."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from agent_baton.agents.definitions import EDIT_TOOLS
from agent_baton.agents.registry import Registry
from agent_baton.app.boxes import box_for
from agent_baton.app.run.allowance import Allowance, Grant
from agent_baton.app.run.books import Books
from agent_baton.app.run.costs import Cost, Told, cost_of, missing, told
from agent_baton.app.run.feed import Feed, shown
from agent_baton.app.run.ground import Plot, plot
from agent_baton.app.run.offload import Offload
from agent_baton.app.run.orders import Orders
from agent_baton.app.run.people import People
from agent_baton.app.run.progress import Progress
from agent_baton.app.run.prompt import opening, resuming
from agent_baton.app.run.verdict import Settlement
from agent_baton.app.run.worker import InHand, Worker
from agent_baton.engine.repairs import only_reads
from agent_baton.engine.review import SCHEMA
from agent_baton.engine.state import Spec, Step
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.plan.roles import is_judge
from agent_baton.planner.forecast import Prices
from agent_baton.runtimes.protocol import Assignment, Clocks, Conversation, Outcome, Reason, Usage
from agent_baton.runtimes.sandbox import Box
from agent_baton.trace.context import trace_environment
from agent_baton.workspace.worktrees import agent_environment

REMARK_LIMIT = 400  # characters
PERSON_SLACK_S = 120.0  # our own answer, which is no, comes before the runtime gives up waiting
CLAIMS: tuple[Reason, ...] = ("done", "schema-unmet", "permission-denied")  # it came to its own end


@dataclass(frozen=True)
class Opened:
    """A step whose dispatch is in the journal: its agent may be started now."""

    step: Step
    spec: Spec
    ground: Plot
    prompt: str
    conversation: Conversation | None
    failures: int
    failure: str
    trace: dict[str, str]  # where the agent's own spans belong


class Attempts:
    """Everything an attempt needs."""

    def __init__(
        self,
        orders: Orders,
        books: Books,
        offload: Offload,
        feed: Feed,
        allowance: Allowance,
        people: People,
        prices: Prices,
        registry: Registry,
        spent: Callable[[Worker], None],
    ) -> None:
        self._orders = orders
        self._books = books
        self._offload = offload
        self._feed = feed
        self._allowance = allowance
        self._people = people
        self._prices = prices
        self._registry = registry
        self._spent = spent
        self._remarks: set[str] = set()

    async def run(self, step_id: str, hand: InHand, grant: Grant) -> tuple[Outcome, Settlement]:
        """From the tree to the recorded end. Raises Refused when it may not start, and then nothing was started."""
        opened = await self._offload.do(self._open, step_id)
        hand.worker = worker = self._worker(opened, grant)
        worker.asked = self._people.asked
        worker.spent = self._count
        worker.remarked = self._remark
        self._feed.tell(
            "starts",
            step_id,
            agent=worker.step.agent_at_work,
            attempt=worker.step.attempt,
            resumed=worker.conversation is not None,
            took_s=round(time.monotonic() - hand.since, 3),
        )
        outcome = await worker.work(self._orders.choice.runtime, self._feed)
        cost = self._cost(worker, outcome)
        found = await self._offload.do(self._books.record, worker, outcome, cost)
        self._feed.tell(
            "ends",
            step_id,
            result=found.kind,
            reason=outcome.reason,
            text=shown(found.text),
            tokens=cost.tokens,
            usd=cost.usd,
            upper_usd=round(cost.upper_usd, 6),
            seconds=round(outcome.duration_s, 1),
        )
        self._allowance.booked(step_id, cost)
        return outcome, found

    def _count(self, worker: Worker) -> None:
        """An agent has used more."""
        used = self._told(worker, worker.usage)
        more = {"at_most_usd": round(used.at_most_usd, 6)} if used.usd is None else {}
        self._feed.tell("spent", worker.step_id, tokens=used.tokens, usd=used.usd, **more)
        self._allowance.note(worker.step_id, used)
        self._spent(worker)

    def _remark(self, text: str) -> None:
        """Once a run, however many agents say it."""
        if text not in self._remarks:
            self._remarks.add(text)
            self._feed.tell("note", text=shown(text, REMARK_LIMIT))

    def _told(self, worker: Worker, usage: Usage) -> Told:
        return told(usage, worker.models, self._prices)

    def _cost(self, worker: Worker, outcome: Outcome) -> Cost:
        seen = self._told(worker, outcome.usage)
        attempt, call = self._allowance.estimates(worker.step_id), self._allowance.call
        if outcome.reason in CLAIMS:
            call = missing(seen, attempt, call)
        return cost_of(seen, outcome.usage.exact, attempt, call)

    def _open(self, journal: SqliteJournal, step_id: str) -> Opened:
        """Make the tree, then note the dispatch with the session chosen here: from now on it is known who is at work."""
        task_id, choice = self._orders.task_id, self._orders.choice
        state = journal.state(task_id)
        before, spec = state.step(step_id), state.spec(step_id)
        assert before is not None
        assert spec is not None
        ground = plot(self._books.home, task_id, before, spec, self._orders.settings.workspace)
        goes_on = bool(before.conversation) and before.runtime == choice.name
        session = before.conversation if goes_on else str(uuid.uuid4())
        step = self._books.dispatch(journal, step_id, ground, session, choice.name)
        state = journal.state(task_id)
        made = ground.worktree
        prompt = (
            resuming(step, made.path) if goes_on else opening(state, step, made.path, made.branch, made.notes)
        )
        conversation = Conversation(session, before.conversation_usd) if goes_on else None
        trace = trace_environment(task_id, state.head.started_at, step_id, step.attempt)
        return Opened(step, spec, ground, prompt, conversation, before.failures, before.failure, trace)

    def _worker(self, opened: Opened, grant: Grant) -> Worker:
        return Worker(
            opened.step,
            opened.spec,
            opened.ground,
            self._assignment(opened, grant),
            opened.conversation,
            opened.failures,
            opened.failure,
            Progress(time.monotonic()),
        )

    def _assignment(self, opened: Opened, grant: Grant) -> Assignment:
        step, made = opened.step, opened.ground.worktree
        choice, settings = self._orders.choice, self._orders.settings
        reads = only_reads(step, opened.spec)
        agent = self._registry.agents.get(step.agent_at_work)
        denied = {*(agent.disallowed_tools if agent else ()), *(EDIT_TOOLS if reads else ())}
        return Assignment(
            prompt=opened.prompt,
            cwd=made.path,
            session_id=step.session,
            step_id=step.step_id,
            agent_name=step.agent_at_work,
            attempt=step.attempt,
            model=settings.models.get(step.model, step.model)
            if choice.models and step.model != "inherit"
            else "",
            system_prompt=agent.body if agent and opened.conversation is None else "",
            permission=settings.permission,
            schema=SCHEMA if choice.schemas and reads and is_judge(step.agent_at_work) else None,
            box=self._box(made.path),
            allowed_tools=choice.allowed_tools,
            denied_tools=sorted(denied) if choice.models else (),
            relay=choice.relays,
            max_turns=settings.limits.turns,
            # of this run alone, also after --resume: so in each version of Claude Code we test
            max_usd=grant.usd.granted,
            clocks=self._clocks(step, grant.wall_s),
            pass_env=settings.agent_env,
            env={**agent_environment(made), **opened.trace},
        )

    def _box(self, path: str) -> Box | None:
        settings, choice = self._orders.settings, self._orders.choice
        if not choice.boxes:
            return None
        shared = settings.workspace.share
        return box_for(self._books.home, path, settings.sandbox, os.environ, settings.sandbox_network, shared)

    def _clocks(self, step: Step, wall_s: float | None) -> Clocks:
        settings = self._orders.settings
        person_s = settings.approvals.timeout_s
        return Clocks(
            wall_s=step.timeout_s if wall_s is None else min(step.timeout_s, wall_s),
            model_silent_s=settings.limits.model_silent_s,
            tool_silent_s=settings.limits.tool_silent_s,
            person_s=step.timeout_s if person_s is None else person_s + PERSON_SLACK_S,
        )
