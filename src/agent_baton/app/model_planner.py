"""Letting a model plan: it proposes, the same rules as for every plan decide, and the deterministic plan stands behind it."""

from __future__ import annotations

import difflib
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from agent_baton.agents.registry import Registry, load_registry
from agent_baton.app.asking import Reply, ask
from agent_baton.app.forecasts import forecast_of
from agent_baton.app.plan_lint import findings
from agent_baton.app.planning import PLANNER_TIMEOUT_S, Planned, facts_of
from agent_baton.app.runnable import adapt
from agent_baton.app.site import Site
from agent_baton.claude import planner as claude
from agent_baton.engine.brief import counted
from agent_baton.errors import BatonError, NotFound, UserError
from agent_baton.plan.finding import Finding
from agent_baton.plan.inert import clean, visible, visible_block
from agent_baton.plan.load import decode_json, plan_from
from agent_baton.plan.model import Plan, Step
from agent_baton.plan.write import document_of
from agent_baton.planner.bounds import FIXED, GATE_TYPES, Bounds, breaches, completed
from agent_baton.planner.briefing import answer_schema, briefing, prompt
from agent_baton.planner.compose import Options
from agent_baton.planner.facts import Facts
from agent_baton.planner.forecast import read_prices
from agent_baton.processes import allowed_environment
from agent_baton.runtimes.claude.command import DEFAULTS, PASSED

REPAIRS = 2
MOST_TOLD = 30  # findings sent back at once
# Warnings of the lint that a person may live with and a model may not cause.
UNACCEPTABLE = (
    "no-approval", "no-gate", "gate-always-fails", "gate-cannot-fail", "gate-not-found", "gate-unreadable",
    "outside-repository", "hidden-text", "overlap", "unreachable", "review-too-early", "unknown-agent",
)  # fmt: skip
Note: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PlannerProgram:
    """A program that plans, and how it is spoken to."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    at_home: (
        bool  # started in the repository; else in an empty directory, so that none of its settings are loaded
    )
    request: Callable[[Mapping[str, Any]], bytes]
    answer: Callable[[Reply], tuple[bytes, str]]  # the plan's JSON, or why there is none


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One plan to be made or changed: the draft, and what an answer may hold."""

    site: Site
    draft: Plan
    bounds: Bounds
    document: dict[str, Any]
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a planner came to. `plan` is None when nothing it said may be used."""

    plan: Plan | None
    problems: tuple[str, ...] = ()
    rounds: int = 0
    warnings: tuple[str, ...] = field(default=())


def planner_program(spec: str, env: Mapping[str, str]) -> PlannerProgram:
    """The program of a `--planner`: `claude`, or `command PROGRAM ARGS…`."""
    kind, _, rest = spec.strip().partition(" ")
    if kind == "claude" and not rest.strip():
        argv = tuple(claude.command(answer_schema()))
        return PlannerProgram(
            "claude", argv, DEFAULTS | allowed_environment(env, PASSED), False, _as_text, _of_claude
        )
    if kind == "command":
        return PlannerProgram(
            spec.strip(), _words(rest), allowed_environment(env), True, _as_json, _of_program
        )
    close = difflib.get_close_matches(kind, ("claude", "command"), 1)
    raise UserError(
        f"no planner {visible(spec)!r}"
        + (f"; did you mean {close[0]!r}?" if close else "")
        + ' It is claude, or "command PROGRAM ARGS…" for a program that reads the request on stdin and prints a plan'
    )


def _words(line: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise UserError(f"--planner command {visible(line)}: {error}") from error
    if not words:
        raise UserError('--planner command needs a program: --planner "command ./plan.py"')
    return words


def _as_text(request: Mapping[str, Any]) -> bytes:
    return str(request["prompt"]).encode("utf-8", "replace")


def _as_json(request: Mapping[str, Any]) -> bytes:
    return json.dumps(request, ensure_ascii=True).encode("ascii")


def _of_claude(reply: Reply) -> tuple[bytes, str]:
    document, problem = claude.structured(reply.output)
    if document is None:
        return b"", problem if reply.output else reply.problem or problem
    return json.dumps(document).encode("utf-8"), reply.problem


def _of_program(reply: Reply) -> tuple[bytes, str]:
    return reply.output, reply.problem


def plan_with(
    site: Site,
    planned: Planned,
    options: Options,
    spec: str,
    note: Note,
    timeout_s: float = PLANNER_TIMEOUT_S,
) -> Plan:
    """The model's plan for a task, or the deterministic one it was to improve, with the reason in a note."""
    program = planner_program(spec, os.environ)
    inquiry = _inquiry(site, planned.plan, planned.facts, planned.registry, options, "", timeout_s)
    proposal = propose(program, inquiry, note)
    for warning in proposal.warnings:
        note(warning)
    if proposal.plan is not None:
        return proposal.plan
    note(_told(program, proposal) + "\nThe plan below is the deterministic one; no model had a part in it.")
    return planned.plan


def refine_with(
    site: Site, plan: Plan, wish: str, spec: str, note: Note, timeout_s: float = PLANNER_TIMEOUT_S
) -> Plan:
    """The plan as a model changed it to fit a wish. Raises UserError when its answers cannot be used."""
    program = planner_program(spec, os.environ)
    facts = facts_of(site)
    registry = load_registry(Path(site.checkout.top), Path.home())
    proposal = propose(program, _inquiry(site, plan, facts, registry, Options(), wish, timeout_s), note)
    if proposal.plan is None:
        raise UserError(_told(program, proposal) + "\nThe saved plan is unchanged.")
    for warning in proposal.warnings:
        note(warning)
    return proposal.plan


def _told(program: PlannerProgram, proposal: Proposal) -> str:
    many = "" if proposal.rounds <= 1 else f" after {proposal.rounds} answers"
    shown = "\n".join(f"  {visible_block(line)}" for line in proposal.problems[:5])
    return f"planner {visible(program.name)!r} gave no plan that can be used{many}:\n{shown}"


def _inquiry(
    site: Site, draft: Plan, facts: Facts, registry: Registry, options: Options, wish: str, timeout_s: float
) -> Inquiry:
    names = options.agents or registry.names
    gates = _gates(draft, facts)
    models = {options.model} if options.model else _models(site, draft)
    bounds = Bounds(
        gates=gates,
        agents=frozenset(names),
        read_only=frozenset(one.name for one in registry if one.reads_only),
        models=frozenset(models),
        keep_reviews=not wish,
        fixed=(*FIXED, *(name for name in ("task_type", "complexity") if getattr(options, name))),
    )
    known = {name: registry.get(name).description for name in names}
    return Inquiry(site, draft, bounds, briefing(draft, facts, gates, known, models, wish), timeout_s)


def _gates(draft: Plan, facts: Facts) -> dict[str, frozenset[str]]:
    """Every command an answer may use: what gate finding found, as it runs on this machine, and the draft's own."""
    found: dict[str, set[str]] = {}
    for candidate in facts.gates:
        for command in (candidate.command, adapt(candidate.command, Path(facts.root))):
            found.setdefault(command, set()).update(GATE_TYPES[candidate.kind])
    for phase in draft.phases:
        if phase.gate:
            found.setdefault(phase.gate.command, set()).add(phase.gate.gate_type)
    return {command: frozenset(types) for command, types in found.items()}


def _models(site: Site, draft: Plan) -> set[str]:
    """Models whose price is known, and those of the draft."""
    return {*read_prices(Path(site.checkout.top)).models, *(step.model for step in _steps(draft))}


def _steps(plan: Plan) -> Iterator[Step]:
    return (step for phase in plan.phases for step in phase.steps)


def propose(program: PlannerProgram, inquiry: Inquiry, note: Note) -> Proposal:
    """Ask, check, send the findings back at most twice. A program that fails is not asked again."""
    findings: tuple[str, ...] = ()
    previous = b""
    for number in range(1, REPAIRS + 2):
        reply = _ask(program, inquiry, previous, findings)
        if isinstance(reply, str):
            return Proposal(None, (reply,), number)
        previous = reply
        plan, findings, warnings = _judged(inquiry, previous)
        if plan is not None:
            plan.explanation = _signed(plan, inquiry.draft, program, number)
            return Proposal(plan, (), number, warnings)
        if number <= REPAIRS:
            note(
                f"planner {visible(program.name)!r}: answer {number} refused, {counted(len(findings), 'finding')} sent back"
            )
    return Proposal(None, findings, REPAIRS + 1)


def _ask(
    program: PlannerProgram, inquiry: Inquiry, previous: bytes, findings: tuple[str, ...]
) -> bytes | str:
    """The answer's bytes, or in words why the program failed."""
    shown = previous.decode("utf-8", "replace")
    request = {
        **inquiry.document,
        "findings": list(findings),
        "previous": shown,
        "prompt": prompt(inquiry.document, shown, findings),
    }
    if shutil.which(program.argv[0], path=program.env.get("PATH")) is None and "/" not in program.argv[0]:
        return f"there is no program {program.argv[0]!r} on PATH"
    with _place(program, inquiry.site) as cwd:
        reply = ask(program.argv, program.request(request), cwd, program.env, inquiry.timeout_s)
    answer, problem = program.answer(reply)
    return problem or answer


@contextmanager
def _place(program: PlannerProgram, site: Site) -> Iterator[str]:
    if program.at_home:
        yield site.checkout.top
        return
    with tempfile.TemporaryDirectory(prefix="baton-planner-") as empty:
        yield empty


def _judged(inquiry: Inquiry, raw: bytes) -> tuple[Plan | None, tuple[str, ...], tuple[str, ...]]:
    """The plan if it may be used, what must change otherwise, and warnings that may stay."""
    try:
        plan = _parsed(inquiry, raw)
    except BatonError as error:
        return None, (error.message,), ()
    plan.forecast = forecast_of(inquiry.site, plan)
    refused = breaches(inquiry.draft, plan, inquiry.bounds)
    found = _new_findings(inquiry, plan)
    refused += [_line(item) for item in found if item.severity == "error" or item.code in UNACCEPTABLE]
    warnings = tuple(_line(item) for item in found if item.severity == "warning")
    return (None, tuple(refused[:MOST_TOLD]), ()) if refused else (plan, (), warnings)


def _parsed(inquiry: Inquiry, raw: bytes) -> Plan:
    document = decode_json(raw, "the answer")
    if not isinstance(document, dict):
        raise UserError("the answer is not a plan: a plan is one object")
    draft = document_of(inquiry.draft)
    return plan_from(completed(draft, document, inquiry.bounds.fixed), "the answer")


def _new_findings(inquiry: Inquiry, plan: Plan) -> list[Finding]:
    """What the lint says of the answer and not already of the draft."""
    known = {(item.code, item.message) for item in findings(inquiry.site, inquiry.draft)}
    found = findings(inquiry.site, plan)
    return [item for item in found if item.severity == "error" or (item.code, item.message) not in known]


def _line(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}" + (f" ({finding.hint})" if finding.hint else "")


def _signed(plan: Plan, draft: Plan, program: PlannerProgram, rounds: int) -> list[str]:
    """The reasons, those of the model marked as such; what it kept of the draft's stays as it was."""
    name = clean(program.name, one_line=True)[:200]
    after = "" if rounds == 1 else f" after {counted(rounds - 1, 'repair')}"
    first = f"Planned by {name}{after}, within the gates, agents and approvals of the draft"
    kept = set(draft.explanation)
    return [first, *(line if line in kept else f"Planner: {line[:19_000]}" for line in plan.explanation)]


def edited(site: Site, plan: Plan, drop: Iterable[str], agents: Iterable[str], models: Iterable[str]) -> Plan:
    """The plan with steps dropped, agents or models replaced (`STEP=NAME`), as a person asked. Needs no model."""
    document = document_of(plan)
    registry = load_registry(Path(site.checkout.top), Path.home())
    for option, pairs, key in (("--agent-for", agents, "agent_name"), ("--model-for", models, "model")):
        for pair in pairs:
            step_id, _, name = pair.partition("=")
            if not name:
                raise UserError(f"{option} is STEP=NAME, as in {option} 2.1=…, not {pair!r}")
            if key == "agent_name":
                registry.get(name)
            _step(document, step_id)[key] = name
    for step_id in drop:
        _drop(document, step_id)
    changed = plan_from({**document, "forecast": None}, "the refined plan")
    changed.forecast = forecast_of(site, changed)
    return changed


def _step(document: dict[str, Any], step_id: str) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [step for phase in document["phases"] for step in phase["steps"]]
    for step in steps:
        if step["step_id"] == step_id:
            return step
    raise NotFound(
        f"the plan has no step {step_id!r}; its steps are {', '.join(s['step_id'] for s in steps)}"
    )


def _drop(document: dict[str, Any], step_id: str) -> None:
    """Take a step out; what waited for it waits for what it waited for. A phase without steps goes with its gate."""
    dropped = _step(document, step_id)
    for phase in document["phases"]:
        phase["steps"] = [step for step in phase["steps"] if step["step_id"] != step_id]
        for step in phase["steps"]:
            if step_id in step["depends_on"]:
                waits = [other for other in step["depends_on"] if other != step_id]
                step["depends_on"] = list(dict.fromkeys([*waits, *dropped["depends_on"]]))
    document["phases"] = [phase for phase in document["phases"] if phase["steps"]]
    if not document["phases"]:
        raise UserError(f"{step_id!r} is the only step; a plan without steps is none")
