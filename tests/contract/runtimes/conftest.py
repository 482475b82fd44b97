"""The runtimes of the contract suite: each plays the same scripts, in its own way."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_baton.runtimes.acp.quirks import Quirks
from agent_baton.runtimes.acp.runtime import AcpRuntime
from agent_baton.runtimes.claude.runtime import ClaudeRuntime
from agent_baton.runtimes.protocol import Agent, Assignment, Clocks, Conversation, Event, Outcome, Runtime
from agent_baton.runtimes.scripted.runtime import ScriptedRuntime
from agent_baton.runtimes.scripted.script import parse

Act = Callable[[Agent, Event], Awaitable[None]]
PROGRAM = (sys.executable, "-m", "agent_baton.runtimes.scripted")
PATIENT = Clocks(wall_s=120, model_silent_s=120, tool_silent_s=120, person_s=120, linger_s=120, grace_s=1)


class Theatre:
    """A repository, a place for scripts, and one kind of runtime."""

    def __init__(self, kind: str, directory: Path) -> None:
        self.kind = kind
        self.home = directory / "home"
        self.repo = directory / "repo"
        self.repo.mkdir()
        self._scripts = directory
        for command in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "start"]):
            git = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", *command]
            subprocess.run(git, cwd=self.repo, check=True)

    def runtime(self, rules: Sequence[Mapping[str, Any]]) -> Runtime:
        script = json.dumps({"rules": rules})
        if self.kind == "scripted":
            return ScriptedRuntime(parse(script))
        path = self._scripts / f"{uuid.uuid4()}.json"
        path.write_text(script)
        if self.kind == "claude":
            return ClaudeRuntime([*PROGRAM, "claude", "--script", str(path)])
        return AcpRuntime(Quirks("scripted", (*PROGRAM, "acp", "--script", str(path))))

    def assignment(self, **fields: Any) -> Assignment:
        fields.setdefault("clocks", PATIENT)
        env = {"CLAUDE_CONFIG_DIR": str(self.home), **fields.pop("env", {})}
        return replace(Assignment("do it", str(self.repo), str(uuid.uuid4()), env=env), **fields)

    def play(
        self,
        *deeds: Mapping[str, Any],
        act: Act | None = None,
        conversation: Conversation | None = None,
        **fields: Any,
    ) -> tuple[list[Event], Outcome]:
        """Play deeds to the end. `act` is called with each event."""
        return asyncio.run(self.follow(self.runtime([{"do": deeds}]), act, conversation, **fields))

    async def follow(
        self,
        runtime: Runtime,
        act: Act | None = None,
        conversation: Conversation | None = None,
        **fields: Any,
    ) -> tuple[list[Event], Outcome]:
        assignment = self.assignment(**fields)
        starting = runtime.resume(assignment, conversation) if conversation else runtime.start(assignment)
        events = []
        async with await starting as agent:
            async for event in agent.events():
                events.append(event)
                if act:
                    await act(agent, event)
            return events, await agent.outcome()

    def log(self) -> list[str]:
        git = ["git", "log", "--format=%s"]
        return subprocess.run(
            git, cwd=self.repo, check=True, capture_output=True, text=True
        ).stdout.splitlines()


@pytest.fixture(params=["scripted", "claude", "acp"])
def theatre(request: pytest.FixtureRequest, tmp_path: Path) -> Theatre:
    return Theatre(request.param, tmp_path)
