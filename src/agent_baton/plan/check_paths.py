"""Lint of paths: steps that may meet in the same files, limits that contradict themselves, missing files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from agent_baton.plan.finding import Finding, note, warning
from agent_baton.plan.globparse import normal, static_prefix
from agent_baton.plan.globs import Globs
from agent_baton.plan.inert import visible
from agent_baton.plan.model import Phase, Plan, Step
from agent_baton.plan.order import positions, side_by_side
from agent_baton.plan.overlap import common_path
from agent_baton.plan.roles import is_judge

_NAMED = 5
_MOST_COMPARED = 2_000
_OWN_FILES = ".claude/"  # made by us when the task starts, and usually ignored by git


def findings(plan: Plan, read_only: frozenset[str]) -> Iterator[Finding]:
    """`read_only`: agents that write nothing, besides those whose names say so."""
    for phase in plan.phases:
        for step in phase.steps:
            yield from _outside(step)
            yield from _expected_outside(step)
        writers = [n for n, step in enumerate(phase.steps) if _writes(step, read_only)]
        if len(writers) > 1:
            yield from _meetings(phase, writers)


def _writes(step: Step, read_only: frozenset[str]) -> bool:
    names = [step.agent_name, *(member.agent_name for member in step.team)]
    return not all(name in read_only or is_judge(name) for name in names)


def _outside(step: Step) -> Iterator[Finding]:
    paths = (*step.allowed_paths, *step.blocked_paths, *step.expected_files, *step.context_files)
    for path in dict.fromkeys(paths):
        if normal(path) is None:
            yield warning(
                "outside-repository",
                f"step {step.step_id}",
                f"{visible(path)!r} is not a path inside the repository",
                "give paths relative to the repository's root, without '..'",
            )


def _expected_outside(step: Step) -> Iterator[Finding]:
    allowed, blocked = Globs(step.allowed_paths or ["."]), Globs(step.blocked_paths)
    if not (step.allowed_paths or step.blocked_paths):
        return
    for path in step.expected_files:
        if normal(path) is not None and common_path(Globs([path]), allowed, blocked) is None:
            yield warning(
                "expected-outside-limits",
                f"step {step.step_id}",
                f"it is expected to change {visible(path)!r}, which its limits forbid",
                "widen allowed_paths, or correct expected_files",
            )


def _meetings(phase: Phase, writers: list[int]) -> Iterator[Finding]:
    beside = side_by_side(phase)
    writing = sum(1 << n for n in writers)
    limited = []
    for n in writers:
        others = beside[n] & writing
        if others and not _claims(phase.steps[n]):
            yield _unlimited(phase, n, positions(others))
        elif others:
            limited.append(n)
    yield from _overlaps(phase, beside, limited)


def _claims(step: Step) -> list[str]:
    """The patterns of what a step may touch; none means anything."""
    return step.allowed_paths or step.expected_files


def _unlimited(phase: Phase, n: int, others: list[int]) -> Finding:
    names = ", ".join(phase.steps[m].step_id for m in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return warning(
        "no-path-limits",
        f"step {phase.steps[n].step_id}",
        f"it may change any file while {names}{more} may run at the same time",
        "name its files in allowed_paths, or put the steps in order with depends_on",
    )


def _overlaps(phase: Phase, beside: list[int], limited: list[int]) -> Iterator[Finding]:
    pairs = list(islice(_candidates(phase, beside, limited), _MOST_COMPARED + 1))
    for one, other in sorted(pairs[:_MOST_COMPARED]):
        meeting = _meeting(phase.steps[one], phase.steps[other])
        if meeting is not None:
            yield _overlap(phase.steps[one], phase.steps[other], meeting)
    if len(pairs) > _MOST_COMPARED:
        yield warning(
            "overlap-not-checked",
            f"phase {phase.phase_id}",
            f"only {_MOST_COMPARED:,} pairs of its parallel steps were compared",
            "split the phase",
        )


def _candidates(phase: Phase, beside: list[int], limited: list[int]) -> Iterator[tuple[int, int]]:
    """Parallel steps whose patterns begin alike; others cannot meet, which spares comparing every pair."""
    begins: dict[tuple[str, ...], int] = defaultdict(int)
    for n in limited:
        for pattern in _claims(phase.steps[n]):
            begins[static_prefix(pattern)] |= 1 << n
    seen: set[tuple[int, int]] = set()
    for n in limited:
        related = 0
        for prefix in map(static_prefix, _claims(phase.steps[n])):
            for length in range(len(prefix) + 1):
                related |= begins.get(prefix[:length], 0)
        pairs = {(min(n, m), max(n, m)) for m in positions(beside[n] & related)}
        yield from pairs - seen
        seen |= pairs


def _meeting(one: Step, other: Step) -> str | None:
    blocked = Globs([*one.blocked_paths, *other.blocked_paths])
    return common_path(Globs(_claims(one)), Globs(_claims(other)), blocked)


def _overlap(one: Step, other: Step, meeting: str) -> Finding:
    apart = (
        one.expected_files
        and other.expected_files
        and common_path(Globs(one.expected_files), Globs(other.expected_files)) is None
    )
    return (note if apart else warning)(
        "overlap",
        f"step {one.step_id}",
        f"it may run at the same time as {other.step_id}, and both may change {visible(meeting)!r}"
        + (", though neither is expected to" if apart else ""),
        "narrow allowed_paths, or put them in order with depends_on",
    )


def missing_files(plan: Plan, files: frozenset[str]) -> Iterator[Finding]:
    """Context files that are neither in the repository nor made by an earlier step."""
    known = files | {path[:end] for path in files for end in _slashes(path)}
    expected: list[str] = []
    delivered: list[str] = []
    for phase in plan.phases:
        for step in phase.steps:
            for path in step.context_files:
                name = normal(path)
                absent = name is not None and not name.startswith(_OWN_FILES) and name not in known
                if absent and not (Globs(expected).matches(path) or any(path in line for line in delivered)):
                    yield _missing(step, path, files)
            expected += step.expected_files
            delivered += step.deliverables


def _slashes(path: str) -> list[int]:
    return [place for place, char in enumerate(path) if char == "/"]


def _missing(step: Step, path: str, files: frozenset[str]) -> Finding:
    name = path.rpartition("/")[2]
    namesake = min((file for file in files if file.rpartition("/")[2] == name), default=None)
    return warning(
        "missing-file",
        f"step {step.step_id}",
        f"its context file {visible(path)!r} is not in the repository",
        f"did you mean {visible(namesake)!r}?"
        if namesake
        else "correct the path, or name the file in expected_files of the step that makes it",
    )
