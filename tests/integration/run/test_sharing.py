"""`workspace.share`: a directory that all work trees use together is a link there, and never a part of the work."""

from __future__ import annotations

import pytest

from tests.integration.run.conftest import Runner
from tests.support.running import settings, wide

WORKS = {
    "do": [
        {
            "run": "mkdir -p out && cat 'my cache/big' > out/{{step}}.txt && echo {{step}} > 'my cache/{{step}}'"
        },
        {"run": "git add -A && git commit -qm {{step}}"},
        {"result": {"text": "STATUS: complete\nDONE: all"}},
    ]
}


@pytest.mark.parametrize("pattern", ["my cache/", "/my cache/", "my cache"])
def test_whatever_the_pattern_the_link_is_not_committed(runner: Runner, pattern: str) -> None:
    """Git takes a link for no directory, so a pattern with a slash at its end does not reach it; the user's files stay as they are."""
    repo = runner.repo
    settings(repo, workspace={"share": ["my cache/"]})
    repo.write("my cache/big", "blob\n")
    repo.write(".gitignore", f"{pattern}\n")
    repo.commit("Ignore the cache")
    task = runner.start(wide(1, 2))
    assert runner.run(task, WORKS).kind == "complete"
    assert runner.in_branch(task, "out/1.2.txt") == "blob"
    assert "cache" not in repo.git("ls-tree", "-r", "--name-only", f"baton/{task}/task")
    assert sorted(path.name for path in (repo.path / "my cache").iterdir()) == ["1.1", "1.2", "big"]
    assert repo.git("status", "--porcelain") == ""
    assert (repo.path / ".gitignore").read_text() == f"{pattern}\n"
    exclude = (repo.path / ".git" / "info" / "exclude").read_text()
    assert exclude.startswith(".claude/\n"), "what was there stays"
    assert exclude.count("cache") == pattern.endswith("/"), (
        "said once for all trees, and only where it is needed"
    )


@pytest.mark.parametrize("pattern", ["", "shared/*", "!shared"])
def test_what_git_would_commit_is_not_shared(runner: Runner, pattern: str) -> None:
    """A directory that is not ignored itself: refused before an agent starts, naming what to write where."""
    settings(runner.repo, workspace={"share": ["shared"]})
    runner.repo.write(".gitignore", f"{pattern}\n")
    runner.repo.commit("Ignore")
    task = runner.start(wide(1, 1))
    end = runner.run(task)
    assert end.kind == "paused"
    assert "workspace.share: git does not ignore 'shared'" in end.text
    assert runner.events(task, "StepDispatched") == []
