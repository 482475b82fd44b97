"""Trying the gates: the repository's own checks, each run once, to know what is green before anybody changes anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from agent_baton.app.runnable import runnable
from agent_baton.gates.notests import no_tests_ran
from agent_baton.gates.run import GateRun, run_gate
from agent_baton.planner.facts import Facts, GateCandidate, GateKind
from agent_baton.planner.gatefind import Verdict, choose_gates, find_gates, judge_trial
from agent_baton.planner.look import look
from agent_baton.records import replace
from agent_baton.workspace.locate import locate
from agent_baton.workspace.tree import list_files

TAIL_LINES = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """One gate, run once."""

    candidate: GateCandidate
    verdict: Verdict
    exit_code: int | None  # None when a signal ended it
    duration_s: float
    tail: str  # the last lines of what it printed, redacted


def repository_gates(folder: str) -> Facts:
    """The facts of the repository that holds `folder`, its gates among them. Raises NotFound outside of one."""
    top = locate(folder).top
    facts = look(Path(top), list_files(top))
    return replace(facts, gates=find_gates(facts))


def gates_to_try(
    facts: Facts, kinds: Collection[GateKind] = (), touched: Collection[str] = ()
) -> list[GateCandidate]:
    """The gates a plan would use, only those of `kinds` when any are named."""
    chosen = {str(kind): gate for kind, gate in choose_gates(facts, touched).items()}
    here = runnable(chosen, Path(facts.root), facts.gates)
    # what cannot run is tried all the same: that its tool is missing is an answer
    return [here.get(kind, gate) for kind, gate in chosen.items() if not kinds or kind in kinds]


def try_gates(
    facts: Facts,
    candidates: Iterable[GateCandidate],
    timeout_s: float,
    on_start: Callable[[GateCandidate], None] = lambda _: None,
) -> list[Trial]:
    """Run each candidate once, one after the other. Nothing it started is left behind."""
    trials = []
    for candidate in candidates:
        on_start(candidate)
        trials.append(_trial(candidate, run_gate(candidate.command, facts.root, timeout_s)))
    return trials


def _trial(candidate: GateCandidate, run: GateRun) -> Trial:
    verdict = judge_trial(run.exit_code, run.output, run.timed_out)
    if verdict == "green" and candidate.kind == "test" and no_tests_ran(run.output):
        verdict = "no-tests"
    if verdict == "no-tests" and candidate.kind != "test":
        verdict = "green" if run.exit_code == 0 else "red"
    tail = "\n".join(run.output.rstrip().split("\n")[-TAIL_LINES:])
    return Trial(candidate, verdict, run.exit_code, run.duration_s, tail)
