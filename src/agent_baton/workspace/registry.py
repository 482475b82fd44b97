"""The work trees a repository knows, read from its files: what git keeps of each under `worktrees/`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from agent_baton.workspace.locate import Checkout, Head, read_head

# Paths are plain text, as git gives them.
# ruff: noqa: PTH110, PTH118, PTH119, PTH120, PTH123, PTH208


@dataclass(frozen=True, slots=True)
class Registered:
    """A linked work tree as git knows it; its directory may be gone."""

    path: str
    admin: str  # git's own directory for it


def registered(checkout: Checkout) -> list[Registered]:
    """All linked work trees, by path."""
    found = []
    for admin in _admin_directories(checkout):
        try:
            with open(os.path.join(admin, "gitdir"), "rb") as file:
                link = os.path.join(admin, os.fsdecode(file.read()).rstrip("\r\n"))
        except FileNotFoundError:
            continue  # one that never came to be
        found.append(Registered(os.path.dirname(os.path.normpath(link)), admin))
    return sorted(found, key=lambda one: one.path)


def find_registered(checkout: Checkout, path: str) -> Registered | None:
    """What git knows of a work tree at exactly this path."""
    return next((one for one in registered(checkout) if one.path == path), None)


def head_of(checkout: Checkout, one: Registered) -> Head:
    """Branch and commit a work tree stands on, also when its directory is gone."""
    return read_head(checkout.replace(top=one.path, git_dir=one.admin))


def user_of_branch(checkout: Checkout, branch: str) -> str | None:
    """The work tree that has a branch checked out."""
    for one in registered(checkout):
        if head_of(checkout, one).branch == branch:
            return one.path
    main = checkout.replace(git_dir=checkout.common_dir)
    if read_head(main).branch != branch:
        return None
    if not checkout.is_linked_worktree:
        return checkout.top
    in_main = os.path.basename(checkout.common_dir) == ".git"
    return (
        os.path.dirname(checkout.common_dir) if in_main else None
    )  # a bare repository's HEAD uses no branch


def forget_unfinished(checkout: Checkout, name: str) -> None:
    """Remove what a killed git had begun to write about a work tree of this name: no work is in it yet."""
    for admin in _admin_directories(checkout):
        suffix = os.path.basename(admin).removeprefix(name)  # git adds a number to a name in use
        ours = os.path.basename(admin).startswith(name) and (not suffix or suffix.isdecimal())
        if ours and not os.path.exists(os.path.join(admin, "gitdir")):
            shutil.rmtree(admin)


def _admin_directories(checkout: Checkout) -> Iterator[str]:
    parent = os.path.join(checkout.common_dir, "worktrees")
    try:
        names = os.listdir(parent)
    except FileNotFoundError:
        return
    yield from (os.path.join(parent, name) for name in sorted(names))
