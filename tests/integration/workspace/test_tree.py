"""The work tree as a value: hashed, compared, saved and listed without touching what the user has staged."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_baton.errors import NotFound, Refused
from agent_baton.workspace.locate import locate
from agent_baton.workspace.tree import changed_tracked, list_files, snapshot, tree_hash

from .conftest import Repo


def fingerprint(repo: Repo) -> dict[str, str]:
    """Every file of the repository, git's own included, our state aside."""
    found = {}
    for root, directories, files in os.walk(repo.top):
        directories[:] = [name for name in directories if name != "team-context"]
        for name in files:
            path = os.path.join(root, name)
            found[path] = (
                hashlib.sha1(Path(path).read_bytes()).hexdigest() if not os.path.islink(path) else "link"
            )
    return found


def full_tree(repo: Repo) -> str:
    """The answer git gives when everything is really added and committed."""
    repo.git("add", "-A")
    repo.git("commit", "-q", "--allow-empty", "-m", "all")
    return repo.head("HEAD^{tree}")


def mess(repo: Repo) -> None:
    """Every kind of uncommitted change at once."""
    repo.write("staged.txt", "staged")
    repo.git("add", "staged.txt")
    repo.write("staged.txt", "staged, then changed")
    repo.write("README.md", "# Changed\n")
    repo.write("new/ünï code", "new")
    repo.write("new/line\nbreak", "new")
    (repo.path / "tests/test_app.py").unlink()
    repo.git("mv", "src/app.py", "src/other.py")
    repo.write(".gitignore", "*.log\n")
    repo.write("noise.log", "noise")
    os.symlink("README.md", repo.path / "link")
    script = repo.write("run.sh", "#!/bin/sh\n")
    script.chmod(0o755)


def test_a_clean_tree_has_the_hash_of_head(repo: Repo) -> None:
    """Nothing uncommitted: the hash is the one of HEAD's tree."""
    assert tree_hash(repo.top) == repo.head("HEAD^{tree}")


def test_the_hash_is_what_a_commit_of_everything_would_have(repo: Repo) -> None:
    """Staged, unstaged, deleted, new files, modes and links count as if committed; our state does not."""
    mess(repo)
    repo.write(".claude/team-context/plan.json", "{}")
    ours = tree_hash(repo.top)
    assert ours == tree_hash(str(repo.path / "src"))
    assert ours == full_tree(repo)


@pytest.mark.parametrize("look", [tree_hash, list_files, lambda top: changed_tracked(top, tree_hash(top))])
def test_looking_changes_nothing(repo: Repo, look: Callable[[str], object]) -> None:
    """Index, objects and refs of the repository are byte for byte as before."""
    mess(repo)
    before = fingerprint(repo)
    look(repo.top)
    assert fingerprint(repo) == before


def test_a_change_git_cannot_see_by_time_and_size(repo: Repo) -> None:
    """Same size, same time stamp as when it was staged: the content decides."""
    repo.git("config", "core.trustctime", "false")
    repo.git("config", "core.checkStat", "minimal")
    readme, index = repo.path / "README.md", repo.path / ".git/index"
    os.utime(readme, (1_000_000_000, 1_000_000_000))
    repo.git("add", "README.md")
    readme.write_text("# B project\n")
    for path in (readme, index):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert tree_hash(repo.top) != repo.head("HEAD^{tree}")
    assert changed_tracked(repo.top, repo.head("HEAD^{tree}")) == ["README.md"]


def test_a_file_in_place_of_a_directory_and_back(repo: Repo) -> None:
    """Kinds may change places."""
    os.unlink(repo.path / "src/app.py")
    os.rmdir(repo.path / "src")
    repo.write("src", "now a file")
    os.unlink(repo.path / "README.md")
    repo.write("README.md/now/deep", "now a directory")
    assert tree_hash(repo.top) == full_tree(repo)


def test_trees_without_commits(empty: Repo) -> None:
    """An unborn branch has a tree too, an empty one included."""
    assert tree_hash(empty.top) == empty.git("hash-object", "-t", "tree", "/dev/null")
    empty.write("a", "1")
    assert tree_hash(empty.top) == full_tree(empty)


def test_a_conflicted_index(repo: Repo) -> None:
    """In the middle of a merge the files as they lie count."""
    repo.git("checkout", "-q", "-b", "other")
    repo.commit("theirs", README_dot_md="# Theirs\n")
    repo.git("checkout", "-q", "main")
    repo.commit("ours", README_dot_md="# Ours\n")
    repo.git("merge", "-q", "other", code=1)
    hashed = tree_hash(repo.top)
    assert changed_tracked(repo.top, repo.head("HEAD^{tree}")) == ["README.md"]
    assert hashed == full_tree(repo)


def test_linked_worktrees_and_submodules(repo: Repo, tmp_path: Path) -> None:
    """Each work tree has its own hash; a submodule counts by its commit only."""
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    linked.write("only here", "x")
    assert tree_hash(repo.top) == repo.head("HEAD^{tree}")
    assert tree_hash(linked.top) == full_tree(linked)
    repo.git("submodule", "add", "-q", repo.top, "sub")
    repo.commit("with submodule")
    repo.at("sub").commit("inside", x="1")
    assert tree_hash(repo.top) == full_tree(repo)


def test_what_a_gate_changed(repo: Repo) -> None:
    """Tracked files that differ from before are named; files it made, and what was dirty already, are not."""
    mess(repo)
    before = tree_hash(repo.top)
    assert changed_tracked(repo.top, before) == []
    repo.write("coverage.xml", "made by the gate")
    repo.write("noise.log", "more")
    repo.write("new/ünï code", "an untracked file changed")
    os.utime(repo.path / "README.md", (1, 1))
    assert changed_tracked(repo.top, before) == []
    repo.write("README.md", "# Formatted\n")
    repo.write("src/other.py", "formatted")
    os.unlink(repo.path / "staged.txt")
    assert changed_tracked(repo.top, before) == ["README.md", "src/other.py", "staged.txt"]


def test_an_unknown_tree(repo: Repo) -> None:
    """A hash from elsewhere is an error, not a list of all files."""
    for before in ("f" * 40, "--help", repo.head("HEAD:README.md")):
        with pytest.raises(NotFound, match="not known here"):
            changed_tracked(repo.top, before)


def test_a_snapshot_saves_everything_and_touches_nothing(repo: Repo) -> None:
    """All files are in the commit, on top of HEAD; index, work tree and branches stay as they are."""
    mess(repo)
    status, refs = repo.git("status", "--porcelain"), repo.git("for-each-ref", "refs/heads", "refs/tags")
    index = (repo.path / ".git/index").read_bytes()
    commit = snapshot(repo.top, "refs/baton/before/x")
    assert repo.head("refs/baton/before/x") == commit
    assert repo.head(f"{commit}^") == repo.head()
    assert repo.git("show", f"{commit}:staged.txt") == "staged, then changed"
    assert repo.git("status", "--porcelain") == status
    assert repo.git("for-each-ref", "refs/heads", "refs/tags") == refs
    assert (repo.path / ".git/index").read_bytes() == index
    assert repo.head(f"{commit}^{{tree}}") == full_tree(repo)


def test_snapshots_of_one_state_are_one_commit(repo: Repo) -> None:
    """Saving twice is saving once; a later state keeps the earlier one under its own name."""
    assert snapshot(repo.top, "refs/baton/clean") == repo.head()
    repo.write("README.md", "one")
    first = snapshot(repo.top, "refs/baton/x")
    assert snapshot(repo.top, "refs/baton/x") == first
    repo.write("README.md", "two")
    second = snapshot(repo.top, "refs/baton/x")
    assert repo.head("refs/baton/x") == second != first
    assert repo.head(f"refs/baton/x-{first[:12]}") == first


def test_snapshots_of_an_unborn_branch_and_without_identity(empty: Repo, own_git_settings: Path) -> None:
    """Neither a first commit nor the user's name is needed to save work."""
    own_git_settings.write_text("")
    empty.write("a", "1")
    commit = snapshot(empty.top, "refs/baton/first")
    assert empty.git("show", f"{commit}:a") == "1"
    assert empty.git("log", "-1", "--format=%P%an", commit) == "Agent Baton"


def test_snapshots_have_their_place(repo: Repo) -> None:
    """No branch or tag can be named as the place of a snapshot."""
    with pytest.raises(Refused):
        snapshot(repo.top, "refs/heads/main")


def test_hooks_stay_silent_when_saving(evil: tuple[Repo, Path]) -> None:
    """Saving writes refs and objects, and still no hook of the repository runs."""
    repo, mark = evil
    for key in ("clean", "smudge", "process"):
        repo.git("config", "--unset", f"filter.evil.{key}")
    repo.write("README.md", "changed")
    mark.unlink(missing_ok=True)
    snapshot(repo.top, "refs/baton/x")
    tree_hash(repo.top)
    assert not mark.exists()


def test_a_file_nobody_may_read(repo: Repo) -> None:
    """An unreadable file makes a clear refusal, not a hash without it."""
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    repo.write("secret", "x").chmod(0)
    with pytest.raises(Refused, match="readable"):
        tree_hash(repo.top)


def test_listing(repo: Repo, tmp_path: Path) -> None:
    """Tracked and new files, once each; no deleted, ignored, nested or state files."""
    mess(repo)
    repo.git("submodule", "add", "-q", repo.top, "sub")
    repo.write(".claude/team-context/plan.json", "{}")
    repo.at("nested").path.mkdir()
    repo.at("nested").git("init", "-q")
    repo.at("nested").write("inner", "x")
    repo.at("nested").git("add", "-A")
    repo.at("nested").git("commit", "-qm", "x")
    assert list_files(repo.top) == (
        ".gitignore", ".gitmodules", "README.md", "link", "new/line\nbreak", "new/ünï code", "run.sh",
        "src/other.py", "staged.txt",
    )  # fmt: skip
    assert list_files(str(repo.path / "src")) == list_files(repo.top)


def test_listing_names_of_no_encoding(repo: Repo) -> None:
    """Names that are no text come back so that they can be opened."""
    repo.write(os.fsdecode(b"bad\xff"), "x")
    (name,) = set(list_files(repo.top)) - {"README.md", "src/app.py", "tests/test_app.py"}
    assert (repo.path / name).read_text() == "x"


def test_the_state_directory_may_be_anywhere(repo: Repo, tmp_path: Path) -> None:
    """Our object store finds the repository's also when its path has a colon, a quote or a line break."""
    odd = tmp_path / 'odd: "path"\nhere'
    repo.git("clone", "-q", repo.top, str(odd))
    clone = Repo(odd)
    clone.write("README.md", "changed")
    before = tree_hash(clone.top)
    clone.write("README.md", "again")
    assert changed_tracked(clone.top, before) == ["README.md"]
    assert locate(clone.top).state_dir.startswith(clone.top)
