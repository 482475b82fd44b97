"""Where a step is at work."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.site import Site


def worktree_of(site: Site, task_id: str, step_id: str) -> tuple[str, str]:
    """Path and branch of the step's own worktree, or empty when it has none."""
    path = site.file("worktrees", task_id, step_id)
    return (path, f"baton/{task_id}/{step_id}") if os.path.exists(os.path.join(path, ".git")) else ("", "")
