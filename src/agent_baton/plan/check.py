"""The lint behind `baton plan check`: what will go wrong with a plan that could be run, before it is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from agent_baton.plan import check_gates, check_paths, check_steps, check_task
from agent_baton.plan.finding import Code, Finding
from agent_baton.plan.model import Plan
from agent_baton.plan.problem import words
from agent_baton.plan.rules import broken_rules

_SEVERITIES = ("error", "warning", "note")
_MOST_OF_A_KIND = 20


def check(
    plan: Plan,
    *,
    agents: Collection[str] | None = None,
    command_exists: Callable[[str], bool] | None = None,
    files: Collection[str] | None = None,
    read_only: Collection[str] = (),
) -> list[Finding]:
    """Everything worth saying about a plan: errors first, then warnings, then notes, each in plan order.

    `agents` are the names that can be dispatched, `files` the repository's files (relative, with `/`),
    `command_exists` says whether a program can be started (a name, or `./path` from the repository's root);
    None leaves those checks out. `read_only` names agents that cannot write files; reviewers and auditors are
    known by their names. More than 20 findings of a kind are summed up in one.
    """
    broken = [Finding("error", p.code, words(p.path), p.message, "") for p in broken_rules(plan)]
    cyclic = any(finding.code == "cycle" for finding in broken)
    found = [
        *broken,
        *check_task.findings(plan),
        *check_steps.findings(plan, agents),
        *check_gates.findings(plan, command_exists, frozenset(files) if files is not None else None),
        # which steps may meet is not defined while they wait for each other
        *([] if broken and cyclic else check_paths.findings(plan, frozenset(read_only))),
        *(check_paths.missing_files(plan, frozenset(files)) if files is not None else ()),
    ]
    places = _places(plan)
    in_order = sorted(found, key=lambda finding: places.get(finding.where, -1))
    return sorted(_capped(in_order), key=lambda finding: _SEVERITIES.index(finding.severity))


def _places(plan: Plan) -> dict[str, int]:
    """Where in the plan a finding's place stands; what is said of the whole plan comes before."""
    names = (
        name
        for phase in plan.phases
        for name in (
            f"phase {phase.phase_id}",
            *(f"step {step.step_id}" for step in phase.steps),
            f"gate of phase {phase.phase_id}",
        )
    )
    return {name: number for number, name in enumerate(names)}


def _capped(found: Iterable[Finding]) -> Iterator[Finding]:
    seen: Counter[Code] = Counter()
    last: dict[Code, Finding] = {}
    for finding in found:
        seen[finding.code] += 1
        last[finding.code] = finding
        if seen[finding.code] <= _MOST_OF_A_KIND:
            yield finding
    for code, times in seen.items():
        if times > _MOST_OF_A_KIND:
            more = times - _MOST_OF_A_KIND
            yield Finding(last[code].severity, code, "plan", f"{more:,} more of this kind are not shown", "")
