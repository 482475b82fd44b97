"""What the past says: files that change together."""

from __future__ import annotations

from agent_baton.workspace.git import git

COMMITS = 300
WIDEST = 30  # files in one commit beyond which company means nothing


def cochanges(top: str) -> dict[str, dict[str, int]]:
    """File → other file → commits that touched both, over the last 300 commits. Empty without history."""
    ran = git(
        ["log", "--no-merges", f"-n{COMMITS}", "--no-renames", "--format=%x01", "--name-only", "-z"], top
    )
    together: dict[str, dict[str, int]] = {}
    if ran.code != 0:
        return together
    for chunk in ran.out.decode("utf-8", "surrogateescape").split("\x01"):
        files = [name.strip("\n") for name in chunk.split("\x00") if name.strip("\n")]
        if 1 < len(files) <= WIDEST:
            _count(together, files)
    return together


def _count(together: dict[str, dict[str, int]], files: list[str]) -> None:
    for one in files:
        row = together.setdefault(one, {})
        for other in files:
            if other != one:
                row[other] = row.get(other, 0) + 1
