"""What of a repository's own files an agent at work in one of its work trees has to write, and what it never may.

To commit on its branch git writes the work tree's index and HEAD, new objects, and that one branch. Hooks and
configuration are programs that git runs later, for somebody else: they stay read-only, and so do all other branches
and the journal, wherever that can be told apart by path.
"""

from __future__ import annotations

import os

from agent_baton.records import Record
from agent_baton.workspace.locate import Checkout, read_head


class Exposure(Record):
    """Absolute paths; `guarded` lie inside `writable` ones."""

    writable: tuple[str, ...]
    guarded: tuple[str, ...]


def exposure(checkout: Checkout) -> Exposure:
    """For the agent at work in this checkout. Makes the directories of its branch, so that they can be handed over."""
    common = checkout.common_dir
    never = tuple(os.path.join(common, name) for name in ("hooks", "config", "info", "config.worktree"))
    if not checkout.is_linked_worktree:
        own = (checkout.top, common) if not common.startswith(checkout.top + os.sep) else (checkout.top,)
        return Exposure(own, (*never, checkout.state_dir))
    branch = read_head(checkout).branch or ""
    folders = [os.path.join(common, kind, os.path.dirname(f"refs/heads/{branch}")) for kind in ("", "logs")]
    shared = "refs/heads" + os.sep
    narrow = branch.count("/") >= 1
    for folder in folders if narrow else ():
        os.makedirs(folder, exist_ok=True)
    branches = (
        tuple(folders) if narrow else tuple(os.path.join(common, kind, shared) for kind in ("", "logs"))
    )
    writable = (checkout.top, checkout.git_dir, os.path.join(common, "objects"), *branches)
    return Exposure(
        tuple(map(os.path.normpath, writable)), (os.path.join(checkout.git_dir, "config.worktree"), *never)
    )
