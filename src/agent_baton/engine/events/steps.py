"""Events about a step beyond its attempts."""

from __future__ import annotations

from agent_baton.engine.events import Event


class StepSkipped(Event):
    step_id: str
    reason: str


class StepReassigned(Event):
    step_id: str
    agent_name: str
    reason: str


class StepRetried(Event):
    """A person gave a step a fresh set of attempts."""

    step_id: str
    reason: str


class StepInvalidated(Event):
    """A finished step must run again, because something it depends on does."""

    step_id: str
    reason: str


class StepIntegrated(Event):
    step_id: str
    commit: str
    note: str = ""


class IntegrationConflicted(Event):
    step_id: str
    files: tuple[str, ...]
    detail: str


class VetoWaived(Event):
    step_id: str
    reason: str
