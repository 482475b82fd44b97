"""package.json, pnpm-workspace.yaml, lerna.json, deno.json."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from agent_baton.patterns import lazy

from .model import Manifest, listed, string, table, unique
from .parsing import jsonc, yml

_DEPENDENCY_TABLES = (
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "catalog",
)
_LINE_COMMENT = lazy(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = lazy(r",(\s*[}\]])")
_RUN_BY = lazy(r"\b(npm|pnpm|yarn|bun)(?:\s+(?:run\s+)?[\w:-]+|$)")


def package_json(path: str, text: str) -> Manifest:
    document = jsonc(text)
    workspaces = document.get("workspaces")
    members = listed(workspaces) or listed(table(workspaces).get("packages"))
    return Manifest(
        path=path,
        ecosystem="JavaScript",
        text=text,
        name=string(document.get("name")),
        dependencies=unique(name for key in _DEPENDENCY_TABLES for name in table(document, key)),
        runtimes=tuple(_engines(document)),
        entry_points=unique(_entry_points(document)),
        members=unique(members),
        tools=tuple(_tools(document)),
        published=bool(document.get("name")) and document.get("private") is not True,
    )


def _engines(document: dict[str, object]) -> Iterator[tuple[str, str]]:
    wanted = {**table(document, "engines"), **table(document, "volta")}
    for name in ("node", "bun", "deno", "vscode"):
        if string(wanted.get(name)):
            yield name, string(wanted[name])


def _entry_points(document: dict[str, object]) -> Iterator[str]:
    for key in ("main", "module", "browser", "source"):
        yield string(document.get(key)).removeprefix("./")
    binaries = document.get("bin")
    for target in table(binaries).values() if isinstance(binaries, dict) else [binaries]:
        yield string(target).removeprefix("./")


def _tools(document: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Managers the file names, surest first."""
    declared = string(document.get("packageManager"))
    if declared:
        yield declared.partition("@")[0], declared
    for key in ("engines", "volta"):
        for name in ("pnpm", "yarn", "bun"):
            wanted = string(table(document, key).get(name))
            if wanted and not wanted.startswith(("please", "use", "<", "0.0")):
                yield name, name
    if "pnpm" in document:
        yield "pnpm", '"pnpm"'
    yield from _named_in_scripts(table(document, "scripts"))
    versions = [string(version) for key in _DEPENDENCY_TABLES for version in table(document, key).values()]
    if any(version.startswith("catalog:") for version in versions):
        yield "pnpm", "catalog:"
    if any(version.startswith(("workspace:", "portal:")) for version in versions):
        # npm has no such protocol; pnpm and yarn both do
        yield ("yarn" if "resolutions" in document or "workspaces" in document else "pnpm"), "workspace:"


def _named_in_scripts(scripts: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, command in scripts.items():
        only = re.search(r"only-allow\s+(npm|pnpm|yarn|bun)\b", string(command))
        if only and name == "preinstall":
            yield only[1], "only-allow"
    calls = [
        (found[1], found[0])
        for name, command in scripts.items()
        for found in _RUN_BY.finditer(string(command))
        if found[1] not in name  # "test:pnpm" tries the package with one
    ]
    most = Counter(manager for manager, _ in calls).most_common(1)
    if most and most[0][0] != "npm":
        yield next(call for call in calls if call[0] == most[0][0])


def pnpm_workspace(path: str, text: str) -> Manifest:
    packages = [string(glob) for glob in listed(yml(text).get("packages"))]
    return Manifest(
        path,
        "JavaScript",
        text,
        members=unique(glob for glob in packages if not glob.startswith("!")),
        excluded=unique(glob[1:] for glob in packages if glob.startswith("!")),
    )


def lerna(path: str, text: str) -> Manifest:
    document = jsonc(text)
    client = string(document.get("npmClient"))
    return Manifest(
        path,
        "JavaScript",
        text,
        members=unique(listed(document.get("packages"))),
        tools=((client, "npmClient"),) if client else (),
    )


def deno(path: str, text: str) -> Manifest:
    """deno.json or deno.jsonc: imports are its dependencies ("npm:hono@4", "jsr:@std/assert")."""
    document = jsonc(_TRAILING_COMMA.sub(r"\1", _LINE_COMMENT.sub(lambda found: found[1] or "", text)))
    targets = (string(target) for target in table(document, "imports").values())
    names = (
        re.sub(r"^(?:npm|jsr):/?", "", target) for target in targets if target.startswith(("npm:", "jsr:"))
    )
    return Manifest(
        path,
        "JavaScript",
        text,
        name=string(document.get("name")),
        dependencies=unique(re.sub(r"(?<=.)@.*$", "", name) for name in names),
        members=unique(listed(document.get("workspace"))),
    )
