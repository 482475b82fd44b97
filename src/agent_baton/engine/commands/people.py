"""Commands about what people are asked, decide and note."""

from __future__ import annotations

from agent_baton.engine.commands import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Approve(Command):
    phase_id: int
    result: str
    feedback: str = ""
    subject: str = ""  # the hash the person saw; empty when not given


class Ask(Command):
    step_id: str
    question: str
    charge: bool = False  # book what the attempt cost so far, unknown when neither figure is given
    tokens: int | None = None
    usd: float | None = None
    upper_usd: float = 0.0
    upper_tokens: int = 0
    measured: dict[str, Any] | None = None


class Answer(Command):
    step_id: str
    answer: str


class RaiseRequest(Command):
    """An agent at work waits for a person's word."""

    step_id: str
    attempt: int
    request_id: str
    kind: str
    text: str
    options: tuple[str, ...] = ()


class SettleRequest(Command):
    step_id: str
    request_id: str
    allow: bool
    text: str = ""
    reason: str = ""


class Note(Command):
    kind: str
    text: str
    step_id: str = ""
    source: str = "person"
    expires_at: float | None = None
    origin: str = ""
