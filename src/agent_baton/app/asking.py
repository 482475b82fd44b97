"""Ask a program one question: a request on its stdin, an answer on its stdout; bounded in time and size."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from agent_baton.plan.inert import first_line, visible
from agent_baton.processes import Ending, Supervised
from agent_baton.redact import redact

OUTPUT_LIMIT_BYTES = 2 * 1024 * 1024
COMPLAINT_BYTES = 4096
GRACE_S = 1.0
HELD_PIPE_LIMIT_S = 1.0  # a survivor of another user may hold a pipe open: what it still says is not ours
READ_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `problem` is empty when the program ended by itself with exit code 0."""

    output: bytes
    problem: str


def ask(argv: Sequence[str], request: bytes, cwd: str, env: Mapping[str, str], timeout_s: float) -> Reply:
    """Run the program to its end, or end it and all it started. Raises UserError when `cwd` is no directory."""
    with tempfile.TemporaryFile() as question:  # a program that never reads cannot block us as with a pipe
        question.write(request)
        question.seek(0)
        with Supervised(argv, cwd=cwd, env=env, stdin=question.fileno(), stderr=subprocess.PIPE) as running:
            listener = _Listener(running)
            try:
                listener.until(time.monotonic() + timeout_s)
                ending = running.ending()
            finally:
                listener.close()
    problem = _stopped(listener, timeout_s) if listener.stopped else _fault(ending, listener)
    return Reply(bytes(listener.output), problem)


def _stopped(listener: _Listener, timeout_s: float) -> str:
    if listener.stopped == "timeout":
        return f"it gave no answer in {timeout_s:g} seconds and was ended"
    return f"it printed more than {OUTPUT_LIMIT_BYTES // 1024 // 1024} MB and was ended"


def _fault(ending: Ending, listener: _Listener) -> str:
    if ending.not_started:
        return f"it could not be started: {ending.not_started}"
    if ending.fault:
        return f"how it ended is not known: {ending.fault}"
    if ending.exit_code == 0:
        return ""
    how = f"exit code {ending.exit_code}" if ending.exit_code is not None else f"signal {ending.signal}"
    said = first_line(visible(redact(listener.complaint.decode(errors="replace")).replace("\\n", "\n")))
    return f"it ended with {how}" + (f": {said}" if said else "")


class _Listener:
    """Reads both pipes until the supervisor has said its last word and they are empty."""

    def __init__(self, running: Supervised) -> None:
        self.running = running
        self.output = bytearray()
        self.complaint = bytearray()
        self.stopped = ""  # timeout | size
        assert running.process.stdout is not None and running.process.stderr is not None
        self.pipes: dict[str, BinaryIO] = {
            "output": running.process.stdout,  # type: ignore[dict-item]
            "complaint": running.process.stderr,  # type: ignore[dict-item]
        }

    def until(self, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            for name, pipe in self.pipes.items():
                selector.register(pipe, selectors.EVENT_READ, name)
            selector.register(self.running.control, selectors.EVENT_READ, "control")
            open_ends = {"control", *self.pipes}
            while open_ends:
                ready = selector.select(self._patience(deadline, "control" in open_ends))
                if not ready and "control" not in open_ends:
                    return
                if time.monotonic() >= deadline:
                    self._stop("timeout")
                for key, _ in ready:
                    if not self._read(key.data):
                        selector.unregister(key.fileobj)
                        open_ends.discard(key.data)

    def _patience(self, deadline: float, alive: bool) -> float | None:
        if not alive:
            return HELD_PIPE_LIMIT_S
        return None if self.stopped else max(deadline - time.monotonic(), 0)

    def _stop(self, why: str) -> None:
        if not self.stopped:
            self.stopped = why
            self.running.stop(GRACE_S)

    def _read(self, name: str) -> bool:
        if name == "control":
            return self.running.hear()
        chunk = os.read(self.pipes[name].fileno(), READ_BYTES)
        if name == "complaint":
            self.complaint += chunk[: COMPLAINT_BYTES - len(self.complaint)]
        elif len(self.output) + len(chunk) > OUTPUT_LIMIT_BYTES:
            self._stop("size")
        else:
            self.output += chunk
        return bool(chunk)

    def close(self) -> None:
        self.pipes["complaint"].close()
