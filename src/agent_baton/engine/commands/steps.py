"""Commands about a step beyond its attempts."""

from __future__ import annotations

from agent_baton.engine.commands import Command


class Skip(Command):
    step_id: str
    reason: str


class Retry(Command):
    """A fresh set of attempts for a step, or of repair rounds for a gate."""

    reason: str
    step_id: str = ""
    phase_id: int | None = None


class Reassign(Command):
    step_id: str
    agent_name: str
    reason: str


class Waive(Command):
    """Let a red gate (`phase_id`) or a veto (`step_id`) pass, by name and with a reason."""

    reason: str
    phase_id: int | None = None
    step_id: str = ""


class Integrate(Command):
    """What came of merging a step's branch: the merge commit, or the conflict."""

    step_id: str
    commit: str = ""
    note: str = ""
    conflict_files: tuple[str, ...] = ()
    detail: str = ""
