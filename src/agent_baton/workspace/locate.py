"""Where we are: the work tree, its repository, the state directory all its work trees share, its HEAD.

On the path of every hot command: a handful of small files are read and no process is started.
"""

from __future__ import annotations

import os
from _thread import get_ident

from agent_baton.errors import Refused, UserError
from agent_baton.loading import later
from agent_baton.records import Record
from agent_baton.workspace.discover import find, main_state_dir

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.workspace import git
    from agent_baton.workspace.discover import Found
else:  # started only where reading git's files does not answer
    git = later("agent_baton.workspace.git")

_MAX_SYMREFS = 5  # git's own limit


class Checkout(Record):
    """One work tree of a repository. Paths are real and absolute."""

    top: str
    git_dir: str
    common_dir: str
    state_dir: str  # the same from every work tree of the repository; it may not exist yet
    is_linked_worktree: bool
    filters: tuple[str, ...] = ()  # content filters that the repository's own configuration defines


class Head(Record):
    """What a work tree stands on."""

    branch: str | None  # "main"; None when detached
    commit: str | None  # None while the branch is unborn


def locate(start: str) -> Checkout:
    """The checkout a directory belongs to.

    A submodule is a repository of its own. Raises NotFound outside a repository, UserError in a bare one.
    """
    return _checkout(find(start, os.environ))


def checkout_at(checkout: Checkout, top: str) -> Checkout:
    """Another work tree of the same repository; Refused if `top` is not the root of one."""
    if os.path.realpath(top) == checkout.top:
        return checkout
    other = _checkout(find(top, {}))
    if other.top != os.path.realpath(top) or other.common_dir != checkout.common_dir:
        raise Refused(
            f"{top!r} is not a work tree of {checkout.common_dir!r}: its `.git` is gone or leads elsewhere; "
            f"repair it with: git -C {checkout.top} worktree repair {top}"
        )
    return other


def _checkout(found: Found) -> Checkout:
    return Checkout(
        found.top,
        found.git_dir,
        found.common_dir,
        main_state_dir(found.common_dir, found.config),
        found.git_dir != found.common_dir,
        tuple(
            sorted(
                {
                    name[len("filter.") :].rpartition(".")[0]
                    for name in found.config
                    if name.startswith("filter.")
                }
            )
        ),
    )


def read_head(checkout: Checkout) -> Head:
    """Branch and commit of HEAD, read from the repository's files."""
    if os.path.isdir(os.path.join(checkout.common_dir, "reftable")):
        return _ask_head(checkout)
    value = _read(os.path.join(checkout.git_dir, "HEAD"))
    if value is None:
        raise UserError(
            f"{checkout.git_dir!r} has no readable HEAD; repair: git symbolic-ref HEAD refs/heads/main"
        )
    if not value.startswith("ref:"):
        return Head(None, value)
    ref = value[4:].strip()
    branch = ref.removeprefix("refs/heads/")
    return Head(branch, read_ref(checkout, ref))


def read_ref(checkout: Checkout, ref: str) -> str | None:
    """The object a full ref name leads to, None if there is no such ref."""
    if os.path.isdir(os.path.join(checkout.common_dir, "reftable")):
        return _ask(checkout, "rev-parse", "--verify", "--quiet", "--end-of-options", ref)
    for _ in range(_MAX_SYMREFS):
        if not ref.startswith("refs/") or ".." in ref:
            return None  # git would not follow it either; it could name any file of the machine
        value = _read(os.path.join(checkout.common_dir, ref)) or _packed(checkout.common_dir, ref)
        if value is None or not value.startswith("ref:"):
            return value if value and is_hex(value) else None
        ref = value[4:].strip()
    return None


def is_hex(text: str) -> bool:
    """Whether a text can be an object id, whole or shortened."""
    return 4 <= len(text) <= 64 and not text.strip("0123456789abcdef")


def _read(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(4096)).strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _packed(common_dir: str, ref: str) -> str | None:
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            text = b"\n" + file.read()
    except FileNotFoundError:
        return None
    at = text.find(b" " + os.fsencode(ref) + b"\n")
    return text[text.rfind(b"\n", 0, at) + 1 : at].decode() if at >= 0 else None


def _ask_head(checkout: Checkout) -> Head:
    """The same from git: refs kept in another format than files."""
    branch = _ask(checkout, "symbolic-ref", "--quiet", "--short", "HEAD")
    return Head(branch, _ask(checkout, "rev-parse", "--verify", "--quiet", "HEAD"))


def _ask(checkout: Checkout, *args: str) -> str | None:
    ran = git.git(args, checkout.top)
    if ran.code == 1:  # what --quiet answers for "none"
        return None
    return os.fsdecode(git.answer(ran)).strip()


def trees_dir(state_dir: str) -> str:
    """The directory that all our work trees are in.

    Claude Code asks before an agent edits anything below `.claude/`, its own `.claude/worktrees/` excepted. A bare
    repository's state is in git's directory, where `worktrees/` is git's.
    """
    parent = os.path.dirname(state_dir)
    if os.path.basename(parent) == ".claude":
        return os.path.join(parent, "worktrees", "baton")
    return os.path.join(state_dir, "worktrees")


def prepare_state_dir(path: str) -> None:
    """Make the state directory, kept out of git by a `.gitignore` of its own. Doing it again changes nothing.

    A symbolic link on the way could come with the repository and lead our writes anywhere: refused.
    """
    parent = os.path.dirname(path)
    for place in (parent, path):
        if os.path.islink(place):
            raise UserError(
                f"{place!r} is a symbolic link; the state of a repository is not kept behind one; "
                "replace it by a directory"
            )
    try:
        os.makedirs(path, exist_ok=True)
        ignore = os.path.join(path, ".gitignore")
        if not os.path.lexists(ignore):
            write_whole(ignore, b"*\n")
    except OSError as error:
        raise UserError(
            f"cannot make {path!r}: {error.strerror}; free that name or its permissions"
        ) from None


def write_whole(path: str, content: bytes) -> None:
    """Write beside and rename: neither a crash nor another thread of ours ever shows half a file."""
    beside = f"{path}.{os.getpid()}.{get_ident()}"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)
    os.replace(beside, path)
