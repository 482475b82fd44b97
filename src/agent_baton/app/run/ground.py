"""Where the agents of a run work: the task's own tree and branch, and a tree for each step. All of it blocks."""

from __future__ import annotations

import os
from dataclasses import dataclass

from agent_baton.app.outcomes import write_durably
from agent_baton.app.places import housed, worktree_of
from agent_baton.app.run.recipe import furnish
from agent_baton.app.run.verdict import Seen
from agent_baton.app.settings import Workspace
from agent_baton.app.site import Site
from agent_baton.engine.repairs import only_reads
from agent_baton.engine.state import Spec, Step, Task
from agent_baton.errors import Refused
from agent_baton.workspace.changes import look
from agent_baton.workspace.locate import (
    Checkout,
    Head,
    checkout_at,
    prepare_state_dir,
    read_head,
    read_ref,
)
from agent_baton.workspace.tree import changed_tracked, tree_hash, unmerged
from agent_baton.workspace.worktrees import (
    TASK,
    Worktree,
    add_worktree,
    commit_leftovers,
    fork_of,
    holds,
    is_ancestor,
    list_worktrees,
    put_away,
    release,
    remove_worktree,
    salvage,
    set_aside,
    set_right,
    step_branch,
    task_branch,
)


@dataclass(frozen=True, slots=True)
class Plot:
    """A step's tree, ready to be worked in."""

    worktree: Worktree
    base: str  # the commit its work is compared with: where its branch left the task's


def make_home(site: Site, head: Task) -> Site:
    """The site with the task's own tree, made on the commit the work so far ends with unless it is there."""
    own = housed(site, head.task_id)
    if own is not site:
        return own
    add_worktree(site.checkout, head.task_id, TASK, _where_the_work_is(site.checkout, head))
    return housed(site, head.task_id)


def _where_the_work_is(checkout: Checkout, head: Task) -> str | None:
    branch = read_ref(checkout, f"refs/heads/{task_branch(head.task_id)}")
    if branch is not None:
        return branch
    here = read_head(checkout).commit
    if here and (not head.tip or is_ancestor(checkout, head.tip, here)):
        return here
    return head.tip or here  # the user went elsewhere; the work of earlier steps did not


def plot(home: Site, task_id: str, step: Step, spec: Spec, wanted: Workspace) -> Plot:
    """The tree of a step, on top of all that is merged. Raises Refused when it cannot be had: nothing runs in place."""
    left = plot_there(home, task_id, step)
    if left is not None:
        release(
            home.checkout, left.worktree.path
        )  # nobody is at work in it: this step is about to be started
        head = read_head(checkout_at(home.checkout, left.worktree.path))
        if _problem(home, left, head, only_reads(step, spec)):
            clear(home, left, step.attempt)
    tip = read_head(home.checkout).commit
    assert tip is not None
    made = add_worktree(home.checkout, task_id, step.step_id, tip)
    base = tip if made.head == tip else fork_of(home.checkout, made.head, tip)
    if base is None:
        raise Refused(
            f"step {step.step_id!r}: its branch {made.branch!r} has no commit in common with the task's; "
            f"look at it, then rename it: git branch -m {made.branch} NEW-NAME"
        )
    _copy_context(home, made.path)
    furnish(home, made.path, wanted)
    return Plot(made, base)


def _copy_context(home: Site, path: str) -> None:
    """The brief names the context file by its usual path, which another tree does not share."""
    try:
        with open(home.file("context.md"), "rb") as stream:
            content = stream.read()
    except FileNotFoundError:
        return
    folder = os.path.join(path, ".claude", "team-context")
    prepare_state_dir(folder)
    write_durably(os.path.join(folder, "context.md"), content)


def inspect(home: Site, ground: Plot, step: Step, spec: Spec) -> Seen:
    """What git sees of an attempt."""
    made = ground.worktree
    reads = only_reads(step, spec)
    try:
        tree = checkout_at(home.checkout, made.path)
    except Refused as refused:
        return Seen(problem=refused.message)
    head = read_head(tree)
    changed = len(look(tree, ground.base).changed)
    expected = not reads and bool(spec.deliverables or spec.allowed_paths)
    problem = _problem(home, ground, head, reads)
    return Seen(head.commit or "", changed, tree_hash(made.path), problem, expected)


def _problem(home: Site, ground: Plot, head: Head, reads: bool) -> str:
    """Why a tree cannot be taken as it is; the next attempt gets another."""
    made = ground.worktree
    if head.branch != made.branch:
        return f"it left its branch {made.branch!r} for {head.branch or (head.commit or '')[:12]!r}"
    if not head.commit or not holds(home.checkout, ground.base, head.commit):
        return f"commit {ground.base[:12]}, which it began from, is no more in its branch: nothing is to be rewritten"
    torn = unmerged(made.path)
    if torn:
        return f"it left a merge half done, with conflicts in {len(torn)} file(s), {torn[0]!r} first"
    spoilt = changed_tracked(made.path, ground.base) if reads else []
    if spoilt:
        return f"it may only read, and changed {len(spoilt)} files, {spoilt[0]!r} among them"
    return ""


def commit_rest(home: Site, ground: Plot, attempt: int) -> str:
    """Commit what a finished agent left uncommitted; what the branch ends with."""
    made = ground.worktree
    made_of = f"{made.step_id}: left uncommitted by attempt {attempt}"
    return (
        commit_leftovers(home.checkout, made, made_of)
        or read_head(checkout_at(home.checkout, made.path)).commit
        or ""
    )


def saved(home: Site, ground: Plot, attempt: int) -> str:
    """Keep what an attempt left; the ref it is under, "" when it left nothing."""
    made = ground.worktree
    if not os.path.isdir(made.path):
        return ""
    try:
        tree = checkout_at(home.checkout, made.path)
    except Refused:  # its `.git` is gone: the next attempt gets it back, with all files as they are
        return ""
    if not look(tree, ground.base).changed:
        return ""
    return salvage(home.checkout, made, attempt)


def plot_there(home: Site, task_id: str, step: Step) -> Plot | None:
    """The tree of a step as an earlier driver left it, None when there is none."""
    path, branch = worktree_of(home, task_id, step.step_id)
    if not path:
        return None
    head = read_head(checkout_at(home.checkout, path))
    made = Worktree(path, branch, task_id, step.step_id, head.commit or "")
    return Plot(made, step.base_commit or made.head)


def clear(home: Site, ground: Plot, attempt: int) -> str:
    """Take a tree away whose content is of no more use, after saving it; where to."""
    return set_aside(home.checkout, ground.worktree, attempt)


def tidy(home: Site, task_id: str, finished: set[str]) -> list[str]:
    """Take away trees of merged steps that a killed driver left; why any of them stays."""
    trees = [one for one in list_worktrees(home.checkout) if one.task_id == task_id]
    kept = [remove_worktree(home.checkout, one.path) for one in trees if one.step_id in finished]
    return [why for why in kept if why]


def set_home_right(home: Site, task_id: str) -> tuple[list[str], str]:
    """Nobody works in the task's own tree: what was put there is taken out. What it was, and where it is saved."""
    ref = f"refs/baton/salvage/{task_id}/{TASK}"
    return set_right(home.checkout, home.checkout.top, ref), ref


def furnish_home(home: Site, wanted: Workspace) -> None:
    """Gates run in the task's own tree: it needs what an agent's tree needs. Raises Refused."""
    furnish(home, home.checkout.top, wanted)


def close_home(home: Site) -> str:
    """Put the task's tree away; why it stays ("" when it is gone). The branch stays."""
    return put_away(home.checkout, home.checkout.top)


def stamp(checkout: Checkout) -> str:
    """How a work tree looks: its branch, its commit, every file of it. Raises nothing a run could not go on after."""
    head = read_head(checkout)
    return f"{head.branch} {head.commit} {tree_hash(checkout.top)}"


__all__ = [
    "Plot",
    "clear",
    "close_home",
    "furnish_home",
    "inspect",
    "make_home",
    "plot",
    "plot_there",
    "saved",
    "set_home_right",
    "stamp",
    "step_branch",
    "tidy",
]
