"""Merge conflicts that need no judgement: lock files, and lines both sides added at one place. Pure text.

What comes out is a proposal: it parses, but only a gate says whether it works. Everything doubtful is left to
the author.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

# Lock files: which tool writes them again from the manifest that was merged.
LOCKFILES = {
    "package-lock.json": "npm install --package-lock-only",
    "npm-shrinkwrap.json": "npm install --package-lock-only",
    "yarn.lock": "yarn install",
    "pnpm-lock.yaml": "pnpm install --lockfile-only",
    "bun.lock": "bun install",
    "bun.lockb": "bun install",
    "deno.lock": "deno cache --reload",
    "uv.lock": "uv lock",
    "poetry.lock": "poetry lock",
    "pdm.lock": "pdm lock",
    "Pipfile.lock": "pipenv lock",
    "pixi.lock": "pixi install",
    "Cargo.lock": "cargo generate-lockfile",
    "go.sum": "go mod tidy",
    "Gemfile.lock": "bundle lock",
    "composer.lock": "composer update --lock",
    "mix.lock": "mix deps.get",
    "pubspec.lock": "dart pub get",
    "Package.resolved": "swift package resolve",
    "Podfile.lock": "pod install",
    "packages.lock.json": "dotnet restore",
    "gradle.lockfile": "gradle dependencies --write-locks",
    "flake.lock": "nix flake lock",
}

_LINE_LISTS = re.compile(
    r"(?:^|/)(?:\.[a-z]*ignore|\.gitattributes|CODEOWNERS|requirements[^/]*\.(?:txt|in)|constraints[^/]*\.txt|"
    r"AUTHORS|CONTRIBUTORS|[^/]*words?(?:list)?\.txt)$"
)
_IMPORTS = {
    "python": r"(?:import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+)*|from\s+[\w.]+\s+import\s+[\w*][\w\s,*]*)"
    r"(?:\s*#.*)?",
    "script": r"(?:import\s.+|export\s+.+\sfrom\s.+|(?:const|let|var)\s+.+=\s*require\(.+\));?",
    "go": r'(?:import\s+)?(?:[\w.]+\s+)?"[\w./~-]+"',
    "jvm": r"import\s+(?:static\s+)?[\w.*]+(?:\s+as\s+\w+)?;?",
    "rust": r"(?:pub(?:\([\w:]+\))?\s+)?(?:use\s+[\w:{}*,\s]+|mod\s+\w+|extern\s+crate\s+\w+);",
    "c": r'#\s*(?:include|import)\s*[<"].+[>"]',
    "dotnet": r"(?:global\s+)?using\s+(?:static\s+)?[\w.=\s]+;",
    "ruby": r"require(?:_relative)?\s+['\"].+['\"]",
    "php": r"use\s+[\w\\{}\s,]+;",
    "style": r"@(?:use|import|forward)\s+['\"].+['\"];?",
}
_FAMILIES = {
    "python": ".py .pyi",
    "script": ".js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte",
    "go": ".go",
    "jvm": ".java .kt .kts .scala .groovy",
    "rust": ".rs",
    "c": ".c .h .cc .cpp .cxx .hpp .hh .m .mm",
    "dotnet": ".cs .fs",
    "ruby": ".rb .rake",
    "php": ".php",
    "style": ".css .scss .sass .less",
}
_FAMILY = {suffix: family for family, suffixes in _FAMILIES.items() for suffix in suffixes.split()}
_IMPORT = {family: re.compile(pattern) for family, pattern in _IMPORTS.items()}
_ENTRY = re.compile(r"(?:[-*+] .+|[^,=(){}]*[^,(\[{],|.*[\w\"')\]}],)")
_KEY = re.compile(r"[\"']?([\w.$-]+)[\"']?\s*(?::|=(?!=))")
_BULLET = re.compile(r"\s*[-*+] ")
_NAMED = re.compile(
    r"(?:def|class|function\*?|func|fn|interface|struct|enum|trait|type|module|namespace|const|let|var|val|object)"
    r"\s+(\w+)"
    r"|(?:it|test|describe|context)\(\s*(['\"`][^'\"`]*)"
)
_OPENERS, _CLOSERS = "([{", ")]}"
# Part of a conflict → the sign that ends it, and the part that follows.
_NEXT = {"plain": ("<", "ours"), "ours": ("|", "base"), "base": ("=", "theirs"), "theirs": (">", "plain")}


@dataclass(frozen=True, slots=True)
class Hunk:
    """One conflict: what stood there, and what each side made of it. Whole lines, ends included."""

    ours: str
    base: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """A conflict settled by rule."""

    path: str
    how: str  # a sentence for people
    regenerate: str = ""  # the command that makes the file right again, for lock files


def lockfile(path: str) -> Resolution | None:
    """How a conflict in a lock file is settled: our side stays until its tool has written it again."""
    command = LOCKFILES.get(PurePosixPath(path).name)
    if command is None:
        return None
    return Resolution(
        path, f"{path}: kept as it was on the task's branch; write it again with: {command}", command
    )


def parse_hunks(text: str, marker: int) -> list[str | Hunk]:
    """Take a three-way merge with marks of `marker` characters apart: plain text and hunks, in order."""
    parts: list[str | Hunk] = []
    sides = dict.fromkeys(_NEXT, "")
    side = "plain"
    for line in text.splitlines(keepends=True):
        sign, following = _NEXT[side]
        if line.rstrip("\r\n") != sign * marker and not line.startswith(sign * marker + " "):
            sides[side] += line
            continue
        if following == "plain":
            parts += [sides["plain"], Hunk(sides["ours"], sides["base"], sides["theirs"])]
            sides = dict.fromkeys(_NEXT, "")
        side = following
    return [part for part in (*parts, sides["plain"]) if part]


def unite(path: str, parts: Sequence[str | Hunk]) -> str | None:
    """The file with every hunk united, ours first; None if one needs judgement or the result is broken."""
    done: list[str] = []
    for part in parts:
        united = part if isinstance(part, str) else _unite(path, part)
        if united is None:
            return None
        done.append(united)
    text = "".join(done)
    return text if _parses(path, text) else None


def _unite(path: str, hunk: Hunk) -> str | None:
    if hunk.base.strip() or not hunk.ours.strip() or not hunk.theirs.strip():
        return None
    if not hunk.ours.endswith("\n"):
        return None  # the last line of the file: joining would glue two lines together
    if hunk.ours == hunk.theirs:
        return hunk.ours
    family = _FAMILY.get(PurePosixPath(path).suffix, "")
    ours, theirs = hunk.ours.splitlines(keepends=True), hunk.theirs.splitlines(keepends=True)
    if _are_lines(path, family, [*ours, *theirs]) and not _rival_keys(ours, theirs):
        return "".join([*ours, *(line for line in theirs if not line.strip() or line not in ours)])
    if _are_bullets(path, ours) and _are_bullets(path, theirs):
        return hunk.ours + hunk.theirs
    if family and _are_blocks(family, hunk):
        return hunk.ours + _gap(hunk) + hunk.theirs
    return None


def _are_lines(path: str, family: str, lines: Sequence[str]) -> bool:
    """Whether each line stands for itself, so that order and neighbours do not matter."""
    texts = [line.strip() for line in lines if line.strip()]
    if _LINE_LISTS.search(path):
        return True
    if family and all(_IMPORT[family].fullmatch(text) for text in texts):
        return True
    return _same_depth(lines) and all(_ENTRY.fullmatch(text) and _balanced(text) for text in texts)


def _rival_keys(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether both sides give one key, each another value."""
    keys = [
        {found[1] for line in side if (found := _KEY.match(line.strip()))}
        for side in (ours, set(theirs) - set(ours))
    ]
    return not keys[0].isdisjoint(keys[1])


def _are_bullets(path: str, lines: Sequence[str]) -> bool:
    """Whether lines are whole list items of a text, continued on deeper lines."""
    filled = [line for line in lines if line.strip()]
    if PurePosixPath(path).suffix not in (".md", ".rst", ".txt", ".mdx") or not _BULLET.match(filled[0]):
        return False
    depth = len(filled[0]) - len(filled[0].lstrip())
    return all(_BULLET.match(line) or len(line) - len(line.lstrip()) > depth for line in filled)


def _are_blocks(family: str, hunk: Hunk) -> bool:
    """Whether each side adds whole definitions, of different names, at the same depth."""
    names = [set(_names(side)) for side in (hunk.ours, hunk.theirs)]
    if not all(names) or names[0] & names[1]:
        return False
    if _depth(hunk.ours) != _depth(hunk.theirs):
        return False
    if family == "python":
        return all(_is_python(textwrap.dedent(side)) for side in (hunk.ours, hunk.theirs))
    return all(_balanced(side) for side in (hunk.ours, hunk.theirs))


def _names(text: str) -> Iterator[str]:
    """Names defined at the outermost depth of a text."""
    depth = _depth(text)
    for line in text.splitlines():
        found = _NAMED.search(line)
        if found and len(line) - len(line.lstrip()) == depth:
            yield found[1] or found[2]


def _depth(text: str) -> int:
    return min((len(line) - len(line.lstrip()) for line in text.splitlines() if line.strip()), default=0)


def _same_depth(lines: Sequence[str]) -> bool:
    return len({len(line) - len(line.lstrip()) for line in lines if line.strip()}) == 1


def _gap(hunk: Hunk) -> str:
    """Empty lines between two blocks, as one side has them at its start."""
    if hunk.ours.endswith("\n\n") or hunk.theirs.startswith("\n"):
        return ""
    return "\n"


def _balanced(text: str) -> bool:
    """Whether brackets close in order. Those within strings and comments count too: doubt means no."""
    stack: list[str] = []
    for char in text:
        if char in _OPENERS:
            stack.append(_CLOSERS[_OPENERS.index(char)])
        elif char in _CLOSERS and (not stack or stack.pop() != char):
            return False
    return not stack


def _parses(path: str, text: str) -> bool:
    suffix = PurePosixPath(path).suffix
    if suffix in (".py", ".pyi"):
        return _is_python(text)
    if suffix == ".json":
        return _is_json(text)
    if suffix == ".toml":
        return _is_toml(text)
    return True


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        return False
    return True


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
