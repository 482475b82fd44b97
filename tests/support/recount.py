"""Every figure counted again, the plain way: from the raw lines of a journal, with nothing of ours.

A task is a list of dictionaries `{"seq", "type", "at", "actor", "data"}`, as `baton journal export` writes them.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

Line = dict[str, Any]
Lines = list[Line]


def read(path: Path) -> Lines:
    return parse(path.read_text())


def parse(text: str) -> Lines:
    lines = [json.loads(line) for line in text.splitlines()[1:]]
    return [{**line, "data": json.loads(line["data"])} for line in lines]


def of(lines: Lines, kind: str) -> list[dict[str, Any]]:
    return [line["data"] for line in lines if line["type"] == kind]


def day(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d")


def attempts(lines: Lines) -> list[dict[str, Any]]:
    """A row an attempt: step, number, agent, model, phase, person, start, end, how, evidence, cost."""
    steps: dict[str, dict[str, Any]] = {}
    plan = lines[0]["data"]["plan"]

    def learn(phase: dict[str, Any], step: dict[str, Any], repair: bool = False) -> None:
        steps[step["step_id"]] = {
            "phase": phase["phase_id"], "phase_name": phase["name"], "model": step["model"], "repair": repair,
        }  # fmt: skip

    phases = {phase["phase_id"]: phase for phase in plan["phases"]}
    for phase in plan["phases"]:
        for step in phase["steps"]:
            learn(phase, step)
    rows: list[dict[str, Any]] = []
    for line in lines:
        data, kind = line["data"], line["type"]
        if kind == "RepairOpened":
            learn(phases[data["phase_id"]], data["step"], True)
        if kind == "PlanAmended":
            for op in data["ops"]:
                if op["op"] == "change_step" and "model" in op["fields"]:
                    steps[op["step_id"]]["model"] = op["fields"]["model"]
                if op["op"] == "add_step":
                    learn(phases[op["phase_id"]], op["step"])
        if kind == "StepDispatched":
            first = not any(row["step"] == data["step_id"] for row in rows)
            rows.append(
                {
                    "step": data["step_id"], "attempt": data["attempt"], "agent": data["agent_name"], "person": line["actor"],
                    "start": line["at"], "end": None, "how": "in flight", "first": first, "evidence": None, "charge": None,
                    "charged_at": None, "usage": [], **steps[data["step_id"]],
                }
            )  # fmt: skip
        row = next(
            (r for r in rows if r["step"] == data.get("step_id") and r["attempt"] == data.get("attempt")),
            None,
        )
        if row is None:
            continue
        if kind == "StepFinished":
            how = data["verdict"] if data["verdict"] in ("veto", "changes") else data["status"]
            row.update(end=line["at"], how=how, agent=data["agent_name"])
        elif kind == "StepInterrupted":
            row.update(end=line["at"], how="interrupted")
        elif kind == "QuestionAsked":
            row.update(end=line["at"], how="asked")
        elif kind == "EvidenceGathered":
            row["evidence"] = data
        elif kind == "BudgetCharged":
            row.update(charge=data, charged_at=line["at"])
        elif kind == "AgentMeasured":
            row["usage"] = data["usage"]
    return rows


def figures(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The columns of every table, over some attempts."""
    found: Counter[str] = Counter()
    for row in rows:
        charge = row["charge"] or {"tokens": None, "usd": None, "source": "unknown"}
        known = charge["source"] != "unknown"
        tokens, usd = (charge["tokens"], charge["usd"]) if known else (None, None)
        again = row["repair"] or not row["first"]
        found["attempts"] += 1
        found["failed"] += row["how"] in ("failed", "veto")
        found["interrupted"] += row["how"] == "interrupted"
        found["asked"] += row["how"] == "asked"
        found["steps"] += row["first"] and not row["repair"]
        done = row["how"] in ("complete", "changes")
        found["first_try"] += row["first"] and not row["repair"] and done
        found["repairs"] += row["first"] and row["repair"]
        found["rework"] += again
        found["rework_usd"] += (usd or 0) if again else 0
        found["checked"] += bool(row["evidence"] and row["evidence"]["verdict"] != "unverifiable")
        found["false_claims"] += len(row["evidence"]["mismatches"]) if row["evidence"] else 0
        found["seconds"] += round(row["end"] - row["start"], 3) if row["end"] is not None else 0
        found["tokens_unknown_attempts"] += tokens is None
        found["usd_unknown_attempts"] += usd is None
        found[f"tokens_{'estimated' if charge['source'] == 'estimated' else 'measured'}"] += tokens or 0
        found[f"usd_{'estimated' if charge['source'] == 'estimated' else 'measured'}"] += usd or 0
        for kind in ("input", "output", "cache_read", "cache_write"):
            found[f"tokens_{kind}"] += sum(item.get(kind, 0) for item in row["usage"])
    return found


def grouped(tasks: list[Lines], name: str) -> dict[str, dict[str, float]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for lines in tasks:
        for row in attempts(lines):
            groups[row[name] if name != "type" else lines[0]["data"]["plan"]["task_type"]].append(row)
    return {key: figures(rows) for key, rows in groups.items()}


def status(lines: Lines) -> str:
    names = {
        "TaskCompleted": "complete", "TaskCancelled": "cancelled", "TaskFailed": "failed", "TaskPaused": "paused",
        "TaskResumed": "running",
    }  # fmt: skip
    return next((names[line["type"]] for line in reversed(lines) if line["type"] in names), "running")


def wilson(hits: int, total: int) -> list[float] | None:
    """From the textbook: the roots of (p - s)^2 = z^2 p (1 - p) / n."""
    if total == 0:
        return None
    z2, s = 1.96**2, hits / total
    a, b, c = 1 + z2 / total, -(2 * s + z2 / total), s * s
    root = math.sqrt(b * b - 4 * a * c)
    return [max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))]


def gates(tasks: list[Lines]) -> dict[str, Any]:
    """Everything about gate runs."""
    runs = [event for lines in tasks for event in of(lines, "GateFinished")]
    first, last = [], []
    for lines in tasks:
        by_phase: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for event in of(lines, "GateFinished"):
            by_phase[event["phase_id"]].append(event)
        first += [events[0]["ok"] for events in by_phase.values()]
        last += [events[-1]["source"] for events in by_phase.values()]
    return {
        "runs": len(runs),
        "red": sum(not run["ok"] for run in runs),
        "first_pass": (sum(first), len(first)),
        "reported": last.count("reported"),
        "waived": len({(n, e["phase_id"]) for n, lines in enumerate(tasks) for e in of(lines, "GateWaived")}),
        "tampering": sum(
            len(
                {line for e in of(lines, "GateFinished") if e["phase_id"] == phase for line in e["tampering"]}
            )
            for lines in tasks
            for phase in {e["phase_id"] for e in of(lines, "GateFinished")}
        ),
        "seconds": sum(run["duration_s"] or 0 for run in runs),
    }


def forecast(tasks: list[Lines]) -> dict[str, dict[str, float]]:
    """Of steps that ended complete as they were planned: within the interval, below, above, and sums."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for lines in tasks:
        plan = lines[0]["data"]["plan"]
        if not plan.get("forecast"):
            continue
        changed = {
            op["step_id"] for e in of(lines, "PlanAmended") for op in e["ops"] if op["op"] == "change_step"
        }
        changed |= {e["step_id"] for e in of(lines, "StepReassigned")}
        by_step: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in attempts(lines):
            by_step[row["step"]].append(row)
        for given in plan["forecast"]["steps"]:
            rows = by_step.get(given["step_id"], [])
            if not rows or rows[-1]["how"] != "complete" or given["step_id"] in changed:
                continue
            charges = [row["charge"] or {"tokens": None, "usd": None} for row in rows]
            actual = {
                "tokens": [charge["tokens"] for charge in charges],
                "usd": [charge["usd"] for charge in charges],
                "minutes": [None if r["end"] is None else round(r["end"] - r["start"], 3) / 60 for r in rows],
            }
            for name, parts in actual.items():
                if None in parts:
                    continue
                value = sum(parts)  # type: ignore[arg-type]
                low, high = given[name]["low"], given[name]["high"]
                found[name]["below"] += value < low
                found[name]["above"] += value > high
                found[name]["held"] += low <= value <= high
                found[name]["likely"] += given[name]["likely"]
                found[name]["actual"] += value
    return {name: dict(counts) for name, counts in found.items()}


def scores(tasks: list[Lines]) -> dict[tuple[str, bool], tuple[int, int]]:
    """(agent, whether it judges) -> hits and steps: of makers what held at once, of judges where something was found."""
    found: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for lines in tasks:
        steps = [step for phase in lines[0]["data"]["plan"]["phases"] for step in phase["steps"]]
        judges = {step["step_id"] for step in steps if "**" in (step.get("blocked_paths") or [])}
        repaired = {(e["phase_id"], e["step"]["agent_name"]) for e in of(lines, "RepairOpened")}
        by_step: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in attempts(lines):
            if not row["repair"] and row["how"] in ("complete", "failed", "veto", "changes"):
                by_step[row["step"]].append(row)
        for step_id, rows in by_step.items():
            first, judge = rows[0], step_id in judges
            held = first["how"] == "complete" and (first["phase"], first["agent"]) not in repaired
            cell = found[first["agent"], judge]
            cell[0] += any(row["how"] != "complete" for row in rows) if judge else held
            cell[1] += 1
    return {key: (hits, of_) for key, (hits, of_) in found.items()}


def elapsed(lines: Lines) -> float:
    """From the start to the end, or to the last event of a task that has not ended."""
    ends = [line["at"] for line in lines if line["type"] in ("TaskCompleted", "TaskCancelled")]
    return float((ends[-1] if ends else lines[-1]["at"]) - lines[0]["at"])


def driving(lines: Lines) -> list[dict[str, Any]]:
    """What the sessions that drove a task used themselves, a row a charge."""
    rows = []
    for line in lines:
        if line["type"] == "SessionCharged":
            data = line["data"]
            models = [item["model"] for item in data["usage"]]
            rows.append(
                {
                    "agent": "(driving)", "person": line["actor"], "day": day(line["at"]), "tokens": data["tokens"], "usd": data["usd"],
                    "model": models[0] if len(models) == 1 else "several" if models else "unknown",
                    "task": lines[0]["data"]["plan"]["task_id"],
                }
            )  # fmt: skip
    return rows
