"""One prompt to an ACP agent: JSON-RPC lines over its stdin and stdout (see runtimes/dialogue.Dialogue)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from agent_baton.redact import redact
from agent_baton.runtimes.acp.committing import only_commits
from agent_baton.runtimes.acp.models import Offer, offered
from agent_baton.runtimes.acp.quirks import Quirks, told_model
from agent_baton.runtimes.acp.session import Message, Turn, apply, counted
from agent_baton.runtimes.acp.structured import asking_for, find
from agent_baton.runtimes.dialogue import ProcessEnd
from agent_baton.runtimes.endings import CUT_SHORT, died
from agent_baton.runtimes.faults import Fault, classify
from agent_baton.runtimes.protocol import (
    Answer,
    Assignment,
    Conversation,
    Denial,
    Event,
    Noise,
    Outcome,
    Permission,
    PermissionAsked,
    QuestionAsked,
    Reason,
    Remark,
    Started,
    Usage,
    WaitingFor,
)
from agent_baton.runtimes.wording import one_line, summary

PROTOCOL_VERSION = 1
# Kinds of tools that are allowed without asking anybody, when nobody is to be asked.
_ALLOWED: dict[Permission, tuple[str, ...]] = {
    "read": ("read", "search", "think"),
    "ask": ("read", "search", "think"),
    "edit": ("read", "search", "think", "fetch", "edit", "move", "delete"),
}
_REFUSALS: tuple[Reason, ...] = (
    "rate-limit", "usage-limit", "overloaded", "auth", "billing", "bad-request", "prompt-too-long", "no-session",
)  # fmt: skip
_STOPS: dict[str, Reason] = {"end_turn": "done", "max_turn_requests": "max-turns", "cancelled": "stopped"}


class AcpDialogue:
    def __init__(
        self,
        assignment: Assignment,
        conversation: Conversation | None,
        quirks: Quirks,
        now: Callable[[], datetime],
    ) -> None:
        self._assignment = assignment
        self._conversation = conversation
        self._quirks = quirks
        self._now = now
        self._session_id = conversation.session_id if conversation else ""
        self._program = "?"  # as it calls itself
        self._capabilities: Message = {}
        self._turn = Turn(told_model(quirks, assignment.model), is_aside=self._is_aside)
        self._asked: dict[str, Message] = {}
        self._denials: list[Denial] = []
        self._to_set: tuple[str, dict[str, str]] | None = None  # the request that sets the plan's model
        self._answer: Message | None = None
        self._error: Message | None = None
        self._reopening = False  # what fails now is the earlier session, not the model
        self._queued = b""
        self._next_id = 0
        self._expected: dict[int, tuple[Callable[[Message], Sequence[Event]], bool]] = {}
        self._prompting = False
        self._request("initialize", self._initialized, protocolVersion=PROTOCOL_VERSION, **_CLIENT)

    # --- what the conductor asks

    @property
    def session_id(self) -> str:
        return self._session_id

    @property
    def waiting_for(self) -> WaitingFor:
        return "person" if self._asked else "tool" if self._turn.tools else "model"

    @property
    def finished(self) -> bool:
        return self._answer is not None or self._error is not None

    def output(self) -> tuple[bytes, bool]:
        queued, self._queued = self._queued, b""
        return queued, self.finished

    def cancel(self) -> None:
        if self._prompting and not self.finished:
            self._send({"method": "session/cancel", "params": {"sessionId": self._session_id}})

    def feed(self, line: bytes) -> list[Event]:
        if not line.strip():
            return []
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            return [Noise(line[:500].decode(errors="replace"))]
        if "method" in message:
            return self._called(message)
        return self._answered(message)

    # --- our requests, one after the other

    def _initialized(self, result: Message) -> Sequence[Event]:
        offered = [m.get("id") for m in result.get("authMethods") or () if isinstance(m, Mapping)]
        self._capabilities = _mapping(result.get("agentCapabilities"))
        self._program = str(_mapping(result.get("agentInfo")).get("name"))
        if self._quirks.auth_method in offered:
            self._request("authenticate", self._authenticated, methodId=self._quirks.auth_method)
            return ()
        return self._authenticated({})

    def _authenticated(self, _result: Message) -> Sequence[Event]:
        where: dict[str, Any] = {"cwd": self._assignment.cwd, "mcpServers": []}
        self._reopening = self._conversation is not None
        if self._conversation is None:
            self._request("session/new", self._opened, **where)
        elif _mapping(self._capabilities.get("sessionCapabilities")).get("resume") is not None:
            self._request("session/resume", self._opened, sessionId=self._session_id, **where)
        else:  # tells the whole conversation again, which is not news: see `_called`
            self._request("session/load", self._opened, sessionId=self._session_id, **where)
        return ()

    def _opened(self, result: Message) -> Sequence[Event]:
        self._reopening = False
        self._session_id = str(result.get("sessionId") or self._session_id)
        modes = _mapping(result.get("modes"))
        modes_offered = [_mapping(mode).get("id") for mode in modes.get("availableModes") or ()]
        wanted = self._quirks.modes.get(self._assignment.permission)
        remarks = self._choose_model(offered(result))
        started = Started(self._session_id, self._turn.model)
        if wanted in modes_offered and wanted != modes.get("currentModeId"):
            self._request("session/set_mode", self._set_model, sessionId=self._session_id, modeId=wanted)
        else:
            self._set_model({})
        return [started, *remarks]

    def _choose_model(self, offer: Offer) -> list[Event]:
        """The plan's model, where it is offered; else the agent keeps its own, and that is said."""
        wanted, given = self._assignment.model, self._turn.model
        found = offer.find(wanted) if wanted else ""
        if found and found != offer.current:
            self._to_set = offer.request(found)
        self._turn.model = found or given or offer.current
        if found or given or not wanted:
            return []
        name = self._quirks.name
        of_those = f" (it has {offer})" if offer.models else ""
        own = f", {offer.current}" if offer.current else ""
        how = f"`models: {{{wanted}: NAME}}` in the settings names another"
        return [Remark(f"{name} offers no model {wanted!r}{of_those}: it works with its own{own}; {how}")]

    def _set_model(self, _result: Message) -> Sequence[Event]:
        if self._to_set is None:
            return self._ready({})
        method, params = self._to_set
        self._request(method, self._model_set, may_fail=True, sessionId=self._session_id, **params)
        return ()

    def _model_set(self, result: Message) -> Sequence[Event]:
        self._ready({})
        if "error" not in result:
            return ()
        model, self._turn.model = self._turn.model, ""
        why = _mapping(result["error"]).get("message")
        refused = Remark(f"{self._quirks.name} refuses model {model!r}, and works with its own: {why}")
        return [Started(self._session_id, ""), refused]

    def _ready(self, _result: Message) -> Sequence[Event]:
        text = self._assignment.prompt + asking_for(self._assignment.schema)
        if self._assignment.system_prompt:
            text = f"{self._assignment.system_prompt}\n\n{text}"
        self._prompting = True
        self._turn.guess.hears(text)
        self._turn.guess.asks()
        prompt = [{"type": "text", "text": text}]
        self._request("session/prompt", self._done, sessionId=self._session_id, prompt=prompt)
        return ()

    def _done(self, result: Message) -> Sequence[Event]:
        self._answer = result
        return ()

    def _request(
        self,
        method: str,
        then: Callable[[Message], Sequence[Event]],
        *,
        may_fail: bool = False,
        **params: object,
    ) -> None:
        """Ask, and go on with its result; where it `may_fail`, with `{"error": …}` as well."""
        self._next_id += 1
        self._expected[self._next_id] = then, may_fail
        self._send({"id": self._next_id, "method": method, "params": params})

    def _send(self, message: Message) -> None:
        self._queued += json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"

    def _answered(self, message: Message) -> list[Event]:
        message_id = message.get("id")
        expected = self._expected.pop(message_id, None) if isinstance(message_id, int) else None
        if expected is None:
            return []  # an answer to nothing we asked
        then, may_fail = expected
        if "error" in message and may_fail:
            return list(then({"error": message["error"]}))
        if "error" in message:
            self._error = _mapping(message["error"])
            return []
        return list(then(_mapping(message.get("result"))))

    # --- its requests

    def _called(self, message: Message) -> list[Event]:
        method, params = message["method"], _mapping(message.get("params"))
        if method == "session/update":
            return list(apply(self._turn, _mapping(params.get("update")))) if self._prompting else []
        if "id" not in message:
            return []
        if method == "session/request_permission":
            return self._permission(json.dumps(message["id"]), params)
        refusal = {"code": -32601, "message": f"{method} is not offered"}
        self._send({"id": message["id"], "error": refusal})
        return []

    def _permission(self, request_id: str, params: Message) -> list[Event]:
        call = _mapping(params.get("toolCall"))
        self._asked[request_id] = params
        allowed = self._allowed(call)
        if allowed or not self._assignment.relay:
            self.answer(request_id, Answer(allowed))
            return []
        title = one_line(str(call.get("title") or call.get("kind") or "tool"))
        choices = _choices(params)
        if len(choices) > 1:  # several ways to say yes: a question
            return [QuestionAsked(request_id, title, tuple(str(option.get("name")) for option in choices))]
        raw = _mapping(call.get("rawInput"))
        return [PermissionAsked(request_id, title, summary(raw), raw)]

    def _allowed(self, call: Message) -> bool:
        """Whether nobody needs to be asked."""
        permission, kind = self._assignment.permission, call.get("kind")
        if permission == "full" or kind in _ALLOWED[permission]:
            return True
        command = _mapping(call.get("rawInput")).get("command") or call.get("title")
        return permission == "edit" and kind == "execute" and only_commits(str(command), self._assignment.cwd)

    def answer(self, request_id: str, answer: Answer) -> None:
        params = self._asked.pop(request_id, None)
        if params is None:
            return
        option = _chosen(params, answer)
        if not answer.allow and not self._assignment.relay:
            call = _mapping(params.get("toolCall"))
            self._denials.append(Denial(one_line(str(call.get("title"))), summary(call.get("rawInput"))))
        outcome = {"outcome": "selected", "optionId": option} if option else {"outcome": "cancelled"}
        self._send({"id": json.loads(request_id), "result": {"outcome": outcome}})

    # --- the end

    def conclude(self, end: ProcessEnd) -> Outcome:
        structured = find(self._turn.said, self._assignment.schema)
        fault, text = self._how(end, structured)
        return Outcome(
            reason=fault.reason,
            advice=fault.advice,
            text=redact(text),
            session_id=self._session_id or self._assignment.session_id,
            usage=self._usage(fault),
            structured=structured,
            denials=tuple(self._denials),
            resets_at=fault.resets_at,
            duration_s=end.duration_s,
            exit_code=end.exit_code,
            killed_children=end.killed_children,
            stderr=end.stderr,
        )

    def _usage(self, fault: Fault) -> Usage:
        """What the run used. A request that was refused before the model said a word has cost nothing."""
        if fault.reason in _REFUSALS and not self._turn.served:
            return Usage(usd=0.0, exact=True)
        before = self._conversation.spent_usd if self._conversation and self._quirks.counts_session else 0.0
        return counted(self._turn, self._answer or {}, before, whole=not self._quirks.counts_last_answer)

    def _how(self, end: ProcessEnd, structured: object) -> tuple[Fault, str]:
        said = self._turn.said
        stop = str(self._answer.get("stopReason")) if self._answer is not None else ""
        if self._answer is not None and _STOPS.get(stop) == "done":
            return self._completed(structured)
        if end.by == "silent" and self._turn.trouble:  # it waits for as long as the vendor said
            return classify(self._turn.trouble, None, self._now()), self._turn.trouble
        if end.by in CUT_SHORT:
            return Fault(CUT_SHORT[end.by]), said
        if self._answer is not None:
            return Fault(_STOPS.get(stop, "failed")), said or f"stopped: {stop}"
        if self._error is not None:
            return self._failed(self._error)
        return died(end, started=self._prompting, now=self._now())

    def _completed(self, structured: object) -> tuple[Fault, str]:
        said, aside = self._turn.said, self._turn.aside
        if aside and self._quirks.failures and self._quirks.failures.match(aside):
            return classify(aside, None, self._now()), aside
        if self._assignment.schema is not None and structured is None:
            return Fault("schema-unmet"), said
        if self._denials and not self._assignment.tolerate_denials:
            return Fault("permission-denied"), said
        return Fault("done"), said

    def _is_aside(self, text: str, update: Message) -> bool:
        """Whether a piece of text is the program's own and not the model's."""
        asides = self._quirks.asides
        unnamed = self._program == self._quirks.unnamed_asides and not update.get("messageId")
        return unnamed or bool(asides and asides.match(text))

    def _failed(self, error: Message) -> tuple[Fault, str]:
        data = _mapping(error.get("data"))
        details = str(data.get("details") or data.get("message") or "")
        text = "\n".join(part for part in (str(error.get("message") or ""), details) if part)
        code = data.get("status") or error.get("code")
        if code == -32000:  # ACP's own: authentication required
            return Fault("auth"), text
        status = code if isinstance(code, int) and 400 <= code < 600 else None
        fault = classify(text, status, self._now())
        if self._reopening and fault.reason in ("api-error", "bad-request"):
            return Fault("no-session"), text  # each vendor has other words for it
        return fault, text


_CLIENT: dict[str, Any] = {
    "clientInfo": {"name": "agent-baton", "version": "1"},
    "clientCapabilities": {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False},
}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _options(params: Message, *kinds: str) -> list[Message]:
    options = [_mapping(option) for option in params.get("options") or ()]
    return [option for kind in kinds for option in options if option.get("kind") == kind]


def _choices(params: Message) -> list[Message]:
    return _options(params, "allow_once")


def _chosen(params: Message, answer: Answer) -> str:
    """The option that means the answer; "" when there is none: the request is then cancelled."""
    if not answer.allow:
        options = _options(params, "reject_once", "reject_always")
    else:
        options = _options(params, "allow_once", "allow_always")
        named = [option for option in options if answer.text and option.get("name") == answer.text]
        options = named or options
    return str(options[0].get("optionId")) if options else ""
