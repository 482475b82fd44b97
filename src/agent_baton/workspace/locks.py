"""Kernel locks over what git itself does not protect. They end with their holder, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_baton.errors import Refused

WAIT_S = 120.0
_POLL_S = 0.005


@contextmanager
def locked(path: str, wait_s: float = WAIT_S) -> Iterator[int]:
    """Hold the lock of a file, making it if need be; yields its descriptor. The holder may remove the file.

    A git command started meanwhile holds the lock too: if we are killed and it lives on, nobody takes over
    what it is still writing. Raises Refused when another holder does not let go within `wait_s`.
    """
    deadline = time.monotonic() + wait_s
    while True:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            _acquire(fd, path, deadline)
            if _is_still(path, fd):
                os.set_inheritable(fd, True)
                yield fd
                return
        finally:
            os.close(fd)


def _is_still(path: str, fd: int) -> bool:
    """Whether the file locked is the one others will open: a former holder may have removed it."""
    try:
        return os.path.samestat(Path(path).stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


def _acquire(fd: int, path: str, deadline: float) -> None:
    while not _taken(fd):
        if time.monotonic() > deadline:
            raise Refused(
                f"another process holds {path!r} and does not let go; find it with `fuser` and let it end"
            )
        time.sleep(_POLL_S)


def _taken(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
