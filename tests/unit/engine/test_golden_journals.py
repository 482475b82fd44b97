"""A journal of every released version folds, for ever, to the state it had then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent_baton.engine.apply import fold
from agent_baton.engine.state import State
from agent_baton.journal.chain import Row, problems, recorded
from agent_baton.trace.document import trace_document
from agent_baton.trace.history import gather
from agent_baton.trace.retrospective import retrospective
from agent_baton.trace.story import story

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "journals"


def rows_of(path: Path) -> tuple[str, list[Row]]:
    header, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return header["task_id"], [Row(**line) for line in lines]


def part_of(old: Any, new: Any) -> bool:
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and part_of(old[key], new[key]) for key in old)
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(part_of, old, new))
    return bool(old == new)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_it_folds_to_what_it_was(path: Path) -> None:
    """Chain, state, story, trace and retrospective of an old journal stay readable."""
    task_id, rows = rows_of(path)
    assert problems(task_id, rows) == []
    items = [recorded(row) for row in rows]
    state: dict[str, Any] = json.loads(json.dumps(fold(State(), items).as_dict()))
    then = json.loads(path.with_suffix(".state.json").read_text(encoding="utf-8"))
    assert part_of(then, state), "what the state said then it says still; a newer release may know more"
    history = gather(items)
    assert len(story(items)) == len(rows)
    assert trace_document(history)["status"] == history.status
    assert retrospective(history).startswith("# Retrospective")


def test_every_kind_of_event_is_in_this_releases_journal() -> None:
    """A golden journal that leaves an event out would not notice when it can no longer be read."""
    from agent_baton.engine.events import EVENTS

    seen = {row.type for path in FOLDER.glob("*.jsonl") for row in rows_of(path)[1]}
    assert set(EVENTS) == seen
