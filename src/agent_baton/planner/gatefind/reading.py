"""The repository as the search for gates sees it: names first, contents on demand, bounded and cached."""

from __future__ import annotations

import json
import os
import posixpath
import re
import stat
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Evidence, Facts

from . import yamls

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_LINE = 2_000  # of it the patterns look at
MAX_COMMENTS = 500  # in one JSON file
MAX_BYTES = 300_000  # of one file; no hand-written task file is larger
EVIDENCE_CHARACTERS = 200


class Repo:
    """Files by name and by folder, and their text. A path that is not in `facts.files` does not exist."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.files = tuple(sorted(facts.files))
        self._known = frozenset(self.files)
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, dict[str, object]] = {}
        self._yamls: dict[str, list[yamls.Node]] = {}
        self._named: dict[str, list[str]] = defaultdict(list)
        self._children: dict[str, list[str]] = defaultdict(list)
        for path in self.files:
            place, _, name = path.rpartition("/")
            self._named[name].append(path)
            self._children[place].append(name)
        self._folders = {parent for place in self._children for parent in (place, *_parents(place))}

    def is_file(self, path: str) -> bool:
        return path in self._known

    def is_folder(self, path: str) -> bool:
        return path == "" or path in self._folders

    def exists(self, path: str) -> bool:
        return self.is_file(path) or self.is_folder(path)

    def named(self, *names: str) -> list[str]:
        """Paths whose last part is one of `names`, nearest to the root first."""
        return sorted((path for name in names for path in self._named.get(name, ())), key=_nearest)

    def under(self, folder: str) -> Iterator[str]:
        """Every file below `folder`, sorted; "" means all."""
        if not folder:
            yield from self.files
            return
        start = bisect_left(self.files, folder + "/")
        for path in self.files[start:]:
            if not path.startswith(folder + "/"):
                return
            yield path

    def beside(self, folder: str) -> list[str]:
        """The names of the files directly in `folder`."""
        return self._children.get(folder, [])

    def glob(self, pattern: str, folder: str = "") -> list[str]:
        """Files that a shell pattern (with braces and `**`) written in `folder` would name."""
        found: list[str] = []
        for each in (posixpath.normpath(posixpath.join(folder, part)) for part in braces(pattern)):
            place, _, name = each.rpartition("/")
            if not any(char in place for char in "*?[") and "**" not in name:
                fits = _glob(name).fullmatch
                children = (child for child in self.beside(place) if fits(child))
                found.extend(f"{place}/{child}" if place else child for child in children)
            else:
                within = self.under(re.split(r"[*?\[]", each, maxsplit=1)[0].rpartition("/")[0])
                found.extend(filter(_glob(each).fullmatch, within))
        return found

    def text(self, path: str) -> str:
        """A file's text, "" when it is absent, unreadable, binary or too large."""
        if path not in self._texts:
            self._texts[path] = self._read(path) if path in self._known else ""
        return self._texts[path]

    def toml(self, path: str) -> dict[str, object]:
        return self._parse(path, _toml)

    def json(self, path: str) -> dict[str, object]:
        return self._parse(path, _json)

    def yaml(self, path: str) -> list[yamls.Node]:
        if path not in self._yamls:
            self._yamls[path] = yamls.documents(self.text(path))
        return self._yamls[path]

    def evidence(self, path: str, line: int = 0) -> Evidence:
        """A place in a file with what stands there."""
        lines = self.text(path).split("\n") if line else []
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Evidence(path, line, text[:EVIDENCE_CHARACTERS])

    def line_with(self, path: str, pattern: str, start: int = 1) -> int:
        """The first line at or after `start` that the pattern matches, 0 when none does."""
        regex = re.compile(pattern)
        for number, line in enumerate(self.text(path).split("\n"), 1):
            if number >= start and regex.search(line[:MAX_LINE]):
                return number
        return 0

    def _parse(self, path: str, parser: Callable[[str], dict[str, object]]) -> dict[str, object]:
        if path not in self._parsed:
            text = self.text(path)
            self._parsed[path] = parser(text) if text else {}
        return self._parsed[path]

    def _read(self, path: str) -> str:
        full = os.path.join(self.facts.root, path)
        try:
            if ".." in path.split("/") or not stat.S_ISREG(os.stat(full).st_mode):
                return ""
            with open(full, "rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except (OSError, ValueError):
            return ""  # gone or forbidden since it was listed
        if b"\0" in raw or len(raw) > MAX_BYTES:
            return ""
        return raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def join(folder: str, path: str) -> str | None:
    """`path` as written in `folder`, relative to the root; None when it leaves the repository."""
    if path.startswith(("/", "~")):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined.startswith(".."):
        return None
    return "" if joined == "." else joined


def braces(pattern: str, limit: int = 64) -> list[str]:
    """`a.{b,c}` -> `a.b`, `a.c`, at most `limit` of them."""
    done: list[str] = []
    waiting = [pattern]
    while waiting and len(done) + len(waiting) <= limit:
        each = waiting.pop()
        found = re.search(r"\{([^{}]*,[^{}]*)\}", each)
        if not found:
            done.append(each)
            continue
        waiting.extend(each[: found.start()] + part + each[found.end() :] for part in found[1].split(","))
    return done or [pattern]


@lru_cache(maxsize=2_000)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(glob_regex(pattern))


def glob_regex(pattern: str) -> str:
    """A shell pattern with `**` as a regular expression over whole paths."""
    out = []
    index = 0
    while index < len(pattern):
        if pattern.startswith("**/", index):
            out.append("(?:[^/]+/)*")
            index += 3
        elif pattern.startswith("**", index):
            out.append(".*")
            index += 2
        else:
            out.append({"*": "[^/]*", "?": "[^/]"}.get(pattern[index], re.escape(pattern[index])))
            index += 1
    return "".join(out)


def matches(name: str, *patterns: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def table(value: object) -> dict[str, object]:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def dig(document: dict[str, object], *keys: str) -> dict[str, object]:
    """The mapping that lies under `keys`, empty when one of them is missing or no mapping."""
    for key in keys:
        document = table(document.get(key))
    return document


def strings(value: object) -> list[str]:
    """The strings of a list; a string alone is a list of one."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _toml(text: str) -> dict[str, object]:
    try:
        parsed: dict[str, object] = tomllib.loads(text)
        return parsed
    except (ValueError, RecursionError):
        return {}


_COMMENTS = lazy(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


def _json(text: str) -> dict[str, object]:
    """JSON, or JSON with comments and trailing commas (deno.jsonc, tsconfig.json)."""
    for attempt in (text, None):
        if attempt is None and text.count("/*") > MAX_COMMENTS:
            break
        if attempt is None:
            plain = _COMMENTS.sub(lambda found: found[0] if found[0].startswith('"') else "", text)
            attempt = re.sub(r",(\s*[}\]])", r"\1", plain)
        try:
            parsed = json.loads(attempt)
        except (ValueError, RecursionError):
            continue
        return parsed if isinstance(parsed, dict) else {}
    return {}


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _nearest(path: str) -> tuple[int, str]:
    return path.count("/"), path
