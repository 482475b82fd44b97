"""A work tree and a branch for each parallel step, made so that a crash at any moment costs nothing.

Work is never destroyed: a tree is removed only when it is clean and merged, and a half-made one is finished.
What cannot be had as asked is refused, never replaced by something less isolated.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from agent_baton.errors import BatonError, Refused, UserError
from agent_baton.workspace.changes import status_call, status_paths
from agent_baton.workspace.git import Call, Ran, answer, fault, git, together
from agent_baton.workspace.locate import (
    Checkout,
    checkout_at,
    is_hex,
    prepare_state_dir,
    read_head,
    read_ref,
    trees_dir,
)
from agent_baton.workspace.locks import locked
from agent_baton.workspace.registry import (
    Registered,
    find_registered,
    forget_unfinished,
    head_of,
    registered,
    user_of_branch,
)
from agent_baton.workspace.tree import commit_tree, snapshot

# Paths are plain text, as git gives them.

_MAKING = b"making\n"  # in the lock file of a tree from before it is made until it is whole
_FILL_TIMEOUT_S = 3600.0  # writing all files of a huge repository, large ones perhaps over the network
_TASK_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
TASK = "task"  # stands for a step where the task's own tree is meant
_STEP_ID = re.compile(rf"{TASK}|[1-9][0-9]{{0,5}}\.r?[1-9][0-9]{{0,5}}")


@dataclass(frozen=True, slots=True)
class Worktree:
    """A step's own place."""

    path: str
    branch: str
    task_id: str
    step_id: str
    head: str  # the commit it stands on
    resumed: bool = False  # it holds commits or files of an earlier attempt
    notes: tuple[str, ...] = ()  # what whoever works there should know


def root_of(checkout: Checkout) -> str:
    """The directory all our work trees are in, whichever work tree asks."""
    return trees_dir(checkout.state_dir)


def step_branch(task_id: str, step_id: str) -> str:
    """The branch of a step."""
    return f"baton/{task_id}/{step_id}"


def task_branch(task_id: str) -> str:
    """A branch for the whole task, beside those of its steps: git allows no `baton/<task>` above them."""
    return step_branch(task_id, TASK)


def agent_environment(worktree: Worktree) -> dict[str, str]:
    """Keeps an agent's git in its tree: if `.git` is lost, git must not find the checkout around it."""
    return {"GIT_CEILING_DIRECTORIES": os.path.dirname(worktree.path)}


def add_worktree(checkout: Checkout, task_id: str, step_id: str, base: str | None) -> Worktree:
    """The work tree of a step, made from `base` (a commit id, "HEAD" or a local branch) unless it is there.

    Calling again, also after a crash in the middle, answers the same tree with all work in it; one without
    any work is brought to `base`. A branch left by an earlier attempt is taken up where it ends. Refused when
    the tree cannot be had exactly so.
    """
    if not _TASK_ID.fullmatch(task_id) or not _STEP_ID.fullmatch(step_id):
        raise UserError(
            f"no work tree can be named after task {task_id!r}, step {step_id!r}: not ids of a plan"
        )
    commit = _resolve(checkout, base)
    branch = step_branch(task_id, step_id)
    path = os.path.join(root_of(checkout), task_id, step_id)
    prepare_state_dir(checkout.state_dir)
    prepare_state_dir(root_of(checkout))
    with locked(_lock_path(path)) as lock:
        if os.path.realpath(path) != path:
            raise Refused(
                f"{path!r} leads elsewhere through a symbolic link; remove the link and run this again"
            )
        unfinished = os.pread(lock, len(_MAKING), 0) == _MAKING
        known = find_registered(checkout, path)
        if known is None or not _has_files(path):
            stands = _make(checkout, path, branch, commit, known, lock)
            return Worktree(path, branch, task_id, step_id, stands, stands != commit, _notes(path))
        if unfinished:
            _finish(checkout, path, task_id, step_id, known)
            os.ftruncate(lock, 0)
        return _checked(checkout, path, task_id, step_id, commit)


def _lock_path(path: str) -> str:
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.lock")


def _has_files(path: str) -> bool:
    """Whether a tree holds anything besides git's link."""
    return os.path.isdir(path) and any(name != ".git" for name in os.listdir(path))


def _resolve(checkout: Checkout, base: str | None) -> str:
    """The commit meant. Never a remote's branch: it lacks what was not pushed, and is the wrong base."""
    head = read_head(checkout)
    if not base or (base == "HEAD" and head.commit is None):
        raise Refused(
            "nothing is committed yet, so no work tree can be made; commit first, then run this again"
        )
    commit = (
        head.commit if base == "HEAD" else base if is_hex(base) else read_ref(checkout, f"refs/heads/{base}")
    )
    if commit is None:
        raise Refused(f"{base!r} is neither a commit id nor a local branch; name the commit to start from")
    if commit == head.commit:
        return commit
    found = git(
        ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}"], checkout.top
    )
    if found.code:
        raise Refused(f"commit {base!r} is not in this repository; name another one to start from")
    return found.out.decode().strip()


# --- making, and finishing what was begun


def _make(
    checkout: Checkout, path: str, branch: str, commit: str, known: Registered | None, lock: int
) -> str:
    """Make the tree and say on which commit; what git still knows of a former one here is saved first."""
    if known is None and os.path.lexists(path) and not (os.path.isdir(path) and not os.listdir(path)):
        raise Refused(
            f"{path!r} is taken by something that is no work tree of this repository; "
            "look what it is, move it away, and run this again"
        )
    with locked(os.path.join(root_of(checkout), ".lock")):
        forget_unfinished(checkout, os.path.basename(path))
        if known is not None:
            _forget(checkout, known, branch)
        user = user_of_branch(checkout, branch)
        if user:
            raise Refused(
                f"branch {branch!r} is checked out in {user!r}; switch that to another branch first"
            )
        tip = _bring_branch(checkout, branch, commit)
        os.pwrite(lock, _MAKING, 0)
        new = () if tip else ("-b", branch, "--no-track")
        args = ["worktree", "add", "--quiet", "--no-checkout", *new, path, branch if tip else commit]
        added = git(args, checkout.top, write=True)
    if added.code:
        os.ftruncate(lock, 0)
        raise _why_not(added, checkout, branch)
    # Outside the repository's lock: this is what takes time, and it touches this tree alone.
    answer(git(["read-tree", "-m", "-u", "HEAD"], path, write=True, timeout_s=_FILL_TIMEOUT_S))
    os.ftruncate(lock, 0)
    return tip or commit


def _forget(checkout: Checkout, known: Registered, branch: str) -> None:
    """Drop git's record of a tree whose files are gone; what was staged there is saved."""
    index = os.path.join(known.admin, "index")
    head = head_of(checkout, known).commit
    if os.path.exists(index) and head:
        env = {"GIT_DIR": known.admin, "GIT_WORK_TREE": checkout.top}
        tree = answer(git(["write-tree"], checkout.top, None, env, write=True)).decode().strip()
        if tree != _tree_of(checkout, head):
            saved = commit_tree(checkout, tree, [head], f"Staged on {branch} when its work tree was deleted")
            ref = f"refs/baton/salvage/{branch.removeprefix('baton/')}/staged-{saved[:12]}"
            answer(git(["update-ref", ref, saved], checkout.top, write=True))
    answer(git(["worktree", "remove", "--force", "--force", known.path], checkout.top, write=True))


def _tree_of(checkout: Checkout, commit: str) -> str:
    shown = git(["rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}"], checkout.top)
    return answer(shown).decode().strip()


def _bring_branch(checkout: Checkout, branch: str, commit: str) -> str | None:
    """Where an existing branch ends, after moving one without work of its own to the base."""
    ref = f"refs/heads/{branch}"
    tip = read_ref(checkout, ref)
    if tip is None or tip == commit or not is_ancestor(checkout, tip, commit):
        return tip
    answer(git(["update-ref", ref, commit, tip], checkout.top, write=True))
    return commit


def is_ancestor(checkout: Checkout, older: str, newer: str) -> bool:
    """Whether a commit is contained in another."""
    ran = git(["merge-base", "--is-ancestor", older, newer], checkout.top)
    if ran.code > 1:
        raise fault(ran)
    return ran.code == 0


def holds(checkout: Checkout, commit: str, tip: str) -> bool:
    """Whether a commit, which may be shortened or of nowhere, is in the history of another."""
    return git(["merge-base", "--is-ancestor", commit, tip], checkout.top).code == 0


def fork_of(checkout: Checkout, one: str, other: str) -> str | None:
    """The commit two others have in common last; None when their histories never met."""
    ran = git(["merge-base", one, other], checkout.top)
    return ran.out.decode().strip() if ran.code == 0 else None


def _why_not(added: Ran, checkout: Checkout, branch: str) -> BatonError:
    if b"cannot lock ref" not in added.err:
        return fault(added)
    above = next((name for name in _above(branch) if read_ref(checkout, f"refs/heads/{name}")), "baton")
    return Refused(
        f"branch {branch!r} cannot be made: git allows no branch below another, and {above!r} is one; "
        f"rename it: git branch -m {above} NEW-NAME"
    )


def _above(branch: str) -> list[str]:
    parts = branch.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _finish(checkout: Checkout, path: str, task_id: str, step_id: str, known: Registered) -> None:
    """Check out the rest of a tree whose making was killed. Files that differ are saved first."""
    for name in ("index.lock", "HEAD.lock"):  # we hold the tree's lock, so whoever wrote these is dead
        if os.path.exists(os.path.join(known.admin, name)):
            os.unlink(os.path.join(known.admin, name))
    tree = checkout_at(checkout, _repaired(checkout, path))
    answer(git(["read-tree", "HEAD"], path, write=True))
    if any(os.path.lexists(os.path.join(path, name)) for name in _dirty(tree)):
        snapshot(path, f"refs/baton/salvage/{task_id}/{step_id}/half-made")
    answer(git(["read-tree", "--reset", "-u", "HEAD"], path, write=True, timeout_s=_FILL_TIMEOUT_S))


def _repaired(checkout: Checkout, path: str) -> str:
    """The path, with its `.git` link restored if it was lost."""
    try:
        checkout_at(checkout, path)
    except BatonError:
        git(["worktree", "repair", path], checkout.top, write=True)
    return path


def _dirty(tree: Checkout) -> list[str]:
    return list(status_paths(answer(together([status_call(tree)])[0])))


def _checked(checkout: Checkout, path: str, task_id: str, step_id: str, commit: str) -> Worktree:
    """The tree as it is, after making sure that it is what it should be."""
    branch = step_branch(task_id, step_id)
    tree = checkout_at(checkout, _repaired(checkout, path))
    head = read_head(tree)
    if head.branch != branch or head.commit is None:
        place = (
            f"branch {head.branch!r}" if head.branch else f"commit {(head.commit or '')[:12]}, on no branch"
        )
        raise Refused(
            f"the work tree {path!r} of step {step_id!r} is on {place}, not on {branch!r}; "
            f"bring it back: git -C {path} switch {branch}"
        )
    dirty = _dirty(tree)
    stands = head.commit
    if stands != commit and not dirty and is_ancestor(checkout, stands, commit):
        answer(git(["merge", "--ff-only", "--quiet", commit], path, write=True))
        stands = commit
    return Worktree(path, branch, task_id, step_id, stands, bool(dirty) or stands != commit, _notes(path))


def _notes(path: str) -> tuple[str, ...]:
    if os.path.exists(os.path.join(path, ".gitmodules")):
        return ("submodules are empty here; fill them with: git submodule update --init --recursive",)
    return ()


# --- looking, saving, removing


def list_worktrees(checkout: Checkout) -> list[Worktree]:
    """The trees of all tasks whose directories are there, by path. No process is started."""
    root = root_of(checkout)
    found = []
    for one in registered(checkout):
        place, step_id = os.path.split(one.path)
        parent, task_id = os.path.split(place)
        head = head_of(checkout, one)
        if parent == root and os.path.isdir(one.path) and head.commit:
            found.append(Worktree(one.path, head.branch or "", task_id, step_id, head.commit))
    return found


def salvage(checkout: Checkout, worktree: Worktree, attempt: int) -> str:
    """Save all that an attempt left, committed or not; the ref it is under. The tree is not touched."""
    checkout_at(checkout, worktree.path)
    ref = f"refs/baton/salvage/{worktree.task_id}/{worktree.step_id}/{attempt}"
    snapshot(worktree.path, ref)
    return ref


def release(checkout: Checkout, path: str) -> list[str]:
    """Take away locks of git in a tree whose processes are all dead, as the caller knows; what was removed."""
    known = find_registered(checkout, path)
    if known is None:
        return []
    ref = os.path.join(checkout.common_dir, "refs", "heads", *_branch(path).split("/"))
    stale = [*(os.path.join(known.admin, name) for name in ("index.lock", "HEAD.lock")), f"{ref}.lock"]
    found = [lock for lock in stale if os.path.exists(lock)]
    for lock in found:
        os.unlink(lock)
    return found


def commit_leftovers(checkout: Checkout, worktree: Worktree, message: str) -> str | None:
    """Commit what an agent changed and did not commit, on the step's branch; the commit, None if all was."""
    tree = checkout_at(checkout, worktree.path)
    head = read_head(tree)
    if head.branch != worktree.branch or not head.commit:
        raise Refused(f"{worktree.path!r} is not on {worktree.branch!r}; nothing was committed there")
    if not _dirty(tree):
        return None
    ref = f"refs/baton/leftovers/{worktree.task_id}/{worktree.step_id}"
    saved = snapshot(worktree.path, ref)
    commit = commit_tree(tree, _tree_of(tree, saved), [head.commit], message, as_user=True)
    answer(git(["update-ref", f"refs/heads/{head.branch}", commit, head.commit], tree.top, write=True))
    # not -m: that refuses where a tracked file differs from the index, which is what was just committed
    answer(git(["read-tree", "--reset", commit], tree.top, write=True))
    answer(git(["update-ref", "-d", ref, saved], tree.top, write=True))
    return commit


def remove_worktree(checkout: Checkout, path: str, merged_into: str = "HEAD") -> str:
    """Remove a tree and its branch if all its work is in `merged_into`; else keep both and say why.

    "" when it is gone, also when it was gone before. Files that git ignores go with the tree.
    """
    path = os.path.normpath(path)
    if not path.startswith(root_of(checkout) + os.sep):
        raise Refused(f"{path!r} is not one of our work trees, so it is not ours to remove")
    into = _resolve(checkout, merged_into)
    with locked(_lock_path(path)), locked(os.path.join(root_of(checkout), ".lock")):
        known = find_registered(checkout, path)
        kept = _keep(checkout, path, known, into)
        if not kept and known is not None:
            kept = _remove(checkout, known)
        if not kept:
            os.unlink(_lock_path(path))
    if not kept:
        _remove_empty(os.path.dirname(path))
    return kept


def set_aside(checkout: Checkout, worktree: Worktree, attempt: int) -> str:
    """Save all that is in a step's tree, and where its branch ends, under refs; then remove tree and branch."""
    ref = salvage(checkout, worktree, attempt)
    with locked(_lock_path(worktree.path)), locked(os.path.join(root_of(checkout), ".lock")):
        removed = git(["worktree", "remove", "--force", worktree.path], checkout.top, write=True)
        if removed.code:
            raise fault(removed)
        tip = read_ref(checkout, f"refs/heads/{worktree.branch}")
        if tip:
            answer(git(["update-ref", f"{ref}-branch", tip], checkout.top, write=True))
            answer(git(["update-ref", "-d", f"refs/heads/{worktree.branch}", tip], checkout.top, write=True))
        os.unlink(_lock_path(worktree.path))
    _remove_empty(os.path.dirname(worktree.path))
    return ref


def set_right(checkout: Checkout, path: str, ref: str) -> list[str]:
    """Bring a tree of ours back to what its branch ends with; all else that is in it is saved under a ref. What it was."""
    if not path.startswith(root_of(checkout) + os.sep):
        raise Refused(f"{path!r} is not one of our work trees, so it is not ours to set right")
    found = _dirty(checkout_at(checkout, path))
    if found:
        snapshot(path, ref)
        answer(git(["read-tree", "--reset", "-u", "HEAD"], path, write=True, timeout_s=_FILL_TIMEOUT_S))
        answer(git(["clean", "-d", "--force", "--quiet"], path, write=True, timeout_s=_FILL_TIMEOUT_S))
    return found


def put_away(checkout: Checkout, path: str) -> str:
    """Remove a tree whose branch stays: what is committed there. "" when it is gone, else why it was kept."""
    with locked(_lock_path(path)), locked(os.path.join(root_of(checkout), ".lock")):
        known = find_registered(checkout, path)
        if known is None or not os.path.isdir(path):
            return ""
        dirty = _dirty(checkout_at(checkout, _repaired(checkout, path)))
        if dirty:
            return f"kept: {len(dirty)} files in it are not committed, {dirty[0]!r} among them"
        removed = git(["worktree", "remove", path], checkout.top, write=True)
        if removed.code:
            return f"kept: {fault(removed).message}"
        os.unlink(_lock_path(path))
    _remove_empty(os.path.dirname(path))
    return ""


def _keep(checkout: Checkout, path: str, known: Registered | None, into: str) -> str:
    """Why a tree must stay; "" if nothing would be lost."""
    if known is None:
        return f"kept: {path!r} is no work tree of this repository" if os.path.lexists(path) else ""
    if os.path.isdir(path):
        dirty = _dirty(checkout_at(checkout, _repaired(checkout, path)))
        if dirty:
            return f"kept: {len(dirty)} files in it are not committed, {dirty[0]!r} among them"
    head = head_of(checkout, known)
    branch = _branch(path)
    tips = [commit for commit in (head.commit, read_ref(checkout, f"refs/heads/{branch}")) if commit]
    elsewhere = (f"--exclude={branch}", "--branches", *([] if checkout.top == path else ["HEAD"]))
    walks = [("rev-list", "--count", *tips, "--not", *held) for held in ((into,), elsewhere)]
    counts = [int(answer(ran)) for ran in together([Call(walk, checkout.top) for walk in walks])]
    return f"kept: {max(counts)} commits on {branch!r} are not merged yet" if any(counts) else ""


def _branch(path: str) -> str:
    task_id, step_id = path.split(os.sep)[-2:]
    return step_branch(task_id, step_id)


def _remove(checkout: Checkout, known: Registered) -> str:
    """Have git remove the tree, which looks once more whether it is clean; then the branch."""
    if os.path.isdir(known.path):
        removed = git(["worktree", "remove", known.path], checkout.top, write=True)
        if removed.code:
            return f"kept: {fault(removed).message}"
    else:
        _forget(checkout, known, _branch(known.path))
    ref = f"refs/heads/{_branch(known.path)}"
    tip = read_ref(checkout, ref)
    if tip:
        answer(git(["update-ref", "-d", ref, tip], checkout.top, write=True))
    return ""


def _remove_empty(directory: str) -> None:
    try:
        os.rmdir(directory)
    except OSError:
        return  # other steps of the task are there
