"""Events about the sessions that drive a task."""

from __future__ import annotations

from agent_baton.engine.events import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SessionBound(Event):
    """A session took up driving the task."""

    session: str
    process: str = ""  # "host/pid/start" of it, when known: whether it still lives can be asked
    reason: str = ""


class SessionNoted(Event):
    """Something happened to a session of the task that changes no step by itself."""

    session: str
    what: str  # reminded | compacting | ended | failed | interrupted
    detail: str = ""


class SessionCharged(Event):
    """What driving has cost a session since it was last asked."""

    session: str
    tokens: int
    usd: float | None  # None: a model without a known price
    usage: tuple[dict[str, Any], ...] = ()  # tokens by model and kind
    read_to: int = 0  # bytes of the session's transcript that are counted
    last_message: str = ""  # id of the last message counted
