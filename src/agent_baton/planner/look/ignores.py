"""Which paths `.gitignore` files exclude: pathspec translates the patterns, one regex runs a run of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from pathspec import GitIgnoreSpec

MAX_IGNORE_BYTES = 200_000
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")

_Verdicts = tuple[tuple[bool, "re.Pattern[str]"], ...]


class Ignores:
    """The rules in force in one folder: its own `.gitignore`, then those of the folders above."""

    __slots__ = ("_layers",)

    def __init__(self, layers: tuple[tuple[str, _Verdicts], ...] = ()) -> None:
        self._layers = (
            layers  # innermost first; each with the folder ("" or "a/b/") its patterns are relative to
        )

    @classmethod
    def outermost(cls, root: str) -> Ignores:
        """The rules of the clone itself, which git keeps outside of the tree."""
        return cls().inside("", f"{root}/.git/info/exclude")

    def inside(self, prefix: str, ignore_file: str) -> Ignores:
        """The same rules with those of one more file on top."""
        verdicts = _compiled(_lines(ignore_file))
        return Ignores(((prefix, verdicts), *self._layers)) if verdicts else self

    def exclude(self, path: str) -> bool:
        """Whether git would ignore `path`; a folder's path ends in "/"."""
        for prefix, verdicts in self._layers:
            below = path[len(prefix) :]
            for excluded, regex in verdicts:
                if regex.match(below):
                    return excluded
        return False


def _lines(ignore_file: str) -> list[str]:
    try:
        with Path(ignore_file).open("rb") as stream:
            return stream.read(MAX_IGNORE_BYTES).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return []


def _compiled(lines: Iterable[str]) -> _Verdicts:
    """Runs of patterns of one sign as one regex each, the last run first, because the last match wins."""
    patterns = [each for line in lines for each in _pattern(line)]
    runs = [
        (sign, "|".join(regex for _, regex in run))
        for sign, run in groupby(patterns, key=lambda each: each[0])
    ]
    return tuple((sign, re.compile(regex)) for sign, regex in reversed(runs))


def _pattern(line: str) -> list[tuple[bool, str]]:
    try:
        spec = GitIgnoreSpec.from_lines([line])
    except ValueError:
        return []  # git, too, skips a pattern it cannot read
    found = []
    for each in spec.patterns:
        regex = getattr(each, "regex", None)
        if each.include is not None and regex is not None:
            # pathspec names a group; a name may stand only once in a joined regex
            nameless = _NAMED_GROUP.sub("(?:", regex.pattern)
            found.append((bool(each.include), f"(?:{nameless})"))
    return found
