"""What the scripted agents that are processes have in common: their input, their output, their commands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_baton.runtimes.scripted.script import Situation, Spam, Tokens

LINE_LIMIT_BYTES = 64 * 1024 * 1024


def situation(prompt: str, *, resumed: bool) -> Situation:
    """Who this process was started as: a runtime puts it into the environment (see identity.py)."""
    env = os.environ
    attempt = env.get("BATON_ATTEMPT", "1")
    return Situation(
        env.get("BATON_STEP_ID", ""),
        env.get("BATON_AGENT", ""),
        int(attempt) if attempt.isdigit() else 1,
        prompt,
        resumed=resumed,
    )


def stdin_lines() -> asyncio.StreamReader:
    """Our input, read by a thread: asyncio itself takes only pipes, not /dev/null or a file."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_LIMIT_BYTES, loop=loop)

    def pump() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody wants the rest
            while chunk := os.read(0, 1 << 16):  # not sys.stdin, whose lock would be held at the end
                loop.call_soon_threadsafe(reader.feed_data, chunk)
            loop.call_soon_threadsafe(reader.feed_eof)

    threading.Thread(target=pump, daemon=True).start()
    return reader


def write(message: Mapping[str, Any]) -> None:
    """One line, at once: whoever reads is reading."""
    write_raw(json.dumps(message, ensure_ascii=False))


def write_raw(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class SessionFile:
    """What outlives a run: what the session has cost so far."""

    def __init__(self, session_id: str) -> None:
        shared = Path(tempfile.gettempdir(), f"baton-scripted-{os.getuid()}")
        home = os.environ.get("CLAUDE_CONFIG_DIR") or str(shared)
        self.session_id = session_id
        self._path = Path(home, "scripted-sessions", f"{session_id}.json")

    @property
    def exists(self) -> bool:
        return self._path.is_file()

    def spent_usd(self) -> float:
        return float(json.loads(self._path.read_text())["usd"]) if self.exists else 0.0

    def save(self, usd: float) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps({"usd": usd}))


class Hands:
    """The part of a stage that is the same over every wire (see player.Stage)."""

    def __init__(self, cwd: str) -> None:
        self.cwd = cwd
        self.totals = Tokens(input_tokens=0, output_tokens=0, usd=0.0)

    async def run(self, command: str) -> tuple[bool, str]:
        """In a session of its own, as the vendors' clients do: it outlives a SIGKILL of ours."""
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            command,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        output, _ = await process.communicate()
        return process.returncode == 0, output.decode(errors="replace")

    def count(self, tokens: Tokens) -> None:
        both = (self.totals, tokens)
        self.totals = Tokens(
            input_tokens=sum(t.input_tokens for t in both),
            cache_read_tokens=sum(t.cache_read_tokens for t in both),
            cache_write_tokens=sum(t.cache_write_tokens for t in both),
            output_tokens=sum(t.output_tokens for t in both),
            usd=sum(t.usd for t in both),
        )

    async def say(self, text: str) -> None:
        raise NotImplementedError

    async def spam(self, spam: Spam) -> None:
        for _ in range(spam.lines):
            await self.say("x" * spam.bytes)

    async def raw(self, line: str) -> None:
        write_raw(line)

    async def stderr(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    async def end(self, code: int, signal: int | None) -> None:
        if signal is not None:
            os.kill(os.getpid(), signal)
        sys.stdout.flush()
        os._exit(code)
