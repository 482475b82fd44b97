"""Frameworks and tools a repository builds on: from what its manifests depend on, then from telling files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Evidence, Framework

from .manifests import Manifest, line_of
from .manifests.python import normal
from .place import place_of
from .tree import Tree

TABLE = Path(__file__).with_name("frameworks.tsv")

# Ecosystems that install each other's packages: where else a dependency's name is looked up.
_ALSO = {
    "Scala": "Java", "Clojure": "Java", "Kotlin": "Java", "Erlang": "Elixir", "C": "C++",
    "TypeScript": "JavaScript",
}  # fmt: skip


class Row(NamedTuple):
    kind: str
    name: str


class Rules(NamedTuple):
    """The table, indexed: whole names by hash, names with "*" as the words before it."""

    exact: dict[tuple[str, str], Row]
    prefixes: dict[str, list[tuple[str, Row]]]
    files: dict[str, Row]
    file_patterns: tuple[tuple[re.Pattern[str], Row], ...]
    any_file_pattern: re.Pattern[str]  # one search tells most names apart from all of them


@lru_cache(maxsize=1)
def rules() -> Rules:
    exact: dict[tuple[str, str], Row] = {}
    prefixes: dict[str, list[tuple[str, Row]]] = {}
    files: dict[str, Row] = {}
    globs: dict[str, Row] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        ecosystem, kind, name, patterns = line.split("\t")
        for pattern in patterns.split(","):
            if ecosystem == "*":
                (globs if "*" in pattern else files)[pattern] = Row(kind, name)
            elif pattern.endswith("*"):
                prefixes.setdefault(ecosystem, []).append((pattern[:-1], Row(kind, name)))
            else:
                exact.setdefault((ecosystem, pattern), Row(kind, name))
    file_patterns = tuple((re.compile(translate(glob)), row) for glob, row in globs.items())
    return Rules(exact, prefixes, files, file_patterns, re.compile("|".join(map(translate, globs))))


def frameworks(tree: Tree, manifests: Sequence[Manifest]) -> tuple[Framework, ...]:
    """Each framework once, with its first evidence; those of examples and documentation do not count."""
    found: dict[str, Framework] = {}
    every = (*_from_dependencies(manifests), *_from_files(tree), *_from_imports(tree, manifests))
    for framework in every:
        found.setdefault(framework.name, framework)
    return tuple(found.values())


def _from_dependencies(manifests: Sequence[Manifest]) -> Iterator[Framework]:
    own = {manifest.name for manifest in manifests if manifest.name}
    for manifest in manifests:
        if place_of(manifest.path) in ("example", "docs"):
            continue
        for dependency in manifest.dependencies:
            row = None if dependency in own else _row(manifest.ecosystem, dependency)
            if row:
                start = max(0, manifest.text.find('ependencies"')) if manifest.path.endswith(".json") else 0
                line, text = line_of(manifest.text, _as_written(manifest, dependency), start)
                yield Framework(row.name, row.kind, Evidence(manifest.path, line, text))


# Where nothing declares dependencies (scripts, notebooks' helpers), the imports tell as much.
_IMPORTS = {
    "Python": ((".py",), lazy(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)),
    "JavaScript": (
        (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"),
        lazy(r"\b(?:from|require\()[ \t]*[\"']((?:@[\w.-]+/)?[\w.-]+)"),
    ),
}
_DISTRIBUTION = {"sklearn": "scikit-learn", "cv2": "opencv-python", "rest_framework": "djangorestframework"}
MAX_READ_FOR_IMPORTS = 80  # files of one ecosystem


def _from_imports(tree: Tree, manifests: Sequence[Manifest]) -> Iterator[Framework]:
    declared = {manifest.ecosystem for manifest in manifests if manifest.dependencies}
    for ecosystem, (endings, pattern) in _IMPORTS.items():
        if ecosystem in declared:
            continue
        own = (
            path for path in tree.files if path.endswith(endings) and tree.place(path) in ("source", "test")
        )
        for path in islice(own, MAX_READ_FOR_IMPORTS):
            text = tree.head(path)
            for name in dict.fromkeys(pattern.findall(text)):
                row = _row(ecosystem, _DISTRIBUTION.get(name, name))
                if row:
                    yield Framework(row.name, row.kind, Evidence(path, *line_of(text, name)))


def _as_written(manifest: Manifest, dependency: str) -> str:
    """What to look for in the manifest: Maven writes group and artifact on lines of their own."""
    return dependency.rpartition(":")[2] if manifest.ecosystem in ("Java", "Scala") else dependency


def _row(ecosystem: str, dependency: str) -> Row | None:
    name = normal(dependency) if ecosystem == "Python" else dependency
    for where in (ecosystem, _ALSO.get(ecosystem, "")):
        row = rules().exact.get((where, name))
        if row:
            return row
        for prefix, each in rules().prefixes.get(where, ()):
            if name.startswith(prefix):
                return each
    return None


def _from_files(tree: Tree) -> Iterator[Framework]:
    table = rules()
    for path in sorted(tree.files, key=lambda path: path.count("/")):
        name = path.rpartition("/")[2]
        row = table.files.get(name)
        if row is None and table.any_file_pattern.match(name):
            row = next(row for pattern, row in table.file_patterns if pattern.match(name))
        if (
            row
            and tree.place(path) not in ("vendored", "fixture", "example")
            and _plausible(tree, row.name, path)
        ):
            yield Framework(row.name, row.kind, Evidence(path, 0, name))


def _plausible(tree: Tree, name: str, path: str) -> bool:
    """Whether a file with an everyday name really is that framework's."""
    if name == "sphinx":
        return "extensions" in tree.text(path) and "project" in tree.text(path)
    if name == "django":
        return "django" in tree.text(path)
    if name == "laravel":
        return "laravel" in tree.text(path).lower() or "Illuminate" in tree.text(path)
    return True
