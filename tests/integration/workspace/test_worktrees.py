"""Work trees for steps: had exactly as asked or refused, whole after any crash, never a loss of work."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent_baton.errors import Refused, UserError
from agent_baton.workspace.git import git
from agent_baton.workspace.locate import locate, trees_dir
from agent_baton.workspace.worktrees import (
    Worktree,
    add_worktree,
    agent_environment,
    commit_leftovers,
    list_worktrees,
    remove_worktree,
    salvage,
    task_branch,
)

from .conftest import Repo

TASK = "task-logging-a3f9"


def add(repo: Repo, step: str = "1.1", base: str | None = "HEAD") -> Worktree:
    return add_worktree(locate(repo.top), TASK, step, base)


def remove(repo: Repo, made: Worktree) -> str:
    return remove_worktree(locate(repo.top), made.path)


def inside(made: Worktree) -> Repo:
    return Repo(Path(made.path))


def test_a_tree_of_its_own(repo: Repo) -> None:
    """A step gets a clean tree on its branch, under the state directory, unseen by the user's git status."""
    made = add(repo)
    assert made.path == os.path.join(repo.top, ".claude/worktrees/baton", TASK, "1.1")
    assert made == Worktree(made.path, f"baton/{TASK}/1.1", TASK, "1.1", repo.head())
    assert inside(made).git("status", "--porcelain", "--branch") == f"## {made.branch}"
    assert sorted(os.listdir(made.path)) == [".git", "README.md", "src", "tests"]
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("config", "--get-regexp", r"^branch\.", code=1) == ""
    assert list_worktrees(locate(made.path)) == [made]


def test_the_same_call_answers_the_same_tree(repo: Repo) -> None:
    """Asked again, also from inside the tree, the tree comes back with the work in it."""
    made = add(repo)
    inside(made).write("README.md", "in progress")
    inside(made).write("new", "in progress")
    again = add_worktree(locate(made.path), TASK, "1.1", made.head)
    assert (again.path, again.branch, again.head, again.resumed) == (made.path, made.branch, made.head, True)
    assert (Path(made.path) / "new").read_text() == "in progress"
    commit = inside(made).commit("done")
    assert add(repo).head == commit


def test_the_base_is_what_is_here_and_now(repo: Repo, tmp_path: Path) -> None:
    """Commits that were never pushed are in the tree; a remote's branch cannot be asked for."""
    repo.git("clone", "-q", "--bare", repo.top, str(tmp_path / "origin.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    repo.git("fetch", "-q")
    local = repo.commit("local only", new="1")
    assert add(repo).head == local
    repo.git("branch", "side", "HEAD~1")
    assert add(repo, "1.2", "side").head == repo.head("side")
    assert add(repo, "1.3", local).head == local
    for base in ("origin/main", "refs/remotes/origin/main", "--help", "HEAD~1", "f" * 40, "", None):
        with pytest.raises(Refused):
            add(repo, "1.4", base)
    assert len(list_worktrees(locate(repo.top))) == 3


def test_an_unused_tree_follows_its_base(repo: Repo) -> None:
    """A tree nobody worked in is brought to the base of now; one with work stays where it is."""
    idle, busy = add(repo, "1.1"), add(repo, "1.2")
    work = inside(busy).commit("work", b="1")
    now = repo.commit("moved on", a="1")
    assert add(repo, "1.1").head == inside(idle).head() == now
    assert (Path(idle.path) / "a").exists()
    assert add(repo, "1.2").head == work
    assert add(repo, "1.2").resumed


def test_a_branch_of_an_earlier_attempt(repo: Repo) -> None:
    """Without its tree, a branch with work is taken up at its end, one without is started anew."""
    made = add(repo)
    work = inside(made).commit("half the work", a="1")
    repo.git("worktree", "remove", made.path)
    again = add(repo)
    assert (again.head, again.resumed) == (work, True)
    idle = add(repo, "1.2")
    repo.git("worktree", "remove", idle.path)
    now = repo.commit("moved on", c="1")
    fresh = add(repo, "1.2")
    assert (fresh.head, fresh.resumed) == (now, False)


def test_a_deleted_directory(repo: Repo) -> None:
    """A tree somebody deleted is made again; what was staged in it is saved."""
    made = add(repo)
    inside(made).write("staged", "precious")
    inside(made).git("add", "staged")
    shutil.rmtree(made.path)
    again = add(repo)
    assert inside(again).git("status", "--porcelain") == ""
    (ref,) = repo.git("for-each-ref", "--format=%(refname)", "refs/baton/salvage").splitlines()
    assert ref.startswith(f"refs/baton/salvage/{TASK}/1.1/staged-")
    assert repo.git("show", f"{ref}:staged") == "precious"


def test_a_lost_git_link_is_restored(repo: Repo) -> None:
    """Without its `.git` a tree is repaired with all files in it, never taken for the checkout around it."""
    made = add(repo)
    inside(made).write("work", "precious")
    (Path(made.path) / ".git").unlink()
    assert add(repo).resumed
    assert inside(made).git("status", "--porcelain") == "?? work"
    (Path(made.path) / ".git").write_text("rubbish")
    assert add(repo).resumed
    assert inside(made).git("status", "--porcelain") == "?? work"


def test_an_agents_git_stays_in_its_tree(repo: Repo) -> None:
    """With the agent's environment, git in a tree that lost its link finds no repository at all."""
    made = add(repo)
    (Path(made.path) / ".git").unlink()
    assert git(["rev-parse", "--show-toplevel"], made.path, env=agent_environment(made)).code == 128


def test_what_is_in_the_way_is_refused(repo: Repo, tmp_path: Path) -> None:
    """A taken path, a used branch, a branch above ours, a link: refused with the way on, left as it was."""
    path = Path(trees_dir(locate(repo.top).state_dir), TASK)
    (path / "1.1").mkdir(parents=True)
    (path / "1.1/mine").write_text("mine")
    with pytest.raises(Refused, match="taken by something"):
        add(repo, "1.1")
    assert (path / "1.1/mine").read_text() == "mine"
    (path / "1.2").mkdir()
    assert add(repo, "1.2").head == repo.head()
    repo.git("worktree", "add", "-q", "-b", f"baton/{TASK}/1.3", str(tmp_path / "users"))
    with pytest.raises(Refused, match="checked out in"):
        add(repo, "1.3")
    repo.git("checkout", "-q", "-b", f"baton/{TASK}/1.4")
    with pytest.raises(Refused, match="checked out in"):
        add(repo, "1.4")
    (path / "1.5").symlink_to(tmp_path)
    with pytest.raises(Refused, match="symbolic link"):
        add(repo, "1.5")
    repo.git("branch", "baton/other")
    with pytest.raises(Refused, match="branch -m baton/other"):
        add_worktree(locate(repo.top), "other", "1.1", "HEAD")
    repo.git("branch", task_branch(TASK))


def test_a_tree_on_another_branch_is_refused(repo: Repo) -> None:
    """An agent that left its branch is not followed silently."""
    made = add(repo)
    inside(made).git("checkout", "-q", "-b", "elsewhere")
    with pytest.raises(Refused, match="switch baton"):
        add(repo)
    inside(made).git("checkout", "-q", "--detach")
    with pytest.raises(Refused, match="on no branch"):
        add(repo)


@pytest.mark.parametrize(
    ("task", "step"), [("../x", "1.1"), ("a b", "1.1"), ("a", "../1"), ("a", "1"), ("", "1.1")]
)
def test_names_that_are_no_ids(repo: Repo, task: str, step: str) -> None:
    """Ids become paths and branches, so only ids of a plan are taken."""
    with pytest.raises(UserError):
        add_worktree(locate(repo.top), task, step, "HEAD")


def test_an_unborn_branch_is_refused(empty: Repo) -> None:
    """Without a commit there is nothing to make a tree from."""
    for base in ("HEAD", None, "main"):
        with pytest.raises(Refused, match="commit"):
            add(empty, base=base)
    assert empty.git("worktree", "list").count("\n") == 0


def test_from_a_detached_head_and_from_another_worktree(repo: Repo, tmp_path: Path) -> None:
    """The tree starts at the caller's own HEAD, and lies under the one state directory."""
    repo.git("worktree", "add", "-q", "-b", "users", str(tmp_path / "users"))
    users = Repo(tmp_path / "users")
    users.git("checkout", "-q", "--detach")
    commit = users.commit("detached work", x="1")
    made = add_worktree(locate(users.top), TASK, "1.1", "HEAD")
    assert made.head == commit
    assert made.path.startswith(repo.top)


def test_in_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    """Around a bare repository the trees lie beside its own files."""
    repo.git("clone", "-q", "--bare", repo.top, str(tmp_path / "bare.git"))
    Repo(tmp_path / "bare.git").git("worktree", "add", "-q", "../mine", "-b", "mine")
    made = add_worktree(locate(str(tmp_path / "mine")), TASK, "1.1", "HEAD")
    assert made.path.startswith(str(tmp_path / "bare.git/team-context/worktrees"))
    assert inside(made).git("status", "--porcelain") == ""
    assert add_worktree(locate(str(tmp_path / "mine")), TASK, "1.2", "main").head == repo.head()


def test_in_a_submodule_and_with_submodules(repo: Repo) -> None:
    """A submodule has trees of its own; a tree of a repository with submodules says that they are empty."""
    repo.git("submodule", "add", "-q", repo.top, "sub")
    repo.commit("with submodule")
    assert "submodule update" in add(repo).notes[0]
    made = add_worktree(locate(repo.at("sub").top), TASK, "1.1", "HEAD")
    assert made.path.startswith(os.path.join(repo.top, "sub/.claude"))
    assert inside(made).git("status", "--porcelain") == ""


def test_hooks_do_not_run(evil: tuple[Repo, Path]) -> None:
    """A failing post-checkout hook neither runs nor keeps a tree from being made, filled, removed."""
    repo, mark = evil
    for key in ("clean", "smudge", "process"):
        repo.git("config", "--unset", f"filter.evil.{key}")
    mark.unlink(missing_ok=True)
    made = add(repo)
    add(repo)
    assert not mark.exists()
    assert remove(repo, made) == ""
    assert not mark.exists()


# --- crashes and crowds


def half_made(repo: Repo, step: str) -> tuple[Path, Path, Path]:
    """Path, git's directory and lock of a tree that was made and then declared unfinished."""
    made = add(repo, step)
    admin = Path(locate(made.path).git_dir)
    lock = Path(made.path).parent / f".{step}.lock"
    lock.write_text("making\n")
    return Path(made.path), admin, lock


def whole(repo: Repo, made: Worktree) -> None:
    assert inside(made).git("status", "--porcelain", "--branch") == f"## {made.branch}"
    assert inside(made).head() == made.head == repo.head()
    assert sorted(os.listdir(made.path)) == sorted(
        [".git", *repo.git("ls-tree", "--name-only", "HEAD").split("\n")]
    )
    assert (Path(made.path).parent / f".{made.step_id}.lock").read_text() == ""


def test_killed_while_git_was_registering(repo: Repo) -> None:
    """What git left of a tree that never came to be is cleared away."""
    path, admin, _ = half_made(repo, "1.1")
    shutil.rmtree(path)
    (admin / "gitdir").unlink()
    (admin / "locked").write_text("initializing")
    whole(repo, add(repo))
    assert len(os.listdir(admin.parent)) == 1


def test_killed_before_any_file_was_written(repo: Repo) -> None:
    """A registered but empty tree is made again."""
    path, admin, _ = half_made(repo, "1.1")
    for name in ("src", "tests"):
        shutil.rmtree(path / name)
    (path / "README.md").unlink()
    (admin / "locked").write_text("initializing")
    (admin / "index").unlink()
    whole(repo, add(repo))


def test_killed_while_files_were_written(repo: Repo) -> None:
    """Missing files are written; one that is cut short is replaced, after what was there is saved."""
    path, admin, _ = half_made(repo, "1.1")
    (path / "src/app.py").unlink()
    (path / "README.md").write_text("# A pr")
    (admin / "index").unlink()
    (admin / "index.lock").write_text("rubbish")
    whole(repo, add(repo))
    assert repo.git("show", f"refs/baton/salvage/{TASK}/1.1/half-made:README.md") == "# A pr"


ADD = """
import sys
from agent_baton.workspace.locate import locate, trees_dir
from agent_baton.workspace.worktrees import add_worktree
add_worktree(locate(sys.argv[1]), sys.argv[2], sys.argv[3], "HEAD")
"""


def start_adding(repo: Repo, step: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", ADD, repo.top, TASK, step])


def test_killed_at_any_moment(repo: Repo) -> None:
    """SIGKILL at many moments of the making: the next call has a whole tree, also while git lives on."""
    for number in range(400):
        repo.write(f"many/f{number}.txt", "x" * 2000)
    repo.commit("many files")
    for delay in range(80, 260, 18):
        process = start_adding(repo, "1.1")
        time.sleep(delay / 1000)  # not a wait for something: the moment of the kill is the point
        process.send_signal(signal.SIGKILL)
        process.wait()
        made = add(repo)
        whole(repo, made)
        assert remove(repo, made) == ""
    assert list_worktrees(locate(repo.top)) == []
    assert not os.path.exists(repo.path / ".git/worktrees") or os.listdir(repo.path / ".git/worktrees") == []


def test_many_at_once(repo: Repo) -> None:
    """Processes making different trees, and several the same one, all succeed."""
    steps = ["1.1", "1.2", "1.3", "1.1", "1.2", "1.11"]
    started = [start_adding(repo, step) for step in steps]
    assert [process.wait() for process in started] == [0] * len(steps)
    assert [made.step_id for made in list_worktrees(locate(repo.top))] == ["1.1", "1.11", "1.2", "1.3"]
    for made in list_worktrees(locate(repo.top)):
        whole(repo, made)


def test_adding_and_removing_at_once(repo: Repo) -> None:
    """Threads that make and remove the same trees never meet a half-made one."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: remove(repo, add(repo, f"1.{number % 2 + 1}")), range(12)))
    assert found == [""] * 12
    assert list_worktrees(locate(repo.top)) == []


# --- saving and removing


def test_salvage_keeps_everything_and_changes_nothing(repo: Repo) -> None:
    """Committed, staged and new work is under one ref per attempt; the tree stays as it is."""
    made = add(repo)
    inside(made).commit("part one", one="1")
    inside(made).write("two", "2")
    status = inside(made).git("status", "--porcelain")
    ref = salvage(locate(repo.top), made, 1)
    assert ref == f"refs/baton/salvage/{TASK}/1.1/1"
    assert repo.git("show", f"{ref}:one") + repo.git("show", f"{ref}:two") == "12"
    assert inside(made).git("status", "--porcelain") == status
    inside(made).write("two", "changed")
    assert salvage(locate(repo.top), made, 2).endswith("/2")
    assert repo.git("show", f"{ref}:two") == "2"


def test_salvage_of_a_broken_tree_does_not_take_the_checkout(repo: Repo) -> None:
    """When the tree lost its link, the user's checkout around it is not saved in its place."""
    made = add(repo)
    (Path(made.path) / ".git").unlink()
    with pytest.raises(Refused, match="repair"):
        salvage(locate(repo.top), made, 1)


def test_leftovers_become_a_commit(repo: Repo) -> None:
    """What an agent forgot to commit is committed on its branch; nothing to commit is no commit."""
    made = add(repo)
    assert commit_leftovers(locate(repo.top), made, "nothing") is None
    inside(made).write("new", "work")
    (Path(made.path) / "README.md").unlink()
    commit = commit_leftovers(locate(repo.top), made, "Step 1.1: what was left uncommitted")
    assert inside(made).head() == repo.head(made.branch) == commit
    assert inside(made).git("status", "--porcelain") == ""
    assert repo.git("for-each-ref", "refs/baton") == ""
    inside(made).git("checkout", "-q", "--detach")
    inside(made).write("more", "work")
    with pytest.raises(Refused):
        commit_leftovers(locate(repo.top), made, "elsewhere")


def test_removing_what_is_merged(repo: Repo) -> None:
    """A clean, merged tree goes with its branch and leaves nothing; gone already is fine."""
    made = add(repo)
    inside(made).commit("work", a="1")
    repo.git("merge", "-q", made.branch)
    assert remove(repo, made) == ""
    assert remove(repo, made) == ""
    assert repo.git("branch", "--list", "baton/*") == ""
    assert repo.git("worktree", "list").count("\n") == 0
    assert sorted(os.listdir(Path(made.path).parent.parent)) == [".gitignore", ".lock"]


def test_removing_what_would_lose_work(repo: Repo) -> None:
    """Dirty, ahead, foreign and strange trees stay, each with the reason."""
    made = add(repo)
    inside(made).write("new", "work")
    assert "not committed, 'new'" in remove(repo, made)
    inside(made).commit("work")
    assert "1 commits on" in remove(repo, made)
    assert "not merged" in remove_worktree(locate(repo.top), made.path, made.branch)
    assert "not merged" in remove_worktree(locate(made.path), made.path)
    repo.git("merge", "-q", made.branch)
    assert remove(repo, made) == ""
    detached = add(repo, "1.2")
    inside(detached).git("checkout", "-q", "--detach")
    inside(detached).commit("on no branch", b="1")
    assert "not merged" in remove(repo, detached)
    strange = Path(made.path).parent / "1.3"
    strange.mkdir()
    assert "no work tree" in remove_worktree(locate(repo.top), str(strange))
    for path in (repo.top, str(repo.path.parent), os.path.join(repo.top, ".claude/worktrees/baton")):
        with pytest.raises(Refused, match="not ours"):
            remove_worktree(locate(repo.top), path)


def test_removing_a_deleted_tree(repo: Repo) -> None:
    """A tree deleted by hand is forgotten once its branch is merged, and kept on the books before."""
    made = add(repo)
    inside(made).commit("work", a="1")
    shutil.rmtree(made.path)
    assert "not merged" in remove(repo, made)
    repo.git("merge", "-q", made.branch)
    assert remove(repo, made) == ""
    assert repo.git("worktree", "list").count("\n") == 0
