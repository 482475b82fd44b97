"""Bringing the branches of parallel steps together, in plan order, never resetting the user's checkout.

Merges are made beside every work tree; only then the branch moves, forward only. A checkout that is on it is
fast-forwarded by git, which refuses if that would touch a file with uncommitted changes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from agent_baton.errors import Refused
from agent_baton.workspace.git import answer, fault, git
from agent_baton.workspace.locate import Checkout, prepare_state_dir, read_ref
from agent_baton.workspace.locks import locked
from agent_baton.workspace.merging import merge_commits
from agent_baton.workspace.registry import user_of_branch
from agent_baton.workspace.resolve import Resolution
from agent_baton.workspace.tree import commit_tree
from agent_baton.workspace.worktrees import is_ancestor, root_of

# Paths are plain text, as git gives them.


@dataclass(frozen=True, slots=True)
class Integrated:
    """A step whose work is in the branch now."""

    step_id: str
    commit: str  # where the branch stood after this step
    note: str  # "already merged", "fast-forward", "merged", and what was settled by rule
    resolved: tuple[Resolution, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflicted:
    """A step whose work needs its author; its branch is as it was, and nothing of it is in the branch."""

    step_id: str
    onto: str  # the commit it could not be merged onto
    files: tuple[str, ...]
    detail: str  # both sides of each conflict, capped, for the repair's brief


def ensure_branch(checkout: Checkout, branch: str, base: str) -> str:
    """Make a branch at a commit unless it exists; where it stands."""
    ref = f"refs/heads/{branch}"
    tip = read_ref(checkout, ref)
    if tip is None:
        made = git(["update-ref", "--stdin"], checkout.top, f"create {ref} {base}\n".encode(), write=True)
        if made.code:
            said = made.err.decode(errors="replace").strip()
            raise Refused(
                f"branch {branch!r} cannot be made at {base[:12]}: {said}; rename what is in the way"
            )
        tip = base
    return tip


def integrate(
    checkout: Checkout, task_id: str, into_branch: str, steps: Sequence[tuple[str, str]]
) -> list[Integrated | Conflicted]:
    """Merge step branches, in the order given, into a branch; what became of each, in that order.

    A conflict leaves its step out and goes on with the next. The branch moves once, at the end: a crash
    leaves it where it was, and doing it again is harmless. Raises Refused when the branch cannot move.
    """
    prepare_state_dir(checkout.state_dir)
    with locked(os.path.join(root_of(checkout), ".integrate.lock")):
        start = read_ref(checkout, f"refs/heads/{into_branch}")
        if start is None:
            raise Refused(f"branch {into_branch!r} does not exist; make it, or name the one to merge into")
        tip = start
        results: list[Integrated | Conflicted] = []
        for step_id, branch in steps:
            result = _merge_step(checkout, tip, into_branch, step_id, branch)
            results.append(result)
            tip = result.commit if isinstance(result, Integrated) else tip
        if tip != start:
            move_forward(checkout, task_id, into_branch, start, tip)
        return results


def _merge_step(
    checkout: Checkout, tip: str, into: str, step_id: str, branch: str
) -> Integrated | Conflicted:
    head = read_ref(checkout, f"refs/heads/{branch}")
    if head is None:
        raise Refused(f"branch {branch!r} of step {step_id!r} does not exist, so its work cannot be merged")
    if is_ancestor(checkout, head, tip):
        return Integrated(step_id, tip, "already merged")
    if is_ancestor(checkout, tip, head):
        return Integrated(step_id, head, "fast-forward")
    merged = merge_commits(checkout, tip, head, (into, branch))
    if merged.clashes:
        return Conflicted(step_id, tip, tuple(clash.path for clash in merged.clashes), merged.detail)
    rules = "".join(f"\n\n{one.how}" for one in merged.resolved)
    commit = commit_tree(
        checkout, merged.tree, [tip, head], f"Merge step {step_id} ({branch}){rules}", as_user=True
    )
    note = "; ".join(["merged", *(one.how for one in merged.resolved)])
    return Integrated(step_id, commit, note, merged.resolved)


def move_forward(checkout: Checkout, task_id: str, branch: str, start: str, tip: str) -> None:
    """Move a branch forward, with the place it stood on saved first."""
    saved = f"refs/baton/before/{task_id}/{start[:12]}"
    answer(git(["update-ref", saved, start], checkout.top, write=True))
    user = user_of_branch(checkout, branch)
    if user is None:
        moved = git(["update-ref", f"refs/heads/{branch}", tip, start], checkout.top, write=True)
        if moved.code:
            raise _moved_on(branch)
        return
    moved = git(["merge", "--ff-only", "--quiet", "--no-verify-signatures", tip], user, write=True)
    if moved.code:
        raise _stays(moved.err.decode("utf-8", "replace"), user, branch) or fault(moved)


def _stays(said: str, user: str, branch: str) -> Refused | None:
    """Why git would not fast-forward a checkout, in words that say what to do."""
    files = [line.strip() for line in said.splitlines() if line.startswith("\t")]
    if files:
        named = ", ".join(map(repr, files[:3])) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        return Refused(
            f"{branch!r} is checked out in {user!r} with uncommitted changes the merge would touch: {named}; "
            "commit or stash them and run this again; nothing was merged"
        )
    if "Not possible to fast-forward" in said or "Diverging" in said:
        return _moved_on(branch)
    if "MERGE_HEAD" in said or "not concluded" in said or "unmerged" in said:
        return Refused(f"{user!r} is in the middle of a merge; finish or abort it, then run this again")
    return None


def _moved_on(branch: str) -> Refused:
    return Refused(
        f"branch {branch!r} moved while its steps were merged; nothing was changed, run this again"
    )
