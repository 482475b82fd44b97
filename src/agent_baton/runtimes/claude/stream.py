"""Read Claude Code's stream-json: a fold over its messages into events, and into what an outcome is made of. Pure.

Message types and subtypes that are not known are passed over: every release brings some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent_baton.runtimes.protocol import (
    Event,
    PermissionAsked,
    QuestionAsked,
    Said,
    Spent,
    Started,
    ToolFinished,
    ToolStarted,
    Usage,
    Waiting,
    WaitingFor,
)  # fmt: skip
from agent_baton.runtimes.wording import summary

Message = Mapping[str, Any]
SYNTHETIC = "<synthetic>"  # the model of messages the client made itself, out of an API error
QUESTION_TOOL = "AskUserQuestion"
CHARS_PER_TOKEN = (
    4  # while a run goes on, output is counted by its length: the stream's own counts are partial
)


@dataclass
class Transcript:
    """What has been understood of a stream so far."""

    session_id: str
    model: str = ""
    version: str = ""
    results: list[Message] = field(default_factory=list)
    in_turn: bool = True  # the model's answer to something is still to come
    background: int = 0  # tasks of its own that it will be told about
    tools: dict[str, str] = field(default_factory=dict)  # running: id → name
    asked: dict[str, Message] = field(default_factory=dict)  # open requests to us: id → request
    decided: set[str] = field(default_factory=set)  # tool uses a person has decided on
    messages: dict[str, Usage] = field(default_factory=dict)  # id → usage: each message counts once
    seen: Usage = field(default_factory=Usage)  # their sum: a lower bound of what the run has used
    said: str = ""
    api_error: Message | None = None
    limit: Message | None = None  # a usage limit that was hit

    @property
    def waiting_for(self) -> WaitingFor:
        return "person" if self.asked else "tool" if self.tools else "model"

    @property
    def finished(self) -> bool:
        """There is a result, and neither a turn nor a background task that will lead to another one."""
        return bool(self.results) and not self.in_turn and self.background == 0

    def count(self, message_id: str, usage: Usage) -> None:
        """Take a message's usage instead of what was known of the same message."""
        known = self.messages.get(message_id, Usage())
        self.messages[message_id] = usage
        self.seen = Usage(
            self.seen.input_tokens + usage.input_tokens - known.input_tokens,
            self.seen.cache_read_tokens + usage.cache_read_tokens - known.cache_read_tokens,
            self.seen.cache_write_tokens + usage.cache_write_tokens - known.cache_write_tokens,
            self.seen.output_tokens + usage.output_tokens - known.output_tokens,
        )


def apply(transcript: Transcript, message: Message) -> Iterator[Event]:
    """Take in one message of the stream."""
    take = _TAKE.get(str(message.get("type")))
    return take(transcript, message) if take else iter(())


def _system(transcript: Transcript, message: Message) -> Iterator[Event]:
    subtype = message.get("subtype")
    if subtype == "init":
        transcript.in_turn = True
        transcript.session_id = str(message.get("session_id") or transcript.session_id)
        transcript.model = str(message.get("model") or "")
        transcript.version = str(message.get("claude_code_version") or "")
        yield Started(transcript.session_id, transcript.model)
    elif subtype == "background_tasks_changed":
        transcript.background = len(message.get("tasks") or ())
    elif subtype == "api_retry":
        status = message.get("error_status") or ""
        yield Waiting(
            f"{message.get('error', 'error')} {status}".strip(), _number(message, "retry_delay_ms") / 1000
        )


def _assistant(transcript: Transcript, message: Message) -> Iterator[Event]:
    body = _mapping(message.get("message"))
    child = bool(message.get("parent_tool_use_id"))
    transcript.in_turn = transcript.in_turn or not child
    if body.get("model") == SYNTHETIC:
        transcript.api_error = message
    for block in _blocks(body):
        if block.get("type") == "text" and not child:
            transcript.said = str(block.get("text") or "")
            yield Said(transcript.said)
        elif block.get("type") == "tool_use":
            tool_id, name = str(block.get("id")), str(block.get("name"))
            transcript.tools[tool_id] = name
            yield ToolStarted(tool_id, name, summary(block.get("input")), child)
    yield from _count(transcript, body)


def _count(transcript: Transcript, body: Mapping[str, Any]) -> Iterator[Event]:
    """One answer of the model comes as several messages with one id, and its usage in each of them."""
    model, key, usage = str(body.get("model")), str(body.get("id")), body.get("usage")
    if model == SYNTHETIC or not isinstance(usage, Mapping):
        return
    length = sum(len(str(block.get("text") or block.get("input") or "")) for block in _blocks(body))
    known = transcript.messages.get(key, Usage())
    output = max(known.output_tokens + length // CHARS_PER_TOKEN, int(_number(usage, "output_tokens")))
    transcript.count(key, _usage(usage, output))
    yield Spent(transcript.seen, model)


def _usage(usage: Mapping[str, Any], output: int) -> Usage:
    return Usage(
        int(_number(usage, "input_tokens")),
        int(_number(usage, "cache_read_input_tokens")),
        int(_number(usage, "cache_creation_input_tokens")),
        output,
    )


def _user(transcript: Transcript, message: Message) -> Iterator[Event]:
    for block in _blocks(_mapping(message.get("message"))):
        if block.get("type") == "tool_result":
            tool_id = str(block.get("tool_use_id"))
            if transcript.tools.pop(tool_id, None) is not None:
                yield ToolFinished(tool_id, not block.get("is_error"))


def _result(transcript: Transcript, message: Message) -> Iterator[Event]:
    transcript.results.append(message)
    transcript.in_turn = False
    transcript.tools.clear()
    yield from ()


def _rate_limit(transcript: Transcript, message: Message) -> Iterator[Event]:
    info = _mapping(message.get("rate_limit_info"))
    rejected = info.get("status") == "rejected" and not info.get("isUsingOverage")
    transcript.limit = info if rejected else None
    yield from ()


def _asked(transcript: Transcript, message: Message) -> Iterator[Event]:
    request, request_id = _mapping(message.get("request")), str(message.get("request_id"))
    if request.get("subtype") != "can_use_tool":
        return  # the dialogue refuses what it does not know
    transcript.asked[request_id] = request
    tool, tool_input = str(request.get("tool_name")), _mapping(request.get("input"))
    if tool == QUESTION_TOOL:
        questions = [_mapping(question) for question in tool_input.get("questions") or ()]
        text = "\n".join(str(question.get("question")) for question in questions)
        options = [_mapping(o) for question in questions for o in question.get("options") or ()]
        yield QuestionAsked(request_id, text, tuple(str(option.get("label")) for option in options))
    else:
        yield PermissionAsked(request_id, tool, summary(tool_input), tool_input)


def _withdrawn(transcript: Transcript, message: Message) -> Iterator[Event]:
    transcript.asked.pop(str(message.get("request_id")), None)
    yield from ()


_TAKE: dict[str, Callable[[Transcript, Message], Iterator[Event]]] = {
    "system": _system,
    "assistant": _assistant,
    "user": _user,
    "result": _result,
    "rate_limit_event": _rate_limit,
    "control_request": _asked,
    "control_cancel_request": _withdrawn,
}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _blocks(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = body.get("content")
    return [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []


def _number(values: Mapping[str, Any], key: str) -> float:
    value = values.get(key)
    return value if isinstance(value, (int, float)) else 0
