"""Why this plan: every choice with its reason, one a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent_baton.planner.compose.archetypes import DraftPhase
from agent_baton.planner.compose.foresight import Precaution
from agent_baton.planner.compose.plain import line
from agent_baton.planner.compose.predict import Prediction
from agent_baton.planner.compose.request import Request
from agent_baton.planner.compose.territory import Share
from agent_baton.planner.facts import Signal

MOST = 1_000
MOST_KNOWLEDGE = 3
SHAPES = {
    "solo": "small work: one agent and one gate",
    "fix": "the bug is shown by a failing test before it is fixed",
    "feature": "built, then reviewed as its risk asks",
    "refactor": "the behaviour is pinned by tests before anything moves",
    "migration": "the way back exists and was tried before the data moves",
    "operation": "an act on what is live or stored: rehearsed, approved, done, checked",
    "security": "the hole is shown by an attacking test before it is closed",
    "performance": "measured before and after",
    "test": "tests only",
    "investigation": "a question: evidence and an answer, no edits",
    "reading": "only judges or designers were asked for: they look, and nobody edits",
    "docs": "words only: one writer, limited to documents",
    "data": "an analysis that can be run again",
    "dependency": "licence and upkeep before the version comes in",
}


def explanation(
    request: Request,
    archetype: str,
    drafts: Sequence[DraftPhase],
    shares: Iterable[Sequence[Share]],
    predicted: Sequence[Prediction],
    caution: Sequence[Precaution],
    tier: str,
) -> list[str]:
    """The lines, in the order a reader asks."""
    task = request.task
    lines = [
        _because(f"Type {task.task_type}", task.type_signals),
        _because(f"Complexity {task.complexity}", task.complexity_signals),
        _because(f"Risk {task.risk_level}", task.risk_signals),
        f"Shape {archetype}: {SHAPES[archetype]}",
        f"Budget: {tier}",
        *_agents(request, drafts),
        *_gates(request, drafts),
        *(f"Expected file {item.path}: {item.reason}" for item in predicted),
        *_order(drafts, shares),
        *(f"Precaution: {item.acceptance}, because {item.reason}" for item in caution),
        *(f"Knowledge {path}: {why}" for path, why in list(request.knowledge.items())[:MOST_KNOWLEDGE]),
        *_approvals(request, drafts),
    ]
    return [line(text, MOST) for text in lines]


def _agents(request: Request, drafts: Sequence[DraftPhase]) -> list[str]:
    at_work = {step.casting.agent_name for item in drafts for step in item.steps}
    return [
        f"Agent {casting.agent_name}: {casting.reason}"
        if casting.agent_name in at_work
        else f"Agent {casting.agent_name} left out: a plan of this shape has no step for it ({casting.reason})"
        for casting in request.cast
    ]


def _gates(request: Request, drafts: Sequence[DraftPhase]) -> list[str]:
    """The maintainers' gates that can appear in a plan of this shape."""
    if all(item.gates in (("whitespace",), ("untouched",)) for item in drafts):
        return []
    lines = [
        f"Gate {kind}: {gate.command} ({gate.confidence} confidence: {gate.reason})"
        for kind, gate in request.gates.items()
        if kind == "test" or gate.confidence == "high"
    ]
    return lines + ([f"No tests here: {request.missing_tests}"] if request.missing_tests else [])


def _order(drafts: Sequence[DraftPhase], shares: Iterable[Sequence[Share]]) -> list[str]:
    lines = []
    for item, parts in zip(drafts, shares, strict=True):
        beside = [(step, part) for step, part in zip(item.steps, parts, strict=True) if part.part]
        names = " and ".join(step.casting.agent_name for step, _ in beside)
        if beside and beside[0][1].ground:
            where = " | ".join(", ".join(part.ground) for _, part in beside)
            lines.append(f"Side by side: {names}, because their files are predicted and apart ({where})")
        elif beside:
            lines.append(f"One after the other: {names}, because their files are not known to be apart")
    return lines


def _approvals(request: Request, drafts: Sequence[DraftPhase]) -> list[str]:
    names = [item.name for item in drafts if item.approval]
    if not names:
        return []
    return [
        f"Approval before {', '.join(names)}: a person decides, because the risk is {request.task.risk_level}"
    ]


def _reason(signal: Signal) -> str:
    words = signal.words or (signal.weight if signal.name == "runner-up" else "")
    return f"{signal.name} ({words})" if words else signal.name


def _because(verdict: str, signals: Iterable[Signal]) -> str:
    reasons = "; ".join(_reason(signal) for signal in signals)
    return f"{verdict}: {reasons}" if reasons else verdict
