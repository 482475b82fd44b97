"""How each language names another file of the same repository. A name that cannot be placed gives nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from agent_baton.patterns import lazy

from .tree import Tree


class Repository:
    """The tree with the indexes that names are looked up in, each built when a language first asks for it."""

    def __init__(self, tree: Tree, packages: Mapping[str, str]) -> None:
        self.tree = tree
        self.packages = packages  # member's name -> its folder

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """Folder -> its own files."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.tree.files:
            found[path.rpartition("/")[0]].append(path)
        return found

    @cached_property
    def python_modules(self) -> dict[str, str]:
        """Dotted name -> file, as seen from the folder above the outermost package and from the root."""
        found: dict[str, str] = {}
        for path in self.tree.files:
            if path.endswith((".py", ".pyi", ".pyx")):
                for name in _module_names(self.tree, path):
                    found.setdefault(name, path)
        return found

    @cached_property
    def go_modules(self) -> list[tuple[str, str]]:
        """(module path, folder), longest first."""
        found = []
        for path in self.tree.named("go.mod"):
            declared = re.search(r"^module\s+\"?([^\s\"]+)", self.tree.text(path), re.MULTILINE)
            if declared:
                found.append((declared[1], path.rpartition("/")[0]))
        return sorted(found, key=lambda each: -len(each[0]))

    @cached_property
    def crates(self) -> dict[str, str]:
        """Crate name as `use` spells it -> its source folder."""
        found = {}
        for path in self.tree.named("Cargo.toml"):
            name = re.search(
                r"^\[package\][^\[]*?^name\s*=\s*\"([^\"]+)\"", self.tree.text(path), re.MULTILINE
            )
            if name:
                found[name[1].replace("-", "_")] = _join(path.rpartition("/")[0], "src")
        return found

    @cached_property
    def by_tail(self) -> dict[str, list[str]]:
        """The last two parts of a path, and the last alone -> files."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.tree.files:
            parts = path.rsplit("/", 2)
            found[parts[-1]].append(path)
            if len(parts) > 1:
                found["/".join(parts[-2:])].append(path)
        return found

    def ending(self, tail: str) -> list[str]:
        """Files whose path ends with these parts."""
        parts = tail.split("/")
        return [
            path
            for path in self.by_tail.get("/".join(parts[-2:]), ())
            if path == tail or path.endswith("/" + tail)
        ]


def _join(folder: str, name: str) -> str:
    """A path inside the repository, "." and ".." resolved; one that leads out of it stays unresolvable."""
    parts: list[str] = []
    for part in f"{folder}/{name}".split("/"):
        if part == "..":
            if not parts:
                return ".."
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _module_names(tree: Tree, path: str) -> Iterator[str]:
    parts = path.rpartition(".")[0].split("/")
    if parts[-1] == "__init__":
        parts.pop()
    top = len(parts) - 1
    while top > 0 and "/".join(parts[:top]) + "/__init__.py" in tree:
        top -= 1
    yield ".".join(parts[top:])
    if top:
        yield ".".join(parts[1:] if parts[0] in ("src", "lib", "python") else parts)


_PYTHON = lazy(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+c?import[ \t]+(\([^)]{0,4000}\)|[^\n#]+)"
    r"|c?import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)


def python(repository: Repository, path: str, text: str) -> Iterator[str]:
    for base, names, plain in _PYTHON.findall(text):
        if plain:
            wanted = [name.split(" as ")[0].strip() for name in plain.split(",")]
        else:
            absolute = _absolute(path, base)
            words = re.findall(r"(\w+)(?:[ \t]+as[ \t]+\w+)?", re.sub(r"#[^\n]*", "", names))
            wanted = [f"{absolute}.{word}".strip(".") for word in words] + [absolute]
        for name in wanted:
            found = repository.python_modules.get(name)
            if found:
                yield found


def _absolute(path: str, base: str) -> str:
    """A relative import's module as a dotted path from the root, which the index also knows."""
    dots = len(base) - len(base.lstrip("."))
    if not dots:
        return base
    parts = path.split("/")[: -dots or None]
    if parts and parts[0] in ("src", "lib", "python"):
        parts = parts[1:]
    return ".".join([*parts, *filter(None, [base[dots:]])])


_JAVASCRIPT = lazy(
    r"(?:\bfrom|\bimport|\brequire|\bimport\.meta\.glob)[ \t]*\(?[ \t]*[\"']([^\"'\n]{1,200})[\"']"
)
_SCRIPT_ENDINGS = (
    "",
    ".ts",
    ".tsx",
    ".d.ts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".mts",
    ".vue",
    ".svelte",
    ".json",
)
_INDEXES = tuple(f"/index{ending}" for ending in (".ts", ".tsx", ".js", ".jsx", ".mjs", ".d.ts"))


def javascript(repository: Repository, path: str, text: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    for name in _JAVASCRIPT.findall(text):
        for candidate in _script_candidates(repository, folder, name):
            found = _script(repository.tree, candidate)
            if found:
                yield found
                break


def _script_candidates(repository: Repository, folder: str, name: str) -> Iterator[str]:
    if name.startswith("."):
        yield _join(folder, name)
        return
    if name.startswith(("@/", "~/", "#/")):  # the aliases that project templates give the source folder
        above = folder
        while True:
            yield _join(above, "src/" + name[2:])
            yield _join(above, name[2:])
            if not above:
                return
            above = above.rpartition("/")[0]
    package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
    if package in repository.packages:
        home, rest = repository.packages[package], name[len(package) + 1 :]
        yield from (_join(home, f"src/{rest or 'index'}"), _join(home, rest or "index"))


def _script(tree: Tree, candidate: str) -> str | None:
    stem = re.sub(r"\.[cm]?js$", "", candidate)  # TypeScript names the file it will become
    names = (
        *(candidate + ending for ending in _SCRIPT_ENDINGS),
        *(stem + ending for ending in (".ts", ".tsx", ".mts")),
    )
    return next((name for name in (*names, *(candidate + index for index in _INDEXES)) if name in tree), None)


_GO_IMPORT = lazy(r"^import\s+(?:\w+\s+|[._]\s+)?\"([^\"\n]+)\"|^import\s*\(([^)]{0,8000})\)", re.MULTILINE)


def go(repository: Repository, _path: str, text: str) -> Iterator[str]:
    """A package is a folder: every file of it that is no test."""
    for single, block in _GO_IMPORT.findall(text):
        for name in [single] if single else re.findall(r"\"([^\"\n]+)\"", block):
            for module, folder in repository.go_modules:
                if name == module or name.startswith(module + "/"):
                    home = _join(folder, name[len(module) :])
                    yield from (
                        each
                        for each in repository.folders.get(home, ())
                        if each.endswith(".go") and not each.endswith("_test.go")
                    )
                    break


_RUST = lazy(
    r"^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?(?:mod[ \t]+(\w+)[ \t]*;|use[ \t]+([^;]{1,2000});)", re.MULTILINE
)


def rust(repository: Repository, path: str, text: str) -> Iterator[str]:
    folder, _, name = path.rpartition("/")
    inside = folder if name in ("mod.rs", "lib.rs", "main.rs") else path.removesuffix(".rs")
    for module, use in _RUST.findall(text):
        if module:
            yield from (f"{inside}/{module}.rs".lstrip("/"), f"{inside}/{module}/mod.rs".lstrip("/"))
        else:
            for words in _uses(use):
                yield from _rust_files(repository, path, inside, words)


def _uses(use: str) -> Iterator[list[str]]:
    """`a::{b, c::d}` as its paths; deeper nesting only as far as its common beginning."""
    head, brace, rest = use.partition("{")
    base = [word.strip() for word in head.split("::") if word.strip()]
    if not brace:
        yield base
        return
    for each in re.split(r",", re.sub(r"\{[^{}]*\}", "", rest.rpartition("}")[0])):
        yield base + [word.strip() for word in each.split("::") if word.strip()]


def _rust_files(repository: Repository, path: str, inside: str, words: list[str]) -> Iterator[str]:
    """The deepest module of a path that is a file; what follows it is an item."""
    if not words:
        return
    first, rest = words[0], [word.split(" as ")[0].strip() for word in words[1:]]
    if first == "crate":
        home = path.split("/src/")[0] + "/src" if "/src/" in path else "src"
    elif first == "self":
        home = inside
    elif first == "super":
        home = inside.rpartition("/")[0]
    elif first in repository.crates:
        home = repository.crates[first]
    else:
        return
    for length in range(len(rest), -1, -1):
        stem = "/".join([home, *rest[:length]]).lstrip("/")
        for candidate in (f"{stem}.rs", f"{stem}/mod.rs", f"{stem}/lib.rs"):
            if candidate in repository.tree:
                yield candidate
                return


_JVM = lazy(
    r"^[ \t]*import[ \t]+(?:static[ \t]+)?(\w+(?:\.\w+)*)(\.\*|\._|\.\{[^}\n]{0,500}\})?", re.MULTILINE
)
_JVM_ENDINGS = (".java", ".kt", ".scala", ".groovy")


def jvm(repository: Repository, _path: str, text: str) -> Iterator[str]:
    """A class lies in a folder named like its package; a member's import is its class's."""
    for name, many in _JVM.findall(text):
        if many.startswith(".{"):
            wanted = [f"{name}.{word.split('=')[0].strip()}" for word in many[2:-1].split(",")]
        else:
            wanted = [name]
        for each in wanted:
            yield from _classes(repository, each.replace(".", "/"), whole=many in (".*", "._"))


def _classes(repository: Repository, stem: str, whole: bool) -> list[str]:
    if whole:
        homes = [folder for folder in repository.folders if folder.endswith("/" + stem)]
        return [path for home in homes for path in repository.folders[home] if path.endswith(_JVM_ENDINGS)]
    for candidate in (stem, stem.rpartition("/")[0]):
        found = [
            path
            for ending in _JVM_ENDINGS
            for path in repository.ending(candidate + ending)
            if "/" in candidate
        ]
        if found:
            return found
    return []


_PHP = lazy(
    r"^[ \t]*use[ \t]+(?:function[ \t]+)?\\?([\w\\]+)"
    r"|\b(?:require|include)(?:_once)?\b[^;\n]*?[\"']/?([\w./-]+\.php)[\"']",
    re.MULTILINE,
)


def php(repository: Repository, path: str, text: str) -> Iterator[str]:
    """By PSR-4: the end of a class's name is the end of its path."""
    for name, file in _PHP.findall(text):
        if file:
            yield _join(path.rpartition("/")[0], file)
            continue
        parts = name.split("\\")
        for start in range(max(0, len(parts) - 4), len(parts) - 1):
            found = repository.ending("/".join(parts[start:]) + ".php")
            if found:
                yield found[0]
                break


_RUBY = lazy(
    r"^[ \t]*(require_relative|require|autoload)\b[ \t(]*(?::\w+,[ \t]*)?[\"']([\w./-]+)[\"']", re.MULTILINE
)


def ruby(repository: Repository, path: str, text: str) -> Iterator[str]:
    for kind, name in _RUBY.findall(text):
        file = name if name.endswith(".rb") else name + ".rb"
        if kind == "require_relative":
            yield _join(path.rpartition("/")[0], file)
        else:
            yield from (found for found in repository.ending(file) if found.endswith("lib/" + file))


_INCLUDE = lazy(r"^[ \t]*#[ \t]*(?:include|import)[ \t]+[\"<]([\w./+-]+)[\">]", re.MULTILINE)


def c_family(repository: Repository, path: str, text: str) -> Iterator[str]:
    """Beside the file first, then wherever one header's path ends that way."""
    folder = path.rpartition("/")[0]
    for name in _INCLUDE.findall(text):
        beside = _join(folder, name)
        found = [beside] if beside in repository.tree else repository.ending(name)
        if len(found) == 1:
            yield found[0]
