"""Views folded from the journal: every number counted again from the raw events by another way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent_baton.engine.events import EVENTS
from agent_baton.journal.chain import recorded
from agent_baton.trace.board import board
from agent_baton.trace.document import trace_document
from agent_baton.trace.facts import task_facts
from agent_baton.trace.history import gather
from agent_baton.trace.rate import Rate
from agent_baton.trace.retrospective import retrospective
from agent_baton.trace.story import SENTENCES, story
from tests.unit.engine.test_golden_journals import FOLDER, rows_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "trace"
PATHS = sorted(FOLDER.glob("*.jsonl"))


def raw(path: Path) -> list[dict[str, Any]]:
    """The stored lines, read with nothing of ours."""
    lines = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    return [{**line, "data": json.loads(line["data"])} for line in lines]


def of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line["data"] for line in lines if line["type"] == kind]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_people_read_this(path: Path) -> None:
    """Story and retrospective, word for word; written when missing."""
    items = [recorded(row) for row in rows_of(path)[1]]
    for name, text in (
        ("story", "\n".join(story(items)) + "\n"),
        ("retrospective", retrospective(gather(items))),
    ):
        target = GOLDEN / f"{path.stem}.{name}.md"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        assert text == target.read_text(encoding="utf-8")


def test_a_clock_that_was_set_back_makes_no_time_negative() -> None:
    """From the third event on it says two days before: every view is still made."""
    items = [recorded(row) for row in rows_of(PATHS[0])[1]]
    history = gather(
        item.replace(at=item.at - (172_800 if number > 2 else 0)) for number, item in enumerate(items)
    )
    assert history.last_at >= history.started_at
    assert all((attempt.seconds or 0.0) >= 0 for attempt in history.attempts)
    assert board([task_facts(history)]).seconds >= 0
    assert "(-" not in retrospective(history)


def test_every_event_has_its_sentence() -> None:
    assert {kind.__name__ for kind in SENTENCES} == set(EVENTS)


def test_the_trace_holds_every_attempt_and_gate_run() -> None:
    for path in PATHS:
        lines = raw(path)
        document = trace_document(gather(map(recorded, rows_of(path)[1])))
        steps = [step for phase in document["phases"] for step in phase["steps"]]
        assert sum(len(step["attempts"]) for step in steps) == len(of(lines, "StepDispatched"))
        assert sum(
            run["result"] is not None for phase in document["phases"] for run in phase["gate_runs"]
        ) == len(of(lines, "GateFinished"))
        assert document["events"] == len(lines)
        assert json.loads(json.dumps(document)) == json.loads(json.dumps(document, ensure_ascii=False))


def test_a_rate_says_how_sure_it_is() -> None:
    """Wilson's interval, against published values: 10 of 10 is 72% to 100%, 5 of 10 is 24% to 76%."""
    assert Rate(0, 0).interval() is None
    assert Rate(10, 10).interval() == pytest.approx((0.7225, 1.0), abs=1e-3)
    assert Rate(5, 10).interval() == pytest.approx((0.2366, 0.7634), abs=1e-3)
