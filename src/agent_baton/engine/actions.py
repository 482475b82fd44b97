"""What to do next, in the imperative. The driver prints or performs them; the engine only says them."""

from __future__ import annotations

from agent_baton.records import Record


class Action(Record):
    pass


class Dispatch(Action):
    """Start an agent on a step. `expired` is the attempt whose deadline passed without a word, 0 if none."""

    step_id: str
    agent_name: str
    model: str
    attempt: int
    repair: bool = False
    expired: int = 0


class Gate(Action):
    phase_id: int
    gate_type: str
    command: str


class Approval(Action):
    phase_id: int
    name: str
    subject: str


class Question(Action):
    step_id: str
    question: str


class Wait(Action):
    """Nothing to start: for what, since when (seconds since the epoch), and until when if there is an end."""

    reason: str
    since: float | None = None
    until: float | None = None


class Complete(Action):
    """All phases are done; `closed` once the task was completed."""

    summary: str
    closed: bool = False


class Failed(Action):
    """Nothing can run. `ways` are the commands that lead on."""

    reason: str
    ways: tuple[str, ...] = ()
