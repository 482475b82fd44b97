"""The real Claude Code CLI for tests: where it is, and sessions of it in a world of their own."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.model_server import ModelServer
from tests.support.repo import Repo

MISSING = (
    "THE REAL CLAUDE CODE CLI IS NOT HERE, so what it really does is not tested: "
    "pip install claude-agent-sdk (it bundles the CLI), or set CLAUDE_BIN to the command"
)
NO_OTHER = "NO OLDER CLAUDE CODE CLI IS HERE, so only one version is tested: scripts/test puts one into its environment"
OTHERS = Path(sys.prefix) / "claude-cli"  # scripts/test puts other pinned versions here, one folder each
DEADLINE_S = 240  # a session that is not done by then is ended, and its test fails


def find() -> str:
    """Its path, "" when there is none: what $CLAUDE_BIN says, else the one inside the Agent SDK's package."""
    named = os.environ.get("CLAUDE_BIN", "")
    if named:
        return named
    package = importlib.util.find_spec("claude_agent_sdk")
    bundled = Path(package.origin or "").with_name("_bundled") / "claude" if package else Path()
    return str(bundled) if package and bundled.is_file() else ""


def others() -> list[str]:
    """Other pinned versions on this machine."""
    return [str(path) for path in sorted(OTHERS.glob("*/claude"))]


def every() -> list[Any]:
    """All versions, as parameters of a test; what is not here is a test that is skipped and says why."""
    pinned = pytest.param(find(), id="pinned") if find() else _skipped("pinned", MISSING)
    older = [pytest.param(path, id=Path(path).parent.name) for path in others()]
    return [pinned, *(older or [_skipped("older", NO_OTHER)])]


def _skipped(name: str, reason: str) -> Any:
    return pytest.param("", marks=pytest.mark.skip(reason=reason), id=name)


@dataclass
class Ran:
    """What a session said until it ended."""

    events: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int | None = None
    stderr: str = ""

    @property
    def results(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == "result"]

    @property
    def text(self) -> str:
        """What it last answered its user."""
        return str(self.results[-1].get("result")) if self.results else ""

    def init(self) -> dict[str, Any]:
        return next(event for event in self.events if event.get("subtype") == "init")

    def calls(self, name: str = "", child: bool | None = None) -> list[dict[str, Any]]:
        """Tool calls, with what was put in; `child`: only those of subagents, or only the session's own."""
        return [
            block
            for event in self.events
            if event["type"] == "assistant" and child in (None, bool(event["parent_tool_use_id"]))
            for block in event["message"]["content"]
            if block["type"] == "tool_use" and name in ("", block["name"])
        ]

    def tool_results(self) -> list[dict[str, Any]]:
        return [
            block
            for event in self.events
            if event["type"] == "user" and isinstance(event["message"]["content"], list)
            for block in event["message"]["content"]
            if block["type"] == "tool_result"
        ]


class World:
    """A repository that Claude Code trusts, a home, and a scripted model to talk to."""

    def __init__(self, directory: Path, server: ModelServer, binary: str) -> None:
        self.server = server
        self.binary = binary
        self.repo = Repo(directory / "my projéct", directory / "home")
        self.config = directory / "home" / ".claude"
        self.config.mkdir(parents=True)
        self.trust(self.repo.path)
        self.env = {
            **self.repo.env,
            **server.environment(),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # where `baton` is
            "CLAUDE_CONFIG_DIR": str(self.config),
            "CLAUDE_CODE_MAX_RETRIES": "2",
            "IS_SANDBOX": "1",  # lets root run without asking
        }

    def trust(self, path: Path) -> None:
        """As if the user had said yes to the trust dialog: without it a project's permission rules are ignored."""
        projects = {"projects": {str(path): {"hasTrustDialogAccepted": True}}}
        (self.config / ".claude.json").write_text(json.dumps(projects))

    def settings(self, document: Mapping[str, Any]) -> None:
        self.repo.write(".claude/settings.json", json.dumps(document, indent=1))

    def run(self, prompt: str, *args: str, cwd: Path | None = None, **env: str) -> Ran:
        """One `claude -p`, to its end."""
        session = Session(self, ["-p", prompt, *args], cwd or self.repo.path, env, subprocess.DEVNULL)
        return session.end()

    def open(self, *args: str, cwd: Path | None = None, **env: str) -> Session:
        """A session that takes one prompt after another, as a terminal does."""
        line = ["-p", "--input-format", "stream-json", *args]
        return Session(self, line, cwd or self.repo.path, env, subprocess.PIPE)

    def story(self) -> list[dict[str, Any]]:
        """The newest task's events, as told."""
        tasks = self.repo.json("execute", "list", "--all")["tasks"]
        events: list[dict[str, Any]] = self.repo.json("story", tasks[-1]["task_id"])["events"]
        return events

    def told(self, kind: str = "") -> list[str]:
        """The sentences of the story, of one type of event or of all."""
        return [event["text"] for event in self.story() if kind in ("", event["type"])]


class Session:
    """One process of Claude Code in a process group of its own."""

    def __init__(
        self, world: World, args: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: int
    ) -> None:
        stream = ["--output-format", "stream-json", "--verbose", "--permission-mode", "bypassPermissions"]
        self.ran = Ran()
        self.process = subprocess.Popen(
            [world.binary, *args, *([] if "--permission-mode" in args else stream[3:]), *stream[:3]],
            cwd=cwd, env={**world.env, **env}, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", start_new_session=True,
        )  # fmt: skip
        self._clock = threading.Timer(DEADLINE_S, self.kill)
        self._clock.start()
        self._stderr = threading.Thread(target=self._hear)
        self._stderr.start()

    def _hear(self) -> None:
        assert self.process.stderr is not None
        self.ran.stderr = self.process.stderr.read()

    def say(self, text: str) -> dict[str, Any]:
        """A prompt, and the result it leads to."""
        self.type(text)
        return self.until(lambda event: event["type"] == "result")

    def type(self, text: str) -> None:
        """A prompt, without waiting for what comes of it."""
        assert self.process.stdin is not None
        message = {"type": "user", "message": {"role": "user", "content": text}}
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event that is wanted."""
        for event in self._events():
            if wanted(event):
                return event
        raise AssertionError(f"the session ended before that: {self.end().stderr or self.ran.events[-3:]}")

    def _events(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, Any] = json.loads(line)
            self.ran.events.append(event)
            yield event

    def kill(self) -> None:
        """SIGKILL for the client and what is still in its group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> Ran:
        """Close its input, read to its end."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        for _ in self._events():
            pass
        self.ran.exit_code = self.process.wait()
        self._stderr.join()
        self._clock.cancel()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return self.ran

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: object, *_exc: object) -> None:
        if kind is not None:
            self.kill()
        if self.ran.exit_code is None:
            self.end()
