"""What a fresh work tree needs before an agent can work in it: the user's own set-up recipe."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path, PurePath

from agent_baton.app.outcomes import write_durably
from agent_baton.app.settings import Workspace
from agent_baton.app.site import Site
from agent_baton.errors import Refused
from agent_baton.gates.run import run_gate
from agent_baton.processes import allowed_environment
from agent_baton.workspace.ignoring import ignore, is_ignored
from agent_baton.workspace.locate import prepare_state_dir

DONE = ".claude/team-context/furnished"
TAIL = 1_500  # characters of a failed set-up's output


def furnish(home: Site, path: str, wanted: Workspace) -> None:
    """Copy, link and set up, once a tree. Raises Refused, naming what went wrong: no agent works in half a tree."""
    if not (wanted.setup or wanted.copy_ or wanted.share):
        return
    source = Path(home.state_dir).parent.parent
    for name in wanted.share:
        _share(home, source, Path(path), name)
    if os.path.exists(os.path.join(path, DONE)):
        return
    for pattern in wanted.copy_:
        _copy(source, Path(path), pattern)
    if wanted.setup:
        _set_up(path, wanted)
    prepare_state_dir(os.path.join(path, os.path.dirname(DONE)))
    write_durably(os.path.join(path, DONE), f"{time.time():.0f}\n".encode())


def _copy(source: Path, target: Path, pattern: str) -> None:
    """Files only, never over one that git brought, never through a link that leads out."""
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise Refused(f"workspace settings: {pattern!r} leads out of the repository")
    for found in source.glob(pattern):
        name = str(found.relative_to(source))
        place = target / name
        if found.is_file() and found.resolve().is_relative_to(source.resolve()) and not place.exists():
            _inside(target, place, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, place, follow_symlinks=False)


def _share(home: Site, source: Path, target: Path, name: str) -> None:
    found, place = source / name, target / name
    _inside(source, found, name)
    _inside(target, place, name)
    found.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(found, target_is_directory=True)
        _have_ignored(home, source, target, PurePath(name).as_posix())


def _have_ignored(home: Site, source: Path, target: Path, name: str) -> None:
    """`cache/` in an ignore file means directories, and a link is none to git: then the same is said of the link."""
    if not is_ignored(str(target), name) and is_ignored(str(source), name):
        ignore(home.checkout, name)
    if not is_ignored(str(target), name):
        (target / name).unlink()
        raise Refused(_committed(name))


def _committed(name: str) -> str:
    return (
        f"workspace.share: git does not ignore {name!r}, so that a link to it would be committed with an agent's work; "
        f"ignore it (a line `{name}` in .gitignore), or share another directory"
    )


def _inside(root: Path, place: Path, name: str) -> None:
    if not place.parent.resolve().is_relative_to(root.resolve()) or ".." in Path(name).parts:
        raise Refused(f"workspace settings: {name!r} leads out of the repository")


def _set_up(path: str, wanted: Workspace) -> None:
    run = run_gate(wanted.setup, path, wanted.setup_timeout_s, allowed_environment(os.environ))
    if run.exit_code != 0:
        raise Refused(
            f"workspace.setup failed in the new work tree ({wanted.setup!r}, exit {run.exit_code}):\n{run.output[-TAIL:]}"
        )
