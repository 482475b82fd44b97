"""Whether something that was learned helped: the count that led to it, before and since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from agent_baton.trace.learning.lessons import Lesson, normalised
from agent_baton.trace.rate import Rate

Effect = Mapping[str, Any]


class Score(NamedTuple):
    """`of` says what is counted; fewer are better, except where it says so."""

    of: str
    before: Rate
    since: Rate
    verdict: str


def score(effect: Effect, lessons: Sequence[Lesson], applied_at: float) -> Score:
    of, count, fewer = COUNTS[effect["do"]]
    before = count(effect, [item for item in lessons if item["at"] < applied_at])
    since = count(effect, [item for item in lessons if item["at"] >= applied_at])
    return Score(of, before, since, verdict(before, since, fewer))


def verdict(before: Rate, since: Rate, fewer_is_better: bool) -> str:
    """A difference counts when neither interval reaches the other's share."""
    if not before.says_something or not since.says_something:
        return "too few to say"
    ends = since.interval()
    was = before.interval()
    assert ends is not None and was is not None and before.value is not None and since.value is not None
    lower = ends[1] < before.value and since.value < was[0]
    higher = ends[0] > before.value and since.value > was[1]
    if not lower and not higher:
        return "no clear difference"
    return "helped" if lower is fewer_is_better else "made it worse"


def _steps(effect: Effect, lessons: Iterable[Lesson]) -> Rate:
    steps = [
        s for item in lessons if item["type"] == effect["task_type"] for s in item["steps"] if not s["judges"]
    ]
    return Rate(sum(not step["clean"] for step in steps), len(steps))


def _early_runs(effect: Effect, lessons: Iterable[Lesson]) -> Rate:
    runs = [run for item in lessons for run in item["gates"] if run["command"] == effect["command"]]
    return Rate(sum(not run["last"] for run in runs), len(runs))


def _red_runs(effect: Effect, lessons: Iterable[Lesson]) -> Rate:
    runs = [run for item in lessons for run in item["gates"] if effect["command"] in run["command"]]
    return Rate(sum(not run["ok"] for run in runs), len(runs))


def _asking_tasks(effect: Effect, lessons: Sequence[Lesson]) -> Rate:
    wanted = normalised(effect["question"])
    return Rate(
        sum(any(normalised(q["text"]) == wanted for q in item["questions"]) for item in lessons), len(lessons)
    )


def _failing_tasks(effect: Effect, lessons: Sequence[Lesson]) -> Rate:
    signature = effect["signature"]
    return Rate(
        sum(any(run["signature"] == signature for run in item["gates"]) for item in lessons), len(lessons)
    )


def _held(effect: Effect, lessons: Iterable[Lesson]) -> Rate:
    given = [o for item in lessons for o in item["forecast"] if o["figure"] == effect["figure"]]
    return Rate(sum(o["low"] <= o["actual"] <= o["high"] for o in given), len(given))


def _repaired_tasks(effect: Effect, lessons: Iterable[Lesson]) -> Rate:
    tasks = [item for item in lessons if item["type"] == effect["task_type"] and item["risk"] == "LOW"]
    return Rate(sum(item["repairs"] > 0 for item in tasks), len(tasks))


Count = Callable[[Effect, Sequence[Lesson]], Rate]
# effect -> what is counted, how, and whether fewer are better
COUNTS: dict[str, tuple[str, Count, bool]] = {
    "prefer-agent": ("steps repaired or failed first", _steps, True),
    "gate-last-only": ("runs before the last phase", _early_runs, True),
    "gate-twice": ("red runs", _red_runs, True),
    "know": ("tasks that asked it", _asking_tasks, True),
    "tell": ("tasks that failed so", _failing_tasks, True),
    "scale-forecast": ("figures within their interval", _held, False),
    "drop-review": ("tasks with repairs", _repaired_tasks, True),
}
