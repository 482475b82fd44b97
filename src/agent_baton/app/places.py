"""Where a step is at work."""

from __future__ import annotations

import os

from agent_baton.workspace.locate import checkout_at, trees_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.site import Site


def housed(site: Site, task_id: str) -> Site:
    """The site as the task sees it: a task that was run unattended has a work tree and a branch of its own."""
    path = os.path.join(trees_dir(site.state_dir), task_id, "task")
    if not os.path.exists(os.path.join(path, ".git")):
        return site
    return site.replace(checkout=checkout_at(site.checkout, path))


def home_of(site: Site, task_id: str) -> tuple[str, str]:
    """Path and branch of the task's own work tree, or empty when the work is done in the user's checkout."""
    path = os.path.join(trees_dir(site.state_dir), task_id, "task")
    return (path, f"baton/{task_id}/task") if site.checkout.top == path else ("", "")


def worktree_of(site: Site, task_id: str, step_id: str) -> tuple[str, str]:
    """Path and branch of the step's own worktree, or empty when it has none."""
    path = os.path.join(trees_dir(site.state_dir), task_id, step_id)
    return (path, f"baton/{task_id}/{step_id}") if os.path.exists(os.path.join(path, ".git")) else ("", "")


def context_from(site: Site, worktree: str) -> str:
    """Path of the shared context file for an agent in a tree that has none at the usual place; empty where it has."""
    usual = os.path.join(worktree or site.checkout.top, ".claude", "team-context", "context.md")
    return "" if os.path.exists(usual) else site.file("context.md")
