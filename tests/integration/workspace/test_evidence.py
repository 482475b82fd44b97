"""Claims against real repositories: what is true is confirmed, what is not is said in a sentence."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from agent_baton.workspace import git as git_module
from agent_baton.workspace.evidence import Evidence, gather, stamp_dirty
from agent_baton.workspace.locate import locate, prepare_state_dir, read_head

from .conftest import Repo


def claim(
    repo: Repo,
    base: str | None,
    commit: str | None = None,
    files: list[str] | None = None,
    allowed: list[str] | None = None,
    blocked: list[str] | None = None,
    before: dict[str, str] | None = None,
) -> Evidence:
    return gather(locate(repo.top), base, commit, files or [], allowed or [], blocked or [], before)


def test_a_true_claim_is_confirmed(repo: Repo) -> None:
    """Commit, files and paths all as claimed; the tree of the clean work tree is known."""
    base = repo.head()
    commit = repo.commit(
        "work", src__app_dot_py="def one():\n    return 2\n", tests__test_app_dot_py="def test(): 1\n"
    )
    found = claim(
        repo, base, commit[:10], ["src/app.py", "tests/test_app.py"], ["src/**", "tests/**"], ["docs/"]
    )
    assert found == Evidence(
        "confirmed",
        commit=commit,
        commit_exists=True,
        reachable=True,
        commits=(commit,),
        changed_files=("src/app.py", "tests/test_app.py"),
        tests_touched=("tests/test_app.py",),
        tree=repo.head("HEAD^{tree}"),
    )


def test_every_kind_of_change_counts(repo: Repo) -> None:
    """Committed, staged, unstaged, deleted, renamed, new files count; ignored ones and our state do not."""
    base = repo.head()
    repo.write(".gitignore", "*.log\n")
    repo.commit("committed", committed="1")
    repo.write("staged", "1")
    repo.git("add", "staged")
    repo.write("README.md", "# Unstaged\n")
    repo.write("new/deep/file", "1")
    repo.write("noise.log", "1")
    repo.git("mv", "src/app.py", "src/moved.py")
    (repo.path / "tests/test_app.py").unlink()
    prepare_state_dir(locate(repo.top).state_dir)
    repo.write(".claude/team-context/plan.json", "{}")
    (repo.path / ".claude/team-context/.gitignore").unlink()
    found = claim(repo, base)
    assert found.changed_files == (
        ".gitignore", "README.md", "committed", "new/deep/file", "src/app.py", "src/moved.py", "staged",
        "tests/test_app.py",
    )  # fmt: skip
    assert found.tree is None
    assert (found.verdict, found.unclaimed) == ("unverifiable", 8)
    assert found.reason == "neither a commit nor files were claimed; 8 files changed since dispatch"


def test_files_that_did_not_change(repo: Repo) -> None:
    """A claimed file without a change is a mismatch; the sentence counts, names and hints at another case."""
    base = repo.head()
    repo.write("Docs.md", "x")
    found = claim(repo, base, None, ["src/app.py", "docs.md", "nothing.py", "a", "b"])
    assert found.verdict == "mismatch"
    assert found.missing_claims == ("src/app.py", "docs.md", "nothing.py", "a", "b")
    (sentence,) = found.mismatches
    assert sentence == (
        "5 of 5 files claimed did not change: 'src/app.py', 'docs.md', 'nothing.py' and 2 more; "
        "did you mean 'Docs.md'?"
    )


def test_claims_in_other_spellings(repo: Repo) -> None:
    """Absolute, from a sub-directory, a whole directory, decomposed Unicode: all mean the changed file."""
    base = repo.head()
    name = unicodedata.normalize("NFD", "src/über.py")
    for path in (name, "src/pkg/deep.py", "lib/x.py", "lib/y.py", "README.md"):
        repo.write(path, "changed")
    claimed = [f"{repo.top}/README.md", "pkg/deep.py", "lib/", unicodedata.normalize("NFC", name)]
    found = claim(repo, base, None, claimed)
    assert (found.verdict, found.unclaimed, found.mismatches) == ("confirmed", 0, ())


def test_an_ending_that_names_another_file_is_no_match(repo: Repo) -> None:
    """`README.md` means the top's README, not the changed one of a sub-directory."""
    base = repo.head()
    repo.write("sub/README.md", "changed")
    assert claim(repo, base, None, ["README.md"]).missing_claims == ("README.md",)


def test_paths_out_of_the_repository(repo: Repo) -> None:
    """Traversal and foreign absolute paths are told apart from unchanged files."""
    found = claim(repo, repo.head(), None, ["../outside.py", "/etc/passwd", "src/../../x"])
    assert found.verdict == "mismatch"
    assert found.mismatches == (
        "3 files claimed outside the repository: '../outside.py', '/etc/passwd', 'src/../../x'",
    )


def test_claims_git_does_not_watch(repo: Repo, tmp_path: Path) -> None:
    """Ignored files, files of a nested repository and our state are not called untrue, only unchecked."""
    repo.commit("ignore", _dot_gitignore="*.log\n")
    nested = repo.at("vendor/nested")
    nested.path.mkdir(parents=True)
    nested.git("init", "-q")
    nested.commit("inner", x="1")
    base = repo.head()
    claimed = ["debug.log", "vendor/nested/x", ".claude/team-context/notes.md"]
    found = claim(repo, base, None, claimed)
    assert (found.verdict, found.unchecked_claims) == ("unverifiable", tuple(claimed))
    assert "does not watch" in found.reason


def test_allowed_and_blocked_paths(repo: Repo) -> None:
    """Changes outside what a step was given are named; blocked wins where both cover."""
    base = repo.head()
    for path in ("src/a.py", "src/secret/key.py", "docs/x.md", "package.json"):
        repo.write(path, "x")
    found = claim(repo, base, None, ["src/a.py"], ["src/**", "*.md"], ["src/secret/"])
    assert found.outside_allowed == ("package.json",)
    assert found.inside_blocked == ("src/secret/key.py",)
    assert found.mismatches == (
        "1 file changed outside the allowed paths: 'package.json'",
        "1 file changed inside the blocked paths: 'src/secret/key.py'",
    )


def test_commits_that_are_not_what_they_seem(repo: Repo) -> None:
    """Invented, malformed, old, lost and foreign commits are each called by their name."""
    old = repo.head()
    repo.commit("older work", a="1")
    base = repo.head()
    repo.git("checkout", "-q", "-b", "elsewhere")
    foreign = repo.commit("foreign", b="1")
    repo.git("checkout", "-q", "main")
    lost = repo.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "lost")
    repo.commit("new work", c="1")

    def said(commit: str) -> tuple[str, bool | None, bool | None]:
        found = claim(repo, base, commit)
        assert found.verdict == "mismatch"
        (sentence,) = found.mismatches
        return sentence, found.commit_exists, found.reachable

    assert said("deadbeef")[1:] == (False, None)
    assert "is not a commit id" in said("done; see git log")[0]
    assert "is not a commit id" in said("--all")[0]
    assert "already there" in said(base[:8])[0]
    assert "already there" in said(old)[0]
    assert said(lost) == (f"commit {lost[:12]} exists but is on no branch: it would be lost", True, False)
    assert "another branch" in said(foreign)[0]
    assert said(repo.head("HEAD^{tree}"))[1] is False
    assert claim(repo, base, "HEAD").verdict == "confirmed"
    assert claim(repo, base, repo.head()[:5]).mismatches[0].startswith("commit")  # too short: asked from git


def test_a_detached_head_is_verified_like_any_other(repo: Repo) -> None:
    """A commit on a detached HEAD counts: HEAD reaches it."""
    base = repo.head()
    repo.git("checkout", "-q", "--detach")
    commit = repo.commit("work", a="1")
    assert claim(repo, base, commit, ["a"]).verdict == "confirmed"


def test_an_unborn_branch(empty: Repo) -> None:
    """Before the first commit files can be checked and no commit exists; afterwards all of HEAD is new."""
    empty.write("a.py", "1")
    assert claim(empty, None, None, ["a.py"]).verdict == "confirmed"
    assert claim(empty, None, "abcdef1", ["a.py"]).commit_exists is False
    commit = empty.commit("first")
    found = claim(empty, None, commit, ["a.py"])
    assert (found.verdict, found.changed_files, found.commits) == ("confirmed", ("a.py",), (commit,))
    empty.git("checkout", "-q", "--orphan", "fresh")
    assert claim(empty, commit, None, ["a.py"]).verdict == "unverifiable"


@pytest.mark.parametrize("base", ["0" * 40, "f" * 40, "not a commit", "--help"])
def test_a_base_that_is_gone(repo: Repo, base: str) -> None:
    """When the starting commit no longer exists, nothing is claimed about what was committed since."""
    commit = repo.commit("work", a="1")
    found = claim(repo, base, commit)
    assert found.verdict == "unverifiable"
    assert "gone" in found.reason
    assert found.commit_exists


def test_a_shallow_clone(repo: Repo, tmp_path: Path) -> None:
    """In a shallow clone a missing commit may lie beyond its end: unverifiable, never a lie."""
    old = repo.head()
    repo.commit("second", a="1")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.top}", str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow")
    found = claim(shallow, shallow.head(), old)
    assert (found.verdict, found.commit_exists) == ("unverifiable", None)
    assert "shallow" in found.reason
    assert "shallow" in claim(shallow, old, None, ["a"]).reason


def test_rewritten_history(repo: Repo) -> None:
    """An amended base is compared by content: only what differs now is a change."""
    base = repo.commit("to be amended", a="1", b="1")
    repo.write("a", "2")
    repo.git("commit", "-qa", "--amend", "-m", "amended")
    found = claim(repo, base, "HEAD", ["a"])
    assert (found.verdict, found.changed_files) == ("confirmed", ("a",))


def test_what_was_dirty_before_is_not_blamed(repo: Repo) -> None:
    """A file the user had open at dispatch is the step's change only once somebody writes it again."""
    repo.write("notes.txt", "mine")
    repo.write("README.md", "# Mine\n")
    before = stamp_dirty(locate(repo.top))
    assert set(before) == {"notes.txt", "README.md"}
    repo.write("src/new.py", "x")
    assert claim(repo, repo.head(), None, ["src/new.py"], ["src/**"], [], before).changed_files == (
        "src/new.py",
    )
    repo.write("notes.txt", "mine, longer")
    os.unlink(repo.path / "README.md")
    found = claim(repo, repo.head(), None, ["src/new.py"], ["src/**"], [], before)
    assert found.outside_allowed == ("README.md", "notes.txt")


def test_hostile_file_names(repo: Repo) -> None:
    """Line breaks, quotes, leading dashes, pathspec magic and bytes of no encoding are just names."""
    base = repo.head()
    names = [
        "-rf",
        "line\nbreak",
        'quo"te',
        ":(exclude)x",
        "tab\there",
        "*",
        "sp ace ",
        os.fsdecode(b"bad\xff"),
    ]
    for name in names:
        repo.write(name, "x")
    found = claim(repo, base, None, [name for name in names if name == name.strip()])
    assert set(found.changed_files) == set(names)
    assert found.verdict == "confirmed"
    wrong = claim(repo, base, None, ["no\nsuch", "nul\0byte"], ["src/**"])
    assert "\n" not in "".join(wrong.mismatches)
    assert "'no\\nsuch'" in wrong.mismatches[0]
    assert "".join(wrong.mismatches).isprintable()


def test_a_submodule_commit_is_a_change(repo: Repo, tmp_path: Path) -> None:
    """A submodule moved to another commit is one change; files inside it belong to another repository."""
    inner = Repo(tmp_path / "inner")
    inner.path.mkdir()
    inner.git("init", "-q")
    inner.commit("inner", a="1")
    repo.git("submodule", "add", "-q", str(inner.path), "lib")
    repo.commit("with submodule")
    base = repo.head()
    repo.write("lib/dirty", "x")
    assert claim(repo, base, None, ["lib/dirty"]).unchecked_claims == ("lib/dirty",)
    repo.at("lib").commit("moved", b="2")
    assert claim(repo, base, None, ["lib"]).verdict == "confirmed"


def test_a_touched_file_did_not_change(repo: Repo) -> None:
    """A new time stamp on the same content is not a change."""
    os.utime(repo.path / "src/app.py", (1, 1))
    assert claim(repo, repo.head(), None, ["src/app.py"]).missing_claims == ("src/app.py",)


def test_ten_thousand_files(repo: Repo) -> None:
    """A huge change is compared whole, and the sentence about it stays short."""
    base = repo.head()
    for number in range(10_000):
        repo.write(f"gen/d{number % 50}/f{number}.txt", "x")
    found = claim(repo, base, None, ["gen"], ["src/**", "gen/d1/**"])
    assert len(found.changed_files) == 10_000
    assert len(found.outside_allowed) == 9_800
    assert (found.unclaimed, len(found.mismatches)) == (0, 1)
    assert len(found.mismatches[0]) < 200


def test_nothing_of_the_repository_runs(evil: tuple[Repo, Path]) -> None:
    """Gathering evidence in a hostile repository runs none of its hooks, filters or programs."""
    repo, mark = evil
    base = repo.head()
    repo.write("README.md", "# X project\n")  # as long as before: git must compare the content
    os.utime(repo.path / "README.md", (1, 1))
    mark.unlink(missing_ok=True)
    found = claim(
        repo, base, "deadbeef", ["README.md", "missing"], ["src/**"], [], stamp_dirty(locate(repo.top))
    )
    assert found.verdict == "mismatch"
    assert not mark.exists()


def test_what_git_cannot_read_is_unverifiable(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged repository, or none of git at all, is recorded as such and never raises."""
    base = repo.head()
    (repo.path / ".git/index").write_bytes(b"rubbish")
    found = claim(repo, base, base, ["src/app.py"])
    assert found.verdict == "unverifiable"
    assert "index" in found.reason
    monkeypatch.setenv("PATH", "/nowhere")
    assert "not installed" in claim(repo, base, base, ["src/app.py"]).reason


def test_few_processes(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual claim costs two git processes, also after a commit; a lie at most five."""
    started: list[object] = []
    make = git_module._Process.__init__

    def counting(self: git_module._Process, call: git_module.Call) -> None:
        started.append(call)
        make(self, call)

    monkeypatch.setattr(git_module._Process, "__init__", counting)
    base = repo.head()

    def cost(*claimed: object) -> int:
        started.clear()
        claim(repo, base, *claimed)  # type: ignore[arg-type]
        return len(started)

    repo.write("a", "1")
    assert cost(None, ["a"]) == 2
    commit = repo.commit("work")
    assert cost(commit[:8], ["a"]) == 2
    assert cost(repo.head("main~1")[:8], ["a", "missing"]) == 3
    assert cost("deadbeef", ["a"]) == 3
    read_head(locate(repo.top))
    assert cost(repo.git("commit-tree", "HEAD^{tree}", "-m", "lost"), ["missing"]) == 5
