"""What changed in a work tree since a commit: committed, staged, unstaged, new. Nothing is written."""

from __future__ import annotations

import os

from agent_baton.records import Record
from agent_baton.workspace.git import Call, Ran, Started, answer, together
from agent_baton.workspace.locate import is_hex, read_head
from agent_baton.workspace.paths import is_state

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agent_baton.workspace.locate import Checkout, Head

_MAX_COMMITS = 2000  # listed since the base; past that only the newest are known
_MAX_STAMPS = 5_000  # uncommitted files remembered at once
_STATUS = (
    "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=dirty",
    "--no-ahead-behind",
)  # fmt: skip


class Changes(Record):
    """Paths relative to the top. A rename is a deleted and a new file."""

    head: Head
    changed: frozenset[str]
    dirty: frozenset[str]  # those of them not committed
    commits: tuple[str, ...] = ()  # since the base, newest first
    head_tree: str | None = None
    problem: str = ""  # why what was committed since the base is not known


def look(checkout: Checkout, base: str | None) -> Changes:
    """Compare the work tree with a commit. `base` None: nothing was committed then, all of HEAD is new.

    One to three git processes, side by side.
    """
    head = read_head(checkout)
    status, *others = together([reading(checkout, *args) for args in _questions(head, base)])
    dirty = frozenset(status_paths(answer(status)))
    if head.commit is None:
        return Changes(
            head, dirty, dirty, problem=(base and f"HEAD is unborn: {base[:12]} is not in its history") or ""
        )
    commits, tree = _commits(answer(others[-1]), head.commit)
    if base == head.commit:
        return Changes(head, dirty, dirty, (), tree)
    problem = _base_problem(checkout, others[0], base) if base else ""
    committed = frozenset() if problem else frozenset(_paths(answer(others[0])))
    return Changes(head, dirty | committed, dirty, () if problem else commits, tree, problem)


def _questions(head: Head, base: str | None) -> list[tuple[str, ...]]:
    if head.commit is None:
        return [_STATUS]
    newest = ("log", "--no-walk", "--format=%H %T", head.commit)
    if base == head.commit:
        return [_STATUS, newest]
    since = ("log", "--ignore-missing", "--format=%H %T", f"--max-count={_MAX_COMMITS}", head.commit)
    if base is None:
        return [_STATUS, ("ls-tree", "-r", "-z", "--name-only", "--full-tree", head.commit), since]
    if not is_hex(base):
        return [
            _STATUS,
            ("cat-file", "-e", "0" * len(head.commit)),
            newest,
        ]  # fails: such a base is never there
    diff = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", base, head.commit)
    return [_STATUS, diff, (*since, f"^{base}")]


def reading(checkout: Checkout, *args: str) -> Call:
    """A call that looks at files without running programs named in the repository's own configuration.

    Filters of the user's configuration (git-lfs) stay: only they show that a large file is unchanged.
    """
    parts = (("clean", ""), ("process", ""), ("required", "false"))
    silenced = (f"filter.{name}.{key}={value}" for name in checkout.filters for key, value in parts)
    return Call(args, checkout.top, settings=tuple(silenced))


def _base_problem(checkout: Checkout, diff: Ran, base: str) -> str:
    if diff.code == 0:
        return ""
    where = (
        "beyond the end of this shallow clone"
        if is_shallow(checkout)
        else "gone: history was rewritten and collected"
    )
    return (
        f"the commit the step started from, {base[:12]!r}, is {where}; what was committed since is not known"
    )


def is_shallow(checkout: Checkout) -> bool:
    """Whether older commits were left out when the repository was cloned."""
    return os.path.exists(os.path.join(checkout.common_dir, "shallow"))


def _commits(out: bytes, head: str) -> tuple[tuple[str, ...], str | None]:
    """Commits of a log, and the tree of HEAD when it is among them."""
    rows = [line.split(" ") for line in out.decode("ascii").splitlines()]
    return tuple(row[0] for row in rows), next((row[1] for row in rows if row[0] == head), None)


def status_call(checkout: Checkout) -> Call:
    """Asks for all uncommitted files; `status_paths` reads the answer."""
    return reading(checkout, *_STATUS)


def status_paths(out: bytes) -> Iterable[str]:
    """Uncommitted paths; one with a slash at its end is a repository nested in this one."""
    return _own(os.fsdecode(entry[3:]) for entry in out.split(b"\0") if entry)


def _paths(out: bytes) -> Iterable[str]:
    return _own(os.fsdecode(entry) for entry in out.split(b"\0") if entry)


def _own(paths: Iterable[str]) -> Iterable[str]:
    return (path for path in paths if not is_state(path))


def stamp_dirty(checkout: Checkout) -> dict[str, str]:
    """Uncommitted files, each with a stamp that changes when it is written. One git process."""
    with Started([status_call(checkout)]) as status:
        return stamps_of(checkout, status)


def stamps_of(checkout: Checkout, status: Started) -> dict[str, str]:
    """The same from a `status_call` that was started before. Of very many files the first."""
    paths = list(status_paths(answer(status.answers()[0])))[:_MAX_STAMPS]
    return {path: _stamp(checkout.top, path) for path in paths}


def still_as_before(top: str, dirty: Iterable[str], before: Mapping[str, str]) -> frozenset[str]:
    """Of files that were dirty at an earlier `stamp_dirty`, those nobody wrote since."""
    return frozenset(path for path in dirty if path in before and _stamp(top, path) == before[path])


def _stamp(top: str, path: str) -> str:
    try:
        stat = os.lstat(os.path.join(top, path))
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    return f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_mode:o}"
