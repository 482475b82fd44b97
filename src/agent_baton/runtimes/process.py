"""Conduct an agent's process: its pipes, its clocks, its end. What is said over them is the dialogue's."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Protocol

from agent_baton.errors import UserError
from agent_baton.processes import Ending
from agent_baton.redact import redact
from agent_baton.runtimes.dialogue import Dialogue, EndedBy, ProcessEnd
from agent_baton.runtimes.lines import Lines
from agent_baton.runtimes.protocol import Answer, Assignment, Clocks, Event, Noise, Outcome, WaitingFor
from agent_baton.runtimes.sandbox import boxed
from agent_baton.runtimes.tree import READ_BYTES, Tree
from agent_baton.runtimes.vitals import Vitals, vitals_of

STDERR_TAIL_BYTES = 16 * 1024
BUSY_SHARE = 0.02  # a tool that uses that much of one processor is at work
LOOK_SHARE, LOOK_MOST_S = 0.1, 10.0  # between the two looks at the end of a silence
LATE_S = 2.0  # after which a clock that rings late tells of us and not of the agent
_SILENCE: dict[WaitingFor, EndedBy] = {"model": "silent", "tool": "tool-stuck", "person": "unanswered"}


class Waits(Protocol):
    """What a watch has to know about an agent (see dialogue.Dialogue)."""

    @property
    def waiting_for(self) -> WaitingFor: ...

    @property
    def finished(self) -> bool: ...


class Watch:
    """Notices when an agent's time is up: altogether, in one of its silences, or after its last word.

    A silence is not the end while there are signs of life: a tool that uses the processor goes on, a model whose
    connection is open is waited for once more.
    """

    def __init__(
        self, clocks: Clocks, agent: Waits, vitals: Callable[[], Vitals | None] = lambda: None
    ) -> None:
        self._clocks = clocks
        self._agent = agent
        self._vitals = vitals
        self._seen: Vitals | None = None  # at the last look in this silence
        self._look_s = 0.0  # what a silence is prolonged by, to look a second time
        self._extended = False
        self.evidence = ""
        self._loop = asyncio.get_running_loop()
        self._started = self._heard = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self.expired: asyncio.Future[EndedBy] = self._loop.create_future()

    def heard(self) -> None:
        """Something happened: the silence, whosever it was, is over."""
        self._heard = self._loop.time()
        self._seen, self._look_s, self._extended = None, 0.0, False
        self._arm()

    def stop(self) -> None:
        self._disarm()
        self.expired.cancel()

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _due(self) -> tuple[float, EndedBy]:
        silence, by = self._silence()
        return min(
            (self._heard + silence + self._look_s, by), (self._started + self._clocks.wall_s, "out-of-time")
        )

    def _silence(self) -> tuple[float, EndedBy]:
        if self._agent.finished:
            return self._clocks.linger_s, "linger"
        waiting = self._agent.waiting_for
        limits = {"model": "model_silent_s", "tool": "tool_silent_s", "person": "person_s"}
        return getattr(self._clocks, limits[waiting]), _SILENCE[waiting]

    def _arm(self) -> None:
        """Only a timer that would ring too late is set anew: most are put off by the next line anyway."""
        due = self._due()[0]
        if self._timer and self._timer.when() <= due and not self._timer.cancelled():
            return
        self._disarm()
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        assert self._timer is not None
        late_s = self._loop.time() - self._timer.when()
        self._timer = None
        # we stood still ourselves, as after Ctrl-Z: what was said meanwhile is still to be read
        if late_s > LATE_S:
            self._heard, self._started = self._loop.time(), self._started + late_s
        due, by = self._due()
        if self._loop.time() < due or self._lives(by):
            self._arm()
        elif not self.expired.done():
            self.expired.set_result(by)

    def _lives(self, by: EndedBy) -> bool:
        """Whether a silence that is up may go on: then it begins anew. Looked at only then: looking costs."""
        if by not in ("silent", "tool-stuck"):
            return False
        before, now = self._seen, self._vitals()
        if now is None:
            return False
        self._seen = now
        silence = self._silence()[0]
        if before is None:  # nothing to compare with yet
            self._look_s = min(LOOK_SHARE * silence, LOOK_MOST_S)
            return True
        span_s = self._look_s or silence
        used_s = now.cpu_s - before.cpu_s
        self.evidence = (
            f"{used_s:.2f} s of processor time in the last {span_s:.0f} s, {now.connections} connections open"
        )
        self._look_s = 0.0
        busy = used_s >= BUSY_SHARE * span_s
        alive = busy if by == "tool-stuck" else now.connections > 0 and not self._extended
        if alive:
            self._heard, self._extended = self._loop.time(), True
        return alive


def enclosed(argv: Sequence[str], assignment: Assignment, keeps: Sequence[str] = ()) -> list[str]:
    """The command line, in the assignment's box when it has one.

    What the vendor's CLI keeps for itself stays writable: its own configuration home, or `keeps` below the user's.
    """
    if assignment.box is None:
        return list(argv)
    home = os.path.expanduser("~")
    own = [assignment.config_home] if assignment.config_home else [os.path.join(home, name) for name in keeps]
    box = replace(assignment.box, writable=(*assignment.box.writable, *own))
    return boxed(argv, box, assignment.cwd)


class Conducted:
    """An agent whose vendor's program runs as a process of ours (see protocol.Agent)."""

    def __init__(self, dialogue: Dialogue, clocks: Clocks) -> None:
        self._dialogue = dialogue
        self._clocks = clocks
        self._tree: Tree | None = None
        self._not_started = ""
        self._began = time.monotonic()
        self._ended_by: EndedBy = "itself"
        self._outcome: Outcome | None = None
        self._lines = Lines()
        self._stderr = bytearray()

    @classmethod
    async def start(
        cls, dialogue: Dialogue, clocks: Clocks, argv: Sequence[str], cwd: str, env: Mapping[str, str]
    ) -> Conducted:
        """Start the program. If it cannot be, the agent's outcome says why."""
        self = cls(dialogue, clocks)
        try:
            self._tree = Tree.start(argv, cwd, env)
        except (OSError, UserError) as fault:
            self._not_started = str(fault)
        else:
            await self._connect(self._tree)
        return self

    async def _connect(self, tree: Tree) -> None:
        self._watch = Watch(self._clocks, self._dialogue, lambda: vitals_of(tree.pid))
        self._watch.expired.add_done_callback(self._time_is_up)
        self._stdout, self._stdin = await tree.stdout(), await tree.stdin()
        self._stderr_kept = asyncio.create_task(self._keep_stderr(await tree.stderr()))
        self._watch.heard()
        self._write()

    @property
    def session_id(self) -> str:
        return self._dialogue.session_id

    async def events(self) -> AsyncIterator[Event]:
        if self._tree and self._outcome is None:
            while chunk := await self._stdout.read(READ_BYTES):
                for event in self._take(self._lines.feed(chunk)):
                    yield event
            for event in self._take(self._lines.end()):
                yield event
            if self._lines.skipped_bytes:
                yield Noise(f"{self._lines.skipped_bytes} bytes of lines too long for a message were skipped")
        await self._conclude()

    async def answer(self, request_id: str, answer: Answer) -> None:
        self._dialogue.answer(request_id, answer)
        if self._tree and not self._tree.gone.done():
            self._watch.heard()
            self._write()

    async def stop(self, grace_s: float | None = None) -> None:
        self._end("stop", self._clocks.grace_s if grace_s is None else grace_s)

    async def outcome(self) -> Outcome:
        async for _ in self.events():
            pass
        assert self._outcome is not None
        return self._outcome

    async def __aenter__(self) -> Conducted:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outcome is None:
            self._end("stop", 0)
            await self._conclude()

    def _time_is_up(self, expired: asyncio.Future[EndedBy]) -> None:
        if not expired.cancelled():
            self._end(expired.result(), self._clocks.grace_s)

    def _end(self, by: EndedBy, grace_s: float) -> None:
        if self._tree is None or self._tree.gone.done():
            return
        if self._ended_by == "itself":
            self._ended_by = by
            self._dialogue.cancel()
            self._write()
        self._tree.stop(grace_s)

    def _take(self, lines: list[bytes]) -> Iterator[Event]:
        for line in lines:
            events = self._dialogue.feed(line)
            self._watch.heard()
            self._write()
            yield from events

    def _write(self) -> None:
        data, close = self._dialogue.output()
        if data and not self._stdin.is_closing():
            self._stdin.write(data)
        if close and not self._stdin.is_closing():
            self._stdin.close()

    async def _keep_stderr(self, stderr: asyncio.StreamReader) -> None:
        while chunk := await stderr.read(READ_BYTES):
            self._stderr += chunk
            del self._stderr[:-STDERR_TAIL_BYTES]

    async def _conclude(self) -> None:
        if self._outcome is None:
            ending = await self._ending(self._tree) if self._tree else Ending(None, None, 0)
            self._outcome = self._with_evidence(self._dialogue.conclude(self._process_end(ending)))

    def _with_evidence(self, outcome: Outcome) -> Outcome:
        """What was seen of it before it was ended for its silence belongs into what is said of its end."""
        if self._ended_by not in ("silent", "tool-stuck") or not self._watch.evidence:
            return outcome
        text = f"{outcome.text}\n{self._watch.evidence}".strip()
        return replace(outcome, text=text)

    async def _ending(self, tree: Tree) -> Ending:
        await asyncio.shield(tree.gone)
        self._watch.stop()
        await self._stderr_kept
        return await tree.ending()

    def _process_end(self, ending: Ending) -> ProcessEnd:
        return ProcessEnd(
            by=self._ended_by,
            duration_s=time.monotonic() - self._began,
            exit_code=ending.exit_code,
            signal=ending.signal,
            killed_children=ending.killed_children,
            stderr=redact(self._stderr.decode(errors="replace")).strip(),
            not_started=self._not_started or ending.not_started,
        )
