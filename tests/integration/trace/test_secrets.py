"""Secrets that agents, gates and people wrote into the journal appear in no view and no export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent_baton.journal.sqlite import SqliteJournal
from tests.support.histories import write_journal
from tests.support.pages import read_data
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo
from tests.support.texts import with_text
from tests.unit.engine.test_golden_journals import FOLDER, rows_of

TOKEN = "ghp_" + "Zz9Yy8Xx7W" * 4
PASSWORD = "correcthorse99battery"
COLOUR = "\x1b[01;31mred\x1b[0m"
ADDRESS = "jane.roe@corp.example"
OUTCOME = f'told {ADDRESS}, cloned with {TOKEN}, then password="{PASSWORD}" and https://ann:{PASSWORD}@example.org/x'
TASK, OPEN = "task-made-0000", "task-made-0027"
VIEWS = (
    ("dashboard",), ("dashboard", "--json"), ("dashboard", "--csv"), ("usage", "--json"), ("retro", "list", "--json"),
    ("retro", "show", TASK), ("retro", "show", TASK, "--json"), ("retro", "search", "made"), ("retro", "summary", "--json"),
    ("trace", "show", TASK), ("trace", "show", TASK, "--json"), ("trace", "export", TASK), ("trace", "export", TASK, "--format", "chrome"),
    ("trace", "export", TASK, "--format", "otlp"), ("story", TASK), ("story", OPEN, "--json"), ("replay", TASK),
    ("replay", OPEN, "--json"), ("diff-runs", TASK, OPEN), ("diff-runs", TASK, OPEN, "--json"),
)  # fmt: skip


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    folder = tmp_path_factory.mktemp("seeded")
    repo = Repo(folder / "repo", folder / "home")
    (repo.path / ".claude" / "team-context").mkdir(parents=True)
    write_journal(repo.path / ".claude" / "team-context" / "baton.db", 40, 4, outcome=OUTCOME)
    return repo


@pytest.mark.parametrize("args", VIEWS, ids=" ".join)
def test_no_view_shows_them(seeded: Repo, args: tuple[str, ...]) -> None:
    text = seeded.baton(*args).stdout
    assert TOKEN[:16] not in text
    assert PASSWORD not in text


def test_the_page_does_not_hold_them(seeded: Repo, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    seeded.baton("dashboard", "--html", str(page))
    text = page.read_text()
    text += json.dumps(read_data(text)[0])
    assert TOKEN[:16] not in text
    assert PASSWORD not in text
    assert ADDRESS not in text
    assert "redacted" in text


@pytest.mark.parametrize("kind", ["json", "chrome", "otlp"])
def test_what_is_handed_on_holds_no_address(seeded: Repo, kind: str) -> None:
    assert ADDRESS not in seeded.baton("trace", "export", TASK, "--format", kind).stdout
    assert ADDRESS in seeded.baton("story", TASK).stdout, "who looks at his own journal sees it as it is"


GOLDEN = "task-golden-0001"
EVERYWHERE = (
    ("dashboard",), ("dashboard", "--json"), ("dashboard", "--csv"), ("retro", "list"), ("retro", "list", "--json"),
    ("retro", "search", "the", "--json"), ("retro", "summary", "--json"), ("retro", "show", GOLDEN), ("retro", "show", GOLDEN, "--json"),
    ("learn", "--json"), ("note", "list", "--expired"), ("note", "list", "--expired", "--json"), ("trace", "show", GOLDEN),
    ("trace", "export", GOLDEN), ("trace", "export", GOLDEN, "--format", "chrome"), ("trace", "export", GOLDEN, "--format", "otlp"),
    ("story", GOLDEN), ("story", GOLDEN, "--json"), ("replay", GOLDEN), ("replay", GOLDEN, "--json"), ("replay", GOLDEN, "--at", "60"),
    ("replay", GOLDEN, "--at", "60", "--json"), ("diff-runs", GOLDEN, "task-golden-0002", "--json"), ("evidence", "bom", GOLDEN),
    ("execute", "status", "--task-id", GOLDEN), ("execute", "status", "--task-id", GOLDEN, "--json"), ("execute", "list", "--all"),
    ("execute", "list", "--all", "--json"), ("why", "--task-id", GOLDEN), ("inbox",), ("inbox", "--json"),
)  # fmt: skip


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The golden journals, with a secret in every text of every event: plans, branches, files, notes, reasons, …"""
    folder = tmp_path_factory.mktemp("everywhere")
    repo = Repo(folder / "repo", folder / "home")
    journal = SqliteJournal(str(repo.path / ".claude" / "team-context" / "baton.db"))
    for path in sorted(FOLDER.glob("*.jsonl")):
        task_id, rows = rows_of(path)
        journal.extend(task_id, with_text(task_id, rows, f" {TOKEN} password={PASSWORD} {ADDRESS} {COLOUR}"))
    journal.close()
    return repo


@pytest.mark.parametrize("args", EVERYWHERE, ids=" ".join)
def test_no_text_of_any_event_gives_them_away(everywhere: Repo, args: tuple[str, ...]) -> None:
    text = everywhere.baton(*args).stdout
    assert TOKEN[:16] not in text
    assert PASSWORD not in text
    assert "\x1b" not in text and "[01;31m" not in text, "nor leaves half a colour behind"


def test_neither_do_the_page_and_the_bundle(everywhere: Repo, tmp_path: Path) -> None:
    everywhere.baton("dashboard", "--html", str(tmp_path / "page"))
    everywhere.baton("evidence", "export", GOLDEN, "--to", str(tmp_path / "bundle"))
    for file in tmp_path.iterdir():
        text = file.read_text()
        text += json.dumps(read_data(text)[0]) if file.name == "page" else ""
        assert TOKEN[:16] not in text, file
        assert PASSWORD not in text, file
        assert ADDRESS not in text, file
        assert "[01;31m" not in text, file
    everywhere.baton("evidence", "verify", str(tmp_path / "bundle"))


PEOPLE = (
    ("execute", "ask", "--step-id", "1.1", "--question"), ("execute", "answer", "--step-id", "1.1", "--text"),
    ("execute", "interrupt", "--step-id", "1.1", "--reason"), ("execute", "retry", "--step-id", "1.3", "--reason"),
    ("execute", "amend", "--add-step", "look again", "--phase-id", "1", "--agent", "architect", "--reason"),
    ("execute", "reassign", "--step-id", "1.2", "--agent", "architect", "--reason"), ("execute", "skip", "--step-id", "1.2", "--reason"),
    ("note", "add"), ("execute", "pause", "--reason"),
    ("execute", "cancel", "--reason"),
)  # fmt: skip


def test_what_people_type_is_kept_without_them(repo: Repo) -> None:
    """Reasons, questions, answers, notes: the journal itself holds no secret of theirs."""
    repo.save_plan(
        plan(phase(1, step("1.1"), step("1.2"), step("1.3", max_attempts=1)), phase(2, step("2.1")))
    )
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "dispatched", "--step-id", "1.1")
    repo.baton("execute", "dispatched", "--step-id", "1.3")
    repo.baton("execute", "record", "--step-id", "1.3", "--status", "failed", "--outcome", "no")
    for args in PEOPLE:
        repo.baton(*args, f"because {TOKEN} and password={PASSWORD}")
        if "answer" in args:
            repo.baton("execute", "dispatched", "--step-id", "1.1")
    stored = repo.baton("journal", "export", "task-x-0001").stdout
    assert stored.count("because [redacted:github-token]") >= len(PEOPLE)
    assert TOKEN[:16] not in stored
    assert PASSWORD not in stored


WITH_NAMES = (
    ("story", "task-x-0001"),
    ("trace", "export", "task-x-0001"),
    ("usage", "--by", "person", "--csv"),
)
WITHOUT_NAMES = (
    ("trace", "export", "task-x-0001", "--format", "chrome"), ("trace", "export", "task-x-0001", "--format", "otlp"),
    ("dashboard", "--json"), ("dashboard", "--csv"), ("usage", "--json"), ("usage", "--csv"), ("retro", "show", "task-x-0001", "--json"),
    ("retro", "summary", "--json"), ("scores", "--json"), ("learn", "--json"), ("evidence", "bom", "task-x-0001"),
    ("evidence", "bom", "task-x-0001", "--format", "spdx"),
)  # fmt: skip


def test_names_of_people_stand_where_they_decide(repo: Repo, tmp_path: Path) -> None:
    """A proof and a story say who; figures, metrics and what goes to other systems do not."""
    repo.env["BATON_ACTOR"] = "zoe.quine"
    repo.save_plan(
        plan(phase(1, step("1.1"), gate="true", approval_required=True), phase(2, step("2.1"), gate="false"))
    )
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "approve", "--phase-id", "1", "--result", "approve")
    repo.baton("execute", "dispatched", "--step-id", "1.1")
    repo.baton(
        "execute",
        "record",
        "--step-id",
        "1.1",
        "--status",
        "complete",
        "--outcome",
        "did it",
        "--tokens",
        "5",
    )
    repo.baton("execute", "gate", "--phase-id", "1", "--run")
    repo.baton("execute", "dispatched", "--step-id", "2.1")
    repo.baton("execute", "record", "--step-id", "2.1", "--status", "complete", "--outcome", "did it")
    for args in WITHOUT_NAMES:
        assert "zoe.quine" not in repo.baton(*args).stdout, args
    for args in WITH_NAMES:
        assert "zoe.quine" in repo.baton(*args).stdout, args
    repo.baton("evidence", "export", "task-x-0001", "--to", str(tmp_path / "bundle"))
    lines = [json.loads(line) for line in (tmp_path / "bundle").read_text().splitlines()]
    assert '"by": "zoe.quine"' in json.dumps(next(line for line in lines if "approvals" in line.values()))
