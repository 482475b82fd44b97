"""A supervised command (see processes.py) for asyncio: its end is a future, its pipes are streams."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Mapping, Sequence

from agent_baton.processes import Ending, Supervised

READ_BYTES = 128 * 1024
HELD_PIPE_LIMIT_S = 1.0  # a survivor of another user may hold a pipe open: what it still says is not ours


class Tree:
    """One command and everything below it, gone when `gone` is done."""

    def __init__(self, running: Supervised) -> None:
        self._running = running
        self._transports: list[asyncio.BaseTransport] = []
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        running.control.setblocking(False)
        asyncio.get_running_loop().add_reader(running.control, self._hear)

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        cwd: str,
        env: Mapping[str, str],
        *,
        stdin: int = subprocess.PIPE,
        stderr: int = -1,
    ) -> Tree:
        """Raises OSError or UserError when it cannot be started at all."""
        return cls(Supervised(argv, cwd=cwd, env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr))

    @property
    def pid(self) -> int:
        """Of the supervisor, which all of it is below."""
        return self._running.process.pid

    async def stdout(self) -> asyncio.StreamReader:
        return await self._reader(self._running.process.stdout)

    async def stderr(self) -> asyncio.StreamReader:
        return await self._reader(self._running.process.stderr)

    async def stdin(self) -> asyncio.WriteTransport:
        loop, pipe = asyncio.get_running_loop(), self._running.process.stdin
        transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, pipe)
        self._transports.append(transport)
        return transport

    async def _reader(self, pipe: object) -> asyncio.StreamReader:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=READ_BYTES, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.connect_read_pipe(lambda: protocol, pipe)
        self._transports.append(transport)
        return reader

    def _hear(self) -> None:
        if not self._running.hear():
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._running.control)
            self.gone.set_result(None)
            self._closing = loop.call_later(HELD_PIPE_LIMIT_S, self._close)

    def stop(self, grace_s: float) -> None:
        if not self.gone.done():
            self._running.stop(grace_s)

    def _close(self) -> None:
        for transport in self._transports:
            transport.close()

    async def ending(self) -> Ending:
        """Wait until it is gone. Its pipes are closed then: read them before."""
        await asyncio.shield(self.gone)
        self._closing.cancel()
        self._close()
        ending = self._running.ending()
        self._running.control.close()
        return ending

    async def concluded(self) -> Ending:
        """The same, seen through when the one who waits is cancelled: pipes and sockets are closed all the same."""
        ending = asyncio.ensure_future(self.ending())
        try:
            return await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise


async def run(command: str, cwd: str, env: Mapping[str, str]) -> tuple[Ending, str]:
    """Run a shell command to its end; its output. Cancelling it ends it."""
    argv = ["/bin/sh", "-c", command]
    tree = Tree.start(argv, cwd, env, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    output = bytearray()
    try:
        stdout = await tree.stdout()
        while chunk := await stdout.read(READ_BYTES):
            output += chunk
    finally:
        tree.stop(0)
        ending = await tree.concluded()
    return ending, output.decode(errors="replace")
