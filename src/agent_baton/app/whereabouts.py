"""Which work tree a task's work is in, when a command is typed in another one of the same repository."""

from __future__ import annotations

from agent_baton.app.places import home_of
from agent_baton.app.site import Site
from agent_baton.engine.state import State
from agent_baton.workspace.locate import Checkout, is_hex, read_head
from agent_baton.workspace.registry import users_trees
from agent_baton.workspace.worktrees import holds


def where_the_work_is(site: Site, state: State) -> Site:
    """The site with the work tree that holds what was finished last; while nothing was, the one the task began in.

    A gate run elsewhere would judge, and a merge made elsewhere change, what has nothing to do with the task. Where no
    other tree is the one, as after work was moved or its history rewritten, it is the tree we are in.
    """
    here = site.checkout
    others = () if home_of(site, state.head.task_id)[0] else users_trees(here)
    if not others:
        return site
    done = _last_commit(state)
    if done:
        found = [] if _has(here, done) else [tree for tree in others if _has(tree, done)]
    else:
        began = state.head.branch
        moved = read_head(here).branch != began
        found = [tree for tree in others if moved and began and read_head(tree).branch == began]
    return site.replace(checkout=found[0]) if len(found) == 1 else site


def _last_commit(state: State) -> str:
    """The commit claimed by the last step whose work is not in a tree of its own; empty when none claimed one."""
    for phase in reversed(list(state.phases())):
        done = [step.commit for step in state.steps(phase.phase_id, "complete") if step.integrated]
        named = [commit for commit in done if is_hex(commit)]
        if named:
            return named[-1]
    return ""


def _has(tree: Checkout, commit: str) -> bool:
    head = read_head(tree).commit
    return head is not None and (head == commit or holds(tree, commit, head))
