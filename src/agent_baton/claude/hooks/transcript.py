"""Transcripts of Claude Code: what was asked, what it cost, what was edited.

One JSON object a line. One answer of the model is written as several lines with the same message id and the same
usage, and again when a session is forked: each id counts once.
"""

from __future__ import annotations

import os

from agent_baton.claude.hooks.call import EDITING_TOOLS
from agent_baton.fastjson import loads
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

KINDS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write": "cache_creation_input_tokens",
}
EDITS_LIMIT = 200  # files named; an agent that writes more is told apart by git
SYNTHETIC = "<synthetic>"  # the model of messages Claude Code makes up itself, such as errors


class Spent(Record):
    """Tokens by model and kind, and what else a transcript tells."""

    usage: tuple[
        dict[str, Any], ...
    ] = ()  # {"model", "input", "output", "cache_read", "cache_write", "cache_write_1h"}
    tokens: int = 0
    edits: tuple[str, ...] = ()
    tool_uses: int = 0
    drove: bool = False  # a shell command was one of `baton execute`
    first_at: str = ""  # ISO 8601, UTC
    last_at: str = ""
    open_end: bool = False  # the last message calls a tool: what comes after it is not written yet
    read_to: int = 0  # bytes read, to the end of the last whole line
    last_message: str = ""


def count(path: str, start: int = 0, known: str = "", since: str = "") -> Spent:
    """What a transcript holds from byte `start` on, the message `known` and all before `since` left out.

    A transcript that is not there, or was cut short since, holds nothing. A line that is not JSON is left out.
    """
    messages: dict[str, tuple[str, dict[str, Any]]] = {}
    edits: dict[str, None] = {}
    tools: set[str] = set()
    times: list[str] = []
    read_to = start
    reason, drove = "", False
    for line, end in _lines(path, start):
        read_to = end
        entry = _entry(line)
        if not entry:
            continue
        at = str(entry.get("timestamp") or "")
        if at[:19] < since[:19]:
            continue
        times.append(at)
        message = entry["message"]
        reason = str(message.get("stop_reason"))
        if message.get("id") != known or not known:
            messages[str(message.get("id"))] = (str(message.get("model")), _usage(message))
        for block in _blocks(message):
            tools.add(str(block.get("id")))
            drove |= _drives(block)
            if block.get("name") in EDITING_TOOLS:
                edits.update(dict.fromkeys(_edited(block)))
    usage = _by_model(messages.values())
    return Spent(
        usage=usage,
        tokens=total(usage),
        edits=tuple(edits)[:EDITS_LIMIT],
        tool_uses=len(tools),
        drove=drove,
        first_at=times[0] if times else "",
        last_at=times[-1] if times else "",
        open_end=reason == "tool_use",
        read_to=read_to,
        last_message=list(messages)[-1] if messages else known,
    )


def first_prompt(path: str) -> str:
    """What a subagent was asked: the first message of its transcript. Empty when it cannot be read."""
    try:
        with open(path, "rb") as file:
            line = file.readline(4_000_000)
    except OSError:
        return ""
    content = parsed(line).get("message", {})
    return text_of(content.get("content") if isinstance(content, dict) else "")


def started_by(transcript: str) -> str:
    """The id of the tool call that started a subagent, from the file beside its transcript; empty if it does not say."""
    found = companion(transcript).get("toolUseId")
    return found if isinstance(found, str) else ""


def companion(transcript: str) -> dict[str, Any]:
    """What stands in the file that Claude Code keeps beside a subagent's transcript; nothing when there is none."""
    try:
        with open(transcript.removesuffix(".jsonl") + ".meta.json", "rb") as file:
            return parsed(file.read(100_000))
    except OSError:
        return {}


def last_usage(answer: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Tokens of an agent's last message, out of what the tool that started it answers."""
    usage = answer.get("usage")
    model = answer.get("resolvedModel")
    return _by_model([(model, usage)]) if isinstance(usage, dict) and isinstance(model, str) else ()


def total(usage: Iterable[dict[str, Any]]) -> int:
    """All tokens of all kinds."""
    return sum(sum(row[kind] for kind in KINDS) for row in usage)


def text_of(content: object) -> str:
    """The text of a message's content: a string, or blocks of it."""
    if isinstance(content, list):
        return "\n".join(str(block.get("text", "")) for block in content if isinstance(block, dict))
    return content if isinstance(content, str) else ""


def _lines(path: str, start: int) -> Iterator[tuple[bytes, int]]:
    """Lines of the model's own messages, each with the byte its end is at; a line still being written is left."""
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size < start:
                return
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                start += len(line)
                if b'"assistant"' in line:
                    yield line, start
    except OSError:
        return


def _entry(line: bytes) -> dict[str, Any]:
    entry = parsed(line)
    message = entry.get("message")
    own = entry.get("type") == "assistant" and isinstance(message, dict) and message.get("model") != SYNTHETIC
    return entry if own else {}


def parsed(line: bytes) -> dict[str, Any]:
    """An object in JSON; an empty one when it is anything else."""
    try:
        value = loads(line.decode("utf-8", "replace").strip())
    except (ValueError, StopIteration, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _usage(message: dict[str, Any]) -> dict[str, Any]:
    usage = message.get("usage")
    return usage if isinstance(usage, dict) else {}


def _by_model(messages: Iterable[tuple[str, dict[str, Any]]]) -> tuple[dict[str, Any], ...]:
    rows: dict[str, dict[str, Any]] = {}
    for model, usage in messages:
        if not usage:
            continue
        row = rows.setdefault(model, {"model": model, **dict.fromkeys(KINDS, 0), "cache_write_1h": 0})
        for kind, name in KINDS.items():
            row[kind] += _number(usage.get(name))
        lasting = usage.get("cache_creation")
        if isinstance(lasting, dict):
            row["cache_write_1h"] += _number(lasting.get("ephemeral_1h_input_tokens"))
    return tuple(rows.values())


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _blocks(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    content = message.get("content")
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict) and block.get("type") == "tool_use":
            yield block


def _drives(block: dict[str, Any]) -> bool:
    given = block.get("input")
    return isinstance(given, dict) and "baton execute " in str(given.get("command", ""))


def _edited(block: dict[str, Any]) -> list[str]:
    given = block.get("input")
    names = [given.get("file_path"), given.get("notebook_path")] if isinstance(given, dict) else []
    return [name for name in names if isinstance(name, str) and name]
