"""How many lines a range of commits added and took away, file by file."""

from __future__ import annotations

from agent_baton.records import Record
from agent_baton.workspace.git import git


class FileStat(Record):
    """`added` and `removed` are None for a binary file."""

    path: str
    added: int | None
    removed: int | None


def diffstat(top: str, base: str, commit: str) -> list[FileStat] | None:
    """What changed from one commit to another; None when either is not in this repository (any more)."""
    ran = git(["diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", base, commit, "--"], top)
    if ran.code != 0:
        return None
    rows = (row.split("\t", 2) for row in ran.out.decode("utf-8", "replace").split("\0") if row)
    return [FileStat(path, _count(added), _count(removed)) for added, removed, path in rows]


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
