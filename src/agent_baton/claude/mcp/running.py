"""One call, one process of this program.

So the refusals are the same to the letter, no lock is held between calls, the journal may be changed by others
meanwhile, and a call that is cancelled is interrupted as by Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import anyio
from anyio.abc import ByteReceiveStream, Process

from agent_baton.redact import redact

ENDING_S = 10.0  # for an interrupted command to end what it started
LINE_KEPT = 2_000  # characters of one line of progress
REFUSAL = '{"error":'  # it becomes the result, so it is not told as progress
Progress = Callable[[str], Awaitable[None]]  # told each line of stderr as it comes, redacted


async def silent(_line: str) -> None:
    """For calls whose progress nobody asked for."""


async def run(
    line: Sequence[str], tell: Progress = silent, more: Mapping[str, str] | None = None
) -> tuple[int, str, list[str]]:
    """Exit code, stdout, and the lines of stderr. `more`: variables beside those of this process."""
    out = bytearray()
    err: list[str] = []

    async def listen(stream: ByteReceiveStream) -> None:
        async for text in _lines(stream):
            err.append(text)
            if not text.startswith(REFUSAL):
                await tell(redact(text)[:LINE_KEPT])

    async with _running(line, {**os.environ, **(more or {})}) as process, anyio.create_task_group() as group:
        assert process.stdout is not None
        assert process.stderr is not None
        group.start_soon(listen, process.stderr)
        async for chunk in process.stdout:
            out += chunk
        code = await process.wait()
    return code, out.decode("utf-8", "replace"), err


@asynccontextmanager
async def _running(line: Sequence[str], env: Mapping[str, str]) -> AsyncIterator[Process]:
    """The process; interrupted and waited for when the block is left before its end."""
    process = await anyio.open_process(line, stdin=subprocess.DEVNULL, env=env, start_new_session=True)
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                await _end(process)
            await process.aclose()


async def _end(process: Process) -> None:
    process.send_signal(signal.SIGINT)
    with anyio.move_on_after(ENDING_S) as waiting:
        await process.wait()
    if waiting.cancelled_caught:
        process.kill()
        await process.wait()


async def _lines(stream: ByteReceiveStream) -> AsyncIterator[str]:
    rest = b""
    async for chunk in stream:
        *whole, rest = (rest + chunk).split(b"\n")
        for text in whole:
            yield text.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
