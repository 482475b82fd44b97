"""`baton usage` with sessions beside the tasks: nothing is counted twice, nothing is left out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from agent_baton.engine import events as ev
from agent_baton.journal.chain import START, link
from agent_baton.journal.sqlite import SqliteJournal
from tests.support.histories import Task, made_up
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}


def transcript(
    repo: Repo, home: Path, session: str, key: str, agent: str = "", model: str = "claude-opus-5"
) -> None:
    slug = re.sub(r"[^A-Za-z0-9]", "-", str(repo.path.resolve()))
    name = f"{session}/subagents/agent-{key}.jsonl" if agent else f"{session}.jsonl"
    path = home / ".claude" / "projects" / slug / name
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "type": "assistant", "timestamp": "2026-02-01T10:00:00Z", "cwd": str(repo.path.resolve()),
        "message": {"id": key, "model": model, "usage": MILLION},
    }  # fmt: skip
    with path.open("a") as file:
        file.write(json.dumps(entry) + "\n")
    if agent:
        path.with_suffix(".meta.json").write_text(json.dumps({"agentType": agent}))


def journal(repo: Repo, *more: ev.Event) -> Task:
    """One task of the made-up ones, whose session is `session-1`, with more events behind its start."""
    task = next(iter(made_up(1, 3)))
    task.events[1:1] = [(task.events[0][0], "ann", event) for event in more]
    rows: list[Any] = []
    for at, actor, event in task.events:
        rows += link(task.task_id, len(rows), rows[-1].hash if rows else START, [event], at, actor)
    folder = repo.path / ".claude" / "team-context"
    folder.mkdir(parents=True)
    store = SqliteJournal(str(folder / "baton.db"))
    store.extend(task.task_id, rows)
    store.close()
    return task


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def rows(repo: Repo, by: str) -> dict[str, dict[str, Any]]:
    return {row[by]: row for row in repo.json("usage", "--by", by)["rows"]}


def test_a_session_without_a_task_is_counted_at_list_prices(repo: Repo, home: Path) -> None:
    """Its tokens are measured, its price is an estimate; a model without a price is unknown, never free."""
    journal(repo)
    transcript(repo, home, "lone", "m1")
    transcript(repo, home, "lone", "m2", model="mystery-9")
    found = rows(repo, "task")["(no task)"]
    assert found["tokens_measured"] == 2_000_000
    assert found["usd_measured"] == 0
    assert found["usd_unknown"] == 1
    assert found["usd_estimated"] == repo.json("usage")["prices"]["models"]["opus"]["input"]
    assert rows(repo, "agent")["(session)"]["tokens_measured"] == 2_000_000
    assert rows(repo, "model")["mystery-9"]["usd_unknown"] == 1
    assert rows(repo, "person")["ann"]["tokens_measured"] >= 2_000_000
    assert rows(repo, "day")["2026-02-01"]["input"] == 2_000_000


def test_what_the_journal_holds_is_not_counted_again(repo: Repo, home: Path) -> None:
    """A session whose driving was charged, and agents that reported what they used, are in the journal already."""
    journal(repo, ev.SessionCharged("session-1", 5_000, 0.25, ({"model": "claude-opus-5", "input": 5_000},)))
    transcript(repo, home, "session-1", "m1")
    transcript(repo, home, "session-1", "m2", agent="test-engineer")
    found = rows(repo, "task")
    assert "(no task)" not in found
    driving = rows(repo, "agent")["(driving)"]
    assert (driving["tokens_measured"], driving["usd_estimated"]) == (5_000, 0.25)


def test_driving_that_nobody_charged_comes_from_the_transcript(repo: Repo, home: Path) -> None:
    """Without hooks the journal knows the agents' cost but not the session's own."""
    journal(repo)
    transcript(repo, home, "session-1", "m1")
    transcript(repo, home, "session-1", "m2", agent="test-engineer")
    assert rows(repo, "task")["(no task)"]["tokens_measured"] == 1_000_000


def test_the_sums_of_every_grouping_are_the_same(repo: Repo, home: Path) -> None:
    journal(repo)
    transcript(repo, home, "lone", "m1")
    totals = [repo.json("usage", "--by", by)["total"] for by in ("day", "task", "agent", "model", "person")]
    for total in totals:
        assert total == {name: pytest.approx(value) for name, value in totals[0].items()}


def test_no_name_speaks_to_the_terminal(repo: Repo) -> None:
    """A person's name comes from their machine, or with a journal from another's."""
    repo.env["BATON_ACTOR"] = "ev\x1b[31mil\x07"
    repo.save_plan(plan(phase(1, step("1.1"))))
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "dispatched", "--step-id", "1.1")
    for form in ((), ("--csv",)):
        text = repo.baton("usage", "--by", "person", *form).stdout
        assert "evil" in text
        assert "\x1b" not in text
        assert "\x07" not in text
