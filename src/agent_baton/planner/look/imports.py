"""Which files of a repository import which: enough to predict that two changes will meet, always bounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from agent_baton.planner.facts import Facts

from . import imported
from .tree import Tree, decoded

MAX_FILES = 2_500  # read, in the order of the listing
HEAD_BYTES = 8_000  # of each file; imports stand at the top
MAX_BYTES = 12_000_000  # of all of them together
MAX_TARGETS = 60  # of one file: a package that imports a folder of a thousand files predicts nothing

EVERYTHING = (b"",)  # a clue that every file holds
_NAMELESS = frozenset(("__init__", "index"))  # files that are imported by their folder's name, or by "."
Resolver = Callable[[imported.Repository, str, str], Iterable[str]]

_RESOLVERS: Mapping[str, Resolver] = {
    **dict.fromkeys((".py", ".pyi", ".pyx"), imported.python),
    **dict.fromkeys(
        (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte"), imported.javascript
    ),
    ".go": imported.go,
    ".rs": imported.rust,
    **dict.fromkeys((".java", ".kt", ".kts", ".scala", ".groovy"), imported.jvm),
    ".php": imported.php,
    ".rb": imported.ruby,
    **dict.fromkeys((".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".m", ".mm"), imported.c_family),
}

# Languages that import by a file's name; the others also do by a folder's, a class's or by `super`.
_BY_STEM = frozenset((imported.python, imported.javascript, imported.c_family, imported.ruby))


def import_graph(root: Path, facts: Facts, into: Collection[str] | None = None) -> dict[str, frozenset[str]]:
    """File → the files of the same repository it imports; files that import none of them are left out.

    `into` asks only for the files that import one of these: of those the whole answer, of others perhaps none.
    Reads at most MAX_FILES files and MAX_BYTES bytes. Vendored, generated and fixture files are not read.
    """
    tree = Tree.of(root, facts)
    repository = imported.Repository(
        tree, {member.name: member.path for member in facts.members if member.name}
    )
    clues = _clues(into) if into is not None else {}
    graph: dict[str, frozenset[str]] = {}
    for path, raw in _heads(tree):
        resolve = _RESOLVERS[_extension(path)]
        known = clues.get(resolve) if into is not None else EVERYTHING
        if known is None or not any(clue in raw for clue in known):
            continue
        found = resolve(repository, path, decoded(raw))
        targets = {target for target in found if target != path and target in tree}
        if targets:
            graph[path] = frozenset(sorted(targets)[:MAX_TARGETS])
    return graph


def _clues(into: Iterable[str]) -> dict[Resolver, tuple[bytes, ...]]:
    """What a file of each language must hold to import one of these; a language that cannot do it is left out."""
    found: dict[Resolver, set[bytes]] = defaultdict(set)
    for path in into:
        own = _RESOLVERS.get(_extension(path))
        stem = path.rpartition("/")[2].partition(".")[0]
        for resolve in _BY_STEM:
            found[resolve].add(b"" if resolve is own and stem in _NAMELESS else stem.encode())
        if own is not None and own not in _BY_STEM:
            found[own].add(b"")
    return {resolve: tuple(clues) for resolve, clues in found.items()}


def importers(graph: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The same graph the other way round: file → the files that import it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, targets in graph.items():
        for target in targets:
            found[target].add(path)
    return {path: frozenset(sources) for path, sources in found.items()}


def _heads(tree: Tree) -> Iterator[tuple[str, bytes]]:
    left = MAX_BYTES
    wanted = [
        path
        for path in tree.files
        if _extension(path) in _RESOLVERS
        and tree.place(path) not in ("vendored", "generated", "fixture", "built")
    ]
    for path in wanted[:MAX_FILES]:
        raw = tree.raw(path, HEAD_BYTES)
        left -= len(raw)
        if left < 0:
            return
        yield path, raw


def _extension(path: str) -> str:
    dot = path.rfind(".")
    return path[dot:] if dot > path.rfind("/") else ""
