"""Learning: a planted cause is found, and histories without one propose nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from agent_baton.engine import events as ev
from agent_baton.trace.history import gather
from agent_baton.trace.learning.detectors import proposals
from agent_baton.trace.learning.lessons import Lesson, lesson, normalised
from agent_baton.trace.learning.proposal import at_most, more_often
from agent_baton.trace.learning.scoring import verdict
from agent_baton.trace.rate import Rate
from tests.support.histories import made_up

TYPES = ("new-feature", "bug-fix", "refactor", "documentation")
MAKERS = ("backend-engineer--python", "backend-engineer--go", "backend-engineer")
HISTORIES = 400
Plant = Callable[[random.Random, Lesson], None]


def history(seed: int, tasks: int = 80, plant: Plant | None = None) -> list[Lesson]:
    """Tasks with chance and nothing else in them: one rate of rework, of red gates, of findings, of held forecasts."""
    chance = random.Random(seed)
    rework, red, finds = chance.uniform(0.05, 0.4), chance.uniform(0.02, 0.3), chance.uniform(0.1, 0.5)
    return [task(chance, number, rework, red, finds, plant) for number in range(tasks)]


def task(
    chance: random.Random, number: int, rework: float, red: float, finds: float, plant: Plant | None
) -> Lesson:
    made: Lesson = {
        "task_id": f"task-{number:04x}", "type": chance.choice(TYPES), "risk": chance.choice(("LOW", "MEDIUM")),
        "at": float(number), "ended": True, "repairs": 0, "steps": [], "gates": [], "questions": [], "forecast": [],
    }  # fmt: skip
    for _ in range(chance.randint(1, 4)):
        clean = chance.random() > rework
        made["steps"].append(
            {"agent": chance.choice(MAKERS), "judges": False, "clean": clean, "objected": False}
        )
    made["steps"].append(
        {"agent": "code-reviewer", "judges": True, "clean": True, "objected": chance.random() < finds}
    )
    for place, command in enumerate(("ruff check .", "pytest -q", "pytest -q")):
        ok = chance.random() > red
        signature = "" if ok else f"{chance.getrandbits(40):x}"
        run: Any = {
            "command": command, "last": place == 2, "ok": ok, "seconds": chance.uniform(1, 60),
            "tree": f"{chance.getrandbits(160):040x}", "signature": signature, "reason": "1 test failed",
        }  # fmt: skip
        made["gates"].append(run)
    if chance.random() < 0.2:
        words = " ".join(
            chance.choice(
                ["which", "where", "how", "what", "table", "queue", "user", "flag", "name", "order"]
            )
            for _ in range(6)
        )
        made["questions"].append({"text": f"{words}?", "answer": "that one"})
    for figure in ("tokens", "usd", "minutes"):
        likely = chance.uniform(1, 10)
        inside = chance.random() < 0.8
        actual = likely * (chance.uniform(0.55, 1.9) if inside else chance.choice((0.3, 3.0)))
        made["forecast"].append(
            {"figure": figure, "low": likely / 2, "likely": likely, "high": likely * 2, "actual": actual}
        )
    if plant:
        plant(chance, made)
    return made


def test_histories_without_a_cause_propose_nothing() -> None:
    """Fewer than five in a hundred yield any proposal."""
    wrong = {
        seed: [item.title for item in found]
        for seed in range(HISTORIES)
        if (found := proposals(history(seed)))
    }
    assert len(wrong) < 0.05 * HISTORIES, wrong


def of_a_suite(size: int) -> Plant:
    """Every red run fails at one of so many tests, each as likely as the others."""

    def plant(chance: random.Random, made: Lesson) -> None:
        for run in made["gates"]:
            if not run["ok"]:
                run["signature"] = f"{chance.randrange(size):016x}"

    return plant


@pytest.mark.parametrize("tests", [4, 20, 300])
@pytest.mark.parametrize("tasks", [10, 40, 300])
def test_the_same_failures_by_chance_are_no_cause(tasks: int, tests: int) -> None:
    """In a long past every test has failed three times; that alone is no reason to tell everybody."""
    wrong = [seed for seed in range(40) if any(proposals(history(9_000 + seed, tasks, of_a_suite(tests))))]
    assert len(wrong) <= 4, (
        "fewer than 5 in 100 in the long run: 4 of 40 are not yet too many (binomial, 99.7%)"
    )


def lessons_of(seed: int, failures: int = 12) -> list[Lesson]:
    """Lessons from whole made-up journals, with everything in them that goes wrong in tasks."""
    return [lesson(gather(task.recorded())) for task in made_up(50, 5, seed, failures=failures)]


def test_made_up_journals_propose_no_change_of_plans() -> None:
    """Neither agents, gates, briefs nor reviews: they are all alike there. Their forecasts are not, and may be scaled."""
    found = {seed: {item.kind for item in proposals(lessons_of(seed))} - {"forecast"} for seed in range(20)}
    assert sum(map(bool, found.values())) <= 2, found


def test_what_was_given_up_counts_and_what_was_cut_short_does_not() -> None:
    """A cancelled task tells as much as a finished one; an attempt whose session died says nothing of its agent."""
    tasks = list(made_up(40, 5))
    found = {item["task_id"]: item for task in tasks if (item := lesson(gather(task.recorded())))}
    given_up = [found[task.task_id] for task in tasks if isinstance(task.events[-1][2], ev.TaskCancelled)]
    assert given_up and all(item["ended"] and item["steps"] for item in given_up)
    cut = next(t for t in tasks if any(isinstance(event, ev.StepInterrupted) for _, _, event in t.events))
    history = gather(cut.recorded())
    step = next(step for step in history.steps if step.attempts[0].end == "interrupted")
    planned = [other for other in history.steps if not other.repair]
    told = found[cut.task_id]["steps"][planned.index(step)]
    repaired = any(r.repair and r.agent_name == step.agent_name for r in history.phase(step.phase_id).steps)
    assert told["clean"] is not repaired


def bad_agent(chance: random.Random, made: Lesson) -> None:
    for step in made["steps"]:
        if made["type"] == "bug-fix" and step["agent"] == "backend-engineer--go":
            step["clean"] = chance.random() > 0.95


def slow_gate(chance: random.Random, made: Lesson) -> None:
    for run in made["gates"]:
        run["seconds"] = 900.0 if run["command"] == "pytest -q" else 1.0


def idle_gate(chance: random.Random, made: Lesson) -> None:
    for run in made["gates"]:
        if run["command"] == "ruff check .":
            run["ok"], run["signature"] = True, ""


def flaky_gate(chance: random.Random, made: Lesson) -> None:
    if chance.random() < 0.1:
        run = made["gates"][2]
        made["gates"] += [
            {**run, "ok": False, "signature": f"{chance.getrandbits(40):x}"},
            {**run, "ok": True, "signature": ""},
        ]


def asked_again(chance: random.Random, made: Lesson) -> None:
    if chance.random() < 0.1:
        number = chance.randint(1, 99)
        made["questions"].append({"text": f"Which port, {number}, does the broker use?", "answer": "5672"})


def same_failure(chance: random.Random, made: Lesson) -> None:
    if chance.random() < 0.15:
        made["gates"][0].update(ok=False, signature="f00", reason="imports are not sorted")


def optimist(chance: random.Random, made: Lesson) -> None:
    for outcome in made["forecast"]:
        if outcome["figure"] == "usd":
            outcome["actual"] *= 4


def rubber_stamp(chance: random.Random, made: Lesson) -> None:
    made["steps"][-1]["objected"] = False
    made["type"], made["risk"] = "documentation", "LOW"


@pytest.mark.parametrize(
    ("plant", "kind", "effect"),
    [
        (
            bad_agent,
            "routing",
            {"do": "prefer-agent", "task_type": "bug-fix", "instead_of": "backend-engineer--go"},
        ),
        (slow_gate, "gate-slow", {"do": "gate-last-only", "command": "pytest -q"}),
        (idle_gate, "gate-idle", {"do": "gate-last-only", "command": "ruff check ."}),
        (flaky_gate, "gate-flaky", {"do": "gate-twice", "command": "pytest -q"}),
        (asked_again, "knowledge", {"do": "know", "answer": "5672"}),
        (same_failure, "brief", {"do": "tell", "signature": "f00"}),
        (optimist, "forecast", {"do": "scale-forecast", "figure": "usd"}),
        (rubber_stamp, "review", {"do": "drop-review", "reviewer": "code-reviewer"}),
    ],
)
def test_a_planted_cause_is_found(plant: Plant, kind: str, effect: dict[str, Any]) -> None:
    """In nearly every history, with what to do about it, its counts, and nothing else proposed."""
    missed = 0
    for seed in range(20):
        found = proposals(history(seed, tasks=200, plant=plant))
        fitting = [item for item in found if item.kind == kind and effect.items() <= item.effect.items()]
        missed += len(fitting) != 1
        assert all(item.evidence for item in fitting)
    assert missed <= 1


def test_only_calibration_may_go_without_a_person() -> None:
    """Everything else waits for somebody to decide."""
    kinds = {
        item.kind
        for plant in (bad_agent, optimist, idle_gate)
        for item in proposals(history(1, 300, plant))
        if item.automatic
    }
    assert kinds == {"forecast"}


def test_a_proposal_keeps_its_name_as_counts_grow() -> None:
    """More evidence for the same change is the same proposal; a rejection goes on holding."""
    before, after = proposals(history(3, 150, optimist)), proposals(history(3, 300, optimist))
    assert {item.proposal_id for item in before} == {item.proposal_id for item in after} != set()


def test_calibrated_intervals_would_have_held() -> None:
    """With the proposed factor and width about 80% of the past figures lie within."""
    lessons = history(5, 300, optimist)
    effect = next(item.effect for item in proposals(lessons) if item.kind == "forecast")
    given = [o for item in lessons for o in item["forecast"] if o["figure"] == "usd"]
    held = 0
    for o in given:
        likely = o["likely"] * effect["factor"]
        low = likely - (o["likely"] - o["low"]) * effect["factor"] * effect["widen"]
        high = likely + (o["high"] - o["likely"]) * effect["factor"] * effect["widen"]
        held += low <= o["actual"] <= high
    assert 0.75 <= held / len(given) <= 0.87


def test_the_statistics_are_the_textbooks() -> None:
    """Fisher's tea cups: four of four by chance in 1 of 70 cases; three or more in 17 of 70. And a fair coin."""
    assert more_often(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert more_often(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert more_often(0, 5, 0, 5) == pytest.approx(1)
    assert more_often(30_000, 60_000, 20_000, 60_000) == pytest.approx(0)
    assert at_most(1, 3, 0.5) == pytest.approx(0.5)
    assert at_most(20, 20, 0.8) == pytest.approx(1)


@pytest.mark.parametrize(
    ("before", "since", "said"),
    [
        ((20, 40), (1, 40), "helped"),
        ((1, 40), (20, 40), "made it worse"),
        ((10, 40), (8, 40), "no clear difference"),
        ((20, 40), (0, 4), "too few to say"),
    ],
)
def test_whether_it_helped(before: tuple[int, int], since: tuple[int, int], said: str) -> None:
    """Said only when the intervals keep apart."""
    assert verdict(Rate(*before), Rate(*since), True) == said


def test_the_same_question_in_other_words_of_punctuation() -> None:
    """Numbers, case and signs do not make another question."""
    assert normalised("Which port, 8080, does `x` use?") == normalised("which PORT 1 does x use")
