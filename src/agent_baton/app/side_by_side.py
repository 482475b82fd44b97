"""The same work on several processors."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Process
from multiprocessing.connection import Connection, Pipe, wait
from typing import TypeVar

from agent_baton.errors import BatonError

T = TypeVar("T")
Made = TypeVar("Made")


def side_by_side(
    work: Callable[[Sequence[T]], Made], chunks: Sequence[Sequence[T]], processes: int
) -> Iterator[Made]:
    """What `work` makes of the chunks, as it is ready. A process that cannot be had, or ends early, leaves its chunks out.

    Neither outlives the other for long: who waits sees a closed pipe, and so does who sends.
    """
    started: list[Process] = []
    readers: list[Connection] = []
    try:
        for place in range(processes):
            reader, writer = Pipe(duplex=False)
            readers.append(reader)
            process = Process(target=_work, args=(work, chunks[place::processes], writer, list(readers)))
            process.start()
            started.append(process)
            writer.close()
        yield from _received(readers)
    except OSError:
        return  # no more processes or files for us here
    finally:
        for reader in readers:
            reader.close()
        for process in started:
            process.join()


def _received(readers: list[Connection]) -> Iterator[Made]:
    while readers:
        for ready in wait(readers):
            assert isinstance(ready, Connection)
            try:
                yield ready.recv()
            except EOFError:
                readers.remove(ready)
                ready.close()


def _work(
    work: Callable[[Sequence[T]], Made],
    chunks: Sequence[Sequence[T]],
    writer: Connection,
    inherited: Sequence[Connection],
) -> None:
    """In the other process. Ctrl-C is for the command that waits; an error is met again by it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for reader in inherited:
        reader.close()
    try:
        for chunk in chunks:
            writer.send(work(chunk))
    except (BatonError, BrokenPipeError):
        return
