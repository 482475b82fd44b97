"""Manifests of Ruby, PHP, Elixir, Erlang, Haskell, Lua, Perl, R, OCaml and others; Terraform's providers."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy

from .model import Manifest, listed, string, table, unique
from .parsing import jsonc, toml, yml

_RUBY_GEM = lazy(r"^[ \t]*gem[\s(]+['\"]([\w.-]+)['\"]", re.MULTILINE)
_GEMSPEC_DEPENDENCY = lazy(r"\.add_(?:runtime_|development_)?dependency[\s(]+['\"]([\w.-]+)")


def gemfile(path: str, text: str) -> Manifest:
    version = re.search(r"^[ \t]*ruby[\s(]+['\"]([^'\"]+)", text, re.MULTILINE)
    return Manifest(
        path,
        "Ruby",
        text,
        dependencies=unique(_RUBY_GEM.findall(text)),
        runtimes=(("ruby", version[1]),) if version else (),
        entry_points=("config.ru",),
    )


def gemspec(path: str, text: str) -> Manifest:
    name = re.search(r"\.name\s*=\s*['\"]([^'\"]+)", text)
    version = re.search(r"\.required_ruby_version\s*=\s*(?:Gem::Requirement\.new\()?\[?['\"]([^'\"]+)", text)
    return Manifest(
        path=path,
        ecosystem="Ruby",
        text=text,
        name=name[1] if name else path.rpartition("/")[2].removesuffix(".gemspec"),
        dependencies=unique(_GEMSPEC_DEPENDENCY.findall(text)),
        runtimes=(("ruby", version[1]),) if version else (),
        published=True,
    )


def composer(path: str, text: str) -> Manifest:
    document = jsonc(text)
    names = [*table(document, "require"), *table(document, "require-dev")]
    version = string(table(document, "require").get("php"))
    binaries = document.get("bin")
    return Manifest(
        path=path,
        ecosystem="PHP",
        text=text,
        name=string(document.get("name")),
        dependencies=unique(name for name in names if "/" in name or name.startswith("ext-")),
        runtimes=(("php", version),) if version else (),
        entry_points=unique([*(listed(binaries) or [binaries]), "public/index.php", "index.php"]),
        published=string(document.get("type")) != "project",
    )


def mix(path: str, text: str) -> Manifest:
    name = re.search(r"\bapp:\s*:(\w+)", text)
    version = re.search(r"\belixir:\s*\"([^\"]+)\"", text)
    umbrella = re.search(r"\bapps_path:\s*\"([^\"]+)\"", text)
    return Manifest(
        path=path,
        ecosystem="Elixir",
        text=text,
        name=name[1] if name else "",
        dependencies=unique(re.findall(r"\{\s*:(\w+)\s*,\s*(?:\"|~|\w+:|\[)", text)),
        runtimes=(("elixir", version[1]),) if version else (),
        members=(f"{umbrella[1]}/*",) if umbrella else (),
        published=True,
    )


def rebar(path: str, text: str) -> Manifest:
    start = re.search(r"\{\s*deps\s*,\s*\[", text)
    block = text[start.end() : start.end() + 20_000] if start else ""
    end = re.search(r"\]\s*\}\s*\.", block)
    block = re.sub(r"%[^\n]*", "", block[: end.start()] if end else block)
    names = re.findall(r"\{\s*([a-z]\w*)\s*,\s*(?:\"|\{\s*(?:git|git_subdir|hg|hex|pkg|path)\b)", block)
    bare = re.findall(r"[a-z]\w*", block) if "{" not in block else []
    return Manifest(path, "Erlang", text, dependencies=unique([*names, *bare]), published=True)


_CABAL_FIELD = lazy(r"([ \t]*)(?:build-depends|build-tool-depends)[ \t]*:(.*)", re.IGNORECASE)


def _cabal_dependencies(text: str) -> list[str]:
    """Names in the fields and in the deeper indented or comma-led lines that continue them."""
    words: list[str] = []
    indent: int | None = None
    for line in text.splitlines():
        field = _CABAL_FIELD.match(line)
        depth = len(line) - len(line.lstrip())
        if field:
            indent, line = len(field[1]), field[2]
        elif (
            indent is not None
            and line.strip()
            and depth <= indent
            and not line.lstrip().startswith((",", "--"))
        ):
            indent = None
        if indent is not None:
            words += re.findall(r"(?:^|,)\s*([A-Za-z][\w-]*)", line.partition("--")[0].strip())
    return words


def cabal(path: str, text: str) -> Manifest:
    words = _cabal_dependencies(text)
    name = re.search(r"^name[ \t]*:[ \t]*(\S+)", text, re.MULTILINE | re.IGNORECASE)
    ghc = re.search(r"^tested-with[ \t]*:[ \t]*(.*)", text, re.MULTILINE | re.IGNORECASE)
    return Manifest(
        path,
        "Haskell",
        text,
        name=name[1] if name else "",
        dependencies=unique(words),
        runtimes=(("ghc", ghc[1].strip()[:80]),) if ghc and ghc[1].strip() else (),
        entry_points=("app/Main.hs", "Main.hs", "src/Main.hs"),
        published=True,
    )


def cabal_project(path: str, text: str) -> Manifest:
    block = re.search(r"^packages[ \t]*:(.*(?:\n[ \t]+.*)*)", text, re.MULTILINE)
    globs = re.split(r"[\s,]+", block[1]) if block else []
    folders = (re.sub(r"/?[^/]*\.cabal$", "", glob).strip("./") for glob in globs)
    return Manifest(path, "Haskell", text, members=unique(folders))


def hpack(path: str, text: str) -> Manifest:
    document = yml(text)
    sections = [
        document,
        *(table(each) for key in ("executables", "tests") for each in table(document, key).values()),
    ]
    words = [
        string(each) or string(table(each).get("name"))
        for section in sections
        for each in listed(section.get("dependencies"))
    ]
    return Manifest(
        path,
        "Haskell",
        text,
        name=string(document.get("name")),
        dependencies=unique(word.split(" ")[0] for word in words),
        published=True,
    )


def stack(path: str, text: str) -> Manifest:
    packages = [string(each).strip("./") for each in listed(yml(text).get("packages"))]
    return Manifest(path, "Haskell", text, members=unique(packages))


def rockspec(path: str, text: str) -> Manifest:
    block = re.search(r"\bdependencies\s*=\s*\{(.*?)\}", text, re.DOTALL)
    words = re.findall(r"['\"]\s*([\w.-]+)", block[1]) if block else []
    lua = re.search(r"['\"]\s*lua\s*([<>=~][^'\"]*)['\"]", text)
    name = re.search(r"^[ \t]*package\s*=\s*['\"]([^'\"]+)", text, re.MULTILINE)
    return Manifest(
        path,
        "Lua",
        text,
        name=name[1] if name else "",
        dependencies=unique(words),
        runtimes=(("lua", lua[1].strip()),) if lua else (),
        published=True,
    )


def cpanfile(path: str, text: str) -> Manifest:
    """cpanfile, Makefile.PL, Build.PL or dist.ini: in all of them a module stands before its version."""
    names = re.findall(
        r"^[ \t]*(?:(?:requires|test_requires|recommends)[ \t]+)?"
        r"['\"]?([A-Z]\w*(?:::\w+)+|Moose|Moo|Mojolicious|Dancer2?)['\"]?[ \t]{0,20}(?:=>|=|,|;)",
        text,
        re.MULTILINE,
    )
    return Manifest(path, "Perl", text, dependencies=unique(names), published=True)


def r_description(path: str, text: str) -> Manifest:
    if not re.search(r"^Package:", text, re.MULTILINE):
        return Manifest(path, "R", text)
    blocks = re.findall(r"^(?:Imports|Depends|Suggests|LinkingTo):(.*(?:\n[ \t]+.*)*)", text, re.MULTILINE)
    words = [word for block in blocks for word in re.findall(r"(?:^|,)\s*([A-Za-z][\w.]*)", block)]
    name = re.search(r"^Package:\s*(\S+)", text, re.MULTILINE)
    version = re.search(r"\bR\s*\(\s*>=\s*([\d.]+)", text)
    return Manifest(
        path,
        "R",
        text,
        name=name[1] if name else "",
        dependencies=unique(words),
        runtimes=(("r", f">={version[1]}"),) if version else (),
        published=True,
    )


def dune_project(path: str, text: str) -> Manifest:
    """dune-project or an .opam file: package names stand quoted or in parentheses."""
    names = re.findall(
        r"^[ \t]*\"([\w-]+)\"|\(\s*([a-z][\w-]+)\s+(?:\(|:)|\(depends\s+([a-z][\w-]+)", text, re.MULTILINE
    )
    return Manifest(
        path, "OCaml", text, dependencies=unique(name for names_ in names for name in names_), published=True
    )


def julia(path: str, text: str) -> Manifest:
    document = toml(text)
    version = string(table(document, "compat").get("julia"))
    return Manifest(
        path,
        "Julia",
        text,
        name=string(document.get("name")),
        dependencies=unique(table(document, "deps")),
        runtimes=(("julia", version),) if version else (),
        published="uuid" in document,
    )


def shards(path: str, text: str) -> Manifest:
    document = yml(text)
    names = [*table(document, "dependencies"), *table(document, "development_dependencies")]
    version = string(document.get("crystal"))
    return Manifest(
        path,
        "Crystal",
        text,
        name=string(document.get("name")),
        dependencies=unique(names),
        runtimes=(("crystal", version),) if version else (),
        published=True,
    )


def nimble(path: str, text: str) -> Manifest:
    words = re.findall(r"^[ \t]*requires\b(.*)", text, re.MULTILINE)
    names = [name for line in words for name in re.findall(r"['\"]\s*([\w-]+)", line)]
    return Manifest(path, "Nim", text, dependencies=unique(names), published=True)


def dub(path: str, text: str) -> Manifest:
    document = jsonc(text)
    names = [
        *table(document, "dependencies"),
        *re.findall(r"^dependency\s+\"([\w:-]+)\"", text, re.MULTILINE),
    ]
    return Manifest(
        path, "D", text, name=string(document.get("name")), dependencies=unique(names), published=True
    )


_TERRAFORM_SOURCE = lazy(r"source\s*=\s*\"((?:[\w.-]+/)?[\w-]+/[\w-]+)\"")
_TERRAFORM_PROVIDER = lazy(r"^[ \t]*provider\s+\"([\w-]+)\"", re.MULTILINE)


def terraform(path: str, text: str) -> Manifest:
    version = re.search(r"\brequired_version\s*=\s*\"([^\"]+)\"", text)
    sources = [source.rpartition("/")[2] for source in _TERRAFORM_SOURCE.findall(text)]
    return Manifest(
        path,
        "HCL",
        text,
        dependencies=unique([*sources, *_TERRAFORM_PROVIDER.findall(text)]),
        runtimes=(("terraform", version[1]),) if version else (),
    )


def keyed_json(path: str, text: str, ecosystem: str) -> Manifest:
    """elm.json and the like: a table of dependencies, split or not."""
    dependencies = table(jsonc(text), "dependencies")
    direct = table(dependencies, "direct") or dependencies
    return Manifest(path, ecosystem, text, dependencies=unique(direct), published=True)


def elm(path: str, text: str) -> Manifest:
    return keyed_json(path, text, "Elm")
