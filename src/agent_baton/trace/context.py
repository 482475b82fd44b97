"""W3C trace context: what an agent is started with, so that its own spans hang below our span of its attempt.

Ids are made from the task's name and start alone. Whoever exports the trace later, on any machine, gives the same ids.
https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

from agent_baton.hashing import sha256_hex

VARIABLE = "TRACEPARENT"


def trace_id(task_id: str, started_at: float) -> str:
    """32 hex digits, never all zero."""
    return _id("trace", task_id, repr(started_at), length=32)


def span_id(task_id: str, *path: object) -> str:
    """16 hex digits for a place in the task: nothing for the whole, then phase, step, attempt or gate run."""
    return _id("span", task_id, *map(str, path), length=16)


def attempt_span(task_id: str, step_id: str, attempt: int) -> str:
    return span_id(task_id, "attempt", step_id, attempt)


def traceparent(task_id: str, started_at: float, step_id: str, attempt: int) -> str:
    """The value of `TRACEPARENT` for the agent of an attempt: version, trace, parent span, sampled."""
    return f"00-{trace_id(task_id, started_at)}-{attempt_span(task_id, step_id, attempt)}-01"


def trace_environment(task_id: str, started_at: float, step_id: str, attempt: int) -> dict[str, str]:
    """What to add to an agent's environment."""
    return {VARIABLE: traceparent(task_id, started_at, step_id, attempt)}


def _id(*parts: str, length: int) -> str:
    found = sha256_hex("\n".join(parts))[:length]
    return found if found.strip("0") else "1".rjust(length, "0")
