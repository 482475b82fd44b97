"""Package manifests of every ecosystem, read without running anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from agent_baton.patterns import lazy

from ..tree import Tree
from . import compiled, dotnet, dynamic, javascript, jvm, python
from .model import Manifest, line_of

__all__ = ["READERS", "Manifest", "line_of", "manifests"]

Reader = Callable[[str, str], Manifest]

_BY_NAME: Mapping[str, Reader] = {
    "pyproject.toml": python.pyproject,
    "setup.py": python.setup_py,
    "setup.cfg": python.setup_cfg,
    "Pipfile": python.pipfile,
    "environment.yml": python.environment,
    "environment.yaml": python.environment,
    "tox.ini": python.tox,
    "pixi.toml": python.pixi,
    "package.json": javascript.package_json,
    "pnpm-workspace.yaml": javascript.pnpm_workspace,
    "lerna.json": javascript.lerna,
    "deno.json": javascript.deno,
    "deno.jsonc": javascript.deno,
    "go.mod": compiled.go_mod,
    "go.work": compiled.go_work,
    "Cargo.toml": compiled.cargo,
    "Package.swift": compiled.package_swift,
    "Podfile": compiled.podfile,
    "pubspec.yaml": compiled.pubspec,
    "melos.yaml": compiled.melos,
    "build.zig.zon": compiled.zig_zon,
    "CMakeLists.txt": compiled.cmake,
    "meson.build": compiled.meson,
    "vcpkg.json": compiled.vcpkg,
    "conanfile.txt": compiled.conanfile,
    "conanfile.py": compiled.conanfile,
    "pom.xml": jvm.pom,
    "build.gradle": jvm.gradle,
    "build.gradle.kts": jvm.gradle,
    "settings.gradle": jvm.gradle_settings,
    "settings.gradle.kts": jvm.gradle_settings,
    "libs.versions.toml": jvm.version_catalog,
    "build.sbt": jvm.sbt,
    "deps.edn": jvm.deps_edn,
    "project.clj": jvm.project_clj,
    "Directory.Packages.props": dotnet.project,
    "Directory.Build.props": dotnet.project,
    "packages.config": dotnet.packages_config,
    "global.json": dotnet.global_json,
    "Gemfile": dynamic.gemfile,
    "gems.rb": dynamic.gemfile,
    "composer.json": dynamic.composer,
    "mix.exs": dynamic.mix,
    "rebar.config": dynamic.rebar,
    "package.yaml": dynamic.hpack,
    "cabal.project": dynamic.cabal_project,
    "stack.yaml": dynamic.stack,
    "cpanfile": dynamic.cpanfile,
    "Makefile.PL": dynamic.cpanfile,
    "Build.PL": dynamic.cpanfile,
    "dist.ini": dynamic.cpanfile,
    "DESCRIPTION": dynamic.r_description,
    "dune-project": dynamic.dune_project,
    "Project.toml": dynamic.julia,
    "shard.yml": dynamic.shards,
    "dub.json": dynamic.dub,
    "dub.sdl": dynamic.dub,
    "elm.json": dynamic.elm,
}
_BY_SHAPE: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (lazy(pattern), reader)
    for pattern, reader in (
        (r"(?:.*[-_.])?requirements?(?:[-_.].*)?\.(?:txt|in)$", python.requirements),
        (r".*\.gemspec$", dynamic.gemspec),
        (r".*\.podspec$", compiled.podfile),
        (r".*\.(?:cs|fs|vb)proj$", dotnet.project),
        (r".*\.slnx?$", dotnet.solution),
        (r".*\.cabal$", dynamic.cabal),
        (r".*\.rockspec$", dynamic.rockspec),
        (r".*\.nimble$", dynamic.nimble),
        (r".*\.opam$", dynamic.dune_project),
        (r".*\.(?:tf|tofu)$", dynamic.terraform),
    )
)
READERS: tuple[Reader, ...] = tuple(dict.fromkeys([*_BY_NAME.values(), *(reader for _, reader in _BY_SHAPE)]))
_IN_REQUIREMENTS_FOLDER = lazy(r"(?:^|/)requirements/[^/]+\.(?:txt|in)$")

MAX_MANIFESTS = 400  # read, nearest to the root first
MAX_BYTES = 6_000_000  # of all of them together


def manifests(tree: Tree) -> tuple[Manifest, ...]:
    """The repository's own manifests, nearest to the root first; not those of vendored code and fixtures."""
    read: list[Manifest] = []
    left = MAX_BYTES
    for path in sorted(
        (path for path in tree.files if _reader(path)), key=lambda path: (path.count("/"), path)
    ):
        reader = _reader(path)
        if reader is None or tree.place(path) in ("vendored", "fixture", "generated", "built"):
            continue
        text = tree.text(path)
        left -= len(text)
        if left < 0 or len(read) == MAX_MANIFESTS:
            break
        read.append(reader(path, text))
    return tuple(read)


def _reader(path: str) -> Reader | None:
    name = path.rpartition("/")[2]
    known = _BY_NAME.get(name)
    if known or "." not in name:
        return known
    if _IN_REQUIREMENTS_FOLDER.search(path):
        return python.requirements
    return next((reader for pattern, reader in _BY_SHAPE if pattern.match(name)), None)
