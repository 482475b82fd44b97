"""What git says of an agent's claim: the commit, the files, the paths it was allowed to touch.

One to four git processes side by side; up to four more, one after the other, for what they contradict.
"""

from __future__ import annotations

from agent_baton.errors import BatonError
from agent_baton.records import Record
from agent_baton.workspace.changes import Look, look, stamp_dirty, still_as_before
from agent_baton.workspace.claims import check_commit, check_files, questions
from agent_baton.workspace.paths import compile_patterns, covers, is_test_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Literal

    from agent_baton.workspace.claims import CommitCheck, FileCheck
    from agent_baton.workspace.locate import Checkout

    Verdict = Literal["confirmed", "mismatch", "unverifiable"]

__all__ = ["Evidence", "begin", "changed_since", "gather", "stamp_dirty", "weigh"]

_NAMED = 3  # files named in a sentence; the rest is counted


class Evidence(Record):
    """A claim compared with git. Paths are relative to the work tree's top, sorted."""

    verdict: Verdict
    reason: str = ""  # why it is unverifiable
    mismatches: tuple[str, ...] = ()  # sentences for people, and for the agent's next attempt
    commit: str | None = None  # the claimed one in full, if it exists
    commit_exists: bool | None = None  # None: none claimed, or git cannot say
    reachable: bool | None = None  # from HEAD or a local branch
    commits: tuple[str, ...] = ()  # made since dispatch, newest first
    changed_files: tuple[
        str, ...
    ] = ()  # committed since dispatch, staged, unstaged or new; never ignored ones
    missing_claims: tuple[str, ...] = ()  # claimed and not changed
    unchecked_claims: tuple[str, ...] = ()  # claimed and not git's business: ignored, or in a submodule
    unclaimed: int = 0  # changed and not claimed
    outside_allowed: tuple[str, ...] = ()
    inside_blocked: tuple[str, ...] = ()
    tests_touched: tuple[str, ...] = ()
    tree: str | None = None  # of the work tree; known only when nothing is uncommitted


def gather(
    checkout: Checkout,
    base_commit: str | None,
    claimed_commit: str | None,
    claimed_files: Sequence[str],
    allowed: Sequence[str],
    blocked: Sequence[str],
    dirty_before: Mapping[str, str] | None = None,
) -> Evidence:
    """Compare a claim with git. Never raises for what git cannot say: that is "unverifiable", with a reason.

    `base_commit` is HEAD at dispatch, None if nothing was committed then. `dirty_before` is what
    `stamp_dirty` answered at dispatch: a file still as it was is not this step's change. Claimed paths may
    be absolute, relative to the top, or the unmistakable end of a changed path.
    """
    try:
        with begin(checkout, base_commit, claimed_commit, claimed_files) as begun:
            return weigh(begun, claimed_commit, claimed_files, allowed, blocked, dirty_before)
    except BatonError as error:
        return Evidence("unverifiable", error.message)


def begin(
    checkout: Checkout, base_commit: str | None, claimed_commit: str | None, claimed_files: Sequence[str]
) -> Look:
    """Have git look at what a claim is about; `weigh` waits for it. Raises BatonError where there is nothing to look at."""
    return Look(checkout, base_commit, lambda begun: questions(begun, claimed_commit or "", claimed_files))


def weigh(
    begun: Look,
    claimed_commit: str | None,
    claimed_files: Sequence[str],
    allowed: Sequence[str],
    blocked: Sequence[str],
    dirty_before: Mapping[str, str] | None = None,
) -> Evidence:
    """`gather` for a look that has begun."""
    try:
        seen = begun.changes()
        commit = check_commit(begun, seen, claimed_commit)
        changed = sorted(seen.changed - still_as_before(begun.checkout.top, seen.dirty, dirty_before or {}))
        files = check_files(begun, changed, claimed_files)
    except BatonError as error:
        return Evidence("unverifiable", error.message)
    outside = _which(changed, allowed, wanted=False)
    barred = _which(changed, blocked, wanted=True)
    mismatches = tuple(_sentences(commit, files, outside, barred, len(claimed_files)))
    reason = seen.problem or commit.unknown or _unclear(claimed_commit, claimed_files, files, len(changed))
    return Evidence(
        verdict="mismatch" if mismatches else "unverifiable" if reason else "confirmed",
        reason=reason,
        mismatches=mismatches,
        commit=commit.full,
        commit_exists=commit.exists,
        reachable=commit.reachable,
        commits=seen.commits,
        changed_files=tuple(changed),
        missing_claims=files.missing,
        unchecked_claims=files.unchecked,
        unclaimed=files.unclaimed,
        outside_allowed=outside,
        inside_blocked=barred,
        tests_touched=tuple(path for path in changed if is_test_path(path)),
        tree=None if seen.dirty else seen.head_tree,
    )


def changed_since(checkout: Checkout, base_commit: str) -> list[str]:
    """Files that differ from a commit: committed since, staged, unstaged or new. Sorted.

    When the commit is gone, only the uncommitted ones.
    """
    return sorted(look(checkout, base_commit).changed)


def _which(changed: Sequence[str], globs: Sequence[str], *, wanted: bool) -> tuple[str, ...]:
    if not globs:
        return ()
    patterns = compile_patterns(globs)
    return tuple(path for path in changed if covers(patterns, path) == wanted)


def _unclear(commit: str | None, claimed: Sequence[str], files: FileCheck, changed: int) -> str:
    if not commit and not claimed:
        return f"neither a commit nor files were claimed; {_count(changed)} changed since dispatch"
    if not commit and len(files.unchecked) == len(claimed):
        return "git does not watch the claimed files: they are ignored, or belong to another repository"
    return ""


def _sentences(
    commit: CommitCheck, files: FileCheck, outside: Sequence[str], barred: Sequence[str], claimed: int
) -> Iterable[str]:
    if commit.wrong:
        yield commit.wrong
    if files.missing:
        hint = f"; did you mean {_some(files.hints)}?" if files.hints else ""
        missing = f"{len(files.missing)} of {_count(claimed)}"
        yield f"{missing} claimed did not change: {_some(files.missing)}{hint}"
    if files.escapes:
        yield f"{_count(len(files.escapes))} claimed outside the repository: {_some(files.escapes)}"
    if outside:
        yield f"{_count(len(outside))} changed outside the allowed paths: {_some(outside)}"
    if barred:
        yield f"{_count(len(barred))} changed inside the blocked paths: {_some(barred)}"


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"


def _some(paths: Sequence[str]) -> str:
    """The first few, safe to print: a name is data and may hold line breaks or bytes of no encoding."""
    named = ", ".join(repr(path) if path.isprintable() else ascii(path) for path in paths[:_NAMED])
    return named + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")
