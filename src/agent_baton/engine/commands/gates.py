"""Commands about gates, and the repairs they lead to."""

from __future__ import annotations

from agent_baton.engine.commands import Command


class StartGate(Command):
    phase_id: int


class RecordGate(Command):
    phase_id: int
    ok: bool
    source: str
    reason: str = ""
    exit_code: int | None = None
    duration_s: float | None = None
    output: str = ""
    output_ref: str = ""
    signature: str = ""
    failures: tuple[str, ...] = ()
    new_failures: tuple[str, ...] = ()
    tree: str = ""
    changed_files: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()  # tools and packages the machine has not: no repair is opened for that


class Baseline(Command):
    phase_id: int
    ok: bool
    reason: str
    duration_s: float
    failures: tuple[str, ...] = ()
    signature: str = ""
    lacking: tuple[str, ...] = ()
