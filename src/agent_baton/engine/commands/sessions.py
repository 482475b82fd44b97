"""Commands about the sessions that drive a task."""

from __future__ import annotations

from agent_baton.engine.commands import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Bind(Command):
    """A session takes up driving; a task that is paused stays paused."""

    session: str
    process: str = ""
    reason: str = ""


class NoteSession(Command):
    session: str
    what: str
    detail: str = ""


class ChargeSession(Command):
    session: str
    tokens: int
    usd: float | None
    usage: tuple[dict[str, Any], ...] = ()
    read_to: int = 0
    last_message: str = ""
    read_from: int | None = None  # where counting began; None: not from a transcript
