"""The packages of a workspace or monorepo: the declared ones, then other folders with their own manifest."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Evidence, Member

from .languages import grouped, is_code
from .manifests import Manifest, line_of
from .place import place_of
from .sources import Source
from .tree import Tree

# Manifests that make a folder a package. The others (requirements, CMakeLists, tox.ini…) only accompany one.
_PACKAGE_FILE = lazy(
    r"^(?:pyproject\.toml|setup\.py|package\.json|deno\.jsonc?|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|build\.sbt|"
    r".*\.(?:cs|fs|vb)proj|composer\.json|.*\.gemspec|Gemfile|mix\.exs|rebar\.config|Package\.swift|pubspec\.yaml|.*\.cabal|"
    r"package\.yaml|project\.clj|deps\.edn|build\.zig\.zon|.*\.rockspec|Project\.toml|shard\.yml|elm\.json|.*\.nimble|Chart\.yaml)$"
)
MAX_MEMBERS = 500


def members(tree: Tree, manifests: Sequence[Manifest], found: Sequence[Source]) -> tuple[Member, ...]:
    """Every member once, sorted by path; the root itself is none."""
    packages: dict[str, Manifest] = {}
    for manifest in manifests:
        if manifest.folder and _is_package(manifest):
            packages.setdefault(manifest.folder, manifest)
    declared = {folder: evidence for folder, evidence in _declared(tree, manifests, packages) if folder}
    refused = [_glob(manifest.folder, glob) for manifest in manifests for glob in manifest.excluded]
    own = (folder for folder in packages if place_of(f"{folder}/x") == "source")
    undeclared = {folder for folder in own if not any(pattern.fullmatch(folder) for pattern in refused)}
    folders = sorted({*declared, *undeclared})[:MAX_MEMBERS]
    spoken = _languages_of(folders, found)
    return tuple(
        Member(
            path=folder,
            name=(packages[folder].name if folder in packages else "") or folder.rpartition("/")[2],
            language=spoken.get(folder) or (packages[folder].ecosystem if folder in packages else ""),
            evidence=declared.get(folder) or _own_evidence(packages[folder]),
        )
        for folder in folders
    )


def _is_package(manifest: Manifest) -> bool:
    name = manifest.path.rpartition("/")[2]
    if not _PACKAGE_FILE.match(name) or place_of(manifest.path) in ("vendored", "fixture"):
        return False
    # a module that happens to be called setup.py, a package.json that only says {"type": "module"}
    return bool(
        manifest.name or manifest.dependencies or manifest.members or name not in ("setup.py", "package.json")
    )


def _own_evidence(manifest: Manifest) -> Evidence:
    line, text = (
        line_of(manifest.text, manifest.name) if manifest.name else (0, manifest.path.rpartition("/")[2])
    )
    return Evidence(manifest.path, line, text)


def _declared(
    tree: Tree, manifests: Iterable[Manifest], packages: Mapping[str, Manifest]
) -> Iterator[tuple[str, Evidence]]:
    """Folders that a workspace names, with the line that does."""
    folders: frozenset[str] = frozenset()
    if any(manifest.members for manifest in manifests):
        folders = frozenset(path.rpartition("/")[0] for path in tree.files)
    for manifest in manifests:
        excluded = [_glob(manifest.folder, glob) for glob in manifest.excluded]
        for glob in manifest.members:
            pattern = _glob(manifest.folder, glob)
            line, text = line_of(manifest.text, glob)
            # a module named in full may keep its build file under another name
            for folder in packages if "*" in glob else {*packages, *folders}:
                if pattern.fullmatch(folder) and not any(each.fullmatch(folder) for each in excluded):
                    yield folder, Evidence(manifest.path, line, text)


def _glob(folder: str, glob: str) -> re.Pattern[str]:
    """A workspace's pattern as a regex over folders: "*" within one name, "**" over any number of them."""
    parts = [part for part in f"{folder}/{glob}".replace("\\", "/").split("/") if part not in ("", ".")]
    while ".." in parts[1:]:
        at = parts.index("..", 1)
        del parts[at - 1 : at + 1]
    if parts and re.search(r"\.(?:[a-z]+proj|json|toml|xml)$", parts[-1]):
        parts.pop()  # some name the manifest instead of its folder
    words = [
        ".*" if part == "**" else re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
        for part in parts
    ]
    return re.compile("/".join(words).replace("/.*", "(?:/.*)?"))


def _languages_of(folders: Sequence[str], found: Iterable[Source]) -> dict[str, str]:
    """The largest language of the sources that belong to each folder and to no member below it."""
    known = frozenset(folders)
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    for source in found:
        if source.place not in ("source", "test") or not is_code(source.language):
            continue
        folder = source.path.rpartition("/")[0]
        while folder and folder not in known:
            folder = folder.rpartition("/")[0]
        if folder:
            sizes[folder][grouped(source.language)] += source.size_bytes
    return {folder: count.most_common(1)[0][0] for folder, count in sizes.items()}
