"""A journal that somebody changed by hand: every view says where, none takes it for a bug of ours or leaves the task out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.histories import write_journal
from tests.support.repo import Repo

TASK, OTHER = "task-made-0000", "task-made-0001"
DAMAGE = {
    "no JSON": ("UPDATE event SET data = '{no' WHERE task_id = ? AND seq = 4", "event 4"),
    "from a newer baton": ("UPDATE event SET version = 99 WHERE task_id = ? AND seq = 4", "newer baton"),
    "without its beginning": ("DELETE FROM event WHERE task_id = ? AND seq = 1", "event 2"),
    "without a dispatch": (
        "DELETE FROM event WHERE task_id = ? AND type = 'StepDispatched'",
        "does not follow",
    ),
}
ACROSS = (("dashboard",), ("retro", "summary"), ("learn",))
OF_ONE = (("trace", "show", TASK), ("diff-runs", TASK, OTHER))


@pytest.fixture(scope="module", params=DAMAGE)
def damaged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, str]:
    folder = tmp_path_factory.mktemp("damaged")
    repo = Repo(folder / "repo", folder / "home")
    path = repo.path / ".claude" / "team-context" / "baton.db"
    path.parent.mkdir(parents=True)
    write_journal(path, 3, 4)
    statement, words = DAMAGE[request.param]
    _change(path, statement)
    return repo, words


def _change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(statement, (TASK,))
        db.commit()


@pytest.mark.parametrize("args", ACROSS, ids=" ".join)
def test_views_of_all_tasks_name_the_task(damaged: tuple[Repo, str], args: tuple[str, ...]) -> None:
    repo, words = damaged
    told = repo.baton(*args, code=2).stderr
    assert TASK in told
    assert words in told
    assert "Traceback" not in told


@pytest.mark.parametrize("args", OF_ONE, ids=" ".join)
def test_views_of_one_task_name_the_event(damaged: tuple[Repo, str], args: tuple[str, ...]) -> None:
    repo, words = damaged
    told = repo.baton(*args, code=2).stderr
    assert words in told
    assert "Traceback" not in told


def test_no_bundle_is_made_of_it(damaged: tuple[Repo, str], tmp_path: Path) -> None:
    """It would be sealed by us, and prove nothing."""
    told = damaged[0].baton("evidence", "export", TASK, "--to", str(tmp_path / "bundle"), code=2).stderr
    assert TASK in told
    assert "was changed" in told
    assert not list(tmp_path.iterdir())


def test_a_story_that_ends_early_says_why_and_nothing_else(damaged: tuple[Repo, str]) -> None:
    """No message of the interpreter's about a cursor that was left open."""
    told = damaged[0].baton("story", TASK, code=None).stderr
    assert "Exception ignored" not in told
    assert "Traceback" not in told
