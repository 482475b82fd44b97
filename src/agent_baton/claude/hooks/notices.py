"""What Claude Code tells a session about agents in the background: a prompt of its own when one has ended."""

from __future__ import annotations

from agent_baton.claude.hooks.call import NOTICE
from agent_baton.records import Record

END = "</task-notification>"
SCANNED = 500_000  # characters of a prompt that are looked at
DONE = "completed"
BY_PERSON = ("killed", "stopped", "cancelled")


class Notice(Record):
    """One agent that has ended."""

    tool_id: str
    status: str
    summary: str
    result: str
    agent_id: str


def notices(prompt: str) -> list[Notice]:
    """All that a prompt tells, in order. What is not said is empty."""
    blocks = (block.partition(END)[0] for block in prompt[:SCANNED].split(NOTICE)[1:])
    return [
        Notice(
            _tag(b, "tool-use-id"),
            _tag(b, "status"),
            _tag(b, "summary"),
            _tag(b, "result"),
            _tag(b, "task-id"),
        )
        for b in blocks
    ]


def _tag(block: str, name: str) -> str:
    return block.partition(f"<{name}>")[2].rpartition(f"</{name}>")[0].strip()
