"""How agents have ended, by what Claude Code itself writes down; never by words that may be somebody else's."""

from __future__ import annotations

import os

from agent_baton.claude.hooks.notices import read_notice
from agent_baton.claude.hooks.transcript import SYNTHETIC, companion, parsed, text_of
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

LAUNCHED = "async_launched"
INTERRUPTED = "[Request interrupted by user"
NOTICED = "task-notification"
TAIL = 4_000_000  # bytes at the end of a transcript that are looked through


class Ending(Record):
    """`finished`: at an end without a last word, as at its turn limit. Empty: nothing shows that it has ended."""

    how: Literal["report", "error", "interrupted", "finished", ""] = ""
    text: str = ""  # its last message, or the error


def ending(transcript: str) -> Ending:
    """How an agent ended, by its own transcript and the file beside it."""
    last = _last_message(transcript)
    if not last:
        return Ending()
    text = "\n".join(filter(None, (text_of(entry["message"].get("content")) for entry in last)))
    entry, message = last[-1], last[-1]["message"]
    if entry["type"] == "user" and text.startswith(INTERRUPTED):
        return Ending("interrupted")
    if entry.get("isApiErrorMessage") is True:
        return Ending("error", text)
    own = entry["type"] == "assistant" and message.get("model") != SYNTHETIC
    if own and message.get("stop_reason") not in (None, "tool_use"):
        return Ending("report", text)
    return Ending("finished" if companion(transcript).get("finished") is True else "")


def result_of(transcript: str, tool_id: str) -> str | None:
    """What an agent's call came back with, by a session's transcript; then whoever worked on it has stopped.

    None when it has not come back. That an agent was started in the background is no result, nor is anything that
    somebody wrote in a message, a file or a report.
    """
    sought = tool_id.encode()
    found = (_came_back(parsed(line), tool_id) for line in _tail(transcript) if sought in line)
    return next((text for text in found if text is not None), None)


def _last_message(transcript: str) -> list[dict[str, Any]]:
    """The entries of the last message; one of the model's is written as an entry for each of its blocks."""
    last: list[dict[str, Any]] = []
    for line in reversed(_tail(transcript)):
        entry = parsed(line)
        message = entry.get("message")
        if entry.get("type") not in ("user", "assistant") or not isinstance(message, dict):
            continue
        if last and (message.get("id") is None or message.get("id") != last[0]["message"].get("id")):
            break
        last.insert(0, entry)
    return last


def _came_back(entry: dict[str, Any], tool_id: str) -> str | None:
    """What one entry of a session's transcript says of a call; None when it says nothing of it."""
    told, message, origin = (_mapping(entry, name) for name in ("attachment", "message", "origin"))
    if entry.get("type") == "attachment" and told.get("commandMode") == NOTICED:  # in the middle of a turn
        return _noticed(told.get("prompt"), tool_id)
    if entry.get("type") != "user" or _mapping(entry, "toolUseResult").get("status") == LAUNCHED:
        return None
    content = message.get("content")
    if origin.get("kind") == NOTICED:
        return _noticed(content, tool_id)
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    results = (block for block in blocks if block.get("type") == "tool_result")
    return next((text_of(one.get("content")) for one in results if one.get("tool_use_id") == tool_id), None)


def _mapping(entry: dict[str, Any], name: str) -> dict[str, Any]:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _noticed(content: object, tool_id: str) -> str | None:
    notice = read_notice(text_of(content))
    return notice.summary if notice is not None and notice.tool_id == tool_id else None


def _tail(path: str) -> list[bytes]:
    """The last lines of a file, without one that is only half there."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - TAIL))
            lines = file.readlines()
    except OSError:
        return []
    return lines[1:] if size > TAIL else lines
