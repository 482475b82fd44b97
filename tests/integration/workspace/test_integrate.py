"""Step branches brought together: in order, forward only, conflicts handed back whole, nothing reset."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_baton.errors import Refused
from agent_baton.workspace import merging
from agent_baton.workspace.git import Ran, git
from agent_baton.workspace.integrate import Conflicted, Integrated, ensure_branch, integrate
from agent_baton.workspace.locate import locate, trees_dir
from agent_baton.workspace.worktrees import add_worktree, remove_worktree, task_branch

from .conftest import Repo

TASK = "task-x"


@pytest.fixture(params=["in the object store", "in a work tree"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of merging: of git since 2.38, and of older ones, which answer with a usage error."""
    if request.param == "in a work tree":

        def older(args: list[str], cwd: str, *rest: object, **options: object) -> Ran:
            if args[0] == "merge-tree":
                return Ran(
                    tuple(args), cwd, 129, b"", b"usage: git merge-tree <base-tree> <branch1> <branch2>"
                )
            return git(args, cwd, *rest, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(merging, "git", older)
    return str(request.param)


def branch(repo: Repo, step: str, change: Callable[[Repo], object], base: str = "HEAD") -> tuple[str, str]:
    """A step's branch with a commit, made in a work tree of its own."""
    made = add_worktree(locate(repo.top), TASK, step, base)
    there = Repo(Path(made.path))
    change(there)
    there.git("add", "-A")
    there.git("commit", "-qm", f"step {step}")
    return step, made.branch


def writes(name: str, text: str) -> Callable[[Repo], object]:
    return lambda there: there.write(name, text)


def merge(repo: Repo, into: str, *steps: tuple[str, str]) -> list[Integrated | Conflicted]:
    return integrate(locate(repo.top), TASK, into, steps)


def test_into_the_branch_the_user_has_checked_out(repo: Repo, way: str) -> None:
    """Branches are merged in order; the checkout follows, with the user's unrelated changes left alone."""
    one = branch(repo, "1.1", writes("one.txt", "1"))
    two = branch(repo, "1.2", writes("two.txt", "2"))
    repo.write("README.md", "# Being edited\n")
    repo.write("notes", "mine")
    start = repo.head()
    first, second = merge(repo, "main", one, two)
    assert isinstance(first, Integrated)
    assert isinstance(second, Integrated)
    assert (first.note, first.commit) == ("fast-forward", repo.head(one[1]))
    assert (second.note, second.commit) == ("merged", repo.head())
    assert repo.git("log", "-1", "--format=%an %s") == f"Test Merge step 1.2 ({two[1]})"
    assert (repo.path / "one.txt").exists()
    assert (repo.path / "two.txt").exists()
    assert repo.git("status", "--porcelain") == "M README.md\n?? notes"
    assert repo.head(f"refs/baton/before/{TASK}/{start[:12]}") == start
    assert repo.git("worktree", "list").count("\n") == 2


def test_into_a_branch_nobody_has_checked_out(repo: Repo, way: str) -> None:
    """The task's own branch moves; the user's checkout does not notice."""
    into = task_branch(TASK)
    start = ensure_branch(locate(repo.top), into, repo.head())
    assert ensure_branch(locate(repo.top), into, repo.commit("moved on", x="1")) == start
    steps = [branch(repo, f"1.{n}", writes(f"{n}.txt", "x"), into) for n in (1, 2, 3)]
    head = repo.head()
    results = merge(repo, into, *steps)
    assert [result.step_id for result in results] == ["1.1", "1.2", "1.3"]
    assert repo.git("ls-tree", "--name-only", into).split() == [
        "1.txt", "2.txt", "3.txt", "README.md", "src", "tests",
    ]  # fmt: skip
    assert (repo.head(), repo.git("status", "--porcelain")) == (head, "")


def test_doing_it_again_changes_nothing(repo: Repo, way: str) -> None:
    """What is merged already stays as it is."""
    steps = [branch(repo, f"1.{n}", writes(f"{n}.txt", "x")) for n in (1, 2)]
    merge(repo, "main", *steps)
    head = repo.head()
    results = merge(repo, "main", *steps)
    assert [getattr(result, "note", "") for result in results] == ["already merged", "already merged"]
    assert repo.head() == head
    for step, _ in steps:
        path = os.path.join(trees_dir(locate(repo.top).state_dir), TASK, step)
        assert remove_worktree(locate(repo.top), path) == ""


def test_a_conflict_goes_back_whole(repo: Repo, way: str) -> None:
    """A conflicting step is left out with both sides shown, and those after it are merged."""
    one = branch(repo, "1.1", writes("src/app.py", "def one():\n    return 'one'\n"))
    two = branch(repo, "1.2", writes("src/app.py", "def one():\n    return 'two'\n"))
    three = branch(repo, "1.3", writes("three.txt", "3"))
    heads = [repo.head(name) for _, name in (one, two, three)]
    first, second, third = merge(repo, "main", one, two, three)
    assert isinstance(first, Integrated)
    assert isinstance(third, Integrated)
    assert second == Conflicted(
        "1.2",
        first.commit,
        ("src/app.py",),
        "src/app.py: both sides changed the same lines\n"
        "<<<<<<< main\n    return 'one'\n||||||| before\n    return 1\n=======\n    return 'two'\n"
        f">>>>>>> {two[1]}",
    )
    assert [repo.head(name) for _, name in (one, two, three)] == heads
    assert "return 'one'" in (repo.path / "src/app.py").read_text()
    assert "<<<<<<<" not in (repo.path / "src/app.py").read_text()


def test_kinds_of_conflict(repo: Repo, way: str) -> None:
    """Deleted here and changed there, added twice, not text, a link against a file: each is told apart."""
    repo.write("data.bin", b"\0base")
    repo.write("deleted.txt", "base\n" * 20)
    repo.commit("base")

    def ours(there: Repo) -> None:
        there.write("data.bin", b"\0ours")
        (there.path / "deleted.txt").unlink()
        there.write("added.txt", "ours\n")
        there.write("kind", "a file")

    def theirs(there: Repo) -> None:
        there.write("data.bin", b"\0theirs")
        there.write("deleted.txt", "base\n" * 20 + "changed\n")
        there.write("added.txt", "theirs\n")
        os.symlink("README.md", there.path / "kind")

    _, result = merge(repo, "main", branch(repo, "1.1", ours), branch(repo, "1.2", theirs))
    assert isinstance(result, Conflicted)
    assert {"data.bin", "deleted.txt", "added.txt"} <= set(result.files)
    assert "data.bin: both sides changed a file that is not text" in result.detail
    assert f"deleted.txt: changed by 'baton/{TASK}/1.2', deleted or moved by 'main'" in result.detail
    assert "added.txt: both sides added a file of this name" in result.detail
    assert "kind" in result.detail


def test_conflicts_that_need_no_judgement(repo: Repo, way: str) -> None:
    """Lock files and added imports are settled by rule, said so in the result and in the commit."""
    repo.write("package-lock.json", '{"v": 0}\n')
    repo.write("src/app.py", "import os\n\n\ndef one():\n    return os\n")
    repo.commit("base")

    def change(name: str) -> Callable[[Repo], object]:
        def write(there: Repo) -> None:
            there.write("package-lock.json", f'{{"v": "{name}"}}\n')
            there.write("src/app.py", f"import os\nimport {name}\n\n\ndef one():\n    return os\n")

        return write

    _, second = merge(repo, "main", branch(repo, "1.1", change("re")), branch(repo, "1.2", change("sys")))
    assert isinstance(second, Integrated)
    assert [one.path for one in second.resolved] == ["package-lock.json", "src/app.py"]
    assert second.resolved[0].regenerate.startswith("npm install")
    assert "both were kept" in second.note
    assert "npm install" in repo.git("log", "-1", "--format=%B")
    assert (repo.path / "src/app.py").read_text().startswith("import os\nimport re\nimport sys\n\n")
    assert (repo.path / "package-lock.json").read_text() == '{"v": "re"}\n'
    assert repo.git("status", "--porcelain") == ""


def test_recorded_resolutions_are_not_replayed(repo: Repo, way: str) -> None:
    """A conflict is a conflict, also when the user's git remembers how it was settled once."""
    repo.git("config", "rerere.enabled", "true")
    repo.git("config", "rerere.autoUpdate", "true")
    one = branch(repo, "1.1", writes("README.md", "# One\n"))
    two = branch(repo, "1.2", writes("README.md", "# Two\n"))
    repo.git("checkout", "-q", "-b", "trial", f"{one[1]}^0")
    repo.git("merge", "-q", two[1], code=1)
    repo.write("README.md", "# Both\n")
    repo.git("commit", "-qam", "settled once")
    repo.git("checkout", "-q", "main")
    results = merge(repo, "main", one, two)
    assert [type(result) for result in results] == [Integrated, Conflicted]


def test_uncommitted_changes_in_the_way(repo: Repo) -> None:
    """When the merge would touch a file the user is editing, it is refused and nothing has happened."""
    one = branch(repo, "1.1", writes("README.md", "# New\n"))
    two = branch(repo, "1.2", writes("untracked.txt", "theirs"))
    repo.write("README.md", "# Being edited\n")
    repo.write("untracked.txt", "mine")
    head = repo.head()
    for step, name in ((one, "README.md"), (two, "untracked.txt")):
        with pytest.raises(Refused, match=rf"uncommitted changes.*{name}.*commit or stash"):
            merge(repo, "main", step)
    assert repo.head() == head
    assert (repo.path / "README.md").read_text() == "# Being edited\n"
    assert (repo.path / "untracked.txt").read_text() == "mine"


def test_a_checkout_in_the_middle_of_something(repo: Repo) -> None:
    """A merge or a rebase of the user is not interfered with."""
    one = branch(repo, "1.1", writes("one.txt", "1"))
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", README_dot_md="# Side\n")
    repo.write("README.md", "# Side\n")
    repo.commit("side 2")
    repo.git("checkout", "-q", "main")
    repo.write("README.md", "# Main\n")
    head = repo.commit("main")
    repo.git("merge", "-q", "side", code=1)
    with pytest.raises(Refused):
        merge(repo, "main", one)
    repo.git("merge", "--abort")
    repo.git("rebase", "-q", "side", code=1)
    with pytest.raises(Refused):
        merge(repo, "main", one)
    assert repo.git("rev-parse", "main") == head
    repo.git("rebase", "--abort")
    assert isinstance(merge(repo, "main", one)[0], Integrated)


def test_a_branch_in_another_work_tree(repo: Repo, tmp_path: Path) -> None:
    """The tree that has the branch checked out follows, wherever we are called from."""
    repo.git("worktree", "add", "-q", "-b", "release", str(tmp_path / "release"))
    one = branch(repo, "1.1", writes("one.txt", "1"))
    merge(repo, "release", one)
    assert (tmp_path / "release/one.txt").exists()
    assert not (repo.path / "one.txt").exists()
    two = branch(repo, "1.2", writes("two.txt", "2"))
    integrate(locate(str(tmp_path / "release")), TASK, "main", [two])
    assert (repo.path / "two.txt").exists()


def test_what_cannot_be_merged(repo: Repo, way: str) -> None:
    """Missing branches and foreign histories are refused by name."""
    with pytest.raises(Refused, match=r"'nowhere' does not exist"):
        merge(repo, "nowhere")
    with pytest.raises(Refused, match=r"'gone' of step '1\.1'"):
        merge(repo, "main", ("1.1", "gone"))
    repo.git("checkout", "-q", "--orphan", "foreign")
    repo.commit("foreign", f="1")
    repo.git("checkout", "-q", "main")
    with pytest.raises(Refused, match="no common history"):
        merge(repo, "main", ("1.1", "foreign"))
    with pytest.raises(Refused, match="cannot be made"):
        ensure_branch(locate(repo.top), "main/below", repo.head())


def test_long_conflicts_are_capped(repo: Repo) -> None:
    """A huge conflict becomes a short brief that says what was left out."""
    for name in ("a", "b", "c", "d", "e"):
        repo.write(f"{name}.txt", "".join(f"{n}\n" for n in range(500)))
    repo.commit("base")

    def change(mark: str) -> Callable[[Repo], object]:
        text = "".join(f"{mark} {n} {'x' * 90}\n" for n in range(500))
        return lambda there: [there.write(f"{name}.txt", text) for name in ("a", "b", "c", "d", "e")]

    _, result = merge(
        repo, "main", branch(repo, "1.1", change("ours")), branch(repo, "1.2", change("theirs"))
    )
    assert isinstance(result, Conflicted)
    assert len(result.files) == 5
    assert len(result.detail) < 13_000
    assert "cut here" in result.detail


def test_renames_are_followed(repo: Repo, way: str) -> None:
    """One step moves a file, the other edits it: the edit arrives at the new place."""
    repo.write("src/app.py", "".join(f"line {n}\n" for n in range(40)))
    repo.commit("base")
    one = branch(repo, "1.1", lambda there: there.git("mv", "src/app.py", "src/moved.py"))
    text = "".join(f"line {n}\n" for n in range(39)) + "edited\n"
    merge(repo, "main", one, branch(repo, "1.2", writes("src/app.py", text)))
    assert (repo.path / "src/moved.py").read_text().endswith("edited\n")
    assert not (repo.path / "src/app.py").exists()


def test_a_user_without_a_name(repo: Repo, own_git_settings: Path) -> None:
    """Git without an identity is no reason to lose a merge."""
    steps = [branch(repo, f"1.{n}", writes(f"{n}.txt", "x")) for n in (1, 2)]
    own_git_settings.write_text("[user]\n\tuseConfigOnly = true\n")
    merge(repo, "main", *steps)
    assert repo.git("log", "-1", "--format=%an") == "Agent Baton"


def test_hooks_stay_silent(evil: tuple[Repo, Path]) -> None:
    """No hook of a hostile repository runs while branches are merged and moved."""
    repo, mark = evil
    for key in ("clean", "smudge", "process"):
        repo.git("config", "--unset", f"filter.evil.{key}")
    repo.git("config", "commit.gpgSign", "false")
    repo.git("config", "merge.verifySignatures", "true")
    start = repo.head()
    for name in ("one", "two"):
        repo.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "-b", name, start)
        repo.write(name, "x")
        repo.git("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "add", name)
        repo.git("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "commit", "-qm", name)
    repo.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "main")
    mark.unlink(missing_ok=True)
    results = merge(repo, "main", ("1.1", "one"), ("1.2", "two"))
    assert all(isinstance(result, Integrated) for result in results)
    assert not mark.exists()


def test_hostile_names_in_a_conflict(repo: Repo, way: str) -> None:
    """Line breaks, dashes and bytes of no encoding survive a merge and a conflict."""
    names = ["-rf.txt", "line\nbreak.txt", os.fsdecode(b"bad\xff.txt")]
    for name in names:
        repo.write(name, "base\n")
    repo.commit("base")

    def change(text: str) -> Callable[[Repo], object]:
        return lambda there: [there.write(name, text) for name in names]

    _, result = merge(repo, "main", branch(repo, "1.1", change("a\n")), branch(repo, "1.2", change("b\n")))
    assert isinstance(result, Conflicted)
    assert set(result.files) == set(names)
