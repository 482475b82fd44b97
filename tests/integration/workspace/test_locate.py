"""Finding the repository, its state directory and HEAD, against what git itself says."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.workspace.git import git
from agent_baton.workspace.locate import Head, checkout_at, locate, prepare_state_dir, read_head

from .conftest import Repo


def state_dir(repo: Repo) -> str:
    return os.path.join(repo.top, ".claude", "team-context")


def same_head(repo: Repo) -> None:
    """Our reading of HEAD is git's."""
    branch = repo.git(
        "symbolic-ref", "-q", "--short", "HEAD", code=0 if repo.git("branch", "--show-current") else 1
    )
    assert read_head(locate(repo.top)) == Head(branch or None, repo.git("rev-parse", "HEAD"))


def test_sub_directories_find_the_same_state(repo: Repo) -> None:
    """From the top, from below, and through a symbolic link: one checkout."""
    (repo.path / "a/b c/ü").mkdir(parents=True)
    (repo.path.parent / "link").symlink_to(repo.path / "a")
    found = locate(repo.top)
    assert (found.top, found.state_dir, found.is_linked_worktree) == (repo.top, state_dir(repo), False)
    assert locate(str(repo.path / "a/b c/ü")) == found
    assert locate(str(repo.path.parent / "link/b c")) == found


def test_a_linked_worktree_shares_the_state(repo: Repo) -> None:
    """Every work tree of a repository finds the state of the main one, and its own HEAD."""
    repo.git("worktree", "add", "-q", "-b", "other", "../linked tree")
    linked = locate(str(repo.path.parent / "linked tree"))
    main = locate(repo.top)
    assert linked.is_linked_worktree
    assert (linked.state_dir, linked.common_dir) == (main.state_dir, main.common_dir)
    assert linked.git_dir == repo.at("../linked tree").git("rev-parse", "--absolute-git-dir")
    assert read_head(linked) == Head("other", repo.head())
    assert checkout_at(main, linked.top) == linked


def test_a_worktree_without_its_git_file_is_refused(repo: Repo) -> None:
    """A directory inside the main work tree that lost its `.git` is not taken for the main work tree."""
    repo.git("worktree", "add", "-q", ".claude/worktrees/baton/t/1.1")
    broken = repo.path / ".claude/worktrees/baton/t/1.1"
    (broken / ".git").unlink()
    with pytest.raises(Refused, match="worktree repair"):
        checkout_at(locate(repo.top), str(broken))


def test_a_submodule_is_its_own_repository(repo: Repo, tmp_path: Path) -> None:
    """State of a submodule lives in the submodule, also from a linked work tree of it."""
    inner = Repo(tmp_path / "inner")
    inner.path.mkdir()
    inner.git("init", "-q")
    inner.commit("inner", a="1")
    repo.git("submodule", "add", "-q", str(inner.path), "libs/inner")
    sub = repo.at("libs/inner")
    found = locate(sub.top)
    assert (found.top, found.state_dir, found.is_linked_worktree) == (sub.top, state_dir(sub), False)
    sub.git("worktree", "add", "-q", str(tmp_path / "wt"))
    assert locate(str(tmp_path / "wt")).state_dir == state_dir(sub)
    same_head(sub)


def test_a_linked_worktree_of_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    """Without a main work tree the state lives beside the repository's own files."""
    repo.git("clone", "-q", "--bare", repo.top, str(tmp_path / "bare.git"))
    bare = Repo(tmp_path / "bare.git")
    bare.git("worktree", "add", "-q", "../one")
    bare.git("worktree", "add", "-q", "../two")
    one, two = locate(str(tmp_path / "one")), locate(str(tmp_path / "two"))
    assert one.state_dir == two.state_dir == os.path.join(bare.top, "team-context")
    for inside in (bare.path, bare.path / "refs/heads"):
        with pytest.raises(UserError, match="worktree add"):
            locate(str(inside))


def test_a_bare_repository_named_dot_git(repo: Repo, tmp_path: Path) -> None:
    """The layout of a bare `.git` with work trees around it is a bare repository too."""
    repo.git("clone", "-q", "--bare", repo.top, str(tmp_path / "proj/.git"))
    Repo(tmp_path / "proj").git("worktree", "add", "-q", "main-tree", "main")
    assert locate(str(tmp_path / "proj/main-tree")).state_dir == str(tmp_path / "proj/.git/team-context")
    with pytest.raises(UserError, match="not a work tree"):
        locate(str(tmp_path / "proj"))


def test_a_separate_git_directory(tmp_path: Path) -> None:
    """With the git directory elsewhere, main and linked work trees still agree on one state directory."""
    (tmp_path / "main").mkdir()
    main = Repo(tmp_path / "main")
    main.git("init", "-q", "--separate-git-dir", str(tmp_path / "store"))
    main.commit("first", a="1")
    main.git("worktree", "add", "-q", "../linked")
    assert locate(str(tmp_path / "linked")).state_dir == locate(main.top).state_dir


def test_worktree_configuration(repo: Repo) -> None:
    """With per-worktree configuration, where git keeps core.bare elsewhere, the answers are the same."""
    repo.git("worktree", "add", "-q", "../linked")
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "core.bare", "false")
    assert locate(str(repo.path.parent / "linked")).state_dir == locate(repo.top).state_dir == state_dir(repo)


def test_git_dir_and_work_tree_from_the_environment(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR counts for the current directory, as in git itself, and git is then started with it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(home))
    monkeypatch.chdir(home)
    found = locate(".")
    assert (found.top, found.git_dir) == (str(home), os.path.join(repo.top, ".git"))
    monkeypatch.delenv("GIT_WORK_TREE")
    assert locate(".").top == str(home)
    monkeypatch.setenv("GIT_DIR", "nowhere")
    with pytest.raises(UserError, match="GIT_DIR"):
        locate(".")


def test_the_environment_of_a_hook_does_no_harm(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called from a hook of one repository, another directory is still looked up for itself."""
    repo.git("worktree", "add", "-q", "../linked")
    linked = str(repo.path.parent / "linked")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index.tmp")
    monkeypatch.chdir(repo.path)
    assert locate(".").top == repo.top
    assert locate(linked).is_linked_worktree
    for top in (repo.top, linked):
        assert os.fsdecode(git(["rev-parse", "--show-toplevel"], top).out).strip() == top
        assert git(["status", "--porcelain"], top).out == b""


def test_a_moved_work_tree_that_git_cannot_find_again(repo: Repo, tmp_path: Path) -> None:
    """core.worktree pointing to a place without a way back is refused, with the way to say it."""
    (tmp_path / "files").mkdir()
    repo.git("config", "core.worktree", str(tmp_path / "files"))
    with pytest.raises(UserError, match="GIT_WORK_TREE"):
        locate(repo.top)


@pytest.mark.parametrize("where", ["", "sub"])
def test_no_repository(tmp_path: Path, where: str) -> None:
    """Outside a repository the error says how to make one; a missing directory is named."""
    (tmp_path / "sub").mkdir()
    with pytest.raises(NotFound, match="git init"):
        locate(str(tmp_path / where))
    with pytest.raises(NotFound, match="not a directory"):
        locate(str(tmp_path / "missing"))


def test_ceilings_stop_the_search(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_CEILING_DIRECTORIES keeps a search from going up, as it does for git."""
    (repo.path / "a/b").mkdir(parents=True)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repo.path))
    with pytest.raises(NotFound):
        locate(str(repo.path / "a/b"))
    assert locate(repo.top).top == repo.top


@pytest.mark.parametrize("content", ["gitdir: /nowhere/at/all\n", "rubbish", "gitdir: "])
def test_a_git_file_that_leads_nowhere(tmp_path: Path, content: str) -> None:
    """A dangling `.git` file is an error, not a reason to take the repository above."""
    (tmp_path / ".git").write_text(content)
    with pytest.raises(UserError):
        locate(str(tmp_path))


def test_an_empty_git_directory_is_passed_over(repo: Repo) -> None:
    """Git ignores a `.git` directory that is no repository; so do we."""
    (repo.path / "sub/.git").mkdir(parents=True)
    assert locate(str(repo.path / "sub")).top == repo.top


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    """A directory whose name is no text in any encoding is located, and git runs in it."""
    path = os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff name")
    os.mkdir(path)
    repo = Repo(Path(path))
    repo.git("init", "-q")
    repo.commit("first", a="1")
    assert locate(path).top == path
    same_head(repo)


def test_heads(repo: Repo) -> None:
    """Branch, detached, packed, nested names, unborn: always what git answers."""
    same_head(repo)
    repo.git("checkout", "-q", "-b", "feature/deep/ünï code".replace(" ", "-"))
    same_head(repo)
    repo.git("pack-refs", "--all", "--prune")
    same_head(repo)
    repo.commit("after packing", b="2")
    same_head(repo)
    repo.git("checkout", "-q", "--detach")
    assert read_head(locate(repo.top)) == Head(None, repo.head())
    repo.git("checkout", "-q", "--orphan", "fresh")
    assert read_head(locate(repo.top)) == Head("fresh", None)


def test_a_symbolic_branch(repo: Repo) -> None:
    """A branch that is another name for a branch leads to its commit; a loop leads nowhere."""
    repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    repo.git("symbolic-ref", "HEAD", "refs/heads/alias")
    assert read_head(locate(repo.top)).commit == repo.head()
    repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/alias2")
    repo.git("symbolic-ref", "refs/heads/alias2", "refs/heads/alias")
    assert read_head(locate(repo.top)).commit is None


def test_a_hostile_head_reads_no_other_file(repo: Repo) -> None:
    """HEAD is data: a ref name that climbs out of the repository is not followed."""
    (repo.path / "secret").write_text("a" * 40)
    (repo.path / ".git/HEAD").write_text("ref: refs/heads/../../../secret\n")
    assert read_head(locate(repo.top)).commit is None


def test_refs_in_another_format_are_asked_from_git(repo: Repo) -> None:
    """When refs are not files (reftable), git answers instead of us."""
    (repo.path / ".git/reftable").mkdir()
    assert read_head(locate(repo.top)) == Head("main", repo.head())
    repo.git("checkout", "-q", "--detach")
    assert read_head(locate(repo.top)) == Head(None, repo.head())
    repo.git("checkout", "-q", "--orphan", "fresh")
    assert read_head(locate(repo.top)) == Head("fresh", None)


def test_the_state_directory_is_kept_out_of_git(repo: Repo) -> None:
    """A fresh state directory ignores itself; a user's own `.gitignore` in it stays."""
    path = locate(repo.top).state_dir
    prepare_state_dir(path)
    prepare_state_dir(path)
    Path(path, "baton.db").write_text("x")
    assert repo.git("status", "--porcelain") == ""
    assert sorted(os.listdir(path)) == [".gitignore", "baton.db"]
    Path(path, ".gitignore").write_text("baton.db\n")
    prepare_state_dir(path)
    assert Path(path, ".gitignore").read_text() == "baton.db\n"


def test_threads_make_the_state_directory_at_once(repo: Repo) -> None:
    """The agents of one run are started from threads of one process: none trips over another's half-made file."""
    paths = [os.path.join(repo.top, f"state-{number}") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(prepare_state_dir, [path for path in paths for _ in range(8)]))
    assert {tuple(os.listdir(path)) for path in paths} == {(".gitignore",)}


@pytest.mark.parametrize("link", [".claude", ".claude/team-context"])
def test_a_state_directory_behind_a_link_is_refused(repo: Repo, tmp_path: Path, link: str) -> None:
    """A repository cannot bring a symbolic link that makes us write elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    (repo.path / link).parent.mkdir(exist_ok=True)
    (repo.path / link).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="symbolic link"):
        prepare_state_dir(locate(repo.top).state_dir)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_file_in_the_way_of_the_state_directory(repo: Repo) -> None:
    """A plain error, not a traceback, when the place is taken by a file."""
    repo.write(".claude", "mine")
    with pytest.raises(UserError, match="cannot make"):
        prepare_state_dir(locate(repo.top).state_dir)
