"""A scripted agent that speaks the Agent Client Protocol: JSON-RPC lines over stdin and stdout."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import traceback
import uuid
from collections.abc import Mapping
from typing import Any

from agent_baton.runtimes.scripted.player import play
from agent_baton.runtimes.scripted.script import ApiError, Limit, Question, Request, Result, Script, Tokens
from agent_baton.runtimes.scripted.wire import Hands, SessionFile, situation, stdin_lines, write

KINDS = {"Write": "edit", "Edit": "edit", "Delete": "delete", "Bash": "execute"}
REJECT = {"optionId": "no", "name": "Reject", "kind": "reject_once"}


class AcpStage(Hands):
    """One prompt's turn (see player.Stage)."""

    def __init__(self, agent: AcpAgent, session: SessionFile, cwd: str, message_id: object) -> None:
        super().__init__(cwd)
        self._agent = agent
        self._session = session
        self._session_id = session.session_id
        self._before_usd = session.spent_usd()
        self._message_id = message_id
        self._ids = itertools.count(1)
        self._answered = False
        self._said = ""

    def answer(self, **how: object) -> None:
        """End the turn. What happens after that is nobody's business any more."""
        if self._answered:
            return
        self._answered = True
        self._session.save(self._before_usd + self.totals.usd)
        write({"jsonrpc": "2.0", "id": self._message_id, **how})

    def stop(self, reason: str) -> None:
        usage = {
            "inputTokens": self.totals.input_tokens,
            "outputTokens": self.totals.output_tokens,
            "cachedReadTokens": self.totals.cache_read_tokens,
            "cachedWriteTokens": self.totals.cache_write_tokens,
        }
        self.answer(result={"stopReason": reason, "usage": usage})

    def _update(self, update_kind: str, **fields: object) -> None:
        update = {"sessionUpdate": update_kind, **fields}
        self._agent.notify("session/update", {"sessionId": self._session_id, "update": update})

    async def say(self, text: str) -> None:
        self._said = text
        self._update("agent_message_chunk", content={"type": "text", "text": text})

    async def tool(self, name: str, tool_input: Mapping[str, Any]) -> str:
        tool_id = f"call-{next(self._ids)}"
        about = {"title": name, "kind": KINDS.get(name, "other"), "rawInput": dict(tool_input)}
        self._update("tool_call", toolCallId=tool_id, status="in_progress", **about)
        return tool_id

    async def tool_done(self, tool_id: str, ok: bool, output: str) -> None:
        self._update(
            "tool_call_update", toolCallId=tool_id, status="completed" if ok else "failed", rawOutput=output
        )

    async def ask(self, question: Question) -> str:
        names = question.options or ["yes", "no"]
        options = [{"optionId": f"o{i}", "name": name, "kind": "allow_once"} for i, name in enumerate(names)]
        chosen = await self._choose({"title": question.question, "kind": "other"}, options)
        return next((str(o["name"]) for o in options if o["optionId"] == chosen), "nobody is there to answer")

    async def permission(self, request: Request) -> bool:
        call = {"title": request.tool, "kind": KINDS.get(request.tool, "other"), "rawInput": request.input}
        return await self._choose(call, [{"optionId": "yes", "name": "Allow", "kind": "allow_once"}]) == "yes"

    async def _choose(self, call: Mapping[str, Any], options: list[dict[str, str]]) -> str:
        params = {
            "sessionId": self._session_id,
            "toolCall": {"toolCallId": f"call-{next(self._ids)}", **call},
            "options": [*options, REJECT],
        }
        outcome = (await self._agent.request("session/request_permission", params)).get("outcome") or {}
        return str(outcome.get("optionId", ""))

    async def spend(self, tokens: Tokens) -> None:
        self.count(tokens)
        cost = {"amount": self._before_usd + self.totals.usd, "currency": "USD"}
        for _ in range(tokens.times):
            self._update("usage_update", used=1, size=200_000, cost=cost)

    async def wait(self, reason: str) -> None:
        """There is no word for it here."""

    async def fail(self, error: ApiError | Limit) -> None:
        if isinstance(error, Limit):
            reset = f" (resets_at={error.resets_at})" if error.resets_at else ""
            self.answer(error={"code": -32603, "message": f"{error.text}{reset}"})
        else:
            self.answer(error={"code": -32603, "message": error.text, "data": {"status": error.status}})

    async def result(self, result: Result) -> None:
        if result.structured is not None:
            await self.say(f"\n```json\n{json.dumps(result.structured)}\n```\n")
        elif result.text and result.text != self._said:
            await self.say(result.text)
        self.stop("end_turn" if result.ok else "refusal")


class AcpAgent:
    """The server: sessions, prompts, and what it asks its client."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._cwd: dict[str, str] = {}
        self._resumed: set[str] = set()
        self.prompts: dict[str, asyncio.Task[None]] = {}

    def notify(self, method: str, params: Mapping[str, Any]) -> None:
        write({"jsonrpc": "2.0", "method": method, "params": params})

    async def request(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        number = next(self._ids)
        waiting: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        write({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return await waiting

    def take(self, message: Mapping[str, Any]) -> None:
        if "method" not in message:
            waiting = self._waiting.pop(message.get("id", 0), None)
            if waiting:
                waiting.set_result(message.get("result") or {})
            return
        method, params = str(message["method"]), message.get("params") or {}
        if method == "session/prompt":
            session_id = params["sessionId"]
            prompt = asyncio.create_task(self._prompt(message["id"], session_id, params))
            prompt.add_done_callback(_no_silent_fault)
            self.prompts[session_id] = prompt
        elif method == "session/cancel":
            self.prompts[params["sessionId"]].cancel()
        elif "id" in message:
            write({"jsonrpc": "2.0", "id": message["id"], **self._called(method, params)})

    def _called(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if method == "initialize":
            return {
                "result": {
                    "protocolVersion": 1,
                    "agentCapabilities": {"loadSession": True},
                    "authMethods": [],
                }
            }
        if method == "session/new":
            session = SessionFile(str(uuid.uuid4()))
            session.save(0.0)
            return self._opened(session, str(params["cwd"]))
        if method == "session/load":
            self._resumed.add(str(params["sessionId"]))
            return self._opened(SessionFile(str(params["sessionId"])), str(params["cwd"]))
        return {"error": {"code": -32601, "message": f"{method} is not offered"}}

    def _opened(self, session: SessionFile, cwd: str) -> dict[str, Any]:
        if not session.exists:
            return {"error": {"code": -32602, "message": f"session not found: {session.session_id}"}}
        self._cwd[session.session_id] = cwd
        return {"result": {"sessionId": session.session_id}}

    async def _prompt(self, message_id: object, session_id: str, params: Mapping[str, Any]) -> None:
        text = "\n".join(str(block.get("text", "")) for block in params.get("prompt") or ())
        stage = AcpStage(self, SessionFile(session_id), self._cwd[session_id], message_id)
        try:
            resumed = session_id in self._resumed
            await play(self._script.deeds(situation(text, resumed=resumed)), stage)
        except asyncio.CancelledError:
            stage.stop("cancelled")


def _no_silent_fault(prompt: asyncio.Task[None]) -> None:
    """A fault of ours would look like an agent that thinks for ever."""
    if not prompt.cancelled() and (fault := prompt.exception()):
        sys.stderr.write("".join(traceback.format_exception(fault)))
        os._exit(70)


async def serve(script: Script) -> int:
    """Be an ACP agent until the input ends."""
    agent, stdin = AcpAgent(script), stdin_lines()
    while line := await stdin.readline():
        agent.take(json.loads(line))
    await asyncio.gather(*agent.prompts.values())
    return 0
