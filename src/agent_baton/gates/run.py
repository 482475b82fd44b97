"""Run a gate's command: streamed, bounded in time and memory, with nothing of it left behind."""

from __future__ import annotations

import os
import re
import selectors
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agent_baton.escapes import without_escapes
from agent_baton.processes import Ending, Supervised, allowed_environment
from agent_baton.redact import redact

GRACE_S = 5.0  # after a timeout: time to write a report before SIGKILL
OUTPUT_CAP_BYTES = 1024 * 1024
READ_BYTES = 256 * 1024
NEARBY_BYTES = 4096  # a cut moves at most so far to find a line end; a longer line is cut in its middle
UNREADABLE_LIMIT_S = (
    1.0  # a survivor of another user may hold the pipe open: the rest of its output is not ours
)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class GateRun:
    """One run of a gate's command. Whether it is red is for `judge` to say."""

    command: str
    exit_code: int | None  # None when a signal ended it
    duration_s: float
    output: str  # both streams as they came, cleaned, redacted; head and tail when there was too much
    output_bytes: int  # all of it, also what was cut
    timed_out: bool
    killed_children: int  # processes the command left running
    signal: int | None = None
    stopped: bool = False  # by the caller, before it could end


class Stop:
    """Lets another thread end a running gate. May be set before, during or after."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()

    def set(self) -> None:
        os.write(self._writing, b"x")

    def close(self) -> None:
        os.close(self.reading)
        os.close(self._writing)


class HeadAndTail:
    """Keeps the first and the last part of a stream of any length."""

    def __init__(self, cap_bytes: int) -> None:
        self._head_room = cap_bytes // 4  # what broke is mostly told at the end
        self._tail_room = cap_bytes - self._head_room
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self.total_bytes = 0

    def add(self, chunk: bytes) -> None:
        self.total_bytes += len(chunk)
        room = self._head_room - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        if chunk:
            self._tail.append(chunk)
            self._tail_bytes += len(chunk)
        while self._tail_bytes - len(self._tail[0] if self._tail else b"") > self._tail_room:
            self._tail_bytes -= len(self._tail.popleft())

    def text(self) -> str:
        """What was kept, with a marker of how much was not. Cut at line ends, so that no secret is halved."""
        tail = b"".join(self._tail)
        kept = len(self._head) + min(len(tail), self._tail_room)
        if kept >= self.total_bytes:
            return _decoded(bytes(self._head) + tail)
        head = bytes(self._head)
        head = head[: head.rfind(b"\n", max(len(head) - NEARBY_BYTES, 0)) + 1] or head
        tail = tail[-self._tail_room :]
        tail = tail[tail.find(b"\n", 0, NEARBY_BYTES) + 1 :]
        cut = self.total_bytes - len(head) - len(tail)
        return f"{_decoded(head)}\n[… {cut} bytes cut …]\n{_decoded(tail)}"


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def clean(text: str) -> str:
    """Text without colours and other control characters; of a progress line its last state."""
    text = without_escapes(text).replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _CONTROL.sub("", text)


def run_gate(
    command: str,
    cwd: str,
    timeout_s: float,
    env: Mapping[str, str] | None = None,
    on_output: Callable[[bytes], None] | None = None,
    output_cap_bytes: int = OUTPUT_CAP_BYTES,
    stop: Stop | None = None,
    grace_s: float = GRACE_S,
    hold: Sequence[int] = (),
) -> GateRun:
    """Run `/bin/sh -c command` and come back when it and everything it started is gone.

    `env` is the command's whole environment; None means the allow-listed part of ours. `on_output` sees the
    raw bytes as they come, not redacted. Blocks; from asyncio run it in a thread and end it with `stop`. An
    exception, Ctrl-C included, ends the tree before it goes on its way. `hold`: see `Supervised`.
    """
    env = allowed_environment(os.environ) if env is None else env
    kept = HeadAndTail(output_cap_bytes)
    started = time.monotonic()
    argv = ["/bin/sh", "-c", command]
    with Supervised(argv, cwd=cwd, env={**env, "TERM": "dumb"}, hold=hold) as running:
        reader = _Reader(running, kept, on_output, stop, grace_s)
        reader.until(started + timeout_s)
        ending = running.ending()
        duration_s = time.monotonic() - started
    return _gate_run(command, duration_s, kept, reader, ending)


def _gate_run(command: str, duration_s: float, kept: HeadAndTail, reader: _Reader, ending: Ending) -> GateRun:
    output = redact(clean(kept.text()))
    if ending.not_started:
        output += f"[could not start /bin/sh: {ending.not_started}]\n"
    if ending.fault:
        output += f"[how it ended is not known: {ending.fault}]\n"
    return GateRun(
        command=command,
        exit_code=ending.exit_code,
        duration_s=duration_s,
        output=output,
        output_bytes=kept.total_bytes,
        timed_out=reader.timed_out,
        killed_children=ending.killed_children,
        signal=ending.signal,
        stopped=reader.stopped,
    )


class _Reader:
    """Moves output until the supervisor has said its last word and the pipe is empty."""

    def __init__(
        self,
        running: Supervised,
        kept: HeadAndTail,
        on_output: Callable[[bytes], None] | None,
        stop: Stop | None,
        grace_s: float,
    ) -> None:
        self.running = running
        self.kept = kept
        self.on_output = on_output
        self.stop = stop
        self.grace_s = grace_s
        self.timed_out = False
        self.stopped = False
        self.open = {"output", "control"}

    def until(self, deadline: float) -> None:
        assert self.running.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.running.process.stdout, selectors.EVENT_READ, "output")
            selector.register(self.running.control, selectors.EVENT_READ, "control")
            if self.stop:
                selector.register(self.stop.reading, selectors.EVENT_READ, "stop")
            while self.open:
                ready = selector.select(self._patience(deadline))
                if not ready and "control" not in self.open:
                    return
                if time.monotonic() >= deadline and not self.timed_out:
                    self._end(timed_out=True)
                for key, _ in ready:
                    if not self._read(key.data):
                        selector.unregister(key.fileobj)

    def _patience(self, deadline: float) -> float | None:
        """How long to wait for something to happen. One told to end is ended by its supervisor, in bounds."""
        if "control" not in self.open:
            return UNREADABLE_LIMIT_S
        return None if self.timed_out or self.stopped else max(deadline - time.monotonic(), 0)

    def _end(self, *, timed_out: bool) -> None:
        self.timed_out = self.timed_out or timed_out
        self.stopped = self.stopped or not timed_out
        self.running.stop(self.grace_s)

    def _read(self, what: str) -> bool:
        if what == "stop":
            self._end(timed_out=False)
            return False
        more = self.running.hear() if what == "control" else self._read_output()
        if not more:
            self.open.discard(what)
        return more

    def _read_output(self) -> bool:
        assert self.running.process.stdout is not None
        chunk = os.read(self.running.process.stdout.fileno(), READ_BYTES)
        self.kept.add(chunk)
        if chunk and self.on_output:
            self.on_output(chunk)
        return bool(chunk)
