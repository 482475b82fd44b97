"""Scripted agents in this process: no model, no vendor, the same every time. Their commands and files are real."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from agent_baton.processes import allowed_environment
from agent_baton.redact import redact
from agent_baton.runtimes.dialogue import EndedBy, ProcessEnd
from agent_baton.runtimes.endings import CUT_SHORT, died
from agent_baton.runtimes.faults import Fault, classify
from agent_baton.runtimes.identity import identified
from agent_baton.runtimes.process import Watch
from agent_baton.runtimes.protocol import (
    Answer,
    Assignment,
    Conversation,
    Denial,
    Event,
    Noise,
    Outcome,
    PermissionAsked,
    QuestionAsked,
    Said,
    Spent,
    Started,
    ToolFinished,
    ToolStarted,
    Usage,
    Waiting,
    WaitingFor,
)
from agent_baton.runtimes.scripted.player import Over, play
from agent_baton.runtimes.scripted.script import (
    ApiError,
    Deed,
    Limit,
    Question,
    Request,
    Result,
    Script,
    Situation,
    Spam,
    Tokens,
)  # fmt: skip
from agent_baton.runtimes.tree import run
from agent_baton.runtimes.wording import TEXT_LIMIT, summary

MODEL = "scripted"
HELD_EVENTS = 1_000  # an agent that talks faster than it is listened to has to wait


def situation(assignment: Assignment, *, resumed: bool) -> Situation:
    return Situation(
        assignment.step_id, assignment.agent_name, assignment.attempt, assignment.prompt, resumed=resumed
    )


class ScriptedAgent:
    """One agent playing its deeds: the stage, and what the driver sees (see player.Stage, protocol.Agent)."""

    def __init__(self, assignment: Assignment, session_id: str, deeds: Sequence[Deed]) -> None:
        self._assignment = assignment
        self._session_id = session_id
        self._events: asyncio.Queue[Event] = asyncio.Queue(HELD_EVENTS)
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._ids = itertools.count(1)
        self._tools: set[str] = set()
        self._usage = Usage(usd=0.0, exact=True)
        self._denials: list[Denial] = []
        self._turns = 0
        self._result: Result | None = None
        self._fault: tuple[Fault, str] | None = None
        self._end = ProcessEnd("itself", 0.0, exit_code=0)
        self._leaked = 0
        self._stderr = ""
        self._outcome: Outcome | None = None
        self._began = time.monotonic()
        self._watch = Watch(assignment.clocks, self)
        self._watch.expired.add_done_callback(self._time_is_up)
        self._task = asyncio.create_task(self._play(deeds))
        self._watch.heard()

    async def _play(self, deeds: Sequence[Deed]) -> None:
        try:
            if not Path(self.cwd).is_dir():
                self._end = replace(self._end, not_started=f"no such directory: {self.cwd!r}")
                return
            await self._tell(Started(self._session_id, MODEL))
            await play(deeds, self)
        finally:
            self._watch.stop()
            self._end = replace(self._end, duration_s=time.monotonic() - self._began, stderr=self._stderr)

    async def _tell(self, event: Event) -> None:
        self._watch.heard()
        await self._events.put(event)

    # --- for the watch

    @property
    def waiting_for(self) -> WaitingFor:
        return "person" if self._answers else "tool" if self._tools else "model"

    @property
    def finished(self) -> bool:
        return self._result is not None

    def _time_is_up(self, expired: asyncio.Future[EndedBy]) -> None:
        if not expired.cancelled():
            self._cut(expired.result())

    def _cut(self, by: EndedBy) -> None:
        if (
            not self._task.done() and self._end.by == "itself"
        ):  # a second cancel would break off the clearing up
            self._end = replace(self._end, by=by, exit_code=None, signal=int(signal.SIGTERM))
            self._task.cancel()

    # --- for the driver

    @property
    def session_id(self) -> str:
        return self._session_id

    async def events(self) -> AsyncIterator[Event]:
        while not self._task.done():
            waiting = asyncio.create_task(self._events.get())
            both: set[asyncio.Future[Any]] = {waiting, self._task}
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if waiting.done():
                    yield waiting.result()
            finally:
                waiting.cancel()
        while not self._events.empty():
            yield self._events.get_nowait()
        await self._conclude()

    async def answer(self, request_id: str, answer: Answer) -> None:
        waiting = self._answers.pop(request_id, None)
        if waiting and not waiting.done():
            waiting.set_result(answer)
        self._watch.heard()

    async def stop(self, grace_s: float | None = None) -> None:
        self._cut("stop")

    async def outcome(self) -> Outcome:
        async for _ in self.events():
            pass
        assert self._outcome is not None
        return self._outcome

    async def __aenter__(self) -> ScriptedAgent:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cut("stop")
        await self._conclude()

    async def _conclude(self) -> None:
        await asyncio.wait({self._task})
        fault = None if self._task.cancelled() else self._task.exception()
        if fault:
            raise fault
        if self._outcome is None:
            self._outcome = self._judge()

    def _judge(self) -> Outcome:
        fault, text = self._how()
        return Outcome(
            reason=fault.reason,
            advice=fault.advice,
            text=redact(text[:TEXT_LIMIT]),
            session_id=self._session_id,
            usage=self._usage,
            structured=self._result.structured if self._result else None,
            denials=tuple(self._denials),
            turns=self._turns,
            resets_at=fault.resets_at,
            duration_s=self._end.duration_s,
            exit_code=self._end.exit_code,
            killed_children=self._leaked,
            stderr=redact(self._stderr),
        )

    def _how(self) -> tuple[Fault, str]:
        if self._fault:
            return self._fault
        if self._result is None:
            if self._end.by in CUT_SHORT:
                return Fault(CUT_SHORT[self._end.by]), ""
            return died(self._end, started=True, now=_now())
        text = self._result.text or ""
        if not self._result.ok:
            return Fault("failed"), text
        if self._assignment.schema is not None and self._result.structured is None:
            return Fault("schema-unmet"), text
        refused = self._denials and not self._assignment.relay and not self._assignment.tolerate_denials
        return Fault("permission-denied" if refused else "done"), text

    # --- the stage

    @property
    def cwd(self) -> str:
        return self._assignment.cwd

    def _turn(self) -> None:
        self._turns += 1
        if self._assignment.max_turns is not None and self._turns > self._assignment.max_turns:
            self._fault = Fault("max-turns"), f"reached {self._assignment.max_turns} turns"
            raise Over

    async def say(self, text: str) -> None:
        self._turn()
        await self._tell(Said(text))

    async def tool(self, name: str, tool_input: Mapping[str, Any]) -> str:
        self._turn()
        tool_id = f"tool-{next(self._ids)}"
        self._tools.add(tool_id)
        await self._tell(ToolStarted(tool_id, name, summary(tool_input)))
        return tool_id

    async def tool_done(self, tool_id: str, ok: bool, output: str) -> None:
        self._tools.discard(tool_id)
        await self._tell(ToolFinished(tool_id, ok))

    async def run(self, command: str) -> tuple[bool, str]:
        ours = allowed_environment(os.environ, self._assignment.pass_env)
        ending, output = await run(
            command, self.cwd, identified({**ours, **self._assignment.env}, self._assignment)
        )
        self._leaked += ending.killed_children
        return ending.exit_code == 0, output

    async def ask(self, question: Question) -> str:
        if not self._assignment.relay:
            self._denials.append(Denial("AskUserQuestion", question.question))
            return "nobody is there to answer"
        request_id = f"ask-{next(self._ids)}"
        return (await self._wait(QuestionAsked(request_id, question.question, tuple(question.options)))).text

    async def permission(self, request: Request) -> bool:
        about = summary(request.input)
        allowed = False
        if self._assignment.relay:
            request_id = f"ask-{next(self._ids)}"
            allowed = (
                await self._wait(PermissionAsked(request_id, request.tool, about, request.input))
            ).allow
        if not allowed:
            self._denials.append(Denial(request.tool, about))
        return allowed

    async def _wait(self, asked: PermissionAsked | QuestionAsked) -> Answer:
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[asked.request_id] = waiting
        await self._tell(asked)
        return await waiting

    async def spend(self, tokens: Tokens) -> None:
        """Counted once, however often it is reported."""
        self._usage = Usage(
            self._usage.input_tokens + tokens.input_tokens,
            self._usage.cache_read_tokens + tokens.cache_read_tokens,
            self._usage.cache_write_tokens + tokens.cache_write_tokens,
            self._usage.output_tokens + tokens.output_tokens,
            (self._usage.usd or 0.0) + tokens.usd,
            exact=True,
        )
        for _ in range(tokens.times):
            await self._tell(Spent(self._usage, MODEL))
        if self._assignment.max_usd is not None and (self._usage.usd or 0.0) > self._assignment.max_usd:
            self._fault = Fault("budget"), f"passed ${self._assignment.max_usd:g}"
            raise Over

    async def wait(self, reason: str) -> None:
        await self._tell(Waiting(reason, 0.0))

    async def spam(self, spam: Spam) -> None:
        for _ in range(spam.lines):
            await self._tell(Said("x" * spam.bytes))

    async def raw(self, line: str) -> None:
        await self._tell(Noise(line))

    async def stderr(self, text: str) -> None:
        self._stderr += text

    async def fail(self, error: ApiError | Limit) -> None:
        if isinstance(error, Limit):
            resets = datetime.fromtimestamp(error.resets_at, timezone.utc) if error.resets_at else None
            self._fault = Fault("usage-limit", resets), error.text
        else:
            self._fault = classify(error.text, error.status, _now()), error.text

    async def result(self, result: Result) -> None:
        self._result = result
        self._watch.heard()

    async def end(self, code: int, signal: int | None) -> None:
        self._end = replace(self._end, exit_code=None if signal else code, signal=signal)


def _now() -> datetime:
    return datetime.now(timezone.utc)


class ScriptedRuntime:
    """Starts scripted agents."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self._script = script

    async def start(self, assignment: Assignment) -> ScriptedAgent:
        return self._agent(assignment, assignment.session_id, resumed=False)

    async def resume(self, assignment: Assignment, conversation: Conversation) -> ScriptedAgent:
        return self._agent(assignment, conversation.session_id, resumed=True)

    def _agent(self, assignment: Assignment, session_id: str, *, resumed: bool) -> ScriptedAgent:
        return ScriptedAgent(
            assignment, session_id, self._script.deeds(situation(assignment, resumed=resumed))
        )
