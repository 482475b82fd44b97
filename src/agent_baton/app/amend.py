"""Amending a running plan: from what a person asks for to checked ops, shown as a diff before they apply."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent_baton.agents.registry import load_registry
from agent_baton.app.driver import perform
from agent_baton.app.site import Site
from agent_baton.app.start import measure_baseline
from agent_baton.engine import commands as cmd
from agent_baton.engine.amend import amended
from agent_baton.engine.events import BaselineGathered, PlanAmended, StepDispatched, TaskStarted
from agent_baton.engine.handle import handle
from agent_baton.engine.state import State
from agent_baton.engine.transitions import RUNNABLE
from agent_baton.errors import NotFound, UserError
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.plan.check import check as check_plan
from agent_baton.plan.contract import validated
from agent_baton.plan.diff import diff_plans
from agent_baton.plan.difftext import render_diff
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Budget, Gate, Phase, Plan, Step
from agent_baton.plan.problem import words
from agent_baton.plan.validate import model_problems
from agent_baton.plan.write import document_of
from agent_baton.processes import allowed_environment
from agent_baton.redact import redact
from agent_baton.workspace.locate import read_head


@dataclass(frozen=True)
class Wanted:
    """The options of `baton execute amend`."""

    plan_file: str | None = None
    add_step: str | None = None
    add_phase: str | None = None
    change_step: str | None = None
    remove_step: str | None = None
    gate_command: str | None = None
    phase_id: int | None = None
    after: int | None = None
    agent: str | None = None
    model: str | None = None
    task_text: str | None = None
    depends_on: str | None = None
    budget_usd: float | None = None
    budget_tokens: int | None = None
    budget_wall_s: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Change:
    ops: tuple[dict[str, Any], ...]
    lines: tuple[str, ...]
    reason: str

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def current_plan(journal: SqliteJournal, task_id: str) -> Plan:
    """The plan as it stands in the journal, amendments included."""
    document: dict[str, Any] | None = None
    for item in journal.events(task_id):
        if isinstance(item.event, TaskStarted):
            document = item.event.plan
        elif isinstance(item.event, PlanAmended):
            assert document is not None
            document = amended(document, item.event.ops)
    if document is None:
        raise NotFound(f"no task {task_id!r} in this repository's journal")
    return validated(Plan, document)


def require_agent(site: Site, name: str) -> None:
    """Refuse an agent nobody has defined."""
    load_registry(Path(site.checkout.top), Path.home()).get(name)


def prepare(site: Site, journal: SqliteJournal, task_id: str, wanted: Wanted) -> Change:
    """The ops that lead from the plan as it is to the plan as wanted, and the diff. Changes nothing."""
    old = current_plan(journal, task_id)
    state = journal.state(task_id)
    if wanted.plan_file:
        new = read_plan(Path(wanted.plan_file))
        ops = _ops_between(old, new)
    else:
        ops = _ops_of(old, state.head.last_phase_id, _last_steps(journal, task_id), wanted)
        ops += _promises(old, state, wanted)
        new = _possible(amended(document_of(old), tuple(ops)))
    if not ops:
        raise UserError("nothing to amend: the plan would stay as it is")
    _refuse_unknown_agents(site, old, new)
    errors = [
        finding
        for finding in check_plan(new, agents=None, command_exists=None, files=None)
        if finding.severity == "error"
    ]
    if errors:
        raise UserError(
            "the amended plan would be wrong:\n" + "\n".join(f"  {f.where}: {f.message}" for f in errors)
        )
    return Change(tuple(ops), tuple(render_diff(diff_plans(old, new)).splitlines()), redact(wanted.reason))


def _possible(document: dict[str, Any]) -> Plan:
    """The plan a document holds; what it cannot be is the user's to mend."""
    plan, problems = model_problems(document, strict=False)
    if plan is None:
        wrong = "\n".join(f"  {words(problem.path)}: {problem.message}" for problem in problems)
        raise UserError(f"the amended plan would be wrong:\n{wrong}")
    return plan


def check(journal: SqliteJournal, task_id: str, change: Change, now: float) -> None:
    """Have the engine judge the change without recording it."""
    handle(journal.state(task_id), cmd.Amend(change.ops, change.reason), now)


def apply(
    journal: SqliteJournal, task_id: str, change: Change, now: float, actor: str, session: str = ""
) -> None:
    perform(journal, task_id, cmd.Amend(change.ops, change.reason, ()), now, actor, session)


def _refuse_unknown_agents(site: Site, old: Plan, new: Plan) -> None:
    before = {step.agent_name for phase in old.phases for step in phase.steps}
    for phase in new.phases:
        for step in phase.steps:
            if step.agent_name not in before:
                require_agent(site, step.agent_name)


def _last_steps(journal: SqliteJournal, task_id: str) -> dict[int, int]:
    return {phase.phase_id: phase.last_step for phase in journal.state(task_id).phases()}


def _ops_of(plan: Plan, last_phase: int, last_steps: dict[int, int], wanted: Wanted) -> list[dict[str, Any]]:
    ops: list[dict[str, Any]] = []
    if wanted.add_phase is not None:
        ops.append(_added_phase(plan, last_phase + 1, wanted))
    elif wanted.add_step is not None:
        ops.append(_added_step(plan, last_steps, wanted))
    if wanted.change_step is not None:
        ops.append(_changed_step(plan, wanted))
    if wanted.remove_step is not None:
        _find_step(plan, wanted.remove_step)
        ops.append({"op": "remove_step", "step_id": wanted.remove_step})
    if wanted.gate_command is not None and wanted.add_phase is None:
        phase = _find_phase(plan, wanted.phase_id, "--gate-command needs --phase-id")
        gate = document_of(phase.gate or Gate(command="x"))
        if gate["command"] != wanted.gate_command:
            ops.append(
                {
                    "op": "change_phase",
                    "phase_id": phase.phase_id,
                    "fields": {"gate": {**gate, "command": wanted.gate_command}},
                }
            )
    budget = _new_budget(plan.budget, wanted)
    if budget is not None and wanted.change_step is None:
        ops.append({"op": "change_task", "fields": {"budget": budget}})
    return ops


def _promises(plan: Plan, state: State, wanted: Wanted) -> list[dict[str, Any]]:
    """What steps yet to be done are accepted by names the phase's new gate, where it named the old one."""
    phase = next((phase for phase in plan.phases if phase.phase_id == wanted.phase_id), None)
    if wanted.gate_command is None or wanted.add_phase is not None or phase is None or phase.gate is None:
        return []
    before, after = f"`{phase.gate.command}`", f"`{wanted.gate_command}`"
    idle = {step.step_id for step in state.steps(phase.phase_id, *RUNNABLE, "pending")}
    return [
        {
            "op": "change_step",
            "step_id": step.step_id,
            "fields": {"acceptance": [line.replace(before, after) for line in step.acceptance]},
        }
        for step in phase.steps
        if step.step_id in idle and before != after and any(before in line for line in step.acceptance)
    ]


def measure_new_gates(
    site: Site, journal: SqliteJournal, task_id: str, actor: str, progress: Callable[[str], None]
) -> None:
    """Take the baseline of gates an amendment brought while nothing was done yet, if one was taken at the start."""
    state, events = journal.state(task_id), [item.event for item in journal.events(task_id)]
    known = {event.command for event in events if isinstance(event, BaselineGathered)}
    began = any(isinstance(event, StepDispatched) for event in events)
    if not known or began or read_head(site.checkout).commit != state.head.base_commit:
        return
    plan = current_plan(journal, task_id)
    new = [phase for phase in plan.phases if phase.gate is not None and phase.gate.command not in known]
    started = events[0]
    assert isinstance(started, TaskStarted)
    env = allowed_environment(os.environ, started.settings.get("gate_env", ()))
    for measured in measure_baseline(site, replace(plan, phases=new), env, progress):
        perform(journal, task_id, measured, round(time.time(), 3), actor, site.session)


def _new_budget(budget: Budget | None, wanted: Wanted) -> dict[str, Any] | None:
    """The limits with those given put in; None when they stay as they are."""
    before = document_of(budget or Budget())
    given = {"usd": wanted.budget_usd, "tokens": wanted.budget_tokens, "wall_s": wanted.budget_wall_s}
    after = {**before, **{name: value for name, value in given.items() if value is not None}}
    return after if after != before else None


def _find_phase(plan: Plan, phase_id: int | None, without: str) -> Phase:
    if phase_id is None:
        raise UserError(without)
    for phase in plan.phases:
        if phase.phase_id == phase_id:
            return phase
    raise NotFound(
        f"the plan has no phase {phase_id}; its phases are {', '.join(str(p.phase_id) for p in plan.phases)}"
    )


def _find_step(plan: Plan, step_id: str) -> Step:
    for phase in plan.phases:
        for step in phase.steps:
            if step.step_id == step_id:
                return step
    raise NotFound(f"the plan has no step {step_id!r}")


def _new_step(step_id: str, text: str, wanted: Wanted) -> dict[str, Any]:
    if not wanted.agent:
        raise UserError("a new step needs --agent NAME")
    fields: dict[str, Any] = {"step_id": step_id, "agent_name": wanted.agent, "task_description": text}
    fields["depends_on"] = _ids(wanted.depends_on)
    if wanted.model:
        fields["model"] = wanted.model
    return document_of(validated(Step, fields))


def _ids(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _added_step(plan: Plan, last_steps: dict[int, int], wanted: Wanted) -> dict[str, Any]:
    phase = _find_phase(plan, wanted.phase_id, "--add-step needs --phase-id")
    number = last_steps.get(phase.phase_id, len(phase.steps)) + 1
    assert wanted.add_step is not None
    return {
        "op": "add_step",
        "phase_id": phase.phase_id,
        "step": _new_step(f"{phase.phase_id}.{number}", wanted.add_step, wanted),
    }


def _added_phase(plan: Plan, phase_id: int, wanted: Wanted) -> dict[str, Any]:
    after = wanted.after if wanted.after is not None else plan.phases[-1].phase_id
    _find_phase(plan, after, "")
    step = _new_step(f"{phase_id}.1", wanted.add_step or wanted.add_phase or "", wanted)
    phase: dict[str, Any] = {"phase_id": phase_id, "name": wanted.add_phase, "steps": [step]}
    if wanted.gate_command:
        phase["gate"] = {"command": wanted.gate_command}
    return {"op": "add_phase", "after": after, "phase": document_of(validated(Phase, phase))}


def _changed_step(plan: Plan, wanted: Wanted) -> dict[str, Any]:
    assert wanted.change_step is not None
    step = _find_step(plan, wanted.change_step)
    fields: dict[str, Any] = {}
    for name, value in (
        ("agent_name", wanted.agent),
        ("model", wanted.model),
        ("task_description", wanted.task_text),
    ):
        if value is not None and value != getattr(step, name):
            fields[name] = value
    if wanted.depends_on is not None and _ids(wanted.depends_on) != step.depends_on:
        fields["depends_on"] = _ids(wanted.depends_on)
    budget = _new_budget(step.budget, wanted)
    if budget is not None:
        fields["budget"] = budget
    if not fields:
        raise UserError(f"nothing to amend: step {step.step_id!r} would stay as it is")
    return {"op": "change_step", "step_id": step.step_id, "fields": fields}


FIXED = (
    "version",
    "task_id",
    "phases",
    "budget",
    "created_at",
    "forecast",
    "explanation",
    "stack",
    "shared_context",
)


def _ops_between(old: Plan, new: Plan) -> list[dict[str, Any]]:
    """Ops by id; the order of what stays cannot change, for ids never move."""
    before, after = document_of(old), document_of(new)
    for name in before:
        if name not in FIXED and before[name] != after[name]:
            raise UserError(
                f"{name} of a running task cannot be amended ({before[name]!r} → {after[name]!r})"
            )
    if before["task_id"] != after["task_id"]:
        raise UserError(f"that plan is for task {after['task_id']!r}, not {before['task_id']!r}")
    ops: list[dict[str, Any]] = []
    if before["budget"] != after["budget"] and after["budget"] is not None:
        ops.append({"op": "change_task", "fields": {"budget": after["budget"]}})
    old_phases = {phase["phase_id"]: phase for phase in before["phases"]}
    new_ids = [phase["phase_id"] for phase in after["phases"]]
    _refuse_moved([p for p in old_phases if p in new_ids], [p for p in new_ids if p in old_phases], "phases")
    previous: int | None = None
    for phase in after["phases"]:
        if phase["phase_id"] not in old_phases:
            if previous is None:
                raise UserError("a new phase cannot come first; add it after a phase")
            ops.append({"op": "add_phase", "after": previous, "phase": phase})
        else:
            ops += _phase_ops(old_phases[phase["phase_id"]], phase)
        previous = phase["phase_id"]
    return ops + [
        {"op": "remove_phase", "phase_id": phase_id} for phase_id in old_phases if phase_id not in new_ids
    ]


def _phase_ops(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    ops: list[dict[str, Any]] = []
    fields = {name: new[name] for name in new if name not in ("phase_id", "steps") and new[name] != old[name]}
    if fields:
        ops.append({"op": "change_phase", "phase_id": old["phase_id"], "fields": fields})
    old_steps = {step["step_id"]: step for step in old["steps"]}
    new_steps = {step["step_id"]: step for step in new["steps"]}
    _refuse_moved(
        [s for s in old_steps if s in new_steps],
        [s for s in new_steps if s in old_steps],
        f"steps of phase {old['phase_id']}",
    )
    for step_id, step in new_steps.items():
        if step_id not in old_steps:
            ops.append({"op": "add_step", "phase_id": old["phase_id"], "step": step})
        elif step != old_steps[step_id]:
            changed = {name: step[name] for name in step if step[name] != old_steps[step_id][name]}
            ops.append({"op": "change_step", "step_id": step_id, "fields": changed})
    return ops + [
        {"op": "remove_step", "step_id": step_id} for step_id in old_steps if step_id not in new_steps
    ]


def _refuse_moved(before: list[Any], after: list[Any], what: str) -> None:
    if before != after:
        raise UserError(
            f"the {what} are in another order; amending never moves what is there, it adds, changes and removes"
        )
