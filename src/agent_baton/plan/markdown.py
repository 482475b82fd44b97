"""plan.md: the plan as a person reviews it. Never parsed; no text in it can change its structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent_baton.plan import phrases
from agent_baton.plan.inert import first_and_rest, markdown, markdown_block, markdown_code
from agent_baton.plan.model import Gate, Phase, Plan, Step

_PATHS = ("May change", "Must not change", "Expected to change", "Read first", "Knowledge")


def render_markdown(plan: Plan) -> str:
    """The whole plan as CommonMark, nothing left out."""
    blocks = list(_document(plan))
    kept = [block for block, before in zip(blocks, ["", *blocks], strict=False) if block or before]
    return "\n".join(kept).rstrip("\n") + "\n"


def _document(plan: Plan) -> Iterator[str]:
    title, more = first_and_rest(plan.task_summary)
    yield from (f"# {markdown(title)}", "")
    if more:
        yield from (markdown_block(more), "")
    yield f"- Task ID: {markdown_code(plan.task_id)}"
    yield from (f"- {name}: {markdown(value)}" for name, value in phrases.headline(plan))
    if plan.created_at:
        yield f"- Made: {markdown(plan.created_at)}"
    for phase in plan.phases:
        yield from _phase(phase)
    if plan.explanation:
        yield from ("", "## Why this plan", "")
        for reason in plan.explanation:
            yield from _item(reason)
    if plan.shared_context:
        yield from ("", "## Shared context", "", markdown_block(plan.shared_context))
    if plan.forecast and plan.forecast.steps:
        yield from ("", "## Forecast", "")
        yield from (f"- {item.step_id}: {phrases.forecast(item)}" for item in plan.forecast.steps)


def _phase(phase: Phase) -> Iterator[str]:
    yield from ("", f"## Phase {phase.phase_id}: {markdown(phase.name)}", "")
    if phase.risk_level != "LOW":
        yield from (f"Risk: {phase.risk_level}", "")
    if phase.approval_required:
        yield from ("**Approval** by a person is required before this phase starts.", "")
    for step in phase.steps:
        yield from _step(step)
    yield from ("", *_gate(phase.gate))


def _step(step: Step) -> Iterator[str]:
    waits = f" (after {', '.join(step.depends_on)})" if step.depends_on else ""
    title, more = first_and_rest(step.task_description)
    # the brackets are ours: no reference can be defined in a document whose texts are all inert
    yield (f"- {step.step_id} {markdown(step.agent_name)} [{markdown(step.model)}] {markdown(title)}{waits}")
    if more:
        yield from ("", markdown_block(more, "  "), "")
    for name, items in phrases.details(step):
        yield f"  - {name}: {_items(name, items)}"
    for name, text in phrases.parts(step):
        yield from (f"  - {markdown(name)}:", "", markdown_block(text, "    "), "")


def _items(name: str, items: Sequence[str]) -> str:
    if name in _PATHS:
        return ", ".join(map(markdown_code, items))
    return "; ".join(map(markdown, items))


def _gate(gate: Gate | None) -> Iterator[str]:
    if gate is None:
        yield "Gate: none"
        return
    yield f"Gate ({gate.gate_type}): {markdown_code(gate.command)}, {', '.join(phrases.limits_of_gate(gate))}"
    if gate.fail_on:
        yield f"Red when the output matches: {', '.join(map(markdown_code, gate.fail_on))}"
    if gate.description:
        yield from _item(gate.description)


def _item(text: str) -> Iterator[str]:
    """A list item: one line as it is, more as a block under the first. A bare dash would make the line above a heading."""
    title, more = first_and_rest(text)
    line = markdown(title)
    if line or more:
        yield f"- {line or '…'}"
    if more:
        yield from ("", markdown_block(more, "  "), "")
