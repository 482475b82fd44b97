"""What a package manifest says, in one shape for every ecosystem. Readers are pure: text in, Manifest out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Ecosystem = str  # the language the manifest belongs to, in linguist's spelling: "Python", "JavaScript", …


@dataclass(frozen=True, slots=True)
class Manifest:
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
    tools: tuple[tuple[str, str], ...] = ()  # (manager, the words that name it): [tool.uv], "packageManager": "pnpm@9"
    published: bool = False  # describes a package for others to use

    @property
    def folder(self) -> str:
        """Where it stands, "" for the root."""
        return self.path.rpartition("/")[0]


def line_of(text: str, word: str) -> tuple[int, str]:
    """Line number and line of the first mention of a word, (0, word) when it stands there in another spelling.

    A name counts as a whole: "react" is not found in "react-dom".
    """
    found = re.search(rf"(?<![\w@/.-]){re.escape(word)}(?![\w/-])", text) or re.search(re.escape(word), text)
    if not found:
        return 0, word
    start = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.start())
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
