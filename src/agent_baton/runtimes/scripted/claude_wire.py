"""A scripted agent that takes Claude Code's arguments and speaks its stream-json, shapes as recorded from 2.1.330."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agent_baton.runtimes.scripted.player import Over, play
from agent_baton.runtimes.scripted.script import ApiError, Limit, Question, Request, Result, Script, Tokens
from agent_baton.runtimes.scripted.wire import Hands, SessionFile, situation, stdin_lines, write

MODEL = "scripted"
VERSION = "2.1.330"


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Those that make a difference; all others are accepted and ignored, as a newer release's would be."""
    parser = argparse.ArgumentParser(prog="scripted claude", add_help=False, allow_abbrev=False)
    parser.add_argument("--session-id", default=str(uuid.uuid4()))
    for name in ("--resume", "--input-format", "--permission-prompt-tool", "--json-schema", "--model"):
        parser.add_argument(name, default="")
    parser.add_argument("--max-turns", type=int)
    parser.add_argument("--max-budget-usd", type=float)
    return parser.parse_known_args(argv)[0]


class ClaudeStage(Hands):
    """See player.Stage."""

    def __init__(
        self, options: argparse.Namespace, session: SessionFile, stdin: asyncio.StreamReader
    ) -> None:
        super().__init__(str(Path.cwd()))
        self._options = options
        self._session = session
        self._stdin = stdin
        self._relays = options.permission_prompt_tool == "stdio"
        self._before_usd = session.spent_usd()
        self._ids = itertools.count(1)
        self._denials: list[dict[str, Any]] = []
        self._turns = 0
        self._results = 0
        self._reported = self.totals
        session.save(self._before_usd)

    def _write(self, kind: str, **fields: object) -> None:
        write({"type": kind, **fields, "session_id": self._session.session_id, "uuid": str(uuid.uuid4())})

    def begin(self) -> None:
        self._write(
            "system", subtype="init", cwd=self.cwd, model=MODEL, claude_code_version=VERSION, tools=["Bash"]
        )

    def _assistant(
        self, blocks: list[dict[str, Any]], usage: Tokens | None = None, message_id: str = ""
    ) -> None:
        used = usage or Tokens(input_tokens=0, output_tokens=0, usd=0.0)
        message = {
            "id": message_id or f"msg_{next(self._ids)}",
            "role": "assistant",
            "model": MODEL,
            "content": blocks,
            "stop_reason": None,
            "usage": {
                "input_tokens": used.input_tokens,
                "cache_read_input_tokens": used.cache_read_tokens,
                "cache_creation_input_tokens": used.cache_write_tokens,
                "output_tokens": 1 if usage else 0,
            },
        }
        self._write("assistant", message=message, parent_tool_use_id=None)

    def _turn(self) -> None:
        self._turns += 1
        limit = self._options.max_turns
        if limit is not None and self._turns > limit:
            errors = [f"Reached maximum number of turns ({limit})"]
            self._last_word("error_max_turns", is_error=True, terminal_reason="max_turns", errors=errors)
            raise Over

    async def say(self, text: str) -> None:
        self._turn()
        self._assistant([{"type": "text", "text": text}])

    async def tool(self, name: str, tool_input: Mapping[str, Any]) -> str:
        self._turn()
        tool_id = f"toolu_{next(self._ids)}"
        self._assistant([{"type": "tool_use", "id": tool_id, "name": name, "input": dict(tool_input)}])
        return tool_id

    async def tool_done(self, tool_id: str, ok: bool, output: str) -> None:
        block = {"type": "tool_result", "tool_use_id": tool_id, "content": output, "is_error": not ok}
        self._write("user", message={"role": "user", "content": [block]}, parent_tool_use_id=None)

    async def ask(self, question: Question) -> str:
        options = [{"label": option, "description": ""} for option in question.options]
        asked = {"questions": [{"question": question.question, "options": options, "multiSelect": False}]}
        tool_id = await self.tool("AskUserQuestion", asked)
        response = await self._request("AskUserQuestion", asked, tool_id)
        answers = (response.get("updatedInput") or {}).get("answers") or {}
        text = str(answers.get(question.question, "nobody is there to answer"))
        await self.tool_done(tool_id, bool(answers), text)
        return text

    async def permission(self, request: Request) -> bool:
        return (await self._request(request.tool, request.input, f"toolu_{next(self._ids)}")).get(
            "behavior"
        ) == "allow"

    async def _request(self, tool: str, tool_input: Mapping[str, Any], tool_id: str) -> Mapping[str, Any]:
        response: Mapping[str, Any] = {}
        if self._relays:
            request_id = str(uuid.uuid4())
            request = {
                "subtype": "can_use_tool",
                "tool_name": tool,
                "input": dict(tool_input),
                "tool_use_id": tool_id,
            }
            write({"type": "control_request", "request_id": request_id, "request": request})
            response = await self._response(request_id)
        if response.get("behavior") != "allow":
            self._denials.append({"tool_name": tool, "tool_use_id": tool_id, "tool_input": dict(tool_input)})
        return response

    async def _response(self, request_id: str) -> Mapping[str, Any]:
        while line := await self._stdin.readline():
            response = json.loads(line).get("response") or {}
            if response.get("request_id") == request_id:
                found: Mapping[str, Any] = response.get("response") or {}
                return found
        return {}  # whoever asked has gone

    async def spend(self, tokens: Tokens) -> None:
        self.count(tokens)
        message_id = f"msg_{next(self._ids)}"
        for _ in range(tokens.times):
            self._assistant([], tokens, message_id)
        limit = self._options.max_budget_usd
        if limit is not None and self.totals.usd > limit:
            errors = [f"Reached maximum budget (${limit:g})"]
            self._last_word(
                "error_max_budget_usd", is_error=True, terminal_reason="budget_exhausted", errors=errors
            )
            raise Over

    async def wait(self, reason: str) -> None:
        self._write("system", subtype="api_retry", attempt=1, retry_delay_ms=1, error=reason)

    async def fail(self, error: ApiError | Limit) -> None:
        status = 429
        if isinstance(error, ApiError):
            status = error.status
        elif error.resets_at is not None:
            info = {"status": "rejected", "resetsAt": error.resets_at, "rateLimitType": "five_hour"}
            self._write("rate_limit_event", rate_limit_info=info)
        self._last_word(
            "success", is_error=True, terminal_reason="api_error", result=error.text, api_error_status=status
        )

    async def result(self, result: Result) -> None:
        for number in range(result.times):
            if number:
                self.begin()
            extra: dict[str, Any] = {"structured_output": result.structured} if self._obeys(result) else {}
            terminal = "completed" if result.ok else "aborted_tools"
            self._last_word(
                "success", is_error=not result.ok, terminal_reason=terminal, result=result.text, **extra
            )

    def _obeys(self, result: Result) -> bool:
        return bool(self._options.json_schema) and result.structured is not None

    def _last_word(self, subtype: str, **fields: object) -> None:
        since = _difference(self.totals, self._reported)
        self._reported = self.totals
        cost = self._before_usd + self.totals.usd
        self._session.save(cost)
        self._write(
            "result",
            subtype=subtype,
            **fields,
            num_turns=self._turns,
            total_cost_usd=cost,
            usage={"input_tokens": self.totals.input_tokens, "output_tokens": self.totals.output_tokens},
            model_usage_since_last_result={MODEL: since} if any(since.values()) else {},
            permission_denials=self._denials,
            result_index=self._results,
        )
        self._results += 1
        self.exit_code = 1 if fields.get("is_error") else 0

    exit_code = 0


def _difference(now: Tokens, before: Tokens) -> dict[str, float]:
    return {
        "inputTokens": now.input_tokens - before.input_tokens,
        "cacheReadInputTokens": now.cache_read_tokens - before.cache_read_tokens,
        "cacheCreationInputTokens": now.cache_write_tokens - before.cache_write_tokens,
        "outputTokens": now.output_tokens - before.output_tokens,
        "costUSD": now.usd - before.usd,
    }


async def serve(script: Script, argv: Sequence[str]) -> int:
    """Be a `claude -p` for one run; its exit code."""
    options = arguments(argv)
    session = SessionFile(options.resume or options.session_id)
    if options.resume and not session.exists:
        errors = [f"No conversation found with session ID: {options.resume}"]
        write(
            {
                "type": "result",
                "subtype": "error_during_execution",
                "is_error": True,
                "num_turns": 0,
                "errors": errors,
            }
        )
        return 1
    if not options.resume and session.exists:
        sys.stderr.write(f"Error: Session ID {session.session_id} is already in use.\n")
        return 1
    stdin = stdin_lines()
    prompt = await _prompt(stdin, streams=options.input_format == "stream-json")
    stage = ClaudeStage(options, session, stdin)
    stage.begin()
    await play(script.deeds(situation(prompt, resumed=bool(options.resume))), stage)
    if options.input_format == "stream-json":
        await stdin.read()  # the run lasts until there is nothing more to be asked
    return stage.exit_code


async def _prompt(stdin: asyncio.StreamReader, *, streams: bool) -> str:
    if not streams:
        return (await stdin.read()).decode(errors="replace")
    while line := await stdin.readline():
        message = json.loads(line)
        if message.get("type") == "user":
            return str(message["message"]["content"])
    return ""
