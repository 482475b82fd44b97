"""Which files of a repository import which: enough to predict that two changes will meet, always bounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from agent_baton.planner.facts import Facts

from . import imported
from .tree import Tree

MAX_FILES = 2_500  # read, in the order of the listing
HEAD_BYTES = 8_000  # of each file; imports stand at the top
MAX_BYTES = 12_000_000  # of all of them together
MAX_TARGETS = 60  # of one file: a package that imports a folder of a thousand files predicts nothing

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


def import_graph(root: Path, facts: Facts) -> dict[str, frozenset[str]]:
    """File → the files of the same repository it imports; files that import none of them are left out.

    Reads at most MAX_FILES files and MAX_BYTES bytes. Vendored, generated and fixture files are not read.
    """
    tree = Tree(root, facts.files)
    repository = imported.Repository(
        tree, {member.name: member.path for member in facts.members if member.name}
    )
    graph: dict[str, frozenset[str]] = {}
    for path, text in _heads(tree):
        resolve = _RESOLVERS[_extension(path)]
        targets = {target for target in resolve(repository, path, text) if target != path and target in tree}
        if targets:
            graph[path] = frozenset(sorted(targets)[:MAX_TARGETS])
    return graph


def importers(graph: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The same graph the other way round: file → the files that import it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, targets in graph.items():
        for target in targets:
            found[target].add(path)
    return {path: frozenset(sources) for path, sources in found.items()}


def _heads(tree: Tree) -> Iterator[tuple[str, str]]:
    left = MAX_BYTES
    wanted = [
        path
        for path in tree.files
        if _extension(path) in _RESOLVERS
        and tree.place(path) not in ("vendored", "generated", "fixture", "built")
    ]
    for path in wanted[:MAX_FILES]:
        text = tree.head(path, HEAD_BYTES)
        left -= len(text)
        if left < 0:
            return
        yield path, text


def _extension(path: str) -> str:
    dot = path.rfind(".")
    return path[dot:] if dot > path.rfind("/") else ""
