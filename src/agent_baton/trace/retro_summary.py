"""Retrospectives across tasks: what keeps going wrong, counted. And finding one by words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from agent_baton.trace.rate import Rate

Facts = dict[str, Any]  # as retro_facts makes them
MOST = 8  # rows of one kind


def summary(retros: Sequence[Facts]) -> Facts:
    """Counts over retrospectives; every row says how many tasks it comes from."""
    return {
        "tasks": len(retros),
        "as_planned": Rate(sum(map(went_as_planned, retros)), len(retros)).fields(),
        "gate_causes": _grouped(retros, _causes),
        "rework": _grouped(retros, _rework),
        "false_claims": _grouped(retros, _claims),
        "questions": _grouped(retros, _questions),
        "waivers": _grouped(retros, lambda r: ((w["reason"], 1) for w in r["waived"])),
        "conflicts": _conflicts(retros),
        "forecast": _forecast(retros),
    }


def went_as_planned(retro: Facts) -> bool:
    """Complete, with no red gate, no rework, no question, no amendment and no claim that was not true."""
    trouble = ("gate_failures", "rework", "false_claims", "questions", "waived")
    return (
        retro["status"] == "complete"
        and not any(retro[name] for name in trouble)
        and not retro["happened"]["amendments"]
        and not retro["conflicts"]["real"]
    )


def _grouped(retros: Iterable[Facts], of: Any) -> list[Facts]:
    """Rows `what, times, tasks, latest`, the one in most tasks first."""
    found: dict[str, Facts] = {}
    for retro in retros:
        seen: set[str] = set()
        for what, times in of(retro):
            row = found.setdefault(what, {"what": what, "times": 0, "tasks": 0, "latest": ""})
            row["times"] += times
            row["tasks"] += what not in seen
            row["latest"] = retro["task_id"]
            seen.add(what)
    return sorted(found.values(), key=lambda row: (-row["tasks"], -row["times"], row["what"]))[:MOST]


def _causes(retro: Facts) -> Iterator[tuple[str, int]]:
    return ((row["cause"], row["runs"]) for row in retro["causes"])


def _rework(retro: Facts) -> Iterator[tuple[str, int]]:
    """By the agent that had to do it again."""
    agents = {step["step_id"]: step["agent"] for step in retro["steps"]}
    return ((agents[row["step_id"]], row["attempts"]) for row in retro["rework"])


def _claims(retro: Facts) -> Iterator[tuple[str, int]]:
    return ((row["agent"], len(row["claims"])) for row in retro["false_claims"])


def _questions(retro: Facts) -> Iterator[tuple[str, int]]:
    return ((row["question"], 1) for row in retro["questions"])


def _conflicts(retros: Iterable[Facts]) -> Facts:
    """How often steps met where the plan said they might, where it did not, and did not where it did."""
    both = only_predicted = only_real = 0
    for retro in retros:
        said = [set(row["steps"]) for row in retro["conflicts"]["predicted"]]
        met = [set(row["steps"]) for row in retro["conflicts"]["real"]]
        hits = [steps for steps in said if any(steps & other == other or steps == other for other in met)]
        both += len(hits)
        only_predicted += len(said) - len(hits)
        only_real += sum(not any(other <= steps for steps in said) for other in met)
    return {"predicted_and_real": both, "only_predicted": only_predicted, "only_real": only_real}


def _forecast(retros: Iterable[Facts]) -> list[Facts]:
    found: dict[str, list[float]] = {}
    for retro in retros:
        for row in retro["forecast"]:
            sums = found.setdefault(row["figure"], [0, 0, 0.0, 0.0])
            for place, name in enumerate(("held", "steps", "likely", "actual")):
                sums[place] += row[name]
    return [
        {
            "figure": figure,
            "held": Rate(int(held), int(steps)).fields(),
            "likely": round(likely, 6),
            "actual": round(actual, 6),
        }
        for figure, (held, steps, likely, actual) in found.items()
    ]


def search(retros: Sequence[Facts], words: Sequence[str]) -> list[tuple[Facts, list[str]]]:
    """Retrospectives that hold all the words, newest first, each with the lines that hold any of them."""
    wanted = [word.casefold() for word in words]
    found = []
    for retro in reversed(retros):
        lines = list(_lines(retro))
        whole = "\n".join(lines).casefold()
        if all(word in whole for word in wanted):
            found.append((retro, [line for line in lines if any(word in line.casefold() for word in wanted)]))
    return found


def _lines(retro: Facts) -> Iterator[str]:
    """Everything in words that a retrospective says, a line each."""
    yield f"{retro['task_id']} {retro['summary']}"
    yield f"{retro['type']} risk {retro['risk']} {retro['status']} {retro['reason']}".strip()
    yield from (
        f"gate of phase {row['phase_id']} red: {row['cause']} ({row['command']})"
        for row in retro["gate_failures"]
    )
    yield from (f"step {row['step_id']} again: {row['why']}" for row in retro["rework"])
    for row in retro["false_claims"]:
        yield from (
            f"false claim of {row['agent']} in step {row['step_id']}: {line}" for line in row["claims"]
        )
    for row in retro["questions"]:
        yield f"step {row['step_id']} asked: {row['question']} – {row['answer']}"
    yield from (f"phase {row['phase_id']} waived: {row['reason']}" for row in retro["waived"])
    yield from (f"conflict {json.dumps(row, ensure_ascii=False)}" for row in retro["conflicts"]["real"])
    yield from (f"step {row['step_id']} by {row['agent']} [{row['model']}]" for row in retro["steps"])
