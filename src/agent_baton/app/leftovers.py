"""What lay uncommitted when a step began: somebody else's work, and no change of that step.

Kept in a file beside the journal, because stamps mean something only where they were taken. Without the file
nothing is subtracted: then such a file counts as a change of the next step too.
"""

from __future__ import annotations

import os

from agent_baton.app.outcomes import write_durably

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_baton.app.site import Site

FOLDER = "leftovers"
LAST = "last"  # what lay there when the task began, or when an outcome was last compared with git


def remember(site: Site, task_id: str, name: str, stamps: Mapping[str, str]) -> None:
    """Keep what lay uncommitted when step `name` began; nothing when it was nothing."""
    path = site.file(FOLDER, task_id, name)
    if not stamps:
        _remove(path)
        return
    write_durably(path, b"".join(os.fsencode(f"{name}\0{stamp}\0") for name, stamp in stamps.items()))


def remembered(site: Site, task_id: str, name: str) -> dict[str, str]:
    """Path and stamp of what lay uncommitted when step `name` began."""
    try:
        with open(site.file(FOLDER, task_id, name), "rb") as file:
            parts = os.fsdecode(file.read()).split("\0")
    except FileNotFoundError:
        return {}
    return dict(zip(parts[0::2], parts[1::2], strict=False))


def forget(site: Site, task_id: str) -> None:
    """The task has ended."""
    folder = site.file(FOLDER, task_id)
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        _remove(os.path.join(folder, name))


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except FileNotFoundError:
        return  # nothing lay there
