"""Secrets that agents, gates and people wrote into the journal appear in no view and no export."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.histories import write_journal
from tests.support.repo import Repo

TOKEN = "ghp_" + "Zz9Yy8Xx7W" * 4
PASSWORD = "correcthorse99battery"
OUTCOME = f'cloned with {TOKEN}, then password="{PASSWORD}" and https://ann:{PASSWORD}@example.org/x'
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
    assert TOKEN[:16] not in text
    assert PASSWORD not in text
    assert "redacted" in text
