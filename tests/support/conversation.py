"""What one request to the Messages API tells: the prompt, the newest results, whose conversation it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NOTICE = re.compile(r"<task-notification>.*?</task-notification>", re.DOTALL)
REMINDER = re.compile(r"<system-reminder>.*?</system-reminder>", re.DOTALL)
# what the client itself was told to do, such as /compact, and what it answered
LOCAL = re.compile(
    r"<local-command-(caveat|stdout)>.*?</local-command-\1>"
    r"|<command-name>/compact</command-name>.*?<command-args>.*?</command-args>",
    re.DOTALL,
)
INTERRUPTED = "[Request interrupted by user"
SUBAGENT = "cc_is_subagent=true"  # stands in the system prompt of every subagent
SUMMARY = "CRITICAL: Respond with TEXT ONLY"  # how the client asks for a summary when its context is full


def text_of(content: Any) -> str:
    """All text of a message's content, which is a string or a list of blocks."""
    if isinstance(content, str):
        return content
    return "\n".join(b if isinstance(b, str) else b.get("text", "") for b in content or [] if _is_text(b))


def _is_text(block: Any) -> bool:
    return isinstance(block, str) or block.get("type") == "text"


def _results(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    return [b for b in blocks if isinstance(b, dict) and b.get("type") == "tool_result"]


def _words(message: Mapping[str, Any]) -> str:
    """A user message's own words. A notice of a finished background task starts a turn too."""
    text = text_of(message.get("content"))
    if INTERRUPTED in text:
        text = text.rpartition(INTERRUPTED)[2].partition("]")[2]
    notice = NOTICE.search(text)
    return notice[0] if notice else LOCAL.sub("", REMINDER.sub("", text)).strip()


def _is_prompt(message: Mapping[str, Any]) -> bool:
    if message.get("role") != "user":
        return False
    text = text_of(message.get("content"))
    return INTERRUPTED in text or SUMMARY in text if _results(message) else bool(_words(message))


class Conversation:
    """What one request to the API tells."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.messages: list[Mapping[str, Any]] = body.get("messages") or []
        self.model: str = body.get("model", "")
        self.system = text_of(body.get("system"))
        self.tools: dict[str, Mapping[str, Any]] = {
            t.get("name", ""): (t.get("input_schema") or {}).get("properties") or {}
            for t in body.get("tools") or []
        }
        last = max((i for i, m in enumerate(self.messages) if _is_prompt(m)), default=0)
        first = last  # what a user says in several messages without an answer between is one prompt
        while (
            first > 0
            and self.messages[first - 1].get("role") != "assistant"
            and not _results(self.messages[first - 1])
        ):
            first -= 1
        said = (m for m in self.messages[first : last + 1] if m.get("role") == "user")
        self.prompt = "\n".join(map(_words, said)).strip()
        self.turn = sum(m.get("role") == "assistant" for m in self.messages[last:])
        newest: list[Mapping[str, Any]] = next((r for r in map(_results, reversed(self.messages)) if r), [])
        self.last_result = "\n".join(text_of(result.get("content")) for result in newest)
        self.is_subagent = SUBAGENT in self.system or (
            bool(self.tools) and not {"Agent", "Task"} & set(self.tools)
        )
        told = "\n".join([self.system, *(text_of(m.get("content")) for m in self.messages)])
        found = re.search(r"(?:[Ww]orking [Dd]irectory|cwd)(?:: *|> *)([^\n<]*[^\s<])", told)
        self.cwd = found[1] if found else ""

    def heard(self) -> str:
        """All that was said to the model since it last spoke: results, prompts, what hooks and the client put in."""
        spoken = max((i for i, m in enumerate(self.messages) if m.get("role") == "assistant"), default=-1)
        return "\n".join(map(said, self.messages[spoken + 1 :]))


def said(message: Mapping[str, Any]) -> str:
    """Everything a message says, the content of tool results too."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = (
        text_of(b.get("content")) if b.get("type") == "tool_result" else b.get("text", "")
        for b in content or []
    )
    return "\n".join(part for part in parts if part)
