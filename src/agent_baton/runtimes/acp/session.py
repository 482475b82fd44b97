"""What an ACP agent says while it works: a fold over `session/update` into events. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agent_baton.runtimes.acp.guess import Guess
from agent_baton.runtimes.protocol import Event, Noise, Said, Spent, ToolFinished, ToolStarted, Usage, Waiting
from agent_baton.runtimes.wording import TEXT_LIMIT, one_line, summary

Message = Mapping[str, Any]
_RUNNING = ("pending", "in_progress")


@dataclass
class Turn:
    """What has been understood of a prompt's turn so far."""

    model: str = ""
    tools: dict[str, str] = field(default_factory=dict)  # running: id → title
    said: str = ""  # since the last tool: the last words, in the end
    aside: str = ""  # what the program itself said behind that
    served: bool = False  # the model has answered at least once
    trouble: str = ""  # why a request is tried again at the moment
    usage: Usage = field(default_factory=Usage)
    guess: Guess = field(default_factory=Guess)
    is_aside: Callable[[str, Message], bool] = lambda _text, _update: False

    def is_served(self) -> None:
        self.served, self.trouble = True, ""


def apply(turn: Turn, update: Message) -> Iterator[Event]:
    """Take in one update. Kinds that are not known are passed over."""
    take = _TAKE.get(str(update.get("sessionUpdate")))
    return take(turn, update) if take else iter(())


def _chunk(turn: Turn, update: Message) -> Iterator[Event]:
    content = update.get("content")
    text = str(content.get("text") or "") if isinstance(content, Mapping) else ""
    if turn.is_aside(text, update):
        turn.aside = text.strip()
        yield Noise(turn.aside)
        return
    turn.said, turn.aside = (turn.said + text)[-TEXT_LIMIT:], ""
    turn.guess.says(text)
    turn.is_served()
    yield Said(text)


def _tool(turn: Turn, update: Message) -> Iterator[Event]:
    """A call, or news of one. Some agents report a call only when it is over."""
    tool_id, status = str(update.get("toolCallId")), update.get("status") or "pending"
    title = str(update.get("title") or update.get("kind") or "tool")
    if tool_id not in turn.tools and (status in _RUNNING or update.get("sessionUpdate") == "tool_call"):
        turn.tools[tool_id] = title
        turn.is_served()
        turn.said = turn.aside = ""
        yield ToolStarted(tool_id, one_line(title), summary(update.get("rawInput")))
    turn.guess.hears(update.get("rawInput"), update.get("rawOutput") or update.get("content"))
    if status not in _RUNNING and turn.tools.pop(tool_id, None) is not None:
        turn.said = turn.aside = ""
        yield ToolFinished(tool_id, status == "completed")
        at_most = turn.guess.asks()
        if turn.usage.usd is None:
            yield Spent(replace(turn.usage, at_most=at_most), turn.model)


def _thought(turn: Turn, update: Message) -> Iterator[Event]:
    content = update.get("content")
    turn.guess.says(str(content.get("text") or "") if isinstance(content, Mapping) else "")
    turn.is_served()
    yield from ()


def _info(turn: Turn, update: Message) -> Iterator[Event]:
    """Codex tells there that it tries a request again."""
    meta = _within(update, "_meta", "codex", "error")
    if meta.get("willRetry"):
        turn.trouble = str(meta.get("additionalDetails") or meta.get("message") or "tries again")
        yield Waiting(one_line(turn.trouble), 0.0)


def _usage(turn: Turn, update: Message) -> Iterator[Event]:
    """Only the cost: `used` is how full the context is, not what was paid for. A cost of zero is a price not known."""
    if isinstance(update.get("used"), int):
        turn.guess.holds(update["used"])
    cost = update.get("cost")
    if (
        isinstance(cost, Mapping)
        and cost.get("currency") == "USD"
        and isinstance(cost.get("amount"), (int, float))
        and cost["amount"]
    ):
        turn.usage = replace(turn.usage, usd=float(cost["amount"]))
        yield Spent(turn.usage, turn.model)


_TAKE: dict[str, Callable[[Turn, Message], Iterator[Event]]] = {
    "agent_message_chunk": _chunk,
    "agent_thought_chunk": _thought,
    "tool_call": _tool,
    "tool_call_update": _tool,
    "usage_update": _usage,
    "session_info_update": _info,
}


def counted(turn: Turn, answer: Message, spent_before_usd: float, *, whole: bool) -> Usage:
    """The run's usage, from the prompt's answer and the cost on the way. Not `whole`: there was more than it says."""
    usage = answer.get("usage")
    values: Message = usage if isinstance(usage, Mapping) else _in_meta(answer)

    def number(key: str) -> int:
        value = values.get(key)
        return value if isinstance(value, int) else 0

    total = Usage(
        number("inputTokens"),
        number("cachedReadTokens"),
        number("cachedWriteTokens"),
        number("outputTokens") + number("thoughtTokens"),
    )
    # noughts for a model that was at work are no count: some say so when they are cut off
    told = total.tokens > 0 or not turn.served
    total = replace(total, exact=bool(values) and whole and told)
    usd = _cost(turn.usage.usd, spent_before_usd, total.tokens)
    return replace(total, usd=usd, at_most=None if total.exact else turn.guess.usage)


def _in_meta(answer: Message) -> Message:
    """Gemini counts where the protocol does not look."""
    found = _within(answer, "_meta", "quota", "token_count")
    names = {"input_tokens": "inputTokens", "output_tokens": "outputTokens"}
    return {names[key]: value for key, value in found.items() if key in names}


def _within(message: Message, *keys: str) -> Message:
    """A mapping in a mapping, empty when anything on the way is something else."""
    for key in keys:
        inner = message.get(key)
        message = inner if isinstance(inner, Mapping) else {}
    return message


def _cost(session_usd: float | None, before_usd: float, tokens: int) -> float | None:
    """A cost of zero for tokens that were used is a price that is not known."""
    if session_usd is None or (session_usd == 0 and tokens):
        return None
    return session_usd - before_usd if session_usd >= before_usd else session_usd
