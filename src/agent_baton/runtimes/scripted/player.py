"""Play a script on a stage. The stage is a way to be seen as an agent: in this process, or over a vendor's wire."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from agent_baton.runtimes.scripted.script import (
    ApiError,
    Deed,
    Limit,
    Question,
    Request,
    Result,
    Spam,
    Tokens,
)

COMMIT = (
    "git add -A && git -c user.name=scripted -c user.email=scripted@localhost commit -q --allow-empty -m {}"
)
LEAK = "setsid tail -f /dev/null >/dev/null 2>&1 </dev/null &"


class Stage(Protocol):
    """What an agent can be seen doing."""

    @property
    def cwd(self) -> str: ...

    async def say(self, text: str) -> None: ...
    async def tool(self, name: str, tool_input: Mapping[str, Any]) -> str:
        """Begin to use a tool; its id."""
        ...

    async def tool_done(self, tool_id: str, ok: bool, output: str) -> None: ...
    async def run(self, command: str) -> tuple[bool, str]:
        """Really run a command."""
        ...

    async def ask(self, question: Question) -> str: ...
    async def permission(self, request: Request) -> bool: ...
    async def spend(self, tokens: Tokens) -> None: ...
    async def wait(self, reason: str) -> None: ...
    async def spam(self, spam: Spam) -> None: ...
    async def raw(self, line: str) -> None: ...
    async def stderr(self, text: str) -> None: ...
    async def fail(self, error: ApiError | Limit) -> None: ...
    async def result(self, result: Result) -> None: ...
    async def end(self, code: int, signal: int | None) -> None:
        """End the process, without a result."""
        ...


class Over(Exception):
    """Nothing of the script is played after this."""


async def play(deeds: Sequence[Deed], stage: Stage) -> None:
    """Do one thing after another. A script without an end of its own ends well, with what was said last."""
    player = _Player(stage)
    try:
        for deed in deeds:
            (name,) = deed.model_fields_set
            await player.perform[name](getattr(deed, name))
        if not player.ended:
            await stage.result(Result(text=player.said))
    except Over:
        return


class _Player:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.said = "done"
        self.ended = False
        self.perform: dict[str, Callable[[Any], Awaitable[None]]] = {
            "say": self._say,
            "write": self._write,
            "append": self._append,
            "delete": self._delete,
            "run": self._run,
            "commit": self._commit,
            "ask": self._ask,
            "permission": self._permission,
            "spend": stage.spend,
            "wait": stage.wait,
            "hang": self._hang,
            "spam": stage.spam,
            "giant": self._giant,
            "raw": stage.raw,
            "stderr": stage.stderr,
            "leak": self._leak,
            "limit": self._fail,
            "error": self._fail,
            "result": self._result,
            "linger": self._linger,
            "exit": self._exit,
            "kill": self._kill,
        }

    async def _say(self, text: str) -> None:
        self.said = text
        await self.stage.say(text)

    async def _giant(self, size: int) -> None:
        await self.stage.say("x" * size)

    async def _write(self, files: Mapping[str, str]) -> None:
        for path, content in files.items():
            await self._edit("Write", path, partial(_replace, content=content))

    async def _append(self, files: Mapping[str, str]) -> None:
        for path, content in files.items():
            await self._edit("Edit", path, partial(_extend, content=content))

    async def _delete(self, paths: Sequence[str]) -> None:
        for path in paths:
            await self._edit("Delete", path, Path.unlink)

    async def _edit(self, tool: str, path: str, change: Callable[[Path], object]) -> None:
        tool_id = await self.stage.tool(tool, {"file_path": path})
        try:
            change(Path(self.stage.cwd, path))
        except OSError as fault:
            await self.stage.tool_done(tool_id, False, str(fault))
        else:
            await self.stage.tool_done(tool_id, True, "done")

    async def _run(self, command: str) -> None:
        tool_id = await self.stage.tool("Bash", {"command": command})
        ok, output = await self.stage.run(command)
        await self.stage.tool_done(tool_id, ok, output)

    async def _commit(self, message: str) -> None:
        await self._run(COMMIT.format(shlex.quote(message)))

    async def _ask(self, question: Question) -> None:
        await self._say(f"answered: {await self.stage.ask(question)}")

    async def _permission(self, request: Request) -> None:
        tool_id = await self.stage.tool(request.tool, request.input)
        allowed = await self.stage.permission(request)
        await self.stage.tool_done(tool_id, allowed, "done" if allowed else "refused")

    async def _hang(self, whose: str) -> None:
        if whose == "tool":
            await self.stage.tool("Bash", {"command": "tail -f /dev/null"})
        await asyncio.Event().wait()

    async def _leak(self, count: int) -> None:
        await self._run(LEAK * count)

    async def _fail(self, error: ApiError | Limit) -> None:
        await self.stage.fail(error)
        raise Over

    async def _result(self, result: Result) -> None:
        self.ended = True
        await self.stage.result(
            result if result.text is not None else result.model_copy(update={"text": self.said})
        )

    async def _linger(self, really: bool) -> None:
        if not self.ended:
            await self._result(Result())
        if really:
            await asyncio.Event().wait()

    async def _exit(self, code: int) -> None:
        await self.stage.end(code, None)
        raise Over

    async def _kill(self, number: int) -> None:
        await self.stage.end(0, number)
        raise Over


def _replace(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def _extend(path: Path, content: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(content)
