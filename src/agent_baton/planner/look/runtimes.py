"""Which runtimes, in which versions, a repository declares: version files first, then its manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Evidence, Runtime

from .manifests import Manifest, line_of
from .tree import Tree

_VERSION_FILES = {
    ".python-version": "python", ".nvmrc": "node", ".node-version": "node", ".ruby-version": "ruby",
    ".java-version": "java", ".go-version": "go", ".terraform-version": "terraform", ".php-version": "php",
    ".swift-version": "swift", "rust-toolchain": "rust", ".deno-version": "deno", ".bun-version": "bun",
    ".elixir-version": "elixir", ".zigversion": "zig", ".crystal-version": "crystal", ".perl-version": "perl",
}  # fmt: skip
_TOOL_NAMES = {"nodejs": "node", "golang": "go", "erlang": "erlang"}
_TOOL_LINE = lazy(r"^[ \t]*\"?([a-z][\w-]*)\"?[ \t]*(?:=[ \t]*)?[\"']?v?([\d][\w.+-]*)", re.MULTILINE)
_KNOWN = frozenset(
    (
        "python", "node", "ruby", "java", "go", "rust", "php", "elixir", "erlang", "terraform", "deno",
        "bun", "dart",
        "flutter", "scala", "kotlin", "zig", "crystal", "swift", "dotnet", "clojure", "lua", "perl", "r",
        "julia",
    )
)  # fmt: skip


def runtimes(tree: Tree, manifests: Sequence[Manifest]) -> tuple[Runtime, ...]:
    """Each runtime and version once, those of the root first."""
    found: dict[tuple[str, str], Runtime] = {}
    for runtime in (*_from_version_files(tree), *_from_manifests(manifests)):
        found.setdefault((runtime.name, runtime.version), runtime)
    return tuple(found.values())


def _from_version_files(tree: Tree) -> Iterator[Runtime]:
    for path in tree.named(*_VERSION_FILES):
        first = next(
            (line.strip() for line in tree.text(path).splitlines() if line.strip(" \t") and line[0] != "#"),
            "",
        )
        if first and "/" not in path and not first.startswith("["):
            name = _VERSION_FILES[path.rpartition("/")[2]]
            yield Runtime(name, first.removeprefix("v")[:40], Evidence(path, 1, first[:200]))
    for path in tree.named("rust-toolchain.toml", "rust-toolchain"):
        channel = re.search(r"^channel\s*=\s*\"([^\"]+)\"", tree.text(path), re.MULTILINE)
        if channel:
            yield Runtime("rust", channel[1][:40], Evidence(path, *line_of(tree.text(path), "channel")))
    for path in [path for path in tree.named(".tool-versions", "mise.toml", ".mise.toml") if "/" not in path]:
        for tool, version in _TOOL_LINE.findall(tree.text(path)):
            name = _TOOL_NAMES.get(tool, tool)
            if name in _KNOWN:
                yield Runtime(name, version, Evidence(path, *line_of(tree.text(path), tool)))


def _from_manifests(manifests: Sequence[Manifest]) -> Iterator[Runtime]:
    for manifest in manifests:
        for name, version in manifest.runtimes:
            yield Runtime(name, version[:80], Evidence(manifest.path, *line_of(manifest.text, version)))
