"""Watching the tests: what an agent's change made them prove less. Compares a commit with the work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from agent_baton.workspace.git import answer, git
from agent_baton.workspace.locate import locate
from agent_baton.workspace.testsettings import compare_settings
from agent_baton.workspace.weakened import Severity, TamperFinding, compare_tests

__all__ = ["TamperFinding", "tamper", "tamper_texts"]

_RANK: dict[Severity, int] = {"high": 0, "medium": 1, "low": 2}
_MAX_BYTES = 1 << 20  # a larger file is data, not tests


def tamper(
    top: str, base: str, changed_files: Sequence[str], minimum: Severity = "medium"
) -> list[TamperFinding]:
    """What the changes of these files since `base` took from the tests, worst first.

    "high" is what a strict gate fails for; "medium" may be honest work; "low" are notes, left out unless asked for.
    Two git processes, however many files.
    """
    top = locate(top).top
    if git(["cat-file", "-e", "--end-of-options", f"{base}^{{commit}}"], top).code:
        return [
            TamperFinding("", 0, "unknown", f"commit {base[:12]} is gone: tests cannot be compared", "medium")
        ]
    before = {path: text for path, text in _former(top, base, changed_files) if text is not None}
    after = {path: text for path in changed_files if (text := _present(top, path)) is not None}
    return [one for one in tamper_texts(before, after) if _RANK[one.severity] <= _RANK[minimum]]


def tamper_texts(before: dict[str, str], after: dict[str, str]) -> list[TamperFinding]:
    """The same for texts by path: those as they were, those as they are. A path in one only was deleted or added."""
    found = dict.fromkeys((*compare_tests(before, after), *compare_settings(before, after)))
    return sorted(found, key=lambda one: (_RANK[one.severity], one.path, one.line))


def _former(top: str, base: str, paths: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Texts of a commit. Names with a line break cannot be asked for in bulk, and are asked for alone."""
    plain = [path for path in paths if "\n" not in path and "\0" not in path]
    asked = b"".join(f"{base}:".encode() + os.fsencode(path) + b"\n" for path in plain)
    out = answer(git(["cat-file", "--batch"], top, asked)) if plain else b""
    at = 0
    for path in plain:
        end = out.index(b"\n", at)
        header = out[at:end]
        if header.endswith((b" missing", b" ambiguous")):
            at = end + 1
            continue
        size = int(header.rpartition(b" ")[2])
        at = end + 2 + size
        if b" blob " in header:
            yield path, _text(out[end + 1 : end + 1 + size])
    for path in set(paths) - set(plain):
        if "\0" not in path:
            ran = git(["cat-file", "blob", f"{base}:{path}"], top)
            yield path, _text(ran.out) if ran.code == 0 else None


def _present(top: str, path: str) -> str | None:
    """A file of the work tree as text. Links are not followed: they could lead anywhere."""
    place = os.path.join(top, path)
    try:
        if os.path.islink(place) or not os.path.isfile(place):
            return None
        with open(place, "rb") as file:
            return _text(file.read(_MAX_BYTES + 1))
    except OSError:
        return None  # gone since it was listed: as good as deleted


def _text(raw: bytes) -> str | None:
    if len(raw) > _MAX_BYTES or b"\0" in raw[:8192]:
        return None
    return raw.decode("utf-8", "replace")
