"""Which paths `.gitignore` files exclude: pathspec translates the patterns, one regex runs a run of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from agent_baton.loading import later
from agent_baton.patterns import lazy

if TYPE_CHECKING:
    import pathspec
else:
    pathspec = later("pathspec")  # most looks are given the files that git lists

MAX_IGNORE_BYTES = 200_000
_ANY_FOLDER = "^(?:.+/)?"  # how pathspec begins a pattern that holds in every folder
_NAMED_GROUP = lazy(r"\(\?P<\w+>")

_Verdicts = tuple[tuple[bool, bool, "re.Pattern[str]"], ...]


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
        """Whether git would ignore `path`, whose folder it does not; a folder's own path ends in "/"."""
        name = path[path.rfind("/", 0, -1) + 1 :]
        for prefix, verdicts in self._layers:
            below = path[len(prefix) :]
            for excluded, by_name, regex in verdicts:
                if regex.match(name if by_name else below):
                    return excluded
        return False


def _lines(ignore_file: str) -> list[str]:
    try:
        with Path(ignore_file).open("rb") as stream:
            return stream.read(MAX_IGNORE_BYTES).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return []


def _compiled(lines: Iterable[str]) -> _Verdicts:
    """Runs of patterns of one kind as one regex each, the last run first, because the last match wins."""
    patterns = [each for line in lines for each in _pattern(line)]
    runs = [
        (excluded, by_name, "|".join(regex for _, _, regex in run))
        for (excluded, by_name), run in groupby(patterns, key=lambda each: each[:2])
    ]
    return tuple((excluded, by_name, re.compile(regex)) for excluded, by_name, regex in reversed(runs))


def _pattern(line: str) -> list[tuple[bool, bool, str]]:
    """(excludes, looks at the name alone, regex); none for comments, blank lines and broken patterns."""
    try:
        spec = pathspec.GitIgnoreSpec.from_lines([line])
    except ValueError:
        return []  # git, too, skips a pattern it cannot read
    found = []
    for each in spec.patterns:
        regex = getattr(each, "regex", None)
        if each.include is not None and regex is not None:
            # pathspec names a group; a name may stand only once in a joined regex
            nameless = _NAMED_GROUP.sub("(?:", regex.pattern)
            below_any_folder = nameless.removeprefix(_ANY_FOLDER)
            by_name = below_any_folder != nameless and "/" not in line.strip().rstrip("/")
            found.append((bool(each.include), by_name, f"(?:{below_any_folder if by_name else nameless})"))
    return found
