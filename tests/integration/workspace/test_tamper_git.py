"""The watch over tests on a real repository: a commit against the work tree."""

from __future__ import annotations

import os

from agent_baton.workspace.evidence import changed_since
from agent_baton.workspace.locate import locate
from agent_baton.workspace.tamper import tamper

from .conftest import Repo


def watch(repo: Repo, base: str, minimum: str = "medium") -> list[str]:
    changed = changed_since(locate(repo.top), base)
    return [str(one) for one in tamper(repo.top, base, changed, minimum)]  # type: ignore[arg-type]


def test_committed_and_uncommitted_changes_are_seen(repo: Repo) -> None:
    """Whatever the agent did since dispatch counts, committed or not, and only that."""
    base = repo.head()
    repo.write("tests/test_app.py", "from app import one\n\n\ndef test_one():\n    assert one()\n")
    repo.commit("weaker")
    assert watch(repo, base) == [
        "tests/test_app.py:4: test 'test_one' compares less exactly than before [medium]"
    ]
    (repo.path / "tests/test_app.py").unlink()
    repo.write("Makefile", "test:\n\tpytest || true\n")
    assert watch(repo, base) == [
        "Makefile:2: a check that cannot fail: pytest || true [high]",
        "tests/test_app.py:1: the file with 1 test was deleted: 'test_one' [high]",
    ]
    assert watch(repo, repo.head("HEAD~1"), "low") == watch(repo, base, "low")


def test_honest_work_is_silent(repo: Repo) -> None:
    """Code and new tests for it raise nothing."""
    base = repo.head()
    repo.write("src/app.py", "def one():\n    return 2\n\n\ndef two():\n    return 2\n")
    repo.write("tests/test_app.py", "from app import one\n\n\ndef test_one():\n    assert one() == 2\n")
    repo.write("tests/test_two.py", "from app import two\n\n\ndef test_two():\n    assert two() == 2\n")
    assert watch(repo, base) == []


def test_names_and_contents_of_any_kind(repo: Repo) -> None:
    """Line breaks in names, links, binary and huge files, nested repositories: read or passed over, never followed."""
    test = "def test_a():\n    assert f() == 1\n"
    repo.write("tests/test_line\nbreak.py", test)
    repo.write("tests/test_-rf.py", test)
    repo.write(os.fsdecode(b"tests/test_bad\xff.py"), test)
    repo.write("tests/test_linked.py", test)
    repo.write("tests/test_data.py", b"\0" + test.encode())
    base = repo.commit("base")
    for path in ("tests/test_line\nbreak.py", "tests/test_-rf.py", os.fsdecode(b"tests/test_bad\xff.py")):
        (repo.path / path).unlink()
    (repo.path / "tests/test_linked.py").unlink()
    os.symlink("/etc/passwd", repo.path / "tests/test_linked.py")
    repo.write("tests/test_data.py", b"\0")
    repo.write("tests/huge.json", "x" * (2 << 20))
    found = tamper(repo.top, base, changed_since(locate(repo.top), base))
    assert {one.path for one in found} == {
        "tests/test_line\nbreak.py",
        "tests/test_-rf.py",
        os.fsdecode(b"tests/test_bad\xff.py"),
        "tests/test_linked.py",
    }
    assert {one.severity for one in found} == {"high"}


def test_a_base_that_is_gone(repo: Repo) -> None:
    """When there is nothing to compare with, that is said; silence would look like innocence."""
    for base in ("f" * 40, "--help", "nothing"):
        (found,) = tamper(repo.top, base, ["tests/test_app.py"])
        assert (found.kind, found.severity) == ("unknown", "medium")


def test_from_a_sub_directory(repo: Repo) -> None:
    """Paths are relative to the top, wherever we are called."""
    base = repo.head()
    (repo.path / "tests/test_app.py").unlink()
    assert [one.path for one in tamper(str(repo.path / "src"), base, ["tests/test_app.py"])] == [
        "tests/test_app.py"
    ]
    assert tamper(repo.top, base, []) == []
