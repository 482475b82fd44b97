"""Commits read from files are those git lists, or none."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from agent_baton.workspace.changes import Look
from agent_baton.workspace.evidence import Evidence, gather
from agent_baton.workspace.locate import locate
from agent_baton.workspace.loose import is_loose, line
from tests.integration.workspace.conftest import Repo


def listed(repo: Repo, base: str) -> list[tuple[str, str]]:
    """By git itself."""
    rows = repo.git("log", "--format=%H %T", f"{base}..HEAD").splitlines()
    return [(row[:40], row[41:]) for row in rows]


def read(repo: Repo, base: str) -> list[tuple[str, str]] | None:
    return line(locate(repo.top), repo.head(), base)


def loose_file(repo: Repo, name: str) -> Path:
    return repo.path / ".git/objects" / name[:2] / name[2:]


def test_a_line_of_commits_is_the_one_git_lists(repo: Repo) -> None:
    """Whatever a message holds: lines that look like a commit's own are its text."""
    base = repo.head()
    assert read(repo, base) == [(base, repo.git("rev-parse", "HEAD^{tree}"))]
    repo.commit("one", a="1")
    repo.commit(f"two\n\ntree {'0' * 40}\nparent {'0' * 40}\n", a="2")
    repo.git("-c", "user.name=A\u00e9", "commit", "-q", "--allow-empty", "-m", "three")
    assert read(repo, base) == listed(repo, base)
    assert len(listed(repo, base)) == 3
    assert is_loose(locate(repo.top), base) and not is_loose(locate(repo.top), base[:12])


def test_what_is_not_plain_is_left_to_git(repo: Repo) -> None:
    """A merge, a base beside the line, a long line, grafts, a shallow clone, packed commits."""
    base = repo.head()
    repo.commit("one", a="1")
    one = repo.head()
    (repo.path / ".git/info").mkdir(exist_ok=True)
    for name in ("info/grafts", "shallow"):
        (repo.path / ".git" / name).write_text("")
        assert read(repo, base) is None
        (repo.path / ".git" / name).unlink()
    assert read(repo, base) is not None
    repo.git("checkout", "-q", "-b", "side", base)
    repo.commit("beside", b="1")
    assert read(repo, one) is None
    repo.git("merge", "-q", "--no-edit", one)
    assert read(repo, base) is None
    for number in range(25):
        repo.commit(f"{number}", c=str(number))
    assert read(repo, repo.head("HEAD~21")) is None
    assert read(repo, repo.head("HEAD~19")) == listed(repo, repo.head("HEAD~19"))
    repo.git("repack", "-adq")
    repo.git("prune-packed")
    assert read(repo, repo.head("HEAD~1")) is None


def test_read_or_asked_it_is_the_same(repo: Repo) -> None:
    """The same work, its commits as files and packed."""
    base = repo.head()
    repo.commit("one", a="1")
    tip = repo.commit("two", a="2", b="1")
    repo.write("c")
    claims = [(tip[:9], ["a", "b"]), (base, ["a", "missing"]), ("deadbeef", ["c"]), (None, ["c"])]

    def found() -> list[Evidence]:
        return [gather(locate(repo.top), base, commit, files, [], []) for commit, files in claims]

    as_files = found()
    repo.git("repack", "-adq")
    repo.git("prune-packed")
    assert not is_loose(locate(repo.top), tip)
    assert found() == as_files
    assert [one.verdict for one in as_files] == ["confirmed", "mismatch", "mismatch", "confirmed"]
    assert as_files[0].commits == (tip, repo.head("HEAD~1"))


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"cut", b"another"])
def test_a_damaged_commit_is_not_believed(repo: Repo, damage: bytes) -> None:
    """Only what has the hash it is named by counts."""
    base = repo.head()
    path = loose_file(repo, repo.commit("one", a="1"))
    path.chmod(0o644)
    whole = path.read_bytes()
    other = zlib.decompress(whole).replace(b"one", b"two")
    path.write_bytes({b"cut": whole[:40], b"another": zlib.compress(other)}.get(damage, damage))
    assert read(repo, base) is None
    assert not is_loose(locate(repo.top), repo.head())


def test_a_replaced_commit_is_the_one_that_was_made(repo: Repo) -> None:
    """As everywhere here: replacements are a person's view of the past, not what an agent did."""
    base = repo.head()
    one = repo.commit("one", a="1")
    other = repo.git("commit-tree", f"{base}^{{tree}}", "-p", base, "-m", "other")
    repo.git("replace", one, other)
    with Look(locate(repo.top), base) as begun:
        assert begun.line is not None
        assert begun.changes().changed == {"a"}
