"""What histories suggest. Each detector is a function from lessons to proposals; none reads anything else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median

from agent_baton.trace.learning.lessons import GateLesson, Lesson, normalised
from agent_baton.trace.learning.proposal import Proposal, at_most, more_often, threshold
from agent_baton.trace.rate import Rate

FEWEST_STEPS = 8  # of an agent on a type of task, before it is compared
TWICE = 2.0  # as often, before a difference is worth a change
SLOW_S = 300.0
FEWEST_TIMES = 10
NEVER_RED = 60  # runs
FLAKY_TREES = 2  # different trees that gave both results
ASKED = 3  # times, in at least two tasks
SAME_FAILURE = 3  # tasks, and
MATTERS = 0.05  # of those that ran the gate
FEWEST_FORECASTS = 20
PROMISED = 0.8  # of actual figures lie within a forecast's interval
NO_FINDING = 40  # reviews


def proposals(lessons: Sequence[Lesson]) -> list[Proposal]:
    """Everything that the counts support, in a fixed order."""
    return [proposal for detect in DETECTORS for proposal in detect(lessons)]


def routing(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """An agent whose work on a type of task has to be repaired at least twice as often as that of its like."""
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for item in lessons:
        for step in item["steps"]:
            if not step["judges"]:
                cell = counts[item["type"], _role(step["agent"]), step["agent"]]
                cell[0] += not step["clean"]
                cell[1] += 1
    pairs = [
        (key, Rate(*cell), others)
        for key, cell in sorted(counts.items())
        if cell[1] >= FEWEST_STEPS and (others := _others(key, counts))
    ]
    for (kind, _, agent), rate, others in pairs:
        rest = Rate(sum(r.hits for r in others.values()), sum(r.total for r in others.values()))
        chance = more_often(rate.hits, rate.total, rest.hits, rest.total)
        if chance < threshold(len(pairs)) and _share(rate) >= TWICE * _share(rest):
            best = min(others, key=lambda name: (_share(others[name]), name))
            yield Proposal(
                "routing",
                f"give {kind} tasks to {best} rather than to {agent}",
                (
                    f"{agent} on {kind}: repaired or failed first {rate.text()}",
                    f"its like on {kind}: {rest.text()}; {best}: {others[best].text()}",
                    f"by chance alone: p = {chance:.4f}",
                ),
                {"do": "prefer-agent", "task_type": kind, "instead_of": agent, "agent": best},
            )


def _others(key: tuple[str, str, str], counts: dict[tuple[str, str, str], list[int]]) -> dict[str, Rate]:
    kind, role, agent = key
    return {
        other: Rate(*cell)
        for (its_kind, its_role, other), cell in counts.items()
        if (its_kind, its_role) == (kind, role) and other != agent and cell[1] >= FEWEST_STEPS
    }


def _role(agent: str) -> str:
    return agent.partition("--")[0]


def _share(rate: Rate) -> float:
    return rate.hits / rate.total if rate.total else 0.0


def _by_command(lessons: Iterable[Lesson]) -> dict[str, list[GateLesson]]:
    found: dict[str, list[GateLesson]] = defaultdict(list)
    for item in lessons:
        for run in item["gates"]:
            found[run["command"]].append(run)
    return dict(sorted(found.items()))


def slow_gates(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """A gate that takes minutes and is run phase by phase: once, at the end, would do."""
    for command, runs in _by_command(lessons).items():
        times = [run["seconds"] for run in runs if run["seconds"] is not None]
        early = sum(not run["last"] for run in runs)
        if len(times) >= FEWEST_TIMES and median(times) >= SLOW_S and early:
            yield Proposal(
                "gate-slow",
                f"run `{command}` after the last phase only",
                (
                    f"median {median(times):.0f} s over {len(times)} runs, {early} of them before the last phase",
                ),
                {"do": "gate-last-only", "command": command},
            )


def idle_gates(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """A gate that never failed in so many runs says little phase by phase."""
    for command, runs in _by_command(lessons).items():
        early = sum(not run["last"] for run in runs)
        if len(runs) >= NEVER_RED and all(run["ok"] for run in runs) and early:
            yield Proposal(
                "gate-idle",
                f"run `{command}` after the last phase only",
                (f"never red in {len(runs)} runs, {early} of them before the last phase",),
                {"do": "gate-last-only", "command": command},
            )


def flaky_gates(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """The same tree gave both results: what failed was not the work."""
    for command, runs in _by_command(lessons).items():
        trees = _both_results(runs)
        if _is_flaky(runs):
            yield Proposal(
                "gate-flaky",
                f"run `{command}` a second time before it counts as red",
                (
                    f"both results on the same tree, {len(trees)} times: {', '.join(tree[:12] for tree in trees[:5])}",
                ),
                {"do": "gate-twice", "command": command},
            )


def _is_flaky(runs: Iterable[GateLesson]) -> bool:
    return len(_both_results(runs)) >= FLAKY_TREES


def _both_results(runs: Iterable[GateLesson]) -> list[str]:
    seen: dict[str, set[bool]] = defaultdict(set)
    for run in runs:
        if run["tree"]:
            seen[run["tree"]].add(run["ok"])
    return sorted(tree for tree, results in seen.items() if len(results) == 2)


def missing_knowledge(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """The same question again and again: its answer belongs into the brief."""
    asked: dict[str, list[tuple[Lesson, str, str]]] = defaultdict(list)
    for item in lessons:
        for question in item["questions"]:
            asked[normalised(question["text"])].append((item, question["text"], question["answer"]))
    for key, cases in sorted(asked.items()):
        tasks = {item["task_id"] for item, _, _ in cases}
        answers = [answer for _, _, answer in cases if answer]
        if key and len(cases) >= ASKED and len(tasks) >= 2 and answers:
            yield Proposal(
                "knowledge",
                f"answer beforehand: {cases[-1][1]}",
                (f"asked {len(cases)} times in {len(tasks)} tasks; last answered: {answers[-1]}",),
                {
                    "do": "know",
                    "task_types": sorted({item["type"] for item, _, _ in cases}),
                    "question": cases[0][1],
                    "answer": answers[-1],
                },
            )


def brief_lines(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """The same failure of the same gate in several tasks: one line in the brief would have saved the repairs."""
    by_command = _by_command(lessons)
    seen = {
        command: _failures(lessons, command) for command, runs in by_command.items() if not _is_flaky(runs)
    }
    kinds = sum(map(len, seen.values()))
    for command, failures in seen.items():
        ran = sum(any(run["command"] == command for run in item["gates"]) for item in lessons)
        for signature, tasks in sorted(failures.items()):
            if _keeps_failing(tasks, failures, ran, kinds):
                reason = Counter(run["reason"] for _, run in tasks).most_common(1)[0][0]
                yield Proposal(
                    "brief",
                    f"tell agents to run `{command}` before they report: it keeps failing the same way",
                    (
                        f"the same failure in {len(tasks)} of {ran} tasks that ran it: {reason}",
                        f"{len(failures)} kinds of failure in {sum(map(len, failures.values()))} tasks",
                    ),
                    {
                        "do": "tell",
                        "task_types": sorted({item["type"] for item, _ in tasks}),
                        "signature": signature,
                        "line": f"`{command}` was run and passes; it failed in earlier tasks with: {reason}",
                    },
                )


Failed = list[tuple[Lesson, GateLesson]]  # a task each, with its first run that failed so


def _failures(lessons: Iterable[Lesson], command: str) -> dict[str, Failed]:
    """The tasks in which a gate failed, by the signature of the failure."""
    found: dict[str, Failed] = defaultdict(list)
    for item in lessons:
        runs = [
            run for run in item["gates"] if run["command"] == command and not run["ok"] and run["signature"]
        ]
        for signature in {run["signature"] for run in runs}:
            found[signature].append((item, next(run for run in runs if run["signature"] == signature)))
    return found


def _keeps_failing(tasks: Failed, failures: dict[str, Failed], ran: int, kinds: int) -> bool:
    """Often enough to matter, and more often than one of so many kinds of failure comes by chance.

    If all kinds were alike, each would have its even share. A gate that only ever fails in one way has nothing to compare.
    """
    often = len(tasks) >= SAME_FAILURE and len(tasks) >= MATTERS * ran
    if not often or len(failures) == 1:
        return often
    every = sum(map(len, failures.values()))
    return 1 - at_most(len(tasks) - 1, every, 1 / len(failures)) < threshold(kinds)


def calibration(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """Forecasts whose 80% intervals hold clearly less often than that."""
    figures = sorted({outcome["figure"] for item in lessons for outcome in item["forecast"]})
    for figure in figures:
        given = [o for item in lessons for o in item["forecast"] if o["figure"] == figure and o["likely"] > 0]
        held = Rate(sum(o["low"] <= o["actual"] <= o["high"] for o in given), len(given))
        if held.total < FEWEST_FORECASTS or at_most(held.hits, held.total, PROMISED) >= threshold(
            len(figures)
        ):
            continue
        ratios = sorted(o["actual"] / o["likely"] for o in given)
        factor = median(ratios)
        widen = _widening(
            [(o["low"] * factor, o["high"] * factor, o["actual"], o["likely"] * factor) for o in given]
        )
        yield Proposal(
            "forecast",
            f"expect {factor:.2f} times the {figure}, with intervals {widen:.2f} times as wide",
            (
                f"{figure}: within the 80% interval {held.text()}; actual is {factor:.2f} times the likely (median)",
            ),
            {"do": "scale-forecast", "figure": figure, "factor": round(factor, 3), "widen": round(widen, 3)},
            automatic=True,
        )


def _widening(given: Sequence[tuple[float, float, float, float]]) -> float:
    """How much wider the intervals must be, on either side of the likely, for 80% of the figures to lie within."""
    needed = sorted(
        (actual - likely) / max(high - likely, 1e-9)
        if actual > likely
        else (likely - actual) / max(likely - low, 1e-9)
        for low, high, actual, likely in given
    )
    return max(1.0, needed[min(len(needed) - 1, int(PROMISED * len(needed)))])


def review_depth(lessons: Sequence[Lesson]) -> Iterator[Proposal]:
    """Reviews of harmless tasks that never found anything."""
    judged: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for item in lessons:
        for step in item["steps"]:
            if step["judges"] and item["risk"] == "LOW":
                cell = judged[item["type"], step["agent"]]
                cell[0] += step["objected"]
                cell[1] += 1
    for (kind, agent), (found, total) in sorted(judged.items()):
        if found == 0 and total >= NO_FINDING:
            yield Proposal(
                "review",
                f"leave {agent} out of {kind} tasks of LOW risk",
                (f"nothing found in {total} reviews of {kind} tasks of LOW risk",),
                {"do": "drop-review", "task_type": kind, "reviewer": agent},
            )


DETECTORS: tuple[Callable[[Sequence[Lesson]], Iterator[Proposal]], ...] = (
    routing, slow_gates, idle_gates, flaky_gates, missing_knowledge, brief_lines, calibration, review_depth,
)  # fmt: skip
