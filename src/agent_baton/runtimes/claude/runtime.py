"""Claude Code as a runtime: `claude -p`, one process a run, stream-json out and, when something is relayed, in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from agent_baton.runtimes.claude.command import KEEPS, command, environment
from agent_baton.runtimes.claude.stream import QUESTION_TOOL, Transcript, apply
from agent_baton.runtimes.claude.verdict import conclude
from agent_baton.runtimes.dialogue import ProcessEnd
from agent_baton.runtimes.identity import identified
from agent_baton.runtimes.process import Conducted, enclosed
from agent_baton.runtimes.protocol import Answer, Assignment, Conversation, Event, Noise, Outcome, WaitingFor


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class ClaudeDialogue:
    """One run over its pipes (see dialogue.Dialogue)."""

    def __init__(
        self,
        assignment: Assignment,
        conversation: Conversation | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._assignment = assignment
        self._conversation = conversation
        self._now = now
        self._transcript = Transcript(conversation.session_id if conversation else assignment.session_id)
        self._queued = self._opening()

    def _opening(self) -> bytes:
        prompt = self._assignment.prompt
        if self._assignment.relay:
            return _line({"type": "user", "message": {"role": "user", "content": prompt}})
        return prompt.encode(errors="surrogateescape")

    @property
    def session_id(self) -> str:
        return self._transcript.session_id

    @property
    def waiting_for(self) -> WaitingFor:
        return self._transcript.waiting_for

    @property
    def finished(self) -> bool:
        return self._transcript.finished

    def output(self) -> tuple[bytes, bool]:
        """Without anything to relay stdin is closed after the prompt; else with the last word, which ends the run."""
        queued, self._queued = self._queued, b""
        return queued, self.finished or not self._assignment.relay

    def feed(self, line: bytes) -> list[Event]:
        if not line.strip():
            return []
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            return [Noise(line[:500].decode(errors="replace"))]
        events = list(apply(self._transcript, message))
        if message.get("type") == "control_request" and not events:
            self._refuse(str(message.get("request_id")))
        return events

    def _refuse(self, request_id: str) -> None:
        """A request nobody here can answer: silence would hold the run for ever."""
        refusal = {"subtype": "error", "request_id": request_id, "error": "not supported"}
        self._queued += _line({"type": "control_response", "response": refusal})

    def answer(self, request_id: str, answer: Answer) -> None:
        request = self._transcript.asked.pop(request_id, None)
        if request is None:
            return
        self._transcript.decided.add(str(request.get("tool_use_id")))
        response = {"subtype": "success", "request_id": request_id, "response": _decision(request, answer)}
        self._queued += _line({"type": "control_response", "response": response})

    def cancel(self) -> None:
        """SIGTERM is enough: it ends its tools itself."""

    def conclude(self, end: ProcessEnd) -> Outcome:
        return conclude(self._transcript, self._assignment, self._conversation, end, self._now())


def _decision(request: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    asked: dict[str, Any] = dict(request.get("input") or {})
    if not answer.allow:
        return {"behavior": "deny", "message": answer.text or "refused"}
    if request.get("tool_name") == QUESTION_TOOL:
        asked["answers"] = {
            q["question"]: answer.text for q in asked.get("questions") or () if "question" in q
        }
    return {"behavior": "allow", "updatedInput": asked}


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


class ClaudeRuntime:
    """Starts Claude Code agents. `binary` is the command to run, its fixed arguments included."""

    name = "claude"

    def __init__(self, binary: Sequence[str] = ("claude",), now: Callable[[], datetime] = _utc_now) -> None:
        self._binary = tuple(binary)
        self._now = now

    async def start(self, assignment: Assignment) -> Conducted:
        return await self._run(assignment, None)

    async def resume(self, assignment: Assignment, conversation: Conversation) -> Conducted:
        return await self._run(assignment, conversation)

    async def _run(self, assignment: Assignment, conversation: Conversation | None) -> Conducted:
        return await Conducted.start(
            ClaudeDialogue(assignment, conversation, self._now),
            assignment.clocks,
            enclosed(command(self._binary, assignment, conversation), assignment, KEEPS),
            assignment.cwd,
            identified(environment(assignment, os.environ), assignment),
        )
