"""What changed in a work tree since a commit: committed, staged, unstaged, new. Nothing is written."""

from __future__ import annotations

import os

from agent_baton.loading import later
from agent_baton.records import Record
from agent_baton.workspace.git import Call, Ran, Started, answer
from agent_baton.workspace.locate import is_hex, read_head
from agent_baton.workspace.paths import is_state

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from agent_baton.workspace import loose
    from agent_baton.workspace.locate import Checkout, Head
else:  # which a mere status does not need
    loose = later("agent_baton.workspace.loose")

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
    """Compare the work tree with a commit. `base` None: nothing was committed then, all of HEAD is new."""
    with Look(checkout, base) as begun:
        return begun.changes()


class Look:
    """A look that has begun: git works while something else is done, and nothing of it outlives the block.

    One to three processes side by side, and those for what else is asked. Commits that can be read are read.
    """

    def __init__(
        self, checkout: Checkout, base: str | None, more: Callable[[Look], list[Call]] | None = None
    ):
        self.checkout = checkout
        self.base = base
        self.head = read_head(checkout)
        tip = self.head.commit
        self.line = loose.line(checkout, tip, base) if tip and base else None
        questions = [reading(checkout, *args) for args in _questions(self.head, base, self.line is not None)]
        self._more = more(self) if more else []
        self._git = Started([*questions, *self._more])
        self._asked = len(questions)

    def __enter__(self) -> Look:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._git.__exit__()

    def further(self, name: str) -> Ran | None:
        """The answer to a command of git that was asked as well; None when it was not."""
        answers = self._git.answers()[self._asked :]
        return next((ran for ran in answers if ran.args[0] == name), None)

    def changes(self) -> Changes:
        """What git found, as soon as it has."""
        head, base = self.head, self.base
        status, *others = self._git.answers()[: self._asked]
        dirty = frozenset(status_paths(answer(status)))
        if head.commit is None:
            return Changes(
                head,
                dirty,
                dirty,
                problem=(base and f"HEAD is unborn: {base[:12]} is not in its history") or "",
            )
        rows = self.line if self.line is not None else _commits(answer(others[-1]))
        commits = tuple(commit for commit, _ in rows)
        tree = next((tree for commit, tree in rows if commit == head.commit), None)
        if base == head.commit:
            return Changes(head, dirty, dirty, (), tree)
        problem = _base_problem(self.checkout, others[0], base) if base else ""
        committed = frozenset() if problem else frozenset(_paths(answer(others[0])))
        return Changes(head, dirty | committed, dirty, () if problem else commits, tree, problem)


def _questions(head: Head, base: str | None, read: bool) -> list[tuple[str, ...]]:
    """What git is asked; `read`: not about commits, those are known."""
    if head.commit is None:
        return [_STATUS]
    newest = ("log", "--no-walk", "--format=%H %T", head.commit)
    if base == head.commit:
        return [_STATUS] if read else [_STATUS, newest]
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
    return [_STATUS, diff] if read else [_STATUS, diff, (*since, f"^{base}")]


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


def _commits(out: bytes) -> list[tuple[str, str]]:
    """Commits of a log, each with its tree."""
    rows = (row.partition(" ") for row in out.decode("ascii").splitlines())
    return [(commit, tree) for commit, _, tree in rows]


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
