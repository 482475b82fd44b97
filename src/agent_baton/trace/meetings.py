"""Steps that were let loose beside each other: where the plan said they might meet, and where they did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Any

from agent_baton.plan.globs import Globs
from agent_baton.plan.overlap import common_path
from agent_baton.trace.history import History, PhaseHistory, StepHistory
from agent_baton.trace.words import short

MOST_STEPS = 150  # of a phase, and
MOST_PAIRS = 500  # pairs of them, that are compared: more would take longer than they tell
FILES_NAMED = 5


def predicted(history: History) -> list[dict[str, Any]]:
    """Pairs of a phase whose path limits could match the same file: `{"steps": […], "path": …}`."""
    found = []
    for phase in history.plan["phases"]:
        planned = {step["step_id"]: step for step in phase["steps"]}
        for one, other in _beside(planned):
            path = _common(planned[one], planned[other])
            if path is not None:
                found.append({"steps": [one, other], "path": short(path)})
    return found


def _common(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """A path both may change; None when either has no limits, for then nothing was predicted."""
    mine, theirs = _claims(one), _claims(other)
    if not (mine and theirs):
        return None
    blocked = [*(one.get("blocked_paths") or ()), *(other.get("blocked_paths") or ())]
    return common_path(Globs(mine), Globs(theirs), Globs(blocked))


def _claims(step: Mapping[str, Any]) -> Sequence[str]:
    return step.get("allowed_paths") or step.get("expected_files") or ()


def _beside(planned: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Pairs of which neither waits for the other, however indirectly."""
    before: dict[str, set[str]] = {}
    for (
        step_id,
        step,
    ) in planned.items():  # a plan's steps stand behind those they depend on, or the loop adds less
        direct = [d for d in step.get("depends_on") or () if d in planned]
        before[step_id] = {*direct, *(far for d in direct for far in before.get(d, ()))}
    pairs = ((a, b) for a, b in combinations(planned, 2) if a not in before[b] and b not in before[a])
    return islice(pairs, MOST_PAIRS)


def real(history: History) -> list[dict[str, Any]]:
    """Merge conflicts, and files that two steps at work at the same time both changed: `{"steps", "files", "how"}`."""
    found: list[dict[str, Any]] = [
        {"steps": [step.step_id], "files": _named(files), "how": "merge conflict"}
        for step in history.steps
        for files in step.conflicts
    ]
    for phase in history.phases:
        found += _same_files(phase)
    return found


def _same_files(phase: PhaseHistory) -> Iterator[dict[str, Any]]:
    steps = {step.step_id: step for step in phase.steps if not step.repair}
    beside = _beside({step_id: {"depends_on": step.depends_on} for step_id, step in steps.items()})
    for one, other in beside:
        both = sorted(_changed(steps[one]) & _changed(steps[other]))
        if both and _together(steps[one], steps[other]):
            yield {"steps": [one, other], "files": _named(both), "how": "both changed"}


def _named(files: Sequence[str]) -> list[str]:
    return [short(file) for file in files[:FILES_NAMED]]


def _together(one: StepHistory, other: StepHistory) -> bool:
    """Whether an attempt of one began while one of the other was at work."""
    return any(
        a.started_at < (b.ended_at or a.started_at + 1) and b.started_at < (a.ended_at or b.started_at + 1)
        for a in one.attempts
        for b in other.attempts
    )


def _changed(step: StepHistory) -> set[str]:
    return {file for attempt in step.attempts if attempt.evidence for file in attempt.evidence.changed_files}
