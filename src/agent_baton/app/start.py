"""Beginning a task, and taking one up again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from agent_baton.app.context import write_context
from agent_baton.app.driver import perform
from agent_baton.app.lacking import hold, lacked
from agent_baton.app.leftovers import LAST, remember
from agent_baton.app.notes import recalled
from agent_baton.app.outcomes import write_durably
from agent_baton.app.policy import require_packs
from agent_baton.app.pricing import keep_prices
from agent_baton.app.run.recover import take_back
from agent_baton.app.settings import read_settings
from agent_baton.app.site import Site
from agent_baton.engine import commands as cmd
from agent_baton.engine.handle import handle_all
from agent_baton.engine.ledger import Ledger
from agent_baton.engine.state import State
from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.gates.baseline import take
from agent_baton.gates.judge import judge
from agent_baton.gates.run import run_gate
from agent_baton.ids import new_task_id
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.plan.check import check
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Plan
from agent_baton.plan.write import document_of, dump_plan
from agent_baton.processes import allowed_environment
from agent_baton.workspace.changes import stamp_dirty
from agent_baton.workspace.locate import prepare_state_dir, read_head
from agent_baton.workspace.tree import changed_tracked, tree_hash

PLAN_FILE = "plan.json"


@dataclass(frozen=True)
class Started:
    task_id: str
    baseline: tuple[cmd.Baseline, ...]


def saved_plan(site: Site, plan_file: str | None) -> Plan:
    """The plan to start: the file named, else the saved plan.json. Refuses one that could not be driven."""
    path = Path(plan_file or site.file(PLAN_FILE))
    if not path.exists():
        raise NotFound(f'no plan at {path}; write one with: baton plan "…" --save')
    plan = read_plan(path)
    errors = [
        finding
        for finding in check(plan, agents=None, command_exists=None, files=None)
        if finding.severity == "error"
    ]
    if errors:
        raise UserError(
            "the plan cannot be started:\n"
            + "\n".join(f"  {finding.where}: {finding.message}" for finding in errors)
        )
    return plan


def start(
    site: Site,
    journal: SqliteJournal,
    plan_file: str | None,
    new: bool,
    baseline: bool,
    actor: str,
    progress: Callable[[str], None],
) -> Started:
    """Record the start of a task, with what its gates said before any work. Nothing is recorded if refused."""
    plan = saved_plan(site, plan_file)
    if new:
        plan = replace(plan, task_id=new_task_id(plan.task_summary, os.urandom(8)))
    _require_free_id(journal, plan.task_id)
    head = read_head(site.checkout)
    if head.commit is None:
        raise Refused("this branch has no commit yet; a plan needs one to compare with: git commit")
    if head.branch is None:
        raise Refused(
            "HEAD is detached, so commits would belong to no branch; check one out first: git switch -c NAME"
        )
    prepare_state_dir(site.state_dir)
    keep_prices(site)
    settings = read_settings(site.checkout.top).model_copy(update=require_packs(site, plan))
    env = allowed_environment(os.environ, settings.gate_env)
    measured = measure_baseline(site, plan, env, progress) if baseline and settings.baseline else ()
    dirty = stamp_dirty(site.checkout)
    command = cmd.Start(
        document_of(plan), settings.model_dump(mode="json"), site.session, head.commit, head.branch
    )
    now = _clock()
    commands = (command, *measured, *recalled(journal, plan.task_summary, now))
    ledger = journal.commit(plan.task_id, lambda state: handle_all(state, commands, now), now, actor)
    remember(site, plan.task_id, LAST, dirty)
    if new or plan_file:
        write_durably(site.file(PLAN_FILE), dump_plan(plan))
    write_context(site.state_dir, ledger.state, plan)
    return Started(plan.task_id, measured)


def _clock() -> float:
    return round(time.time(), 3)


def _require_free_id(journal: SqliteJournal, task_id: str) -> None:
    for task in journal.tasks():
        if task.task_id == task_id:
            going_on = (
                "baton execute resume takes it up; " if task.status in ("running", "paused", "failed") else ""
            )
            raise Refused(
                f"task {task_id!r} is {task.status} already; {going_on}baton execute start --new begins the plan again"
            )


def measure_baseline(
    site: Site, plan: Plan, env: dict[str, str], progress: Callable[[str], None]
) -> tuple[cmd.Baseline, ...]:
    """Run each different gate command once, before any work."""
    found: dict[str, cmd.Baseline] = {}
    for phase in plan.phases:
        gate = phase.gate
        if gate is None or gate.gate_type == "review":
            continue
        known = found.get(gate.command)
        if known is None:
            progress(f"baseline: running the gate of phase {phase.phase_id}: {gate.command}")
            known = _measure(site, phase.phase_id, gate.command, gate.timeout_s, gate.fail_on, env)
            progress(
                f"baseline: {'green' if known.ok else 'RED before any work: ' + known.reason} ({known.duration_s:.1f} s)"
            )
            if known.lacking:
                progress(
                    f"baseline: {hold(known.lacking, site.checkout.top, phase.phase_id, gate.command, 'go on')}"
                )
        found[gate.command] = known
    return tuple(found.values())


def _measure(
    site: Site, phase_id: int, command: str, timeout_s: float, fail_on: list[str], env: dict[str, str]
) -> cmd.Baseline:
    top = site.checkout.top
    before = tree_hash(top)
    run = run_gate(command, top, timeout_s, env)
    known = take(run, judge(run, fail_on, changed_tracked(top, before)))
    lacking = () if known.ok else lacked(command, top, run)
    return cmd.Baseline(
        phase_id, known.ok, known.reason, round(run.duration_s, 3), known.failures, known.signature, lacking
    )


def resume(site: Site, journal: SqliteJournal, task_id: str, now: float, actor: str) -> Ledger:
    """Take a task up here; what a lost session had in flight is given up, but not what a run has at this moment."""
    driver_lives = not take_back(site, journal, task_id, actor, now)
    ledger = perform(journal, task_id, cmd.Resume(site.session, keep=driver_lives), now, actor)
    keep_prices(site)
    refresh_context(site, ledger.state)
    return ledger


def refresh_context(site: Site, state: State) -> None:
    """Bring the shared context file up to date with what has happened."""
    write_context(site.state_dir, state, None)
