"""Endings that are told by the process, not by the agent. Pure."""

from __future__ import annotations

import signal
from datetime import datetime

from agent_baton.runtimes.dialogue import EndedBy, ProcessEnd
from agent_baton.runtimes.faults import Fault, classify
from agent_baton.runtimes.protocol import Reason

CUT_SHORT: dict[EndedBy, Reason] = {
    "stop": "stopped",
    "silent": "silent",
    "tool-stuck": "tool-stuck",
    "unanswered": "unanswered",
    "out-of-time": "out-of-time",
}


def died(end: ProcessEnd, *, started: bool, now: datetime) -> tuple[Fault, str]:
    """An agent that ended without a word about how: what its process says instead.

    One that never began was refused its arguments or could not be executed; trying again changes nothing.
    """
    text = "\n".join(part for part in (_ending(end), end.stderr) if part)
    if end.not_started:
        return Fault("not-started"), end.not_started
    if started:
        return Fault("no-result"), text
    fault = classify(end.stderr, None, now)
    return (Fault("not-started") if fault.reason == "api-error" else fault), text


def _ending(end: ProcessEnd) -> str:
    if end.signal is not None:
        return f"ended by {_name(end.signal)} without a result"
    return f"ended with exit code {end.exit_code} without a result"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
