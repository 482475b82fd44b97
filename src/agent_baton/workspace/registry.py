"""The work trees a repository knows, read from its files: what git keeps of each under `worktrees/`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from agent_baton.workspace.discover import is_bare, shared
from agent_baton.workspace.locate import Checkout, Head, read_head, trees_dir

# Paths are plain text, as git gives them.

# Where git keeps the name of a branch while HEAD is elsewhere: in a rebase, in a bisection.
_BUSY = ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START")


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
    """The work tree that has a branch checked out, or is in the middle of rebasing or bisecting it."""
    for one in registered(checkout):
        if _uses(checkout, one, branch):
            return one.path
    main = _main_tree(checkout)
    return main.path if main and _uses(checkout, main, branch) else None


def users_trees(checkout: Checkout) -> tuple[Checkout, ...]:
    """The other work trees of a repository that are there and not of our making."""
    main = _main_tree(checkout)
    ours = os.path.join(trees_dir(checkout.state_dir), "")
    found = []
    for one in [main, *registered(checkout)] if main else registered(checkout):
        if one.path != checkout.top and not one.path.startswith(ours) and os.path.isdir(one.path):
            found.append(checkout.replace(top=one.path, git_dir=one.admin))
    return tuple(found)


def _main_tree(checkout: Checkout) -> Registered | None:
    """None in a bare repository, whose HEAD uses no branch."""
    if not checkout.is_linked_worktree:
        return Registered(checkout.top, checkout.common_dir)
    place, name = os.path.split(os.path.dirname(checkout.state_dir))
    if name == ".claude":
        return Registered(place, checkout.common_dir)
    if is_bare(shared(checkout.common_dir)[1]):
        return None
    return Registered(checkout.common_dir, checkout.common_dir)  # files kept apart, nobody says where


def _uses(checkout: Checkout, one: Registered, branch: str) -> bool:
    busy = {_first_line(os.path.join(one.admin, name)) for name in _BUSY}
    return head_of(checkout, one).branch == branch or not busy.isdisjoint((branch, f"refs/heads/{branch}"))


def _first_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.readline()).strip()
    except FileNotFoundError:
        return ""


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
