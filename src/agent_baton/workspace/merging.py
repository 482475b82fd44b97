"""Merging two commits into a tree, without any work tree being touched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from agent_baton.errors import Refused
from agent_baton.workspace.git import answer, fault, git
from agent_baton.workspace.locate import Checkout
from agent_baton.workspace.resolve import Hunk, Resolution, lockfile, parse_hunks, unite

# Paths are plain text, as git gives them.

_MARKER = 97  # characters per conflict mark: nobody has lines of marks just as long
_USAGE = 129  # exit code of a git before 2.38, which cannot merge without a work tree
_FILES = ("100644", "100755")
_HUNK_LINES = 40
_FILE_CHARS = 4_000
_DETAIL_CHARS = 12_000

Stage = tuple[str, str]  # mode, object id


@dataclass(frozen=True, slots=True)
class Clash:
    """A path two commits cannot agree on. A side without it has no stage there."""

    path: str
    base: Stage | None = None
    ours: Stage | None = None
    theirs: Stage | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge of two commits; while there are clashes, the tree holds conflict marks at their paths."""

    tree: str
    clashes: tuple[Clash, ...] = ()
    resolved: tuple[Resolution, ...] = ()
    detail: str = ""  # the clashes for people and agents: both sides of each, capped


@dataclass(slots=True)
class _Settled:
    """Progress of settling clashes by rule."""

    entries: list[tuple[str, str, str]] = field(default_factory=list)  # mode, object id, path
    resolved: list[Resolution] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


def merge_commits(checkout: Checkout, ours: str, theirs: str, names: tuple[str, str]) -> Merged:
    """Merge two commits; clashes that need no judgement are settled and reported as such.

    `names` stand for the two sides in the detail. Raises Refused for histories without a common commit.
    """
    merged = _merge_tree(checkout, ours, theirs)
    if not merged.clashes:
        return merged
    settled = _Settled()
    for clash in merged.clashes:
        _settle(checkout, clash, names, settled)
    tree = _with_entries(checkout, merged.tree, settled.entries) if settled.entries else merged.tree
    detail = "\n".join(settled.details)
    if len(detail) > _DETAIL_CHARS:
        detail = detail[:_DETAIL_CHARS] + f"\n… cut here: {len(detail)} characters in all"
    return Merged(tree, tuple(settled.clashes), tuple(settled.resolved), detail)


def _merge_tree(checkout: Checkout, ours: str, theirs: str) -> Merged:
    ran = git(["merge-tree", "--write-tree", "-z", "--no-messages", ours, theirs], checkout.top, write=True)
    if ran.code == _USAGE:
        return merge_in_worktree(checkout, ours, theirs)
    if b"unrelated histories" in ran.err:
        raise Refused(
            f"commits {ours[:12]} and {theirs[:12]} have no common history, so they cannot be merged"
        )
    if ran.code > 1:
        raise fault(ran)
    tree, *entries = ran.out.rstrip(b"\0").split(b"\0")
    return Merged(tree.decode(), _clashes(entries))


def merge_in_worktree(checkout: Checkout, ours: str, theirs: str) -> Merged:
    """The same for git before 2.38: in a work tree of its own, which is gone afterwards."""
    os.makedirs(checkout.state_dir, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".merge-", dir=checkout.state_dir) as place:
        top = os.path.join(place, "tree")
        answer(git(["worktree", "add", "--quiet", "--detach", top, ours], checkout.top, write=True))
        try:
            args = ["merge", "--quiet", "--no-commit", "--no-ff", theirs]
            ran = git(args, top, settings=("rerere.enabled=false",), write=True)
            if b"unrelated histories" in ran.err:
                raise Refused(f"commits {ours[:12]} and {theirs[:12]} have no common history")
            entries = answer(git(["ls-files", "-u", "-z"], top)).split(b"\0")
            if ran.code and not any(entries):
                raise fault(ran)
            answer(git(["add", "-A"], top, write=True))
            tree = answer(git(["write-tree"], top, write=True)).decode().strip()
        finally:
            git(["worktree", "remove", "--force", top], checkout.top, write=True)
    return Merged(tree, _clashes(entries))


def _clashes(entries: Sequence[bytes]) -> tuple[Clash, ...]:
    """From `<mode> <id> <stage>\\t<path>` of each side of each path."""
    found: dict[str, dict[str, Stage]] = {}
    for entry in entries:
        about, _, path = entry.partition(b"\t")
        if path:
            mode, oid, stage = about.decode().split()
            found.setdefault(os.fsdecode(path), {})[stage] = (mode, oid)
    return tuple(Clash(path, at.get("1"), at.get("2"), at.get("3")) for path, at in found.items())


def _settle(checkout: Checkout, clash: Clash, names: tuple[str, str], settled: _Settled) -> None:
    """Settle one clash by rule, or describe it."""
    kind = _kind(clash)
    if kind != "content":
        settled.clashes.append(clash)
        settled.details.append(_described(clash, kind, names))
        return
    assert clash.ours and clash.theirs
    rule = lockfile(clash.path)
    if rule:
        settled.entries.append((*clash.ours, clash.path))
        settled.resolved.append(rule)
        return
    parts = _parts(checkout, clash)
    text = unite(clash.path, parts) if parts and clash.base else None
    if text is None or clash.ours[0] != clash.theirs[0]:
        settled.clashes.append(clash)
        settled.details.append(_hunks(clash, parts, names))
        return
    stored = git(
        ["hash-object", "-w", "--stdin"], checkout.top, text.encode("utf-8", "surrogateescape"), write=True
    )
    settled.entries.append((clash.ours[0], answer(stored).decode().strip(), clash.path))
    how = f"{clash.path}: both sides added lines at one place; both were kept"
    settled.resolved.append(Resolution(clash.path, how))


def _kind(clash: Clash) -> str:
    sides = [stage for stage in (clash.ours, clash.theirs) if stage]
    if len(sides) < 2:
        return "gone"
    return "content" if all(mode in _FILES for mode, _ in sides) else "special"


def _described(clash: Clash, kind: str, names: tuple[str, str]) -> str:
    if kind == "special":
        return f"{clash.path}: the sides disagree about a symbolic link, a submodule or a directory"
    here, gone = names if clash.ours else (names[1], names[0])
    if clash.base is None:
        return f"{clash.path}: {names[0]!r} and {names[1]!r} moved or added different things here"
    if not clash.ours and not clash.theirs:
        return f"{clash.path}: moved to different places by {names[0]!r} and {names[1]!r}"
    return f"{clash.path}: changed by {here!r}, deleted or moved by {gone!r}"


def _parts(checkout: Checkout, clash: Clash) -> list[str | Hunk]:
    """The three versions of a text merged, taken apart. Empty for what is no text."""
    texts = [_blob(checkout, stage) for stage in (clash.ours, clash.base, clash.theirs)]
    if any(b"\0" in text for text in texts):
        return []
    with tempfile.TemporaryDirectory(prefix="baton-merge-") as place:
        paths = [os.path.join(place, name) for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, texts, strict=True):
            with open(path, "wb") as file:
                file.write(text)
        ran = git(["merge-file", "-p", "--diff3", f"--marker-size={_MARKER}", *paths], checkout.top)
    if ran.code > 127:
        raise fault(ran)
    return parse_hunks(ran.out.decode("utf-8", "surrogateescape"), _MARKER)


def _blob(checkout: Checkout, stage: Stage | None) -> bytes:
    return answer(git(["cat-file", "blob", stage[1]], checkout.top)) if stage else b""


def _hunks(clash: Clash, parts: Sequence[str | Hunk], names: tuple[str, str]) -> str:
    """Both sides of every hunk of a file, as a person expects to see them."""
    if not parts:
        return f"{clash.path}: both sides changed a file that is not text"
    what = "changed the same lines" if clash.base else "added a file of this name"
    lines = [f"{clash.path}: both sides {what}"]
    for part in parts:
        if isinstance(part, Hunk):
            for mark, text in (
                (f"<<<<<<< {names[0]}", part.ours),
                ("||||||| before", part.base),
                ("=======", part.theirs),
            ):
                lines += [mark, *_capped(text.splitlines())]
            lines.append(f">>>>>>> {names[1]}")
    whole = "\n".join(lines)
    return whole if len(whole) <= _FILE_CHARS else whole[:_FILE_CHARS] + "\n… more of this file"


def _capped(lines: list[str]) -> list[str]:
    left = len(lines) - _HUNK_LINES
    return lines if left <= 0 else [*lines[:_HUNK_LINES], f"… {left} more lines"]


def _with_entries(checkout: Checkout, tree: str, entries: Sequence[tuple[str, str, str]]) -> str:
    """A tree with some files replaced."""
    with _index() as env:
        answer(git(["read-tree", tree], checkout.top, None, env, write=True))
        lines = b"".join(
            f"{mode} {oid}\t".encode() + os.fsencode(path) + b"\0" for mode, oid, path in entries
        )
        answer(git(["update-index", "-z", "--index-info"], checkout.top, lines, env, write=True))
        return answer(git(["write-tree"], checkout.top, None, env, write=True)).decode().strip()


@contextmanager
def _index() -> Iterator[Mapping[str, str]]:
    with tempfile.TemporaryDirectory(prefix="baton-index-") as place:
        yield {"GIT_INDEX_FILE": os.path.join(place, "index")}
