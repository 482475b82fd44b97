"""Events about gates, and the repairs they lead to."""

from __future__ import annotations

from agent_baton.engine.events import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class BaselineGathered(Event):
    """A gate was run before any work, so that a red gate later means a regression."""

    phase_id: int
    command: str
    ok: bool
    reason: str
    duration_s: float
    failures: tuple[str, ...] = ()
    signature: str = ""
    lacking: tuple[str, ...] = ()  # tools and packages it was red for want of


class GateStarted(Event):
    phase_id: int
    run: int
    command: str


class GateFinished(Event):
    phase_id: int
    run: int
    ok: bool
    source: str  # verified (the engine ran it) | reported (somebody said so)
    reason: str = ""
    command: str = ""
    exit_code: int | None = None
    duration_s: float | None = None
    output: str = ""  # the tail, redacted
    output_ref: str = ""
    signature: str = ""
    failures: tuple[str, ...] = ()
    new_failures: tuple[str, ...] = ()
    tree: str = ""
    changed_files: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()  # tools and packages it cannot be run without, and which no agent can get


class GateReopened(Event):
    phase_id: int
    reason: str


class GateWaived(Event):
    phase_id: int
    reason: str


class RepairOpened(Event):
    """A red gate or a merge conflict became a step of its own."""

    phase_id: int
    round: int
    step: dict[str, Any]  # a plan step; its id is `<phase>.r<round>`
    cause: str
    review: str = ""  # the step that asked for it, and looks again afterwards
