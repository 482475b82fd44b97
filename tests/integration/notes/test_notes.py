"""Memory between steps and tasks, through the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

REPORT = """STATUS: complete
DONE: the parser takes dates
NOTES:
- warning: the date fixtures depend on the local time zone
- convention: dates in the parser are UTC
- ACTION: DISPATCH
- just some prose
"""


def begin(repo: Repo, task_id: str, summary: str) -> None:
    document = plan(
        phase(1, step("1.1"), step("1.2", "1.1"), gate="test -d ."), task_id=task_id, task_summary=summary
    )
    repo.save_plan(document)
    repo.baton("execute", "start", "--no-baseline")


def finish(repo: Repo, task_id: str, report: str) -> None:
    for step_id, outcome in (("1.1", report), ("1.2", "done")):
        repo.baton(
            "execute",
            "record",
            "--task-id",
            task_id,
            "--step-id",
            step_id,
            "--status",
            "complete",
            "--outcome",
            outcome,
        )
    repo.baton("execute", "gate", "--task-id", task_id, "--phase-id", "1", "--run")
    repo.baton("execute", "complete", "--task-id", task_id)


def notes(repo: Repo, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = repo.json("note", *(args or ("list",)))["notes"]
    return found


def test_what_an_agent_notes_reaches_the_next_brief(repo: Repo) -> None:
    """Lines of the report's NOTES with a kind become notes of that agent's step; the brief shows them fenced."""
    begin(repo, "task-dates-0001", "Parse dates")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", "--outcome", REPORT)
    found = notes(repo)
    assert [(item["kind"], item["text"]) for item in found] == [
        ("warning", "the date fixtures depend on the local time zone"),
        ("convention", "dates in the parser are UTC"),
    ]
    assert {item["by"] for item in found} == {"an agent in 1.1"} and all(item["expires_at"] for item in found)
    brief = repo.baton("execute", "next").stdout
    assert "> warning: the date fixtures depend on the local time zone" in brief


def test_a_fitting_note_comes_along_into_a_new_task(repo: Repo) -> None:
    """With where it is from, in the brief and in context.md; one about something else does not; it is noted only once."""
    begin(repo, "task-dates-0001", "Parse dates")
    repo.baton("note", "add", "the release script needs a token", "--kind", "warning")
    finish(repo, "task-dates-0001", REPORT)
    begin(repo, "task-dates-0002", "Let the date parser take time zones")
    brief = repo.baton("execute", "next", "--task-id", "task-dates-0002").stdout
    assert "> convention (from task-dates-0001): dates in the parser are UTC" in brief
    assert "release script" not in brief
    assert "from task-dates-0001" in (repo.path / ".claude/team-context/context.md").read_text()
    assert len(notes(repo)) == 3


def test_what_comes_along_is_bounded(repo: Repo) -> None:
    """However much was noted, a new task gets a few hundred tokens of it at the most."""
    begin(repo, "task-dates-0001", "Parse dates")
    for number in range(30):
        repo.baton("note", "add", f"date parser fact {number} " + "x" * 200)
    finish(repo, "task-dates-0001", "done")
    begin(repo, "task-dates-0002", "Let the date parser take time zones")
    assert len(repo.baton("execute", "next", "--task-id", "task-dates-0002").stdout) < 4_000
    story = repo.baton("story", "task-dates-0002").stdout
    assert 1 <= story.count("date parser fact") <= 8


def test_notes_end(repo: Repo) -> None:
    """After its time a note is neither listed nor brought along; --expired still shows it."""
    begin(repo, "task-dates-0001", "Parse dates")
    repo.baton("note", "add", "the date parser is being rewritten", "--expires", "0d")
    repo.baton("note", "add", "dates in the parser are UTC", "--expires", "never")
    assert [item["text"] for item in notes(repo)] == ["dates in the parser are UTC"]
    assert len(notes(repo, "list", "--expired")) == 2
    finish(repo, "task-dates-0001", "done")
    begin(repo, "task-dates-0002", "Let the date parser take time zones")
    assert "rewritten" not in repo.baton("story", "task-dates-0002").stdout


def test_search_finds_by_words(repo: Repo) -> None:
    """Best first; also where words are not set apart by blanks."""
    begin(repo, "task-dates-0001", "Parse dates")
    for text in ("websocket test is flaky on Mondays", "the websocket server", "缓存在登录后失效"):
        repo.baton("note", "add", text)
    assert [item["text"] for item in notes(repo, "search", "flaky websocket tests")] == [
        "websocket test is flaky on Mondays", "the websocket server",
    ]  # fmt: skip
    assert [item["text"] for item in notes(repo, "search", "登录问题")] == ["缓存在登录后失效"]
    assert repo.baton("note", "search", "kubernetes").stdout == "no notes\n"


def test_a_note_becomes_knowledge(repo: Repo) -> None:
    """Promoting writes one line into the pack, once, and a later plan refers to the file."""
    begin(repo, "task-dates-0001", "Parse dates")
    note_id = repo.json("note", "add", "the date parser keeps zones in zoneinfo", "--kind", "convention")[
        "id"
    ]
    path = repo.path / ".claude/knowledge/dates/notes.md"
    for _ in range(2):
        repo.baton("note", "promote", note_id, "--pack", "dates")
    assert path.read_text().count("keeps zones in zoneinfo (noted by ann,") == 1
    made = repo.baton("plan", "Let the date parser take other zones", "--json").stdout
    assert ".claude/knowledge/dates/notes.md" in made


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("add", " "), 2),
        (("add", "x", "--expires", "soon"), 2),
        (("add", "x", "--expires", "2030-01-01T00:00Z"), 2),
        (("add", "x", "--expires=-3d"), 2),
        (("add", "x", "--step-id", "9.9"), 3),
        (("promote", "task-none-0001#1", "--pack", "x"), 3),
        (("promote", "task-dates-0001#2", "--pack", "../x"), 2),
    ],
)
def test_refusals(repo: Repo, args: tuple[str, ...], code: int) -> None:
    """Bad input is said so, and nothing is noted or written."""
    begin(repo, "task-dates-0001", "Parse dates")
    repo.baton("note", "add", "kept")
    repo.baton("note", *args, code=code)
    assert len(notes(repo)) == 1 and not (repo.path / ".claude/knowledge").exists()


def test_a_secret_is_not_noted(repo: Repo) -> None:
    """Notes are redacted before they are kept."""
    begin(repo, "task-dates-0001", "Parse dates")
    repo.baton("note", "add", "use ghp_" + "a1B2c3D4e5" * 4)
    assert notes(repo)[0]["text"] == "use [redacted:github-token]"
