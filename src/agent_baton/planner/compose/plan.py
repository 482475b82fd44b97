"""Drafts become a plan: ids, gates, paths, approvals, limits, and the reasons for all of it."""

from __future__ import annotations

import posixpath

from agent_baton.plan.model import Gate, Phase, Plan, Stack, Step
from agent_baton.planner.compose.archetypes import Draft, DraftPhase, archetype_of, draft
from agent_baton.planner.compose.foresight import Precaution, precautions
from agent_baton.planner.compose.limits import TIERS, model_of, tier_of
from agent_baton.planner.compose.predict import Prediction, predict
from agent_baton.planner.compose.request import Request
from agent_baton.planner.compose.words import Ask

GATE_TYPES = {"test": "test", "lint": "lint", "types": "lint", "build": "build"}
DOC_SUFFIXES = (".md", ".rst", ".adoc", ".txt")
MAKING = ("implement", "fix", "fix_alone", "solo", "restructure", "migrate", "speed_up", "check_licence")
MOST_KNOWLEDGE = 3


def compose(request: Request) -> Plan:
    """The plan for a request. Deterministic, and always valid."""
    task, options = request.task, request.options
    archetype = archetype_of(request)
    predicted = predict(request.facts, task, request.imports, request.cochanges)
    tier = tier_of(request)
    drafts = draft(request, archetype)
    _require_approvals(request, drafts)
    caution = precautions(request)
    phases = [
        _phase(request, number, item, predicted, caution, tier) for number, item in enumerate(drafts, 1)
    ]
    return Plan(
        task_id=request.task_id,
        task_summary=task.text.strip(),
        task_type=task.task_type,
        complexity=task.complexity,
        risk_level=task.risk_level,
        budget_tier=tier,
        execution_mode="solo" if len(phases) == 1 and len(phases[0].steps) == 1 else "phased",
        stack=_stack(request),
        phases=phases,
        budget=options.budget or TIERS[tier].model_copy(),
        forecast=request.forecast,
        explanation=_explanation(request, archetype, drafts, predicted, caution, tier),
        created_at=request.created_at,
    )


def _stack(request: Request) -> Stack:
    facts = request.facts
    return Stack(
        primary=facts.primary,
        languages=[language.name for language in facts.languages[:6]],
        frameworks=list(dict.fromkeys(framework.name for framework in facts.frameworks))[:12],
        package_manager=facts.package_managers[0].name if facts.package_managers else None,
    )


def _require_approvals(request: Request, drafts: list[DraftPhase]) -> None:
    """HIGH: a person approves before the irreversible part. CRITICAL: the plan itself, before anything."""
    risk = request.task.risk_level
    read_only = all(step.read_only for item in drafts for step in item.steps)
    if risk not in ("HIGH", "CRITICAL") or (read_only and risk != "CRITICAL"):
        for item in drafts:
            item.approval = False
    elif risk == "CRITICAL":
        drafts[0].approval = True
    elif not any(item.approval for item in drafts):
        making = next(
            (item for item in drafts if any(step.write.__name__ in MAKING for step in item.steps)), drafts[0]
        )
        making.approval = True


def _phase(
    request: Request,
    number: int,
    item: DraftPhase,
    predicted: tuple[Prediction, ...],
    caution: tuple[Precaution, ...],
    tier: str,
) -> Phase:
    _keep_apart(request, item, predicted)
    steps = [
        _step(
            request,
            f"{number}.{place}",
            step,
            [f"{number}.{other + 1}" for other in step.after],
            predicted,
            caution,
            tier,
        )
        for place, step in enumerate(item.steps, 1)
    ]
    return Phase(
        phase_id=number,
        name=item.name,
        steps=steps,
        gate=_gate(request, item),
        approval_required=item.approval,
        risk_level=request.task.risk_level,
    )


def _keep_apart(request: Request, item: DraftPhase, predicted: tuple[Prediction, ...]) -> None:
    """Makers run side by side only when their files are known and apart; otherwise one after the other."""
    makers = [place for place, step in enumerate(item.steps) if not step.read_only]
    for earlier, later in zip(makers, makers[1:], strict=False):
        if later not in item.steps[earlier].after and earlier not in item.steps[later].after:
            item.steps[later].after.append(earlier)
    for step in item.steps:
        step.after = sorted(set(step.after))


def _step(
    request: Request,
    step_id: str,
    item: Draft,
    depends_on: list[str],
    predicted: tuple[Prediction, ...],
    caution: tuple[Precaution, ...],
    tier: str,
) -> Step:
    ask: Ask = item.write(request, predicted)
    making = item.write.__name__ in MAKING
    acceptance = [*ask.acceptance, *(c.acceptance for c in caution if making)]
    named = [path for path in request.task.files if path in request.facts.files]
    return Step(
        step_id=step_id,
        agent_name=item.casting.agent_name,
        model=model_of(request, item.casting, tier),
        task_description=ask.description,
        depends_on=depends_on,
        deliverables=list(ask.deliverables),
        acceptance=acceptance,
        allowed_paths=_allowed(request, item),
        blocked_paths=_blocked(request, item),
        context_files=named[:8],
        expected_files=[] if item.read_only else [p.path for p in predicted],
        knowledge=[*request.options.knowledge, *list(request.knowledge)[:MOST_KNOWLEDGE]],
        may_veto=item.may_veto,
    )


def _allowed(request: Request, item: Draft) -> list[str]:
    """Path limits only where they are certain: documentation work touches documents."""
    if item.write.__name__ != "write_docs":
        return []
    named = [path for path in request.task.files if not path.lower().endswith(DOC_SUFFIXES)]
    if named:
        return []
    places = {posixpath.dirname(path).partition("/")[0] for path in request.facts.docs}
    folders = sorted(
        f"{place}/**" for place in places if place in ("docs", "doc", "documentation", "site", "website")
    )
    return [*(f"**/*{suffix}" for suffix in DOC_SUFFIXES), *folders]


def _blocked(request: Request, item: Draft) -> list[str]:
    if item.read_only:
        return ["**"]
    return [path for path in request.facts.generated[:20] if not path.endswith(("lock", "lock.json", ".sum"))]


def _gate(request: Request, item: DraftPhase) -> Gate | None:
    for kind in item.gates:
        gate = _gate_of(request, kind)
        if gate is not None:
            return gate
    return _gate_of(request, "whitespace")


def _gate_of(request: Request, kind: str) -> Gate | None:
    if kind == "setup":
        return (
            Gate(command=request.test_setup_command, description="the tests this phase makes")
            if request.test_setup_command
            else None
        )
    if kind == "untouched":
        return Gate(
            gate_type="custom",
            command="git diff --exit-code HEAD --",
            description="an investigation changes no tracked file",
        )
    if kind == "whitespace":
        base = request.base_commit[:12] or "HEAD"
        return Gate(
            gate_type="custom",
            # Markdown means something by blanks at the end of a line
            command=f"git -c core.whitespace=-blank-at-eol diff --check {base} --",
            description="no conflict markers and no damaged whitespace in what was changed",
        )
    candidate = request.gates.get(kind)
    if candidate is None and kind == "test" and request.missing_tests and request.test_setup_command:
        return Gate(command=request.test_setup_command, description="the tests made in the first phase")
    if candidate is None:
        return None
    where = (
        f"{candidate.evidence.path}:{candidate.evidence.line}"
        if candidate.evidence.line
        else candidate.evidence.path
    )
    return Gate(
        gate_type=GATE_TYPES.get(kind, "custom"),
        command=candidate.command,
        description=f"{candidate.reason} ({where})" if where else candidate.reason,
    )


def _explanation(
    request: Request,
    archetype: str,
    drafts: list[DraftPhase],
    predicted: tuple[Prediction, ...],
    caution: tuple[Precaution, ...],
    tier: str,
) -> list[str]:
    """Every choice with its reason, one a line."""
    task = request.task
    lines = [
        _because(f"Type {task.task_type}", task.type_signals),
        _because(f"Complexity {task.complexity}", task.complexity_signals),
        _because(f"Risk {task.risk_level}", task.risk_signals),
        f"Shape: {archetype}"
        + (
            "; one agent and one gate fit work of this size"
            if len(drafts) == 1 and len(drafts[0].steps) == 1
            else ""
        ),
        f"Budget: {tier}",
    ]
    lines += [f"Agent {casting.agent_name}: {casting.reason}" for casting in request.cast]
    for kind, gate in request.gates.items():
        lines.append(f"Gate {kind}: {gate.command} ({gate.confidence} confidence: {gate.reason})")
    if request.missing_tests:
        lines.append(f"No tests here: {request.missing_tests}")
    lines += [f"Expected file {item.path}: {item.reason}" for item in predicted]
    lines += [f"Precaution: {item.acceptance}, because {item.reason}" for item in caution]
    lines += [
        f"Knowledge {path}: {reason}" for path, reason in list(request.knowledge.items())[:MOST_KNOWLEDGE]
    ]
    if any(item.approval for item in drafts):
        lines.append(f"Approval: a person decides first, because the risk is {task.risk_level}")
    return lines


def _because(verdict: str, signals: tuple[object, ...]) -> str:
    reasons = "; ".join(
        f"{signal.name} ({signal.words})" if signal.words else signal.name for signal in signals
    )  # type: ignore[attr-defined]
    return f"{verdict}: {reasons}" if reasons else verdict
