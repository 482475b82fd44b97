"""One agent of a run: started, followed, and what it is doing right now. It records nothing; the loop does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from agent_baton.app.run.feed import Feed, shown
from agent_baton.app.run.ground import Plot
from agent_baton.app.run.progress import Progress
from agent_baton.engine.state import Spec, Step
from agent_baton.runtimes.protocol import (
    Agent,
    Answer,
    Assignment,
    Conversation,
    Event,
    Outcome,
    PermissionAsked,
    QuestionAsked,
    Remark,
    Runtime,
    Said,
    Spent,
    Started,
    ToolFinished,
    ToolStarted,
    Usage,
    Waiting,
)

TALK_S = 0.25  # of all an agent says, only so much goes to the screen; tools and money always do


@dataclass
class Worker:
    """A step's attempt in flight."""

    step: Step  # as dispatched: its attempt is the one at work
    spec: Spec
    ground: Plot
    assignment: Assignment
    conversation: Conversation | None
    failures: int
    failure: str  # of the attempt before
    progress: Progress
    agent: Agent | None = None
    usage: Usage = field(default_factory=Usage)
    models: set[str] = field(default_factory=set)  # that answered it, and its subagents
    spent: Callable[[Worker], None] | None = None
    asked: Callable[[Worker, PermissionAsked | QuestionAsked], None] | None = None
    remarked: Callable[[str], None] | None = None
    wanted: Literal["", "pause", "budget", "stalled", "fenced"] = ""  # why we end it
    served: bool = False  # the model has answered at least once
    over: bool = False  # its end is known, and being recorded
    looked_at: float = 0.0  # when its files were last looked at
    events: int = 0
    requests: dict[str, float] = field(default_factory=dict)  # what it waits for a person with, since when
    _said_at: float = 0.0

    @property
    def step_id(self) -> str:
        return self.step.step_id

    async def work(self, runtime: Runtime, feed: Feed) -> Outcome:
        """Start the agent, or resume it, and follow it to its end."""
        if self.conversation is None:
            agent = await runtime.start(self.assignment)
        else:
            agent = await runtime.resume(self.assignment, self.conversation)
        async with agent:
            self.agent = agent
            if self.wanted:
                await agent.stop()
            async for event in agent.events():
                self.events += 1
                self._take(event, feed)
            outcome = await agent.outcome()
            self.over = True
            return outcome

    def _take(self, event: Event, feed: Feed) -> None:
        if isinstance(event, ToolStarted):
            self.served = True
            self.progress.call(event.name, event.summary, time.monotonic())
            feed.tell("tool", self.step_id, name=shown(event.name, 40), text=shown(event.summary))
        elif isinstance(event, Said):
            self.served = True
            self._talk(event.text, feed)
        elif isinstance(event, Spent):
            self._count(event)
        elif isinstance(event, PermissionAsked | QuestionAsked):
            if self.asked:
                self.asked(self, event)
        elif isinstance(event, Waiting):
            feed.tell("waits", self.step_id, text=shown(event.reason), delay_s=event.delay_s)
        elif isinstance(event, Remark):
            if self.remarked:
                self.remarked(event.text)
        elif isinstance(event, Started):
            self.models.add(event.model)
            feed.tell("began", self.step_id, session=event.session_id, model=shown(event.model, 60))
        elif isinstance(event, ToolFinished) and not event.ok:
            feed.tell("tool-failed", self.step_id)

    def _talk(self, text: str, feed: Feed) -> None:
        now = time.monotonic()
        if now - self._said_at >= TALK_S:
            self._said_at = now
            feed.tell("says", self.step_id, text=shown(text))

    def _count(self, event: Spent) -> None:
        self.served = True
        if event.usage == self.usage:
            return
        self.usage = event.usage
        self.models.add(event.model)
        if self.spent:
            self.spent(self)

    async def stop(
        self, why: Literal["pause", "budget", "stalled", "fenced"], grace_s: float | None = None
    ) -> None:
        """Ask for its end. The first reason stands."""
        self.wanted = self.wanted or why
        if self.agent is not None:
            await self.agent.stop(grace_s)

    async def answer(self, request_id: str, answer: Answer) -> None:
        self.requests.pop(request_id, None)
        if self.agent is not None:
            await self.agent.answer(request_id, answer)


@dataclass
class InHand:
    """A step the loop is busy with, from the moment its tree is being made until its end is recorded."""

    since: float
    task: asyncio.Task[None] = field(init=False)
    worker: Worker | None = None
