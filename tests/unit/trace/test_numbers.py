"""Every number that a view shows, counted again from the raw events by other code (tests/support/recount)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agent_baton.cli.board_text import board_text
from agent_baton.journal.chain import Row, recorded
from agent_baton.trace.board import as_document, board, select
from agent_baton.trace.compare import compare
from agent_baton.trace.document import trace_document
from agent_baton.trace.facts import TaskFacts, task_facts
from agent_baton.trace.history import History, gather
from agent_baton.trace.learning.lessons import lesson
from agent_baton.trace.learning.scores import FOUND, agent_scores
from agent_baton.trace.replay import frames
from agent_baton.trace.retro_facts import retro_facts
from agent_baton.trace.retro_summary import summary
from agent_baton.trace.retrospective import retrospective
from agent_baton.trace.spans import spans
from agent_baton.trace.usage import GROUPS, grouped, total, uses
from tests.support import recount
from tests.support.histories import made_up
from tests.unit.engine.test_golden_journals import FOLDER, rows_of

PATHS = sorted(FOLDER.glob("*.jsonl"))
COLUMNS = (
    "attempts", "failed", "interrupted", "asked", "steps", "first_try", "repairs", "rework", "rework_usd", "checked",
    "false_claims", "seconds", "tokens_measured", "tokens_estimated", "tokens_unknown_attempts", "usd_measured",
    "usd_estimated", "usd_unknown_attempts", "tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write",
)  # fmt: skip


def _lines(rows: list[Row]) -> recount.Lines:
    return [
        {"seq": row.seq, "type": row.type, "at": row.at, "actor": row.actor, "data": json.loads(row.data)}
        for row in rows
    ]


STORED = [rows_of(path)[1] for path in PATHS] + [task.rows() for task in made_up(45, 7, seed=3)]
TASKS = [_lines(rows) for rows in STORED]
HISTORIES: list[History] = [gather(map(recorded, rows)) for rows in STORED]
FACTS: list[TaskFacts] = [task_facts(history) for history in HISTORIES]


def same(found: dict[str, Any], counted: dict[str, float]) -> None:
    for name in COLUMNS:
        assert found[name] == pytest.approx(counted.get(name, 0), abs=1e-5), name


def rate(found: dict[str, Any], hits: int, total: int) -> None:
    assert (found["hits"], found["total"]) == (hits, total)
    interval = recount.wilson(hits, total)
    assert found["interval"] == (interval and pytest.approx(interval, abs=1e-9))


def test_the_dashboard_in_all() -> None:
    """The figures above the tables."""
    found: dict[str, Any] = as_document(board(FACTS))
    statuses = [recount.status(lines) for lines in TASKS]
    assert found["tasks"] == len(TASKS)
    assert found["by_status"] == {name: statuses.count(name) for name in set(statuses)}
    complete, cancelled = statuses.count("complete"), statuses.count("cancelled")
    rate(found["success"], complete, complete + cancelled)
    same(found, recount.figures([row for lines in TASKS for row in recount.attempts(lines)]))
    gates = recount.gates(TASKS)
    rate(found["first_pass"], *gates["first_pass"])
    for name in ("runs", "red", "reported", "waived"):
        assert found[f"gate{'_runs' if name == 'runs' else 's_' + name}"] == gates[name]
    assert found["tampering"] == gates["tampering"]
    for name, kind in (("questions", "QuestionAsked"), ("voided", "OutcomeVoided"), ("amendments", "PlanAmended"),
                       ("conflicts", "IntegrationConflicted")):  # fmt: skip
        assert found[name] == sum(len(recount.of(lines, kind)) for lines in TASKS), name
    charges = [row for lines in TASKS for row in recount.driving(lines)]
    assert found["driving"] == {
        "tokens": sum(row["tokens"] for row in charges),
        "usd": pytest.approx(sum(row["usd"] or 0 for row in charges)),
        "unpriced_charges": sum(row["usd"] is None for row in charges),
    }
    spawned = [event for lines in TASKS for event in recount.of(lines, "AgentSpawned")]
    assert found["helpers"] == sum(event["helper"] for event in spawned)
    assert found["strangers"] == sum(not event["step_id"] for event in spawned)
    assert found["task_seconds"] == pytest.approx(sum(map(recount.elapsed, TASKS)), abs=1e-2)


@pytest.mark.parametrize(
    ("table", "name"), [("agents", "agent"), ("models", "model"), ("types", "type"), ("phases", "phase_name")]
)
def test_every_row_of_every_table(table: str, name: str) -> None:
    found: dict[str, Any] = as_document(board(FACTS))
    counted = recount.grouped(TASKS, name)
    assert {row["name"] for row in found[table]} == set(counted) | (
        {lines[0]["data"]["plan"]["task_type"] for lines in TASKS} if table == "types" else set()
    )
    for row in found[table]:
        same(row, counted.get(row["name"], {}))
        figures = counted.get(row["name"], {})
        rate(row["first_try_rate"], int(figures.get("first_try", 0)), int(figures.get("steps", 0)))
    names = [{row[name] for row in recount.attempts(lines)} for lines in TASKS] if table != "types" else []
    for row in found[table] if names else []:
        assert row["tasks"] == sum(row["name"] in used for used in names)


def test_gates_and_forecasts() -> None:
    found: dict[str, Any] = as_document(board(FACTS))
    assert sum(row["runs"] for row in found["gates"]) == recount.gates(TASKS)["runs"]
    assert sum(row["seconds"] for row in found["gates"]) == pytest.approx(
        recount.gates(TASKS)["seconds"], abs=1e-2
    )
    runs = [
        event
        for lines in TASKS
        for event in recount.of(lines, "GateFinished")
        if event["command"] == "pytest -q"
    ]
    row = next(row for row in found["gates"] if row["command"] == "pytest -q")
    times = [run["duration_s"] for run in runs if run["duration_s"] is not None]
    assert (row["timed_runs"], row["slowest_s"]) == (len(times), max(times))
    counted = recount.forecast(TASKS)
    assert {row["figure"] for row in found["forecast"]} == set(counted)
    for row in found["forecast"]:
        want = counted[row["figure"]]
        assert (row["below"], row["above"]) == (want["below"], want["above"])
        rate(row["held"], int(want["held"]), int(want["held"] + want["below"] + want["above"]))
        assert row["likely"] == pytest.approx(want["likely"], rel=1e-6)
        assert row["actual"] == pytest.approx(want["actual"], rel=1e-6)


def test_tasks_and_money_over_time() -> None:
    """Periods add up to the whole, and each holds what its days hold."""
    found = board(FACTS).periods
    ends = [line for lines in TASKS for line in lines if line["type"] in ("TaskCompleted", "TaskCancelled")]
    assert sum(period.started for period in found) == len(TASKS)
    assert sum(period.complete for period in found) == sum(line["type"] == "TaskCompleted" for line in ends)
    assert sum(period.cancelled for period in found) == sum(line["type"] == "TaskCancelled" for line in ends)
    begins = [period.begins for period in found]
    for place, period in enumerate(found):
        after = begins[place + 1] if place + 1 < len(begins) else "9999"
        starts = [recount.day(lines[0]["at"]) for lines in TASKS]
        assert period.started == sum(period.begins <= day < after for day in starts)
        rows = [row for lines in TASKS for row in recount.attempts(lines)]
        own = [
            row
            for row in rows
            if period.begins <= recount.day(row["charged_at"] or row["end"] or row["start"]) < after
        ]
        figures = recount.figures(own)
        assert period.usd == pytest.approx(figures["usd_measured"] + figures["usd_estimated"], abs=1e-5)


def test_what_waits() -> None:
    """Open questions, approvals and stops of tasks that have not ended."""
    found = board(FACTS).waits
    asking = 0
    for lines in TASKS:
        if recount.status(lines) not in ("complete", "cancelled"):
            asking += len(recount.of(lines, "QuestionAsked")) - len(recount.of(lines, "QuestionAnswered"))
    assert sum(wait.kind == "question" for wait in found) == asking > 0


def test_one_agent_and_a_period() -> None:
    """--agent counts only its own attempts; --since only tasks begun since."""
    found: dict[str, Any] = as_document(board(select(FACTS, agent="test-engineer")))
    rows = [row for lines in TASKS for row in recount.attempts(lines) if row["agent"] == "test-engineer"]
    same(found, recount.figures(rows))
    middle = sorted(lines[0]["at"] for lines in TASKS)[20]
    later = [lines for lines in TASKS if lines[0]["at"] >= middle]
    since: dict[str, Any] = as_document(board(select(FACTS, since=middle)))
    assert since["tasks"] == len(later)
    same(since, recount.figures([row for lines in later for row in recount.attempts(lines)]))


def test_the_terminal_shows_the_same_numbers() -> None:
    """Every number of the text is one of the board's document or made of its rates."""
    text = board_text(board(FACTS), 2e9, "Tasks", 140, False)
    found: dict[str, Any] = as_document(board(FACTS))
    head = re.search(r"Tasks: (\d+)", text)
    assert head and int(head[1]) == found["tasks"]
    rows = re.search(r"Rework +(\d+) of (\d+) attempts \((\d+) repairs\)", text)
    assert rows and [int(n) for n in rows.groups()] == [found["rework"], found["attempts"], found["repairs"]]
    claims = re.search(r"False claims +(\d+) in (\d+)", text)
    assert claims and [int(n) for n in claims.groups()] == [found["false_claims"], found["checked"]]
    gates = re.search(r"(\d+) runs, (\d+) red, (\d+) only reported, (\d+)\s+waived", text)
    assert gates and [int(n) for n in gates.groups()] == [
        found["gate_runs"], found["gates_red"], found["gates_reported"], found["gates_waived"],
    ]  # fmt: skip
    for row in found["agents"]:
        line = next(line for line in text.splitlines() if line.startswith(row["name"]))
        cells = line.split()[1:6]
        first = f"{row['first_try']}/{row['steps']}"
        assert cells == [
            str(row[n]) if n else first for n in ("tasks", "attempts", "", "rework", "false_claims")
        ]


@pytest.mark.parametrize("by", GROUPS)
def test_usage(by: Any) -> None:
    """By day, task, agent, model and person; all groupings add up to the same whole."""
    names = {"day": "day", "task": "task", "agent": "agent", "model": "model", "person": "person"}
    rows = [
        {
            **row,
            "task": lines[0]["data"]["plan"]["task_id"],
            "day": recount.day(row["charged_at"] or row["end"] or row["start"]),
        }
        for lines in TASKS
        for row in recount.attempts(lines)
    ]
    driven = [row for lines in TASKS for row in recount.driving(lines)]
    found = grouped(uses(FACTS), by)
    assert {getattr(use, by) for use in found} == {row[names[by]] for row in [*rows, *driven]}
    for use in found:
        name = getattr(use, by)
        want = recount.figures([row for row in rows if row[names[by]] == name])
        own = [row for row in driven if row[names[by]] == name]
        assert use.attempts == want["attempts"]
        assert use.tokens_unknown == want["tokens_unknown_attempts"]
        assert use.usd_unknown == want["usd_unknown_attempts"] + sum(row["usd"] is None for row in own)
        assert use.tokens_measured == want["tokens_measured"] + sum(row["tokens"] for row in own)
        assert use.tokens_estimated == want["tokens_estimated"]
        assert use.usd_measured == pytest.approx(want["usd_measured"])
        assert use.usd_estimated == pytest.approx(want["usd_estimated"] + sum(row["usd"] or 0 for row in own))
    whole, again = total(found), total(list(uses(FACTS)))
    assert whole.attempts == again.attempts
    assert whole.usd_measured == pytest.approx(again.usd_measured)


@pytest.mark.parametrize("number", range(len(TASKS)), ids=lambda n: TASKS[n][0]["data"]["plan"]["task_id"])
def test_retrospective_trace_and_replay_of_each_task(number: int) -> None:
    lines, history = TASKS[number], HISTORIES[number]
    retro, rows = retro_facts(history), recount.attempts(lines)
    figures = recount.figures(rows)
    happened = retro["happened"]
    assert happened["attempts"] == len(rows)
    assert happened["repairs"] == len(recount.of(lines, "RepairOpened"))
    assert happened["amendments"] == len(recount.of(lines, "PlanAmended"))
    assert happened["gate_runs"] == len(recount.of(lines, "GateFinished"))
    assert happened["seconds"] == pytest.approx(recount.elapsed(lines), abs=2e-3)
    assert happened["usd_unknown_attempts"] == figures["usd_unknown_attempts"]
    assert sum(row["runs"] for row in retro["causes"]) == sum(
        not e["ok"] for e in recount.of(lines, "GateFinished")
    )
    assert sum(row["attempts"] for row in retro["rework"]) == figures["rework"]
    assert sum(len(row["claims"]) for row in retro["false_claims"]) == figures["false_claims"]
    assert len(retro["questions"]) == len(recount.of(lines, "QuestionAsked"))
    document = trace_document(history)
    assert sum(len(s["attempts"]) for p in document["phases"] for s in p["steps"]) == len(rows)
    spent(document["cost"], figures)
    for kind in ("tokens", "usd"):
        told = [agents_row(history, name)[kind] for name in {row["agent"] for row in rows}]
        assert sum(known for known, _, _ in told) == pytest.approx(figures[f"{kind}_measured"], abs=1e-3)
        assert sum(estimated for _, estimated, _ in told) == pytest.approx(
            figures[f"{kind}_estimated"], abs=1e-3
        )
        assert sum(unknown for _, _, unknown in told) == figures[f"{kind}_unknown_attempts"]
    kinds = [span.kind for span in spans(history)]
    assert (kinds.count("attempt"), kinds.count("task")) == (len(rows), 1)
    for span in spans(history):
        if span.kind == "attempt":
            row = next(r for r in rows if (r["step"], r["attempt"]) == (
                span.attributes["agent_baton.step.id"], span.attributes["agent_baton.attempt"]))  # fmt: skip
            assert (span.start, span.end, span.attributes["agent_baton.attempt.end"]) == (
                row["start"],
                row["end"],
                row["how"],
            )
            charge = row["charge"] or {"tokens": None, "usd": None}
            assert span.attributes.get("agent_baton.cost.usd") == charge["usd"]
            assert span.attributes.get("agent_baton.cost.tokens") == charge["tokens"]
    played = list(frames(map(recorded, STORED[number])))
    assert [frame.seq for frame in played] == [line["seq"] for line in lines]
    assert played[-1].status == recount.status(lines)
    charged = [e for e in recount.of(lines, "BudgetCharged") if e["source"] != "unknown"]
    assert played[-1].spent_usd == pytest.approx(sum(e["usd"] or 0 for e in charged))


def spent(cost: dict[str, Any], figures: dict[str, float]) -> None:
    """What a trace and a bundle say of cost: known sums, the estimated part of them, and what is not in them."""
    for kind in ("tokens", "usd"):
        measured, estimated = figures[f"{kind}_measured"], figures[f"{kind}_estimated"]
        assert cost[kind] == pytest.approx(measured + estimated)
        assert cost[f"{kind}_estimated"] == pytest.approx(estimated)
        assert cost[f"{kind}_unknown_attempts"] == figures[f"{kind}_unknown_attempts"]


def agents_row(history: History, agent: str) -> dict[str, list[float]]:
    """Measured, estimated and unknown tokens and dollars in an agent's row of the retrospective that people read."""
    line = next(line for line in retrospective(history).splitlines() if line.startswith(f"| {agent} |"))
    cells = [cell.strip() for cell in line.split("|")][-3:-1]
    found = {}
    for kind, cell in zip(("tokens", "usd"), cells, strict=True):
        parts = dict.fromkeys(("", "estimated", "unknown"), 0.0)
        for part in cell.split(" + "):
            number, _, word = part.replace("$", "").replace(",", "").partition(" ")
            parts[word] = float(number)
        found[kind] = list(parts.values())
    return found


def test_summary_of_retrospectives() -> None:
    """Counts across tasks: red runs by cause, rework and false claims by agent."""
    found = summary([retro_facts(history) for history in HISTORIES])
    assert found["tasks"] == len(TASKS)
    red = sum(not e["ok"] for lines in TASKS for e in recount.of(lines, "GateFinished"))
    assert sum(row["times"] for row in found["gate_causes"]) == red
    claims: dict[str, int] = {}
    for lines in TASKS:
        for row in recount.attempts(lines):
            count = len(row["evidence"]["mismatches"]) if row["evidence"] else 0
            if count:
                claims[row["agent"]] = claims.get(row["agent"], 0) + count
    assert {row["what"]: row["times"] for row in found["false_claims"]} == claims
    held = {row["figure"]: row["held"] for row in found["forecast"]}
    for name, want in recount.forecast(TASKS).items():
        rate(held[name], int(want["held"]), int(want["held"] + want["below"] + want["above"]))


def test_scores_of_agents() -> None:
    """What held at once, of makers; where something was found, of judges."""
    told = {(item.agent, item.of == FOUND): tuple(item.rate) for item in agent_scores(map(lesson, HISTORIES))}
    assert told == recount.scores(TASKS) and len(told) > 5


def test_two_tasks_side_by_side() -> None:
    found = compare(HISTORIES[2], HISTORIES[3])
    one, other = (recount.figures(recount.attempts(TASKS[n])) for n in (2, 3))
    rows = {row["figure"]: row for row in found["figures"]}
    for name, key in (
        ("attempts", "attempts"),
        ("repairs", "repairs"),
        ("rework attempts", "rework"),
        ("false claims", "false_claims"),
    ):
        assert (rows[name]["a"], rows[name]["b"], rows[name]["difference"]) == (
            one[key],
            other[key],
            other[key] - one[key],
        )
    assert rows["seconds"]["a"] == pytest.approx(recount.elapsed(TASKS[2]), abs=2e-3)
    if one["usd_unknown_attempts"]:
        assert rows["usd"]["a"] is None, "what is partly unknown cannot be compared"
