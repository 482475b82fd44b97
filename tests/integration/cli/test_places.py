"""Files and directories that cannot be used: said by name, with the code of bad input, and never taken for a bug of baton."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.histories import write_journal
from tests.support.repo import Repo

TASK = "task-made-0000"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    folder = tmp_path_factory.mktemp("places")
    repo = Repo(folder / "repo", folder / "home")
    (repo.path / ".claude" / "team-context").mkdir(parents=True)
    write_journal(repo.path / ".claude" / "team-context" / "baton.db", 3, 4)
    return repo


@pytest.mark.parametrize(
    ("taken", "args"),
    [
        ("out", ("evidence", "export", TASK, "--to", "out/file")),
        ("out", ("trace", "export", TASK, "--to", "out/file")),
        ("out", ("dashboard", "--html", "out/file")),
        (".claude/packs", ("packs", "init", "secure-coding")),
        (".claude/team-context/evidence", ("evidence", "export", TASK)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_where_a_directory_is_needed(made: Repo, taken: str, args: tuple[str, ...]) -> None:
    path = made.write(taken, "a file")
    told = made.baton(*args, code=2).stderr
    path.unlink()
    assert Path(taken).name in told
    assert told.startswith("error: ")
    assert "Traceback" not in told


@pytest.mark.parametrize("args", [("learn",), ("learn", "list", "--json")], ids=" ".join)
def test_a_directory_where_a_file_is_needed(made: Repo, args: tuple[str, ...]) -> None:
    path = made.path / ".claude" / "baton.learned.yaml"
    path.mkdir()
    told = made.baton(*args, code=2).stderr
    path.rmdir()
    assert "baton.learned.yaml" in told
    assert "Traceback" not in told
    if "--json" in args:
        assert json.loads(told)["exit_code"] == 2
