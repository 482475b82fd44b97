"""Any agent that speaks the Agent Client Protocol as a runtime: one process and one prompt a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from agent_baton.processes import allowed_environment
from agent_baton.runtimes.acp.dialogue import AcpDialogue
from agent_baton.runtimes.acp.quirks import Quirks, told_model
from agent_baton.runtimes.identity import identified
from agent_baton.runtimes.process import Conducted, enclosed
from agent_baton.runtimes.protocol import Assignment, Conversation

LINGER_S = 2.0  # these servers do not end with their input, and have nothing left to do


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class AcpRuntime:
    """Starts agents of one kind. `binary` replaces the command of its quirks."""

    def __init__(
        self, quirks: Quirks, binary: Sequence[str] = (), now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._quirks = quirks
        self._binary = tuple(binary) or quirks.command
        self._now = now

    @property
    def name(self) -> str:
        return self._quirks.name

    async def start(self, assignment: Assignment) -> Conducted:
        return await self._run(assignment, None)

    async def resume(self, assignment: Assignment, conversation: Conversation) -> Conducted:
        return await self._run(assignment, conversation)

    async def _run(self, assignment: Assignment, conversation: Conversation | None) -> Conducted:
        model = told_model(self._quirks, assignment.model)
        model_args = self._quirks.model_args if model else ()
        argv = [*self._binary, *(arg.format(model=model) for arg in model_args)]
        ours = allowed_environment(os.environ, (*self._quirks.pass_env, *assignment.pass_env))
        permitted = self._quirks.permission_env.get(assignment.permission, {})
        env = {**ours, **self._quirks.env, **permitted, **assignment.env}
        clocks = replace(assignment.clocks, linger_s=min(assignment.clocks.linger_s, LINGER_S))
        dialogue = AcpDialogue(assignment, conversation, self._quirks, self._now)
        argv = enclosed(argv, assignment, self._quirks.keeps)
        return await Conducted.start(dialogue, clocks, argv, assignment.cwd, identified(env, assignment))
