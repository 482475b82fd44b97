"""Drafts become a plan: ids, gates, paths, approvals and limits."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from copy import copy

from agent_baton.plan.model import BudgetTier, Phase, Plan, Stack, Step
from agent_baton.planner.compose.apart import arrange
from agent_baton.planner.compose.archetypes import Draft, DraftPhase, draft
from agent_baton.planner.compose.foresight import Precaution, precautions
from agent_baton.planner.compose.gates import GATE_TYPES, gate_of
from agent_baton.planner.compose.limits import TIERS, model_of, tier_of
from agent_baton.planner.compose.plain import fits, glob_of, line, task_text
from agent_baton.planner.compose.predict import MOST_FILES, Prediction, nearby_tests, predict
from agent_baton.planner.compose.reasons import explanation
from agent_baton.planner.compose.request import Request
from agent_baton.planner.compose.shape import archetype_of, is_inside_code, needs_approval
from agent_baton.planner.compose.territory import Share
from agent_baton.planner.compose.words import Ask
from agent_baton.records import Record, replace

__all__ = ["GATE_TYPES", "compose"]

DOC_SUFFIXES = (".md", ".rst", ".adoc", ".txt", ".mdx")
DOC_FOLDERS = ("docs", "doc", "documentation", "site", "website")
LOCKS = ("lock", "lock.json", ".sum", "lock.yaml", "lockb")
MOST_KNOWLEDGE = 3
MOST_BLOCKED = 20


class Setting(Record):
    """What every step of a plan is written with."""

    request: Request
    predicted: tuple[Prediction, ...]
    caution: tuple[Precaution, ...]
    tier: BudgetTier


def compose(request: Request) -> Plan:
    """The plan for a request. Deterministic, and always valid; raises UserError for a task that no plan can hold."""
    task = replace(request.task, text=task_text(request.task.text))
    request = replace(request, task=task)
    archetype = archetype_of(request)
    several = sum(casting.part == "build" for casting in request.cast) > 1
    predicted = predict(
        request.facts,
        task,
        request.imports,
        request.cochanges,
        request.definitions,
        MOST_FILES * (1 + several),
    )
    tier = tier_of(request)
    setting = Setting(request, predicted, precautions(request), tier)
    drafts = draft(request, archetype)
    _require_approvals(request, drafts)
    shares = [arrange(request, item, predicted) for item in drafts]
    phases = [
        _phase(setting, number, item, share)
        for number, (item, share) in enumerate(zip(drafts, shares, strict=True), 1)
    ]
    return Plan(
        task_id=request.task_id,
        task_summary=task.text,
        task_type=task.task_type,
        complexity=task.complexity,
        risk_level=task.risk_level,
        budget_tier=tier,
        execution_mode="solo" if len(phases) == 1 and len(phases[0].steps) == 1 else "phased",
        stack=_stack(request),
        phases=phases,
        budget=request.options.budget or copy(TIERS[tier]),
        forecast=request.forecast,
        explanation=explanation(request, archetype, drafts, shares, predicted, setting.caution, tier),
        created_at=request.created_at,
    )


def _stack(request: Request) -> Stack:
    facts = request.facts
    return Stack(
        primary=facts.primary,
        languages=[line(language.name) for language in facts.languages[:6]],
        frameworks=list(dict.fromkeys(line(framework.name) for framework in facts.frameworks))[:12],
        package_manager=line(facts.package_managers[0].name) if facts.package_managers else None,
    )


def _require_approvals(request: Request, drafts: list[DraftPhase]) -> None:
    """HIGH: a person approves before the part that counts. CRITICAL: the plan itself, before anything."""
    risk = request.task.risk_level
    if not needs_approval(request):
        for item in drafts:
            item.approval = False
        return
    if not any(item.approval for item in drafts):
        _making(drafts).approval = True
    if risk == "CRITICAL":
        drafts[0].approval = True


def _making(drafts: Sequence[DraftPhase]) -> DraftPhase:
    """The first phase that changes what the task is about; making missing tests or a design is not that."""
    made = (
        item
        for item in drafts
        if "setup" not in item.gates and any(not step.read_only for step in item.steps)
    )
    return next(made, drafts[0])


def _phase(setting: Setting, number: int, item: DraftPhase, share: Sequence[Share]) -> Phase:
    steps = [
        _step(setting, f"{number}.{place}", step, [f"{number}.{other + 1}" for other in step.after], part)
        for place, (step, part) in enumerate(zip(item.steps, share, strict=True), 1)
    ]
    return Phase(
        phase_id=number,
        name=item.name,
        steps=steps,
        gate=gate_of(setting.request, item.gates),
        approval_required=item.approval,
        risk_level=setting.request.task.risk_level,
    )


def _step(setting: Setting, step_id: str, item: Draft, depends_on: list[str], share: Share) -> Step:
    request = setting.request
    ask = item.write(request, share.predicted)
    allowed = list(share.ground) or _documents(request, ask)
    named = [path for path in request.task.files if path in set(request.facts.files) and fits(path)]
    return Step(
        step_id=step_id,
        agent_name=item.casting.agent_name,
        model=model_of(request, item.casting, setting.tier),
        task_description=ask.description + (f"\n\n{share.part}" if share.part else ""),
        depends_on=depends_on,
        deliverables=list(ask.deliverables),
        acceptance=[*ask.acceptance, *(c.acceptance for c in setting.caution if ask.cautioned)],
        allowed_paths=allowed,
        blocked_paths=["**"] if item.read_only else _generated(request, ask, share),
        context_files=named[:8],
        expected_files=[] if item.read_only else _expected(request, ask, share, allowed),
        knowledge=list(
            dict.fromkeys([*request.options.knowledge, *list(request.knowledge)[:MOST_KNOWLEDGE]])
        ),
        may_veto=item.may_veto,
    )


def _expected(request: Request, ask: Ask, share: Share, allowed: list[str]) -> list[str]:
    """The part of the prediction that this kind of step touches, as patterns that match these files only."""
    paths = [item.path for item in share.predicted]
    tests = set(request.facts.tests)
    if ask.expects == "unknown":
        return []
    if ask.expects == "tests":
        paths = list(nearby_tests(request.facts, request.task, share.predicted))
    if ask.expects == "docs" and not is_inside_code(request):
        paths = [path for path in paths if _is_document(path)]
    if ask.expects == "change":
        paths = [path for path in paths if path not in tests or path in request.task.files]
    folders = [pattern.removesuffix("**") for pattern in share.ground]
    patterns = [glob_of(path) for path in paths]
    return [one for one in patterns if not folders or one.startswith(tuple(folders))]


def _is_document(path: str) -> bool:
    return path.lower().endswith(DOC_SUFFIXES) or path.partition("/")[0].lower() in DOC_FOLDERS


def _documents(request: Request, ask: Ask) -> list[str]:
    """Path limits only where they are certain: documentation work touches documents, unless the task names others."""
    others = [path for path in request.task.files if not _is_document(path)]
    if ask.expects != "docs" or others or is_inside_code(request):
        return []
    places = {posixpath.dirname(path).partition("/")[0] for path in request.facts.docs}
    bare = sorted({path for path in request.task.files if "." not in posixpath.basename(path) and fits(path)})
    folders = sorted(f"{place}/**" for place in places if place.lower() in DOC_FOLDERS)
    return [*(f"**/*{suffix}" for suffix in DOC_SUFFIXES), *folders, *map(glob_of, bare)]


def _generated(request: Request, ask: Ask, share: Share) -> list[str]:
    """Generated files are made by their generator; locks by the package manager, which may run."""
    wanted = {*request.task.files, *(item.path for item in share.predicted)}
    paths = [
        path
        for path in request.facts.generated
        if not path.endswith(LOCKS) and fits(path) and path not in wanted
    ]
    return [glob_of(path) for path in paths[:MOST_BLOCKED]] if ask.cautioned else []
