"""One driver a task: a kernel lock that ends with its process, and a note of who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from agent_baton.app.outcomes import write_durably
from agent_baton.app.site import Site
from agent_baton.errors import Refused
from agent_baton.processes import MARKER


@dataclass(frozen=True)
class Driver:
    """A process that drives a task. All it starts carries `mark` in its environment."""

    pid: int
    mark: str
    runtime: str


def _paths(site: Site, task_id: str) -> tuple[str, str]:
    return site.file("runs", task_id, "lock"), site.file("runs", task_id, "driver.json")


@contextmanager
def driving(site: Site, task_id: str, runtime: str) -> Iterator[Driver | None]:
    """Be the task's driver; yields the one before, who is dead. Raises Refused while another one lives."""
    lock, note = _paths(site, task_id)
    os.makedirs(os.path.dirname(lock), exist_ok=True)
    fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(fd, task_id, _read(note))
        before = _read(note)
        mine = Driver(os.getpid(), f"run-{uuid.uuid4().hex}", runtime)
        write_durably(note, json.dumps(asdict(mine)).encode())
        outer = os.environ.get(MARKER)
        os.environ[MARKER] = f"{outer}:{mine.mark}" if outer else mine.mark
        try:
            yield before
        finally:
            _restore(outer)
    finally:
        os.close(fd)


def _take(fd: int, task_id: str, holder: Driver | None) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = f" by process {holder.pid}" if holder else ""
        raise Refused(
            f"task {task_id!r} is being run{who}; watch it: baton execute run --watch --task-id {task_id}"
        ) from None


def _restore(outer: str | None) -> None:
    if outer is None:
        os.environ.pop(MARKER, None)
    else:
        os.environ[MARKER] = outer


def _read(note: str) -> Driver | None:
    try:
        with open(note, "rb") as file:
            return Driver(**json.loads(file.read()))
    except FileNotFoundError:
        return None


def driven(site: Site, task_id: str) -> Driver | None:
    """Who drives the task at this moment, None when nobody does."""
    lock, note = _paths(site, task_id)
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(note)
    finally:
        os.close(fd)
    return None
