"""The real Claude Code CLI in a terminal of its own, as a person sees and types it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

from tests.support.claude import DEADLINE_S, World

ROWS, COLUMNS = 50, 150
CONTROL = re.compile(rb"\x1b(?:\[[0-9;?<>=]*[a-zA-Z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78])|\s")


def bare(raw: bytes) -> str:
    """What was written, in that order, without colours, movements and blanks: many of these are movements, too."""
    return CONTROL.sub(b"", raw).decode("utf-8", "replace")


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
        self.raw = b""
        self._from = 0  # what came before this has been seen
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
                self.raw += part
                self._over = not part
                self._news.notify_all()
            if not part:
                return

    def until(self, text: str) -> None:
        """Until it is written, after what was typed last."""
        wanted = "".join(text.split())
        with self._news:
            self._news.wait_for(lambda: self._over or wanted in bare(self.raw[self._from :]))
            shown = bare(self.raw[self._from :])
        assert wanted in shown, f"the session ended without {text!r}:\n{shown[-3_000:]}"

    def type(self, text: str) -> None:
        """A line, entered when the client has shown its last word; marked as pasted, so that what follows is a key of its own."""
        self._from = len(self.raw)
        os.write(self.master, b"\x1b[200~" + text.encode() + b"\x1b[201~")
        self.until(text.split()[-1])
        self._from = len(self.raw)
        os.write(self.master, b"\r")

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
