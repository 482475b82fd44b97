"""One driver a task: a kernel lock that ends with its process, and a note of who holds it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from agent_baton.app.outcomes import write_durably
from agent_baton.app.site import Site
from agent_baton.errors import Refused
from agent_baton.processes import MARKER, sweep


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
        mine = Driver(os.getpid(), _mark(site, task_id), runtime)
        write_durably(note, json.dumps(asdict(mine)).encode())
        outer = os.environ.get(MARKER)
        os.environ[MARKER] = f"{outer}:{mine.mark}" if outer else mine.mark
        try:
            yield before
        finally:
            _restore(outer)
    finally:
        os.close(fd)


def _mark(site: Site, task_id: str) -> str:
    """The same for all drivers of a task: nobody has to remember it for the next one to find what was left."""
    place = hashlib.sha256(os.path.realpath(site.state_dir).encode()).hexdigest()[:16]
    return f"run-{place}-{task_id}"


@contextmanager
def undriven(site: Site, task_id: str) -> Iterator[Driver | None]:
    """Keep drivers away for a moment; yields the last one, who is dead. Raises Refused while one lives."""
    lock, note = _paths(site, task_id)
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None  # it was never run unattended
        return
    try:
        _take(fd, task_id, _read(note))
        yield _read(note)
    finally:
        os.close(fd)


def ended_of(site: Site, task_id: str, before: Driver | None) -> int:
    """End what drivers of a task left running; how many processes. For whoever holds the lock."""
    return sum(map(sweep, {_mark(site, task_id), *([before.mark] if before else [])}))


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
