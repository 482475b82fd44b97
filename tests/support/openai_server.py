"""The scripted model of model_server.py, behind the wire forms of other vendors too.

    POST /v1/responses                                OpenAI Responses (codex)
    POST /v1/chat/completions                         OpenAI Chat Completions (opencode)
    POST /v1beta/models/M:streamGenerateContent       Gemini (and :generateContent, :countTokens)
    POST /v1/messages                                 Messages (copilot, Claude Code)

Each request is rewritten into the Messages form first, so that rules, minds and turns are the same for every client;
the answer is rewritten back. A turn's `error` may have a `body`, sent as it is.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tests.support.conversation import Conversation
from tests.support.model_server import MessagesHandler, ModelServer

Body = Mapping[str, Any]
Block = dict[str, Any]
GEMINI = re.compile(r"/models/([^/:]+):(\w+)$")


# --- requests, as the Messages API would have them


def _text(value: str) -> Block:
    return {"type": "text", "text": value}


def _call(call_id: str, name: str, given: Any) -> Block:
    return {"type": "tool_use", "id": call_id, "name": name, "input": given}


def _result(call_id: str, content: str) -> Block:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content}


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


def _arguments(raw: str) -> Any:
    try:
        return json.loads(raw or "{}")
    except ValueError:
        return {"input": raw}


def _messages(said: Iterable[tuple[str, Block]]) -> list[dict[str, Any]]:
    """Blocks with their roles as messages: neighbours of one role are one, except a prompt behind tool results."""
    messages: list[dict[str, Any]] = []
    for role, block in said:
        last = messages[-1] if messages else {}
        same_kind = last and (last["content"][-1]["type"] == "tool_result") == (
            block["type"] == "tool_result"
        )
        if last and last["role"] == role and (role == "assistant" or same_kind):
            last["content"].append(block)
        else:
            messages.append({"role": role, "content": [block]})
    return messages


def _body(model: str, system: str, said: Iterable[tuple[str, Block]], tools: Mapping[str, Any]) -> Body:
    offered = [{"name": name, "input_schema": schema or {}} for name, schema in tools.items()]
    return {"model": model, "system": system, "messages": _messages(said), "tools": offered}


def of_responses(body: Body) -> Body:
    given = body.get("input") or []
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    system = [body.get("instructions") or ""]
    system += [_flat(item.get("content")) for item in items if item.get("role") in ("system", "developer")]
    tools = {t.get("name") or t.get("type"): t.get("parameters") for t in body.get("tools") or []}
    return _body(body.get("model", ""), "\n".join(system), _responses_said(items), tools)


def _responses_said(items: Iterable[Body]) -> Iterator[tuple[str, Block]]:
    for item in items:
        kind = item.get("type", "message")
        if kind == "message" and item["role"] in ("user", "assistant"):
            yield item["role"], _text(_flat(item["content"]))
        elif kind.endswith("_call"):
            raw = item.get("arguments", item.get("input", ""))
            yield "assistant", _call(item.get("call_id", ""), item.get("name", kind), _arguments(raw))
        elif kind.endswith("_call_output"):
            output = item.get("output")
            content = _flat(output) if isinstance(output, (str, list)) else json.dumps(output)
            yield "user", _result(item.get("call_id", ""), content)


def of_chat(body: Body) -> Body:
    items = body.get("messages") or []
    system = "\n".join(_flat(i.get("content")) for i in items if i["role"] in ("system", "developer"))
    functions = [t["function"] for t in body.get("tools") or [] if t.get("type") == "function"]
    tools = {function["name"]: function.get("parameters") for function in functions}
    return _body(body.get("model", ""), system, _chat_said(items), tools)


def _chat_said(items: Iterable[Body]) -> Iterator[tuple[str, Block]]:
    for item in items:
        if item["role"] == "tool":
            yield "user", _result(item.get("tool_call_id", ""), _flat(item.get("content")))
        elif item["role"] in ("user", "assistant"):
            yield item["role"], _text(_flat(item.get("content")))
            for call in item.get("tool_calls") or []:
                function = call["function"]
                yield "assistant", _call(call["id"], function["name"], _arguments(function["arguments"]))


def of_gemini(body: Body, model: str) -> Body:
    system = _flat((body.get("systemInstruction") or {}).get("parts"))
    functions = [f for t in body.get("tools") or [] for f in t.get("functionDeclarations") or []]
    tools = {f["name"]: f.get("parametersJsonSchema") or f.get("parameters") for f in functions}
    return _body(model, system, _gemini_said(body.get("contents") or []), tools)


def _gemini_said(contents: Iterable[Body]) -> Iterator[tuple[str, Block]]:
    for item in contents:
        role = "assistant" if item.get("role") == "model" else "user"
        for part in item.get("parts") or []:
            if "functionResponse" in part:
                answer = part["functionResponse"]
                output = (answer.get("response") or {}).get("output", answer.get("response"))
                yield (
                    role,
                    _result(answer.get("id", ""), output if isinstance(output, str) else json.dumps(output)),
                )
            elif "functionCall" in part:
                called = part["functionCall"]
                yield role, _call(called.get("id", ""), called["name"], called.get("args") or {})
            elif "text" in part:
                yield role, _text(part["text"])


# --- answers, as each vendor has them


def _tokens(message: Body) -> tuple[int, int]:
    return message["usage"]["input_tokens"], message["usage"]["output_tokens"]


def responses(message: Body, custom: Iterable[str]) -> Iterator[Body]:
    """The events of OpenAI Responses. `custom` tools take plain text."""
    output = [_responses_item(block, set(custom)) for block in message["content"]]
    read, written = _tokens(message)
    usage = {
        "input_tokens": read, "output_tokens": written, "total_tokens": read + written,
        "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    whole = {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "model": message["model"],
        "status": "completed",
    }
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}}
    ]
    for index, item in enumerate(output):
        begun = {**item, "status": "in_progress"}
        events.append({"type": "response.output_item.added", "output_index": index, "item": begun})
        if item["type"] == "message":
            delta = {"item_id": item["id"], "content_index": 0, "delta": item["content"][0]["text"]}
            events.append({"type": "response.output_text.delta", "output_index": index, **delta})
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": "response.completed", "response": {**whole, "output": output, "usage": usage}})
    for number, event in enumerate(events):
        yield {**event, "sequence_number": number}


def _responses_item(block: Block, custom: set[str]) -> dict[str, Any]:
    own = {"id": f"item_{uuid.uuid4().hex}", "status": "completed"}
    if block["type"] == "text":
        content = [{"type": "output_text", "text": block["text"], "annotations": []}]
        return {**own, "type": "message", "role": "assistant", "content": content}
    call = {**own, "call_id": block["id"], "name": block["name"]}
    if block["name"] in custom:
        return {**call, "type": "custom_tool_call", "input": block["input"]["input"]}
    return {**call, "type": "function_call", "arguments": json.dumps(block["input"])}


def chat(message: Body) -> Iterator[Body]:
    """The chunks of OpenAI Chat Completions."""
    head = {"id": message["id"], "object": "chat.completion.chunk", "created": 0, "model": message["model"]}
    calls = [b for b in message["content"] if b["type"] == "tool_use"]
    words = "".join(b["text"] for b in message["content"] if b["type"] == "text")
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": words}]
    for index, call in enumerate(calls):
        function = {"name": call["name"], "arguments": json.dumps(call["input"])}
        deltas.append(
            {"tool_calls": [{"index": index, "id": call["id"], "type": "function", "function": function}]}
        )
    for delta in deltas:
        yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls" if calls else "stop"}]}
    read, written = _tokens(message)
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    yield {**head, "choices": [], "usage": usage}


def gemini(message: Body) -> Body:
    """The one chunk of a Gemini answer."""
    parts: list[dict[str, Any]] = []
    for block in message["content"]:
        if block["type"] == "text":
            parts.append({"text": block["text"]})
        else:
            call = {"id": block["id"], "name": block["name"], "args": block["input"]}
            parts.append({"functionCall": call})
    read, written = _tokens(message)
    counts = {"promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written}
    candidate = {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": parts}}
    return {"candidates": [candidate], "usageMetadata": counts, "modelVersion": message["model"]}


class _Handler(MessagesHandler):
    def do_POST(self) -> None:
        path = self.path.partition("?")[0]
        found = GEMINI.search(path)
        if path.endswith("/responses"):
            body = self._body()
            custom = [t["name"] for t in body.get("tools") or [] if t.get("type") == "custom"]
            self._streaming(of_responses(body), lambda message: responses(message, custom))
        elif path.endswith("/chat/completions"):
            self._streaming(of_chat(self._body()), chat)
        elif found and found[2] == "countTokens":
            self._json(200, {"totalTokens": len(json.dumps(self._body())) // 4})
        elif found:
            talk = Conversation(of_gemini(self._body(), found[1]))
            if found[2].startswith("stream"):
                self._serve(talk, lambda message, turn: self._stream([gemini(message)], turn))
            else:
                self._serve(talk, lambda message, _turn: self._json(200, gemini(message)))
        else:
            super().do_POST()

    def _streaming(self, body: Body, events: Callable[[Body], Iterable[Body]]) -> None:
        self._serve(Conversation(body), lambda message, turn: self._stream(events(message), turn))

    def _refuse(self, error: Body) -> None:
        headers = error.get("headers") or {}
        if "body" in error:
            self._json(error["status"], error["body"], headers)
        elif self.path.partition("?")[0] == "/v1/messages":
            super()._refuse(error)
        else:
            kind, message = error.get("type", "api_error"), error.get("message", "scripted")
            known = {
                "type": kind,
                "code": error["status"] if GEMINI.search(self.path.partition("?")[0]) else kind,
            }
            self._json(error["status"], {"error": {**known, "message": message, "status": kind}}, headers)


class AnyModelServer(ModelServer):
    """A ModelServer that also answers clients of other vendors."""

    handler = _Handler
