"""The real Claude Code CLI in a terminal of its own, as a person sees and types it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
from collections.abc import Callable

import pyte

from tests.support.claude import DEADLINE_S, World

ROWS, COLUMNS = 50, 150
KEPT = 5_000  # lines that have left the screen


def bare(text: str) -> str:
    """A text without its blanks: where lines break and how far things are moved in is up to the client."""
    return "".join(text.split())


def welcomed(world: World) -> None:
    """As if the person had been through the first start: no theme, key, trust or mode to choose any more."""
    path = world.config / ".claude.json"
    known = json.loads(path.read_text())
    key = world.env["ANTHROPIC_API_KEY"]
    first = {"hasCompletedOnboarding": True, "theme": "dark", "bypassPermissionsModeAccepted": True}
    path.write_text(
        json.dumps({**known, **first, "customApiKeyResponses": {"approved": [key], "rejected": []}})
    )


class Terminal:
    """One session; every wait has the same end."""

    def __init__(self, world: World, *args: str) -> None:
        welcomed(world)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [world.binary, "--permission-mode", "bypassPermissions", *args], cwd=world.repo.path,
            env={**world.env, "TERM": "xterm-256color"}, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        # a client writes only what changes on the screen, so what it shows is known by keeping one
        self._screen = pyte.HistoryScreen(COLUMNS, ROWS, history=KEPT)
        self._stream = pyte.ByteStream(self._screen)
        self._before = ""  # all that was shown when something was typed last
        self._news = threading.Condition()
        self._over = False
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._clock = threading.Timer(DEADLINE_S, self._kill)
        self._clock.start()

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self.master, 65_536)
            except OSError:  # the other side is closed
                part = b""
            with self._news:
                self._stream.feed(part)
                self._over = not part
                self._news.notify_all()
            if not part:
                return

    def shown(self) -> str:
        """All that is or was on the screen, without blanks."""
        rows = [*self._screen.history.top, *(self._screen.buffer[row] for row in range(ROWS))]
        return bare("\n".join("".join(row[column].data for column in range(COLUMNS)) for row in rows))

    def until(self, text: str) -> None:
        """Until it is shown once more than when something was typed last."""
        wanted = bare(text)
        before = self._before.count(wanted)
        self._wait(lambda: self.shown().count(wanted) > before, text)

    def type(self, text: str) -> None:
        """A line, entered when it stands in the input box; marked as pasted, so that what follows is a key of its own."""
        self._before = self.shown()
        os.write(self.master, b"\x1b[200~" + text.encode() + b"\x1b[201~")
        self._wait(lambda: self._typed().endswith(bare(text)), text)
        self._before = self.shown()
        os.write(self.master, b"\r")

    def _typed(self) -> str:
        """What stands in the input box."""
        return next((row for row in map(bare, reversed(self._screen.display)) if row.startswith("❯")), "")

    def _wait(self, done: Callable[[], bool], text: str) -> None:
        with self._news:
            self._news.wait_for(lambda: self._over or done())
            seen, rows = done(), "\n".join(row.rstrip() for row in self._screen.display if row.strip())
        assert seen, f"the session ended without {text!r}:\n{rows}"

    def end(self) -> int:
        """Leave as a person does."""
        self.type("/exit")
        return self.process.wait()

    def _kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._kill()
        self.process.wait()
        self._reader.join()
        self._clock.cancel()
        os.close(self.master)
