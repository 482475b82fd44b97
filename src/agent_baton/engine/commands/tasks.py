"""Commands about a task as a whole."""

from __future__ import annotations

from agent_baton.engine.commands import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Start(Command):
    plan: dict[str, Any]
    settings: dict[str, Any]
    session: str
    base_commit: str | None = None
    branch: str | None = None


class Amend(Command):
    ops: tuple[dict[str, Any], ...]
    reason: str
    summary: tuple[str, ...] = ()


class Pause(Command):
    reason: str
    until: float | None = None


class Resume(Command):
    """Take the task up again, here: attempts of lost sessions are given up."""

    session: str
    reason: str = "resumed"
    keep: bool = False  # leave attempts in flight alone: whoever drives them is alive


class Cancel(Command):
    reason: str


class CompleteTask(Command):
    pass
