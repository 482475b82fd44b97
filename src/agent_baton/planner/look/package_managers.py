"""Which package manager installs, builds and runs a repository: lockfiles, then declarations, then custom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Evidence, PackageManager

from .manifests import Manifest, line_of
from .tree import Tree

SURE, DECLARED, NAMED, USED, USUAL, FALLBACK = range(6)


class Claim(NamedTuple):
    """One file's word for one manager; the smallest rank of a folder's ecosystem wins."""

    root: str
    ecosystem: str
    rank: int
    name: str
    path: str
    words: str  # where in the file to look for the evidence, "" for the whole file


# File name -> (manager, ecosystem, rank). A lockfile is written by the manager itself and is sure;
# a manifest that only one manager reads comes next; what several read is only the usual one.
_FILES: dict[str, tuple[str, str, int]] = {
    "uv.lock": ("uv", "Python", SURE),
    "poetry.lock": ("poetry", "Python", SURE),
    "poetry.toml": ("poetry", "Python", DECLARED),
    "pdm.lock": ("pdm", "Python", SURE),
    "Pipfile.lock": ("pipenv", "Python", SURE),
    "Pipfile": ("pipenv", "Python", DECLARED),
    "pixi.lock": ("pixi", "Python", SURE),
    "pixi.toml": ("pixi", "Python", SURE),
    "hatch.toml": ("hatch", "Python", NAMED),
    "conda-lock.yml": ("conda", "Python", SURE),
    "environment.yml": ("conda", "Python", FALLBACK),
    "environment.yaml": ("conda", "Python", FALLBACK),
    "pyproject.toml": ("pip", "Python", USUAL),
    "setup.py": ("pip", "Python", USUAL),
    "setup.cfg": ("pip", "Python", USUAL),
    "requirements.txt": ("pip", "Python", USUAL),
    "requirements.in": ("pip", "Python", USUAL),
    "requirements-dev.txt": ("pip", "Python", USUAL),
    "package-lock.json": ("npm", "JavaScript", SURE),
    "npm-shrinkwrap.json": ("npm", "JavaScript", SURE),
    "pnpm-lock.yaml": ("pnpm", "JavaScript", SURE),
    "pnpm-workspace.yaml": ("pnpm", "JavaScript", SURE),
    ".pnpmfile.cjs": ("pnpm", "JavaScript", DECLARED),
    "yarn.lock": ("yarn", "JavaScript", SURE),
    ".yarnrc.yml": ("yarn", "JavaScript", SURE),
    ".yarnrc": ("yarn", "JavaScript", DECLARED),
    "bun.lock": ("bun", "JavaScript", SURE),
    "bun.lockb": ("bun", "JavaScript", SURE),
    "bunfig.toml": ("bun", "JavaScript", DECLARED),
    "deno.lock": ("deno", "JavaScript", DECLARED),
    "deno.json": ("deno", "JavaScript", NAMED),
    "deno.jsonc": ("deno", "JavaScript", NAMED),
    "package.json": ("npm", "JavaScript", USUAL),
    "bower.json": ("bower", "JavaScript", FALLBACK),
    "go.work": ("go", "Go", SURE),
    "go.mod": ("go", "Go", SURE),
    "Gopkg.toml": ("go", "Go", FALLBACK),
    "glide.yaml": ("go", "Go", FALLBACK),
    "Cargo.lock": ("cargo", "Rust", SURE),
    "Cargo.toml": ("cargo", "Rust", SURE),
    "mvnw": ("maven", "Java", DECLARED),
    "pom.xml": ("maven", "Java", DECLARED),
    "gradlew": ("gradle", "Java", SURE),
    "settings.gradle": ("gradle", "Java", SURE),
    "settings.gradle.kts": ("gradle", "Java", SURE),
    "build.gradle": ("gradle", "Java", SURE),
    "build.gradle.kts": ("gradle", "Java", SURE),
    "build.sbt": ("sbt", "Scala", SURE),
    "build.sc": ("mill", "Scala", DECLARED),
    "build.mill": ("mill", "Scala", DECLARED),
    "ivy.xml": ("ant", "Java", USUAL),
    "build.xml": ("ant", "Java", FALLBACK),
    "paket.dependencies": ("paket", "C#", SURE),
    "nuget.config": ("nuget", "C#", SURE),
    "NuGet.config": ("nuget", "C#", SURE),
    "NuGet.Config": ("nuget", "C#", SURE),
    "packages.config": ("nuget", "C#", DECLARED),
    "Directory.Packages.props": ("nuget", "C#", DECLARED),
    "Directory.Build.props": ("nuget", "C#", USUAL),
    "global.json": ("nuget", "C#", USUAL),
    "Gemfile.lock": ("bundler", "Ruby", SURE),
    "Gemfile": ("bundler", "Ruby", SURE),
    "gems.rb": ("bundler", "Ruby", SURE),
    "composer.lock": ("composer", "PHP", SURE),
    "composer.json": ("composer", "PHP", SURE),
    "mix.lock": ("mix", "Elixir", SURE),
    "mix.exs": ("mix", "Elixir", SURE),
    "rebar.lock": ("rebar3", "Erlang", SURE),
    "rebar.config": ("rebar3", "Erlang", DECLARED),
    "erlang.mk": ("make", "Erlang", USUAL),
    "Package.resolved": ("swiftpm", "Swift", SURE),
    "Package.swift": ("swiftpm", "Swift", SURE),
    "Podfile.lock": ("cocoapods", "Swift", DECLARED),
    "Podfile": ("cocoapods", "Swift", DECLARED),
    "Cartfile": ("carthage", "Swift", NAMED),
    "cabal.project.freeze": ("cabal", "Haskell", SURE),
    "stack.yaml.lock": ("stack", "Haskell", SURE),
    "cabal.project": ("cabal", "Haskell", DECLARED),
    "stack.yaml": ("stack", "Haskell", NAMED),
    "package.yaml": ("stack", "Haskell", USUAL),
    "project.clj": ("leiningen", "Clojure", SURE),
    "deps.edn": ("clojure-cli", "Clojure", DECLARED),
    "build.boot": ("boot", "Clojure", NAMED),
    "shadow-cljs.edn": ("shadow-cljs", "Clojure", FALLBACK),
    "pubspec.lock": ("pub", "Dart", SURE),
    "pubspec.yaml": ("pub", "Dart", SURE),
    "build.zig.zon": ("zig", "Zig", SURE),
    "build.zig": ("zig", "Zig", DECLARED),
    "conan.lock": ("conan", "C++", SURE),
    "conanfile.txt": ("conan", "C++", DECLARED),
    "vcpkg.json": ("vcpkg", "C++", DECLARED),
    "CMakeLists.txt": ("cmake", "C++", NAMED),
    "meson.build": ("meson", "C++", USED),
    "xmake.lua": ("xmake", "C++", USED),
    "conanfile.py": ("conan", "C++", USUAL),
    "SConstruct": ("scons", "C++", USUAL),
    "configure.ac": ("autotools", "C++", USUAL),
    "configure.in": ("autotools", "C++", USUAL),
    "configure": ("make", "C++", FALLBACK),
    "Makefile": ("make", "C++", FALLBACK),
    "GNUmakefile": ("make", "C++", FALLBACK),
    "makefile": ("make", "C++", FALLBACK),
    "MODULE.bazel": ("bazel", "Starlark", USUAL),
    "WORKSPACE": ("bazel", "Starlark", USUAL),
    "WORKSPACE.bazel": ("bazel", "Starlark", USUAL),
    ".terraform.lock.hcl": ("terraform", "HCL", SURE),
    "main.tf": ("terraform", "HCL", DECLARED),
    "versions.tf": ("terraform", "HCL", DECLARED),
    "terragrunt.hcl": ("terraform", "HCL", USUAL),
    "renv.lock": ("renv", "R", SURE),
    "DESCRIPTION": ("cran", "R", USUAL),
    "cpanfile.snapshot": ("carton", "Perl", SURE),
    "cpanfile": ("cpan", "Perl", USUAL),
    "Makefile.PL": ("cpan", "Perl", USUAL),
    "Build.PL": ("cpan", "Perl", USUAL),
    "dist.ini": ("cpan", "Perl", USUAL),
    "Project.toml": ("julia-pkg", "Julia", USUAL),
    "dune-project": ("opam", "OCaml", DECLARED),
    "shard.yml": ("shards", "Crystal", SURE),
    "dub.json": ("dub", "D", SURE),
    "dub.sdl": ("dub", "D", SURE),
    "elm.json": ("elm", "Elm", SURE),
    "spago.yaml": ("spago", "PureScript", SURE),
    "foundry.toml": ("foundry", "Solidity", SURE),
    "flake.nix": ("nix", "Nix", USUAL),
}
_SUFFIXES: tuple[tuple[str, tuple[str, str, int]], ...] = (
    (".csproj", ("nuget", "C#", USUAL)),
    (".fsproj", ("nuget", "C#", USUAL)),
    (".vbproj", ("nuget", "C#", USUAL)),
    (".sln", ("nuget", "C#", FALLBACK)),
    (".slnx", ("nuget", "C#", FALLBACK)),
    (".gemspec", ("bundler", "Ruby", USUAL)),
    (".podspec", ("cocoapods", "Swift", USUAL)),
    (".cabal", ("cabal", "Haskell", USED)),
    (".rockspec", ("luarocks", "Lua", SURE)),
    (".nimble", ("nimble", "Nim", SURE)),
    (".opam", ("opam", "OCaml", SURE)),
    (".tf", ("terraform", "HCL", USUAL)),
    (".tofu", ("terraform", "HCL", USUAL)),
)
# Languages that share an ecosystem, so that the primary language's manager can be told from the others'.
ECOSYSTEM_OF = {
    "TypeScript": "JavaScript", "Vue": "JavaScript", "Svelte": "JavaScript", "Astro": "JavaScript",
    "TSX": "JavaScript",
    "CoffeeScript": "JavaScript", "SCSS": "JavaScript", "CSS": "JavaScript", "Less": "JavaScript",
    "Cython": "Python",
    "HTML": "JavaScript", "Jupyter Notebook": "Python", "Kotlin": "Java", "Groovy": "Java", "C": "C++",
    "Objective-C": "Swift", "Fortran": "C++", "Assembly": "C++", "F#": "C#", "Visual Basic .NET": "C#",
    "Tcl": "C++",
    "Vala": "C++", "Cuda": "C++", "Unix Assembly": "C++",
}  # fmt: skip
# Where the package comes from when several managers share a root: the host of native code before its builder.
_HOSTS = frozenset(("Python", "JavaScript", "Ruby", "PHP"))
_BUILD_TOOLS = frozenset(("cmake", "make", "autotools", "meson", "scons", "xmake", "bazel", "ant", "nix"))
_COMMAND = {
    "Python": lazy(
        r"\b(uv|poetry|pdm|hatch|pipenv|pixi|pip)[ ]"
        r"(?:run|sync|install|lock|add|export|env|test|pip[ ]|wheel)\b"
    ),
    "JavaScript": lazy(r"\b(pnpm|yarn|bun|npm)[ ](?:run|install|i|ci|test|build|add|lint|workspace|--\w+)\b"),
}
_WORKFLOW = lazy(
    r"^(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci/config\.yml|\.travis\.yml|azure-pipelines\.yml|Makefile|"
    r"justfile|Justfile|Taskfile\.ya?ml|CONTRIBUTING(?:\.\w+)?|\.github/CONTRIBUTING\.\w+|docs/contributing\.\w+|tasks\.py|noxfile\.py)$"
)
MAX_WORKFLOWS = 30
MAX_MEMBERS = 60  # managers listed of folders below the root


def package_managers(
    tree: Tree, manifests: Sequence[Manifest], primary: str | None
) -> tuple[PackageManager, ...]:
    """One manager per folder and ecosystem, the root's own first, the primary language's before others."""
    home = ECOSYSTEM_OF.get(primary or "", primary or "")
    claims = [*_from_files(tree), *_from_manifests(manifests)]
    claims += _from_usage(tree, {claim.ecosystem for claim in claims if claim.root == ""})
    chosen: dict[tuple[str, str], Claim] = {}
    for claim in sorted(claims, key=lambda claim: claim.rank):
        chosen.setdefault((claim.root, claim.ecosystem), claim)
    kept = [claim for claim in chosen.values() if _belongs(claim, chosen, home)]
    kept.sort(
        key=lambda claim: (
            claim.root.count("/") + bool(claim.root),
            not _is_at_home(claim, home),
            claim.ecosystem not in _HOSTS,
            claim.rank,
            claim.root,
            claim.name,
        )
    )
    return tuple(_manager(tree, claim) for claim in kept[:MAX_MEMBERS])


def _from_files(tree: Tree) -> Iterator[Claim]:
    for path in tree.files:
        root, _, name = path.rpartition("/")
        found = _FILES.get(name) or next((each for suffix, each in _SUFFIXES if name.endswith(suffix)), None)
        if found and (not root or tree.place(path) == "source"):
            manager, ecosystem, rank = found
            if manager == "autotools" and not tree.named("Makefile.am", "Makefile.in"):
                manager = "make"  # a configure script that only fills in a Makefile kept by hand
            yield Claim(_project_folder(root, name), ecosystem, rank, manager, path, "")


def _project_folder(root: str, name: str) -> str:
    """The folder a file speaks for: specs of packages often lie one folder down."""
    if name.endswith((".rockspec", ".opam", ".cabal")) and root in ("rockspecs", "rockspec", "opam"):
        return ""
    return root


def _from_manifests(manifests: Iterable[Manifest]) -> Iterator[Claim]:
    for manifest in manifests:
        for order, (name, words) in enumerate(manifest.tools):
            rank = DECLARED if order == 0 else NAMED
            yield Claim(manifest.folder, manifest.ecosystem, rank, name, manifest.path, words)


def _from_usage(tree: Tree, ecosystems: Iterable[str]) -> Iterator[Claim]:
    """What the maintainers' own scripts call, when the root has a manifest that several managers read."""
    paths = [path for path in tree.files if _WORKFLOW.match(path)][:MAX_WORKFLOWS]
    for ecosystem in ecosystems:
        if ecosystem not in _COMMAND:
            continue
        counts: dict[str, list[tuple[str, str]]] = {}
        for path in paths:
            for found in _COMMAND[ecosystem].finditer(tree.text(path)):
                counts.setdefault(found[1], []).append((path, found[0].strip()))
        # the one they call most: many projects use a second one for a single job
        name = max(sorted(counts), key=lambda name: len(counts[name]), default="")
        if name not in ("", "pip", "npm"):  # those are what the manifest says already
            path, words = counts[name][0]
            yield Claim("", ecosystem, USED, name, path, words)


def _belongs(claim: Claim, chosen: dict[tuple[str, str], Claim], home: str) -> bool:
    """Whether a manager is worth a line of its own: build glue only at home."""
    if claim.name in _BUILD_TOOLS and (claim.ecosystem != home or claim.root):
        return claim.name == "bazel" and not claim.root
    above = claim.root
    while above:
        above = above.rpartition("/")[0]
        outer = chosen.get((above, claim.ecosystem))
        if outer and (outer.name == claim.name or claim.rank >= USED):
            return False  # a member of the same workspace
    return not (claim.name == "conda" and claim.rank == FALLBACK and ("", "Python") in chosen and claim.root)


def _is_at_home(claim: Claim, home: str) -> bool:
    """Whether a manager is the primary language's own; a bare Makefile gives way to any other."""
    return claim.ecosystem == home and claim.rank < FALLBACK


def _manager(tree: Tree, claim: Claim) -> PackageManager:
    line, text = (
        line_of(tree.text(claim.path), claim.words) if claim.words else (0, claim.path.rpartition("/")[2])
    )
    return PackageManager(claim.name, claim.ecosystem, claim.root, Evidence(claim.path, line, text))
