"""A trace as an indented list for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent_baton.trace.amounts import dollars, duration
from agent_baton.trace.spans import Span


def tree(found: Sequence[Span]) -> Iterator[str]:
    """A line a span: how long, what, and how it ended."""
    depth = {"": -1}
    for span in found:
        depth[span.span_id] = depth[span.parent_id] + 1
        yield f"{_took(span):>8}  {'  ' * depth[span.span_id]}{_label(span)}"


def _took(span: Span) -> str:
    if span.end is None:
        return "open"
    seconds = span.end - span.start
    return f"{seconds:.1f}s" if seconds < 10 else duration(seconds)


def _label(span: Span) -> str:
    facts = span.attributes
    if span.kind == "task":
        return f"{facts['agent_baton.task.id']} ({facts['agent_baton.task.status']}): {facts['agent_baton.task.summary']}"
    if span.kind == "phase":
        return f"phase {facts['agent_baton.phase.id']}: {facts['agent_baton.phase.name']}"
    if span.kind == "step":
        return f"step {facts['agent_baton.step.id']} {span.lane} ({facts['agent_baton.step.status']})"
    if span.kind == "gate":
        result = facts.get("agent_baton.gate.result", "not over")
        return f"gate run {facts['agent_baton.gate.run']}: {result}" + (
            f", {span.error}" if span.error else ""
        )
    return f"attempt {facts['agent_baton.attempt']}: {facts['agent_baton.attempt.end']}, {_cost(span)}"


def _cost(span: Span) -> str:
    facts = span.attributes
    parts = []
    if "agent_baton.cost.tokens" in facts:
        parts.append(f"{facts['agent_baton.cost.tokens']:,} tokens")
    if "agent_baton.cost.usd" in facts:
        parts.append(dollars(float(str(facts["agent_baton.cost.usd"]))))
    return f"{', '.join(parts)} ({facts['agent_baton.cost.source']})" if parts else "cost unknown"
