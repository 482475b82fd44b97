"""What a package manifest says, in one shape for every ecosystem. Readers are pure: text in, Manifest out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from agent_baton.records import Record

Ecosystem = str  # the language the manifest belongs to, in linguist's spelling: "Python", "JavaScript", …


class Manifest(Record):
    """One manifest file. Names are as written there; `line_of` finds them again."""

    path: str
    ecosystem: Ecosystem
    text: str
    name: str = ""  # of the package; "" when it has none or could not be read
    dependencies: tuple[str, ...] = ()  # of every kind: run time, development, build
    runtimes: tuple[tuple[str, str], ...] = ()  # ("python", ">=3.10")
    entry_points: tuple[str, ...] = ()  # files, relative to the manifest's folder
    members: tuple[str, ...] = ()  # globs of a workspace's packages, relative to the manifest's folder
    excluded: tuple[str, ...] = ()  # globs of folders that are no members
    tools: tuple[
        tuple[str, str], ...
    ] = ()  # (manager, the words that name it): [tool.uv], "packageManager": "pnpm@9"
    published: bool = False  # describes a package for others to use

    @property
    def folder(self) -> str:
        """Where it stands, "" for the root."""
        return self.path.rpartition("/")[0]


def line_of(text: str, word: str, start: int = 0) -> tuple[int, str]:
    """Line number and line of a word's first mention, (0, word) when it stands there in another spelling.

    A name counts as a whole: "react" is not found in "react-dom". A quoted name comes before a bare one,
    and both before one in a comment.
    """
    if not word:
        return 0, ""
    quoted = rf"[\"']{re.escape(word)}(?=[\"'\s<>=!~;,:\[(@^{{])"
    bare = rf"(?<![\w@/.-]){re.escape(word)}(?![\w/-])"
    mentions = [
        found for pattern in (quoted, bare, re.escape(word)) for found in _first_few(pattern, text, start)
    ]
    lines = [_line_at(text, found.start()) for found in mentions]
    return next((line for line in lines if not line[1].startswith(_COMMENTS)), (lines or [(0, word)])[0])


_COMMENTS = ("#", "//", ";", "--", "%", "*", "<!--")
_MENTIONS = 5  # of each kind that are looked at


def _first_few(pattern: str, text: str, start: int) -> list[re.Match[str]]:
    return list(islice(re.compile(pattern).finditer(text, start), _MENTIONS))


def _line_at(text: str, position: int) -> tuple[int, str]:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return text.count("\n", 0, start) + 1, text[start : end if end != -1 else len(text)].strip()[:200]


def unique(words: Iterable[object]) -> tuple[str, ...]:
    """Strings in the order of their first mention; anything else in a broken manifest is passed over."""
    return tuple(dict.fromkeys(word for word in words if isinstance(word, str) and word))


def table(value: object, *keys: str) -> dict[str, object]:
    """A nested table of parsed TOML, JSON or YAML; empty when it is not there or is something else."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """A list of parsed TOML, JSON or YAML; empty when it is something else."""
    return value if isinstance(value, list) else []


def string(value: object) -> str:
    """A string of parsed TOML, JSON or YAML; "" when it is something else."""
    return value if isinstance(value, str) else ""
