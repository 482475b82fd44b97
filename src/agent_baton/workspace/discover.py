"""Finding a repository's directories by reading files, as git itself would, without starting git."""

from __future__ import annotations

import os

from agent_baton.errors import NotFound, UserError
from agent_baton.records import Record
from agent_baton.workspace.gitconfig import read_config, truthy

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_baton.workspace.gitconfig import Settings


class Found(Record):
    """A work tree and its repository, all real absolute paths."""

    top: str
    git_dir: str  # the work tree's own: `.git`, or `.git/worktrees/<name>` of a linked one
    common_dir: str  # shared by all work trees of the repository
    config: Settings  # of the common directory, with the main work tree's own on top


def find(start: str, env: Mapping[str, str]) -> Found:
    """The work tree `start` is in. GIT_DIR counts only where git would use it: for the current directory.

    Raises NotFound without a repository, UserError for a bare one or one whose files lead nowhere.
    """
    where = os.path.realpath(start)
    if not os.path.isdir(where):
        raise NotFound(f"{start!r} is not a directory; name one inside a git repository")
    if env.get("GIT_DIR") and where == os.getcwd():
        return explicit(env, where)
    return _walk_up(where, env)


def explicit(env: Mapping[str, str], cwd: str) -> Found:
    """The work tree that GIT_DIR and GIT_WORK_TREE name, relative to `cwd`."""
    git_dir = os.path.realpath(os.path.join(cwd, env["GIT_DIR"]))
    if os.path.isfile(git_dir):
        git_dir = _follow(git_dir)
    if not is_git_dir(git_dir):
        raise UserError(f"GIT_DIR={env['GIT_DIR']!r} is not a git directory; correct it or unset it")
    common, config = shared(git_dir)
    wanted = env.get("GIT_WORK_TREE") or (config.get("core.worktree") if git_dir == common else None)
    if wanted:
        base = cwd if env.get("GIT_WORK_TREE") else git_dir
        return Found(os.path.realpath(os.path.join(base, wanted)), git_dir, common, config)
    if git_dir == common and is_bare(config):
        raise _bare(git_dir)
    return Found(cwd, git_dir, common, config)


def _walk_up(where: str, env: Mapping[str, str]) -> Found:
    ceilings = _ceilings(env)
    crossing = truthy(env.get("GIT_DISCOVERY_ACROSS_FILESYSTEM") or "false")
    device = os.stat(where).st_dev
    here = where
    while True:
        found = _at(here)
        if found is not None:
            return found
        parent = os.path.dirname(here)
        if parent == here or parent in ceilings or (not crossing and os.stat(parent).st_dev != device):
            raise NotFound(
                f"no git repository at or above {where!r}; change into one, or make one here with: "
                "git init && git add -A && git commit -m 'first commit'"
            )
        here = parent


def _ceilings(env: Mapping[str, str]) -> set[str]:
    return {os.path.realpath(path) for path in env.get("GIT_CEILING_DIRECTORIES", "").split(":") if path}


def _at(here: str) -> Found | None:
    """The repository whose work tree starts exactly here."""
    dot_git = os.path.join(here, ".git")
    git_dir = dot_git
    if os.path.isfile(dot_git):
        git_dir = _follow(dot_git)
        if not is_git_dir(git_dir):
            raise UserError(
                f"{dot_git!r} points to {git_dir!r}, which is not a git directory; "
                "after a move: git worktree repair; for a submodule: git submodule update --init"
            )
    elif not is_git_dir(dot_git):
        if is_git_dir(here):
            raise _bare(here)
        return None
    git_dir = os.path.realpath(git_dir)
    common, config = shared(git_dir)
    if git_dir != common:
        return Found(here, git_dir, common, config)
    if config.get("core.worktree"):
        return Found(_moved_top(git_dir, config["core.worktree"] or ""), git_dir, common, config)
    if is_bare(config):
        raise _bare(git_dir)
    return Found(here, git_dir, common, config)


def _moved_top(git_dir: str, worktree: str) -> str:
    """Where core.worktree says the files are. Git started there must find this repository again."""
    top = os.path.realpath(os.path.join(git_dir, worktree))
    link = os.path.join(top, ".git")
    back = _follow(link) if os.path.isfile(link) else link
    if os.path.realpath(back) != git_dir:
        raise UserError(
            f"core.worktree of {git_dir!r} moves its files to {top!r}, where git cannot find the repository; "
            f"set GIT_DIR={git_dir} and GIT_WORK_TREE={top}, and run baton there"
        )
    return top


def _follow(link: str) -> str:
    """The directory a `.git` file names."""
    with open(link, "rb") as file:
        text = os.fsdecode(file.read(65_536)).rstrip("\r\n")
    if not text.startswith("gitdir: "):
        raise UserError(
            f"{link!r} is not a git link (no 'gitdir: ' in it); remove it or repair the repository"
        )
    return os.path.realpath(os.path.join(os.path.dirname(link), text[len("gitdir: ") :]))


def is_git_dir(path: str) -> bool:
    """Whether git would take the directory for a repository's own."""
    if not os.path.lexists(os.path.join(path, "HEAD")):
        return False
    common = common_dir(path)
    return os.path.isdir(os.path.join(common, "objects")) and os.path.isdir(os.path.join(common, "refs"))


def common_dir(git_dir: str) -> str:
    """The directory that all work trees of a repository share."""
    try:
        with open(os.path.join(git_dir, "commondir"), "rb") as file:
            return os.path.realpath(os.path.join(git_dir, os.fsdecode(file.read()).rstrip("\r\n")))
    except (FileNotFoundError, NotADirectoryError):
        return git_dir


def shared(git_dir: str) -> tuple[str, Settings]:
    """The common directory of a repository and its configuration."""
    common = common_dir(git_dir)
    config = read_config(os.path.join(common, "config"))
    if truthy(config.get("extensions.worktreeconfig", "false")):
        config = {**config, **read_config(os.path.join(common, "config.worktree"))}
    return common, config


def is_bare(config: Settings) -> bool:
    """Whether the repository has no main work tree."""
    return truthy(config.get("core.bare", "false"))


def main_state_dir(common: str, config: Settings) -> str:
    """Where the state of a repository lives: a function of its common directory, so every work tree agrees.

    In the main work tree where that is known from here; else (bare, or a git directory kept apart, from which
    no linked work tree can find the main one) beside the repository's own files.
    """
    worktree = config.get("core.worktree")
    if worktree:
        return os.path.join(os.path.realpath(os.path.join(common, worktree)), ".claude", "team-context")
    if is_bare(config) or os.path.basename(common) != ".git":
        return os.path.join(common, "team-context")
    return os.path.join(os.path.dirname(common), ".claude", "team-context")


def _bare(git_dir: str) -> UserError:
    return UserError(
        f"{git_dir!r} is a git directory, not a work tree: there are no files to work on; "
        "change into a work tree of it, or make one with: git worktree add PATH BRANCH"
    )
