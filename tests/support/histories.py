"""Whole histories made up by chance (seeded): tasks of any number of steps, with everything that can go wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from agent_baton.engine import events as ev
from agent_baton.journal.chain import START, Row, link
from agent_baton.journal.sqlite import SqliteJournal

BEGIN = 1_767_225_600.0  # 2026-01-01T00:00:00Z
AGENTS = (
    "backend-engineer--python",
    "frontend-engineer--react",
    "test-engineer",
    "code-reviewer",
    "architect",
)
MODELS = ("sonnet", "opus", "haiku")
TYPES = ("new-feature", "bug-fix", "refactor", "documentation", "test")
PEOPLE = ("ann", "bob")
SIZES = (("Design", "true"), ("Build", "pytest -q"), ("Review", "ruff check ."))


class Task:
    """The events of one task, written down as they happen."""

    def __init__(
        self, number: int, steps: int, chance: Random, at: float, outcome: str = "done", failures: int = 4
    ) -> None:
        self.chance, self.at, self.text, self.failures = chance, at, outcome, failures
        self.task_id = f"task-made-{number:04x}"
        self.person = chance.choice(PEOPLE)
        self.events: list[tuple[float, str, ev.Event]] = []
        self.plan = self._plan(number, steps)

    def _plan(self, number: int, steps: int) -> dict[str, Any]:
        share = max(1, steps // len(SIZES))
        phases, left = [], steps
        for place, (name, gate) in enumerate(SIZES, 1):
            count = left if place == len(SIZES) else min(share, left)
            left -= count
            made = [
                _step(f"{place}.{n}", self.chance.choice(AGENTS), self.chance.choice(MODELS))
                for n in range(1, count + 1)
            ]
            phases += [_phase(place, name, gate, made)] if made else []
        steps_expected = [
            {"step_id": s["step_id"], "tokens": _range(40_000), "usd": _range(0.3), "minutes": _range(5)}
            for p in phases
            for s in p["steps"]
        ]
        return {
            "version": 1, "task_id": self.task_id, "task_summary": f"Made up task number {number}",
            "task_type": self.chance.choice(TYPES), "complexity": "medium", "risk_level": "LOW", "budget_tier": "standard",
            "execution_mode": "phased", "git_strategy": "in-place", "shared_context": "", "budget": None,
            "phases": phases, "explanation": [], "created_at": "",
            "forecast": {"tokens": _range(1), "usd": _range(1), "minutes": _range(1), "basis": "made up", "steps": steps_expected},
        }  # fmt: skip

    def say(self, event: ev.Event, later: float = 1.0, actor: str = "") -> None:
        self.at = round(self.at + later, 3)
        self.events.append((self.at, actor or self.person, event))

    def run(self, ends: str = "complete") -> Task:
        """Play it to its end: complete, cancelled, or in the middle of things (open)."""
        started = ev.TaskStarted(self.plan, {}, "a" * 40, "main", "session-1")
        self.say(started)
        begun = self.at
        for number, item in enumerate(self.plan["phases"]):
            if ends != "complete" and number == len(self.plan["phases"]) - 1:
                self._stop(ends, item)
                return self
            self._phase(item)
        self.say(ev.TaskCompleted(round(self.at - begun, 3)))
        return self

    def _stop(self, ends: str, item: dict[str, Any]) -> None:
        if ends == "cancelled":
            self.say(ev.TaskCancelled("no longer wanted"))
        elif item["steps"]:
            first = item["steps"][0]
            self.say(ev.StepDispatched(first["step_id"], 1, first["agent_name"], "session-1", self.at + 3600))
            self.say(ev.QuestionAsked(first["step_id"], 1, f"Which port? {self.text}"), 30)

    def _phase(self, item: dict[str, Any]) -> None:
        for planned in item["steps"]:
            self._step(planned["step_id"], planned["agent_name"])
        phase_id, command = item["phase_id"], item["gate"]["command"]
        red = self.chance.random() < 0.2
        if red:
            self._gate(phase_id, 1, command, False)
            repair = _step(f"{phase_id}.r1", item["steps"][0]["agent_name"], "sonnet")
            self.say(ev.RepairOpened(phase_id, 1, repair, "gate: 1 failed"), 0)
            self._try(f"{phase_id}.r1", 1, item["steps"][0]["agent_name"], True)
        self._gate(phase_id, 2 if red else 1, command, True)
        self.say(ev.PhaseFinished(phase_id), 0)

    def _step(self, step_id: str, agent: str) -> None:
        chance, attempt = self.chance.random(), 1
        if chance < 0.08:
            self._try(step_id, 1, agent, False)
            attempt = 2
        elif chance < 0.12:
            self.say(ev.StepDispatched(step_id, 1, agent, "session-1", self.at + 3600))
            self.say(ev.StepInterrupted(step_id, 1, "its session is gone"), 60)
            attempt = 2
        self._try(step_id, attempt, agent, True)

    def _try(self, step_id: str, attempt: int, agent: str, ok: bool) -> None:
        self.say(ev.StepDispatched(step_id, attempt, agent, "session-1", self.at + 3600))
        took = round(self.chance.lognormvariate(5, 0.7), 1)
        status = "complete" if ok else "failed"
        self.say(ev.StepFinished(step_id, attempt, agent, status, self.text, commit="b" * 40), took)
        false = ("claimed src/b.py, which did not change",) if self.chance.random() < 0.05 else ()
        verdict = "mismatch" if false else "confirmed"
        files = tuple(f"src/file{n}.py" for n in range(self.chance.randint(1, 4)))
        self.say(ev.EvidenceGathered(step_id, attempt, verdict, "b" * 40, files, len(files), false), 0)
        self._charge(step_id, attempt)

    def _charge(self, step_id: str, attempt: int) -> None:
        tokens = self.chance.randint(5_000, 90_000)
        known = self.chance.random()
        if known < 0.15:
            self.say(ev.BudgetCharged(step_id, attempt, None, None, "unknown"), 0)
        else:
            source = "estimated" if known < 0.3 else "measured"
            usd = None if known < 0.2 else round(tokens * 6e-6, 6)
            self.say(ev.BudgetCharged(step_id, attempt, tokens, usd, source), 0)

    def _gate(self, phase_id: int, run: int, command: str, ok: bool) -> None:
        self.say(ev.GateStarted(phase_id, run, command), 1)
        took = round(self.chance.lognormvariate(2, 0.5), 3)
        output = "2 passed" if ok else f"FAILED tests/test_a.py::test_b - {self.text}"
        self.say(
            ev.GateFinished(
                phase_id, run, ok, "verified", "" if ok else "1 failed", command, 0 if ok else 1, took, output,
                signature="" if ok else f"{self.chance.randrange(self.failures):016x}",
                failures=() if ok else ("tests/test_a.py::test_b",), tree="c" * 40,
            ),
            took,
        )  # fmt: skip

    def rows(self) -> list[Row]:
        """As the journal stores them, hash-chained."""
        rows: list[Row] = []
        for at, actor, event in self.events:
            last = rows[-1].hash if rows else START
            rows += link(self.task_id, len(rows), last, [event], at, actor)
        return rows

    def recorded(self) -> list[ev.Recorded]:
        return [ev.Recorded(n, at, actor, event) for n, (at, actor, event) in enumerate(self.events, 1)]


def _step(step_id: str, agent: str, model: str) -> dict[str, Any]:
    return {
        "step_id": step_id, "agent_name": agent, "model": model, "task_description": f"Do {step_id}", "depends_on": [],
        "deliverables": [], "acceptance": [], "allowed_paths": [], "blocked_paths": [], "context_files": [],
        "knowledge": [], "max_attempts": 3, "timeout_s": 3600, "may_veto": False, "budget": None, "team": [],
    }  # fmt: skip


def _phase(phase_id: int, name: str, gate: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    made = {
        "gate_type": "test", "command": gate, "description": "", "timeout_s": 600, "fail_on": [], "max_repairs": 2,
    }  # fmt: skip
    return {
        "phase_id": phase_id, "name": name, "steps": steps, "gate": made, "approval_required": False, "risk_level": "LOW",
    }  # fmt: skip


def _range(middle: float) -> dict[str, float]:
    return {"low": middle / 3, "likely": middle, "high": middle * 3}


def made_up(
    tasks: int, steps: int = 20, seed: int = 1, outcome: str = "done", failures: int = 4
) -> Iterator[Task]:
    """So many tasks over the months before now, oldest first; one in ten cancelled, one in forty still open.

    Red gates fail in so many ways, each as often as the others.
    """
    chance = Random(seed)
    for number in range(tasks):
        end = "cancelled" if number % 10 == 7 else "open" if number % 40 == 39 else "complete"
        yield Task(number, steps, chance, BEGIN + number * 5_000, outcome, failures).run(end)


def write_journal(
    path: Path, tasks: int, steps: int = 20, seed: int = 1, outcome: str = "done", failures: int = 4
) -> Path:
    """A journal file holding them."""
    journal = SqliteJournal(str(path))
    for task in made_up(tasks, steps, seed, outcome, failures):
        journal.extend(task.task_id, task.rows())
    journal.close()
    return path
