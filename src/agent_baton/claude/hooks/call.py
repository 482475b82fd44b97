"""One hook call: what Claude Code wrote on stdin, read without trusting any of it."""

from __future__ import annotations

import os

from agent_baton.fastjson import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EDITING_TOOLS = ("Edit", "Write", "MultiEdit", "NotebookEdit")
AGENT_TOOLS = ("Agent", "Task")
NOTICE = "<task-notification>"  # begins what Claude Code tells a session of an agent in the background


class HookCall:
    """The fields of a call by name; one that is missing, or of another type than expected, is empty."""

    def __init__(self, raw: bytes, event: str) -> None:
        self.fields = _read(raw)
        self.event = event

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.fields.get(name)
        return value if isinstance(value, dict) else {}

    def flag(self, name: str) -> bool:
        return self.fields.get(name) is True

    @property
    def session(self) -> str:
        return self.text("session_id")

    @property
    def agent_id(self) -> str:
        """Of the subagent the call comes from; empty in the main conversation."""
        found = self.text("agent_id")
        return found if found.isalnum() else ""

    @property
    def tool(self) -> str:
        return self.text("tool_name")

    @property
    def tool_input(self) -> dict[str, Any]:
        return self.mapping("tool_input")

    def given(self, name: str) -> str:
        """A text field of the tool's input."""
        value = self.tool_input.get(name)
        return value if isinstance(value, str) else ""

    @property
    def agent_transcript(self) -> str:
        """Where the transcript of the subagent is: said, or where Claude Code keeps it. Empty outside a subagent."""
        told = self.text("agent_transcript_path")
        main = self.text("transcript_path")
        if told or not (self.agent_id and main):
            return told
        return os.path.join(main.removesuffix(".jsonl"), "subagents", f"agent-{self.agent_id}.jsonl")


def _read(raw: bytes) -> dict[str, Any]:
    """Raises ValueError when it is not one JSON object."""
    try:
        value = loads(raw.decode("utf-8", "replace").strip())
    except (StopIteration, RecursionError) as error:
        raise ValueError("the call on stdin is not JSON") from error
    if not isinstance(value, dict):
        raise ValueError("the call on stdin is not a JSON object")
    return value
