"""An agent's claims, one by one against what git knows: the commit it names, the files it names."""

from __future__ import annotations

import os

from agent_baton.records import Record
from agent_baton.workspace.changes import is_shallow
from agent_baton.workspace.git import Call, answer, git, together
from agent_baton.workspace.locate import is_hex
from agent_baton.workspace.loose import is_loose
from agent_baton.workspace.paths import composed, inside, is_state

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agent_baton.workspace.changes import Changes, Look
    from agent_baton.workspace.git import Ran

_SHORTEST_ID = 7  # of a commit id that may be compared by its beginning


class CommitCheck(Record):
    """What became of a claimed commit. At most one of `wrong` and `unknown` is set."""

    full: str | None = None
    exists: bool | None = None  # None: not claimed, or git cannot say
    reachable: bool | None = None  # from HEAD or a local branch
    wrong: str = ""  # a sentence: the claim is not true
    unknown: str = ""  # a sentence: it cannot be checked


def questions(look: Look, commit: str, files: Sequence[str]) -> list[Call]:
    """What git will have to be asked about claims that are probably not true, so that it can be asked at once."""
    asked: list[Call] = []
    wanted, head = _wanted(commit, look.head.commit), look.head.commit
    made = (commit for commit, _ in look.line or ())
    if head and is_hex(wanted) and not _begins((head, *([look.base] if look.base else ()), *made), wanted):
        asked.append(_common(look, wanted, head))
    if head and head == look.base:  # nothing was committed since: what is claimed may well not have changed
        top = look.checkout.top
        named = [path for path in (inside(top, claim) for claim in files) if path and "\0" not in path]
        left = [path for path in named if not _elsewhere(top, path)]
        asked += [_ignored(look, left)] if left else []
    return asked


def _wanted(claimed: str, head: str | None) -> str:
    wanted = claimed.strip().lower()
    return head if wanted in ("head", "@") and head else wanted


def check_commit(look: Look, seen: Changes, claimed: str | None) -> CommitCheck:
    """Whether a claimed commit is one of those made since dispatch. Only for any other one git is asked."""
    claimed, base = (claimed or "").strip(), look.base
    head = seen.head.commit
    wanted = _wanted(claimed, head)
    if not claimed:
        return CommitCheck()
    if not is_hex(wanted):
        return CommitCheck(exists=False, wrong=f"commit {claimed[:80]!r} is not a commit id")
    made = _begins((*((head,) if head and head != base else ()), *seen.commits), wanted)
    if made:
        return CommitCheck(made, True, True)
    if base and _begins((base,), wanted) and not seen.problem:
        return CommitCheck(base, True, True, _older(base))
    return _ask(look, wanted, head)


def _begins(commits: Iterable[str], wanted: str) -> str | None:
    if len(wanted) < _SHORTEST_ID:
        return None
    return next((commit for commit in commits if commit.startswith(wanted)), None)


def _older(commit: str) -> str:
    return f"commit {commit[:12]} was already there when the step was dispatched"


def _common(look: Look, wanted: str, head: str) -> Call:
    """Answers with the claimed commit itself, in full, when it is one of HEAD's."""
    return Call(("merge-base", f"{wanted}^{{commit}}", head), look.checkout.top)


def _ask(look: Look, wanted: str, head: str | None) -> CommitCheck:
    """About a commit that was not made since dispatch on this branch."""
    top = look.checkout.top
    common = (look.further("merge-base") or together([_common(look, wanted, head)])[0]) if head else None
    if common and common.code == 0 and common.out.startswith(wanted.encode("ascii")):
        full = common.out.decode("ascii").strip()
        return CommitCheck(full, True, True, _older(full))
    if common and b"Not a valid" in common.err:
        return _not_there(look, wanted, common)
    full = wanted
    if not is_loose(look.checkout, wanted):
        named = git(["rev-parse", "--verify", "--end-of-options", f"{wanted}^{{commit}}"], top)
        if named.code:
            return _not_there(look, wanted, named)
        full = named.out.decode("ascii").strip()
    here = [head] if head else []
    if answer(git(["rev-list", "--max-count=1", full, "--not", "--branches", *here], top)):
        return CommitCheck(
            full, True, False, f"commit {full[:12]} exists but is on no branch: it would be lost"
        )
    return CommitCheck(full, True, True, f"commit {full[:12]} is on another branch than the step's work tree")


def _not_there(look: Look, wanted: str, ran: Ran) -> CommitCheck:
    if b"ambiguous" in ran.err:
        return CommitCheck(unknown=f"commit id {wanted!r} is ambiguous here: give more of it")
    if is_shallow(look.checkout):
        return CommitCheck(unknown=f"commit {wanted[:12]!r} is not in this shallow clone")
    return CommitCheck(exists=False, wrong=f"commit {wanted[:12]!r} does not exist in this repository")


class FileCheck(Record):
    """What became of claimed files. Paths as the repository spells them."""

    missing: tuple[str, ...] = ()  # not changed
    unchecked: tuple[str, ...] = ()  # not git's business here: ignored, in a submodule, state of this tool
    escapes: tuple[str, ...] = ()  # outside the repository, as claimed
    hints: tuple[str, ...] = ()  # changed files that differ from a missing one only in case
    unclaimed: int = 0  # changed and not claimed


def check_files(look: Look, changed: Sequence[str], claimed: Sequence[str]) -> FileCheck:
    """Compare claimed with changed files. A claimed directory stands for all changed files below it."""
    checkout = look.checkout
    known = {composed(path): path for path in changed}
    below = {parent for path in known for parent in _parents(path)}
    named = [inside(checkout.top, claim) for claim in claimed]
    found = {path: _meant(checkout.top, path, known, below) for path in named if path is not None}
    missing = [path for path, meant in found.items() if not meant]
    unchecked = _unwatched(look, missing)
    lower = {path.lower(): path for path in known}
    return FileCheck(
        tuple(path for path in missing if path not in unchecked),
        tuple(path for path in missing if path in unchecked),
        tuple(claim for claim, path in zip(claimed, named, strict=True) if path is None),
        tuple(lower[path.lower()] for path in missing if path.lower() in lower),
        len(known) - len({path for meant in found.values() for path in meant}),
    )


def _meant(top: str, path: str, known: Mapping[str, str], below: set[str]) -> list[str]:
    """The changed files a claim names."""
    if path in known:
        return [path]
    if path in below or not path:
        return [one for one in known if not path or one.startswith(path + "/")]
    # Named from a sub-directory: accepted if it can mean only one, and is not another file of the top.
    ends = [one for one in known if one.endswith("/" + path)]
    return ends if len(ends) == 1 and not os.path.lexists(os.path.join(top, path)) else []


def _parents(path: str) -> Iterable[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _unwatched(look: Look, missing: Sequence[str]) -> set[str]:
    """Of claims git shows no change for, those it would not show anyway. Asked only if there are any."""
    found = {path for path in missing if _elsewhere(look.checkout.top, path)}
    left = [path for path in missing if path not in found and "\0" not in path]
    if left:
        ran = look.further("check-ignore")
        if ran is None or ran.code not in (0, 1):  # about one path it cannot make out it says nothing of any
            ran = together([_ignored(look, left)])[0]
        ignored = {composed(os.fsdecode(path)) for path in ran.out.split(b"\0") if path}
        found.update(ignored.intersection(left))
    return found


def _ignored(look: Look, paths: Sequence[str]) -> Call:
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    return Call(("check-ignore", "-z", "--stdin"), look.checkout.top, asked)


def _elsewhere(top: str, path: str) -> bool:
    """Whether a path is none of this repository's: our own state, or in another repository."""
    return is_state(path) or _in_other_repository(top, path)


def _in_other_repository(top: str, path: str) -> bool:
    return any(
        os.path.lexists(os.path.join(top, parent, ".git")) for parent in (*_parents(path), path) if parent
    )
