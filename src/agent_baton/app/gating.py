"""Running a phase's gate here: the engine's own word on whether the work holds."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from agent_baton.app import parallel
from agent_baton.app.driver import perform
from agent_baton.app.lacking import beyond_agents, needs
from agent_baton.app.outcomes import write_durably
from agent_baton.app.site import Site
from agent_baton.app.start import refresh_context
from agent_baton.engine import commands as cmd
from agent_baton.engine.events import BaselineGathered, GateFinished, TaskStarted
from agent_baton.engine.handle import handle
from agent_baton.engine.limits import require_driver
from agent_baton.engine.state import State
from agent_baton.errors import Refused
from agent_baton.gates.baseline import Baseline, weigh
from agent_baton.gates.failures import failures
from agent_baton.gates.judge import judge
from agent_baton.gates.run import run_gate
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.processes import allowed_environment
from agent_baton.workspace.changes import look
from agent_baton.workspace.locks import locked
from agent_baton.workspace.tamper import tamper
from agent_baton.workspace.tree import changed_tracked, tree_hash

OTHER_RUN_LIMIT_S = 15.0  # longer than a supervisor whose driver was killed needs to end its tree
OUTPUT_KEPT = 4_000  # characters of gate output in the event; the whole is in a file


@dataclass(frozen=True)
class GateResult:
    ok: bool
    reason: str
    duration_s: float
    output_ref: str = ""  # file below the state directory that holds all of its output


def run_phase_gate(
    site: Site,
    journal: SqliteJournal,
    task_id: str,
    phase_id: int,
    actor: str,
    on_output: Callable[[bytes], None],
) -> GateResult:
    """Run, judge and record the gate of a phase. Refused before its steps are done; a passed gate is not run again."""
    parallel.integrate(site, journal, task_id, _now(), actor)
    state = journal.state(task_id)
    phase = state.phase(phase_id)
    if phase is not None and phase.gate in ("passed", "waived"):
        return GateResult(True, f"already {phase.gate}", 0.0)
    require_driver(state.head, site.session)
    handle(state, cmd.StartGate(phase_id), _now())  # refused here, before anything is made for it
    with alone(site) as lock:
        begun = perform(journal, task_id, cmd.StartGate(phase_id), _now(), actor, site.session)
        command, seconds = _outcome(site, journal, begun.state, phase_id, on_output, lock)
    done = perform(journal, task_id, command, _now(), actor, site.session)
    refresh_context(site, done.state)
    return GateResult(command.ok, command.reason, seconds, command.output_ref)


def _outcome(
    site: Site,
    journal: SqliteJournal,
    state: State,
    phase_id: int,
    on_output: Callable[[bytes], None],
    lock: int,
) -> tuple[cmd.RecordGate, float]:
    """Run the gate and judge it; its whole output is in a file by then. What to record, and how long it took."""
    task_id, phase = state.head.task_id, state.phase(phase_id)
    assert phase is not None
    started = _started(journal, task_id)
    top = site.checkout.top
    env = allowed_environment(os.environ, started.settings.get("gate_env", ()))
    before = tree_hash(top)
    run = run_gate(phase.gate_command, top, phase.gate_timeout_s, env, on_output, hold=(lock,))
    changed = changed_tracked(top, before)
    verdict = judge(run, list(phase.fail_on), changed)
    tampering = _tampering(site, started.base_commit)
    before_all = _baseline(journal, task_id, phase.gate_command)
    standing = weigh(_known(before_all) if before_all else None, run, verdict)
    lacking = () if verdict.ok else beyond_agents(phase.gate_command, top, run, before_all)
    strict = started.settings.get("tampering") == "strict"
    weakened = f"tests were weakened: {tampering[0]}" if verdict.ok and tampering and strict else ""
    red = "" if verdict.ok else needs(lacking) if lacking else standing.message
    name = f"gates/{task_id}/{phase_id}-{phase.runs}.txt"
    write_durably(site.file(name), run.output.encode("utf-8", "backslashreplace"))
    return cmd.RecordGate(
        phase_id=phase_id,
        ok=verdict.ok and not weakened,
        source="verified",
        reason=weakened or red,
        exit_code=run.exit_code,
        duration_s=round(run.duration_s, 3),
        output=run.output[-OUTPUT_KEPT:],
        output_ref=name,
        signature=verdict.signature,
        failures=() if verdict.ok else failures(run.output)[:100],
        new_failures=standing.regressions[:100],
        tree=before,
        changed_files=tuple(changed[:100]),
        tampering=tuple(tampering[:50]),
        lacking=lacking,
    ), run.duration_s


@contextmanager
def alone(site: Site) -> Iterator[int]:
    """One gate at a time in a checkout. What a killed run left is waited for: its supervisor holds the lock too."""
    checkout = hashlib.sha256(os.fsencode(site.checkout.top)).hexdigest()[:12]
    with ExitStack() as held:
        try:
            lock = held.enter_context(locked(site.file("gates", f".{checkout}.lock"), OTHER_RUN_LIMIT_S))
        except Refused as refused:
            raise Refused(
                f"a gate is running in {site.checkout.top} already; wait for it to end, then run this again"
            ) from refused
        yield lock


def _now() -> float:
    return round(time.time(), 3)


def _started(journal: SqliteJournal, task_id: str) -> TaskStarted:
    first = next(journal.events(task_id)).event
    assert isinstance(first, TaskStarted)
    return first


def _baseline(journal: SqliteJournal, task_id: str, command: str) -> BaselineGathered | None:
    for item in journal.events(task_id):
        event = item.event
        if isinstance(event, BaselineGathered) and event.command == command:
            return event
    return None


def _known(event: BaselineGathered) -> Baseline:
    return Baseline(event.command, event.ok, event.reason, event.signature, event.failures)


def _tampering(site: Site, base: str | None) -> list[str]:
    if base is None:
        return []
    changed = sorted(look(site.checkout, base).changed)
    return [str(finding) for finding in tamper(site.checkout.top, base, changed)]


def gate_runs(journal: SqliteJournal, task_id: str) -> list[GateFinished]:
    """Every recorded run of every gate, in order."""
    return [item.event for item in journal.events(task_id) if isinstance(item.event, GateFinished)]
