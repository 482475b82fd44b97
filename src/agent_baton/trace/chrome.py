"""Spans as a Chrome trace: opens in Perfetto (ui.perfetto.dev) and in chrome://tracing.

Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from agent_baton.trace.spans import Span

PROCESS = 1
MICRO = 1_000_000


def chrome_trace(found: Sequence[Span], task_id: str, now: float) -> dict[str, Any]:
    """`traceEvents` with one lane for the task, one for its phases, and as many for each agent as it had work at once.

    What is not over yet lasts until `now`.
    """
    lanes = _lanes(found, now)
    return {"traceEvents": list(_events(found, lanes, task_id, now)), "displayTimeUnit": "ms"}


def _lanes(found: Sequence[Span], now: float) -> dict[str, tuple[int, str]]:
    """Span id → thread number and its name. Spans of one lane never overlap, or viewers nest them wrongly."""
    taken: dict[str, list[float]] = {}  # name → when each of its lanes is free again
    places: dict[str, str] = {}
    for span in sorted((s for s in found if s.kind != "step"), key=lambda s: s.start):
        name = {"task": "task", "phase": "phases"}.get(span.kind, span.lane)
        free = taken.setdefault(name, [])
        place = next((n for n, until in enumerate(free) if until <= span.start), len(free))
        free[place : place + 1] = [span.end or now]
        places[span.span_id] = f"{name} {place + 1}" if place else name
    numbers = {name: number for number, name in enumerate(dict.fromkeys(places.values()), 1)}
    return {key: (numbers[name], name) for key, name in places.items()}


def _events(
    found: Sequence[Span], lanes: dict[str, tuple[int, str]], task_id: str, now: float
) -> Iterator[dict[str, Any]]:
    yield {"ph": "M", "pid": PROCESS, "tid": 0, "name": "process_name", "args": {"name": task_id}}
    for number, name in sorted(set(lanes.values())):
        yield {"ph": "M", "pid": PROCESS, "tid": number, "name": "thread_name", "args": {"name": name}}
    for span in found:
        if span.span_id not in lanes:
            continue  # a step is its attempts
        lane = lanes[span.span_id][0]
        end = span.end if span.end is not None else now
        yield {
            "ph": "X", "pid": PROCESS, "tid": lane, "cat": span.kind, "name": _name(span), "ts": round(span.start * MICRO),
            "dur": max(1, round((end - span.start) * MICRO)),
            "args": {**span.attributes, **({"error": span.error} if span.error else {}), **({} if span.end else {"open": True})},
        }  # fmt: skip
        for at, name, text in span.events:
            yield {
                "ph": "i", "s": "t", "pid": PROCESS, "tid": lane, "cat": span.kind, "name": name,
                "ts": round(at * MICRO), "args": {"text": text},
            }  # fmt: skip


def _name(span: Span) -> str:
    if span.kind == "attempt":
        number = span.attributes["agent_baton.attempt"]
        return f"{span.attributes['agent_baton.step.id']}" + (f" (attempt {number})" if number != 1 else "")
    return span.name
