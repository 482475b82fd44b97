"""A scripted model behind the Messages API on loopback: real agent CLIs run offline on it.

    with ModelServer(rules=[Rule("^run the plan", [{"run": "baton execute next"}, "done"])]) as server:
        subprocess.run(["claude", "-p", "run the plan"], env={**env, **server.environment()})

A rule's turns may also be a mind: a function from the conversation to its next turn, for models that react to what they
read. A prompt can also carry its own turns, which win over all rules: `do it <script>["just say this"]</script>`.
Which turn is due is read from the request alone (how often the model has spoken since the newest prompt), so
retries, resumed sessions and parallel subagents need no state here.

A turn is a text, or an object with one of
    text · thinking                       what the model says
    tool + input                          one tool call, as it is
    run · read {path} · write {path, content} · edit {path, old, new} · spawn {agent, prompt}
                                          a call of whatever tool the client offers for it
    blocks [turn, …]                      several in one answer
    match [{result, then}, …]             the first whose expression is in the newest tool result; {{m1}}: its group
and any of
    usage {…} · stop_reason               as reported to the client
    error {status, type, message, headers, times}   refused so often (default: always), then answered
    hang                                  headers, then nothing until the client or the server goes away
    wait                                  a threading.Event that must be set before the answer begins
    cut                                   the connection is dropped in the middle
Texts may hold {{prompt}}, {{last_result}}, {{cwd}}, {{turn}}, {{group1}} of the rule's expression.
"""

from __future__ import annotations

import json
import re
import shlex
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.conversation import SUMMARY, Conversation

Turn = Any  # a text or a JSON object, as above
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
SHELLS = ("Bash", "bash", "run_shell_command", "exec_command", "shell")
WRITERS = ("Write", "write", "write_file", "create")
READERS = ("Read", "read", "read_file", "view")
EDITORS = ("Edit", "edit", "replace")
SPAWNERS = ("Agent", "Task", "task")


Mind = Callable[[Conversation], Turn]
Send = Callable[[Mapping[str, Any], Mapping[str, Any]], None]  # a message, and the turn it was made from


@dataclass(frozen=True)
class Rule:
    """Turns, or a mind, for prompts in which `prompt` is found. `system` narrows it, as to a subagent."""

    prompt: str
    turns: Sequence[Turn] | Mind
    loop: bool = False  # the last turn repeats
    system: str = ""


@dataclass
class Script:
    """Rules, tried in order; the first that fits says the turn."""

    rules: Sequence[Rule] = ()
    usage: Mapping[str, int] = field(default_factory=lambda: {"input_tokens": 100, "output_tokens": 20})

    def turn(self, talk: Conversation) -> dict[str, Any]:
        names = {
            "prompt": talk.prompt,
            "last_result": talk.last_result,
            "cwd": talk.cwd,
            "turn": str(talk.turn),
        }
        turns, loop, groups = self._pick(talk)
        if callable(turns):
            thought = turns(talk)
            return {"text": thought} if isinstance(thought, str) else dict(thought)
        names.update(groups)
        due = turns[talk.turn] if talk.turn < len(turns) else turns[-1] if loop and turns else "done"
        while isinstance(due, dict) and "match" in due:
            due = self._matched(due["match"], talk.last_result, names)
        expanded = _expand({"text": due} if isinstance(due, str) else due, names)
        assert isinstance(expanded, dict)
        return expanded

    def _pick(self, talk: Conversation) -> tuple[Sequence[Turn] | Mind, bool, dict[str, str]]:
        if SUMMARY in talk.prompt:
            return ["<summary>what was said so far</summary>"], True, {}
        inline = SCRIPT.search(talk.prompt)
        if inline:
            return json.loads(inline[1]), False, {}
        for rule in self.rules:
            found = re.search(rule.prompt, talk.prompt, re.DOTALL)
            if found and re.search(rule.system, talk.system, re.DOTALL):
                return rule.turns, rule.loop, {f"group{i}": g or "" for i, g in enumerate(found.groups(), 1)}
        return ["no rule fits this prompt"], True, {}

    @staticmethod
    def _matched(entries: Sequence[Mapping[str, Any]], result: str, names: dict[str, str]) -> Turn:
        for entry in entries:
            found = re.search(entry["result"], result, re.DOTALL | re.MULTILINE)
            if found:
                names.update({f"m{i}": group or "" for i, group in enumerate(found.groups(), 1)})
                return entry["then"]
        return "no entry fits the newest tool result"


def _expand(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{\{(\w+)\}\}", lambda m: names.get(m[1], m[0]), value)
    if isinstance(value, list):
        return [_expand(item, names) for item in value]
    return {key: _expand(item, names) for key, item in value.items()} if isinstance(value, dict) else value


def _call(
    tools: Mapping[str, Mapping[str, Any]], names: Sequence[str], values: Mapping[str, Any]
) -> dict[str, Any]:
    """A call of the first of these tools that is offered, with those of the values it knows."""
    name = next((n for n in names if n in tools), names[0])
    known = tools.get(name) or values
    return {"tool": name, "input": {key: value for key, value in values.items() if key in known}}


def _concrete(item: Mapping[str, Any], tools: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if "run" in item:
        return _call(tools, SHELLS, {"command": item["run"], "cmd": item["run"], "description": "scripted"})
    for kind, names in (("read", READERS), ("write", WRITERS), ("edit", EDITORS)):
        if kind in item:
            if not set(names) & set(tools) and set(SHELLS) & set(tools):
                return _concrete({"run": _in_shell(kind, item[kind])}, tools)
            return _call(tools, names, _file_values(item[kind]))
    if "spawn" in item:
        wanted = {
            "description": "scripted",
            "prompt": item["spawn"]["prompt"],
            "subagent_type": item["spawn"]["agent"],
        }
        return _call(
            tools, SPAWNERS, wanted | {k: v for k, v in item["spawn"].items() if k == "run_in_background"}
        )
    return item


def _file_values(item: Mapping[str, str]) -> dict[str, str]:
    """A file tool's input, by all the names clients have for it."""
    path, old, new = item["path"], item.get("old", ""), item.get("new", "")
    paths = {"file_path": path, "filePath": path, "path": path}
    content = {"content": item.get("content", ""), "file_text": item.get("content", "")}
    change = {
        "old_string": old,
        "oldString": old,
        "old_str": old,
        "new_string": new,
        "newString": new,
        "new_str": new,
    }
    return {**paths, **content, **change, "instruction": "as asked"}


def _in_shell(kind: str, item: Mapping[str, str]) -> str:
    """The same for a client that has only a shell."""
    path = shlex.quote(item["path"])
    if kind == "read":
        return f"cat {path}"
    if kind == "write":
        return f"printf %s {shlex.quote(item['content'])} > {path}"
    code = "import pathlib, sys; p, old, new = sys.argv[1:]; f = pathlib.Path(p); f.write_text(f.read_text().replace(old, new))"
    return f"python3 -c {shlex.quote(code)} {path} {shlex.quote(item['old'])} {shlex.quote(item['new'])}"


def _blocks(turn: Mapping[str, Any], tools: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in turn.get("blocks") or [turn]:
        concrete = _concrete(item if isinstance(item, dict) else {"text": item}, tools)
        if "thinking" in concrete:
            yield {"type": "thinking", "thinking": concrete["thinking"], "signature": "c2lnbmVk"}
        if "text" in concrete:
            yield {"type": "text", "text": concrete["text"]}
        if "tool" in concrete:
            call = {
                "id": f"toolu_{uuid.uuid4().hex[:24]}",
                "name": concrete["tool"],
                "input": concrete.get("input", {}),
            }
            yield {"type": "tool_use", **call}


def answer(turn: Mapping[str, Any], talk: Conversation, usage: Mapping[str, int]) -> dict[str, Any]:
    """The whole message, as the API returns it when it does not stream."""
    blocks = list(_blocks(turn, talk.tools)) or [{"type": "text", "text": "recovered"}]
    calls = any(block["type"] == "tool_use" for block in blocks)
    return {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": talk.model,
        "content": blocks,
        "stop_reason": turn.get("stop_reason") or ("tool_use" if calls else "end_turn"),
        "stop_sequence": None,
        "usage": {
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            **usage,
            **turn.get("usage", {}),
        },
    }


def streamed(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The same message as the API's events."""
    start = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(message["content"]):
        empty, deltas = _deltas(block)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": message["usage"]}
    yield {"type": "message_stop"}


def _deltas(block: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if block["type"] == "text":
        return {"type": "text", "text": ""}, [{"type": "text_delta", "text": block["text"]}]
    if block["type"] == "thinking":
        parts = [{"type": "thinking_delta", "thinking": block["thinking"]}]
        parts.append({"type": "signature_delta", "signature": block["signature"]})
        return {"type": "thinking", "thinking": "", "signature": ""}, parts
    return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]


@dataclass(frozen=True)
class Request:
    """One request for a turn, and the turn it got."""

    talk: Conversation
    answer: Turn
    session: str  # the client's, so that two at once can be told apart
    size: int  # bytes of the body

    @property
    def prompt(self) -> str:
        return self.talk.prompt

    @property
    def body(self) -> Mapping[str, Any]:
        return self.talk.body


class MessagesHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: object) -> None:
        """Quiet: the requests are kept in `ModelServer.requests`."""

    def do_HEAD(self) -> None:
        self._json(200, {})

    def do_GET(self) -> None:
        known = self.path.startswith("/v1/models")
        self._json(200, {"data": [], "has_more": False}) if known else self._json(404, {"type": "error"})

    def do_POST(self) -> None:
        body = self._body()
        path = self.path.partition("?")[0]
        if path == "/v1/messages/count_tokens":
            self._json(200, {"input_tokens": len(json.dumps(body)) // 4})
        elif path == "/v1/messages":
            self._messages(body)
        else:
            self._json(404, {"type": "error", "error": {"type": "not_found_error", "message": path}})

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")

    def _messages(self, body: Mapping[str, Any]) -> None:
        def send(message: Mapping[str, Any], turn: Mapping[str, Any]) -> None:
            if body.get("stream"):
                self._stream(streamed(message), turn)
            else:
                self._json(200, message)

        self._serve(Conversation(body), send)

    def _serve(self, talk: Conversation, send: Send) -> None:
        """Take the turn that is due in a conversation: refuse it, or hand its message to `send`."""
        owner = self.server.owner
        try:
            turn = owner.script.turn(talk)
        except Exception as error:  # noqa: BLE001 - a mind that is at a loss is a mistake in its test
            owner.faults.append(error)
            self._refuse({"status": 400, "type": "invalid_request_error", "message": repr(error)})
            return
        session = self.headers.get("x-claude-code-session-id", "")
        owner.log(Request(talk, turn, session, int(self.headers.get("content-length") or 0)))
        if "wait" in turn:
            turn["wait"].wait()
        error = turn.get("error")
        if error and owner.refuses((talk.prompt, talk.turn), error.get("times")):
            self._refuse(error)
            return
        send(answer(turn, talk, owner.script.usage), turn)

    def _refuse(self, error: Mapping[str, Any]) -> None:
        kind = {"type": error.get("type", "api_error"), "message": error.get("message", "scripted")}
        self._json(error["status"], {"type": "error", "error": kind}, error.get("headers") or {})

    def _json(self, status: int, value: Any, headers: Mapping[str, object] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {
            "content-type": "application/json",
            "content-length": len(data),
            **(headers or {}),
        }.items():
            self.send_header(name, str(text))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _stream(self, events: Iterable[Mapping[str, Any]], turn: Mapping[str, Any]) -> None:
        """Server-sent events; one without a type has no name of its own."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        if turn.get("hang"):
            self.server.owner.hung.set()
            self.server.owner.closing.wait()
            self.close_connection = True
            return
        try:
            for event in events:
                name = f"event: {event['type']}\n" if "type" in event else ""
                self._chunk(f"{name}data: {json.dumps(event)}\n\n".encode())
                if turn.get("cut") and event.get("type") == "content_block_delta":
                    self.close_connection = True
                    return
            self._chunk(b"")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client was stopped, which is what its test wanted

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: ModelServer


class ModelServer:
    """The server, on a port of its own, until the block ends."""

    handler: type[BaseHTTPRequestHandler] = MessagesHandler

    def __init__(self, rules: Sequence[Rule] = (), usage: Mapping[str, int] | None = None) -> None:
        self.script = Script(rules, usage) if usage else Script(rules)
        self.requests: list[Request] = []
        self.hung = threading.Event()  # set when a client has been left hanging
        self.closing = threading.Event()
        self.faults: list[Exception] = []
        self._refused: dict[tuple[str, int], int] = {}
        self._news = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), self.handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def environment(self) -> dict[str, str]:
        """What points Claude Code at this server and keeps it from calling anything else."""
        return {
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": "scripted",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
        }

    def log(self, request: Request) -> None:
        with self._news:
            self.requests.append(request)
            self._news.notify_all()

    def wait_for(self, wanted: Callable[[Request], bool], timeout_s: float = 60) -> Request:
        """The first request that is wanted, as soon as it has come."""

        def found() -> Request | None:
            return next(filter(wanted, self.requests), None)

        with self._news:
            request = self._news.wait_for(found, timeout_s)
        assert request is not None, f"no such request among {[r.prompt[:80] for r in self.requests]}"
        return request

    def refuses(self, key: tuple[str, int], times: int | None) -> bool:
        done = self._refused[key] = self._refused.get(key, 0) + 1
        return times is None or done <= times

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_exc: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self.faults and kind is None:
            raise self.faults[0]
