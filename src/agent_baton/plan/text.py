"""The plan in a terminal: what `baton plan` prints, and the tree of `baton plan show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent_baton.plan import phrases
from agent_baton.plan.columns import wrapped
from agent_baton.plan.inert import first_line, visible
from agent_baton.plan.model import Gate, Phase, Plan, Step


def render_text(plan: Plan, width: int = 80, explain: bool = False) -> str:
    """Task, id, risk, budget and mode, then phases, steps and gates; with `explain` every detail, and why."""
    return "\n".join(_document(plan, width, explain)) + "\n"


def _document(plan: Plan, width: int, explain: bool) -> Iterator[str]:
    yield from wrapped(plan.task_summary, width, "Task: ", "      ")
    yield f"Task ID: {plan.task_id}"
    facts = phrases.headline(plan)
    yield " | ".join(f"{name}: {value}" for name, value in facts[:3])
    yield " | ".join(f"{name}: {value}" for name, value in facts[3:6])
    for name, value in facts[6:]:
        yield from wrapped(value, width, f"{name}: ", "  ")
    for phase in plan.phases:
        yield from ("", *_phase(phase, width, explain))
    if explain and plan.explanation:
        yield from ("", "Why this plan:")
        for reason in plan.explanation:
            yield from wrapped(reason, width, "  - ", "    ")


def _phase(phase: Phase, width: int, explain: bool) -> Iterator[str]:
    yield from wrapped(_phase_title(phase), width, "", "  ")
    for step in phase.steps:
        yield from _step(step, width, explain)
    yield from wrapped(_gate_line(phase.gate), width, "  ", "    ")
    for text in _gate_details(phase.gate) if explain and phase.gate else ():
        yield from wrapped(text, width, "    ", "    ")


def _gate_details(gate: Gate) -> Iterator[str]:
    yield ", ".join(phrases.limits_of_gate(gate))
    if gate.fail_on:
        yield f"red when the output matches: {'; '.join(gate.fail_on)}"
    if gate.description.strip():
        yield gate.description


def _phase_title(phase: Phase) -> str:
    risk = f" [{phase.risk_level}]" if phase.risk_level != "LOW" else ""
    approval = " — needs approval" if phase.approval_required else ""
    return f"Phase {phase.phase_id}: {phase.name}{risk}{approval}"


def _gate_line(gate: Gate | None) -> str:
    return f"Gate ({gate.gate_type}): {gate.command}" if gate else "Gate: none"


def _step(step: Step, width: int, explain: bool) -> Iterator[str]:
    who, waits = phrases.who(step), ", ".join(step.depends_on)
    if not explain:
        text = f"{who} {first_line(step.task_description)}{f' (after {waits})' if waits else ''}"
        yield from wrapped(text, width, "  ", "      ")
        return
    yield from wrapped(f"{who} {step.task_description}", width, "  ", "      ")
    for name, items in [*([("After", [waits])] if waits else []), *phrases.details(step)]:
        yield from wrapped(f"{name}: {'; '.join(items)}", width, "      ", "        ")
    for name, text in phrases.parts(step):
        yield from wrapped(f"{name}: {text}", width, "      ", "        ")


def render_tree(plan: Plan) -> str:
    """The shape of the plan: one line for each phase, step and gate."""
    lines = [f"{plan.task_id}  {visible(first_line(plan.task_summary, 100))}"]
    for number, phase in enumerate(plan.phases):
        last = number == len(plan.phases) - 1
        lines.append(f"{'└─' if last else '├─'} {visible(_phase_title(phase))}")
        leaves = [*map(_leaf, phase.steps), visible(_gate_line(phase.gate))]
        lines += _branches(leaves, "   " if last else "│  ")
    return "\n".join(lines) + "\n"


def _leaf(step: Step) -> str:
    waits = f"  ← {', '.join(step.depends_on)}" if step.depends_on else ""
    return f"{phrases.who(step)} {visible(first_line(step.task_description, 100))}{waits}"


def _branches(leaves: Sequence[str], margin: str) -> list[str]:
    return [f"{margin}{'└─' if n == len(leaves) - 1 else '├─'} {leaf}" for n, leaf in enumerate(leaves)]
