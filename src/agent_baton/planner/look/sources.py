"""Every file with its language and its part: by name, then by contents, then by the company it keeps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from agent_baton.records import Record, replace

from .contents import (
    RULES,
    USUAL,
    interpreter_in,
    language_in,
    looks_compiled,
    looks_generated,
    looks_minified,
)
from .linguist import Names, names
from .place import Place
from .tree import Tree

OPENED_PER_EXTENSION = 250  # files of one doubtful extension that are read; the others follow their majority
OPENED_FOR_AUTHORSHIP = 600  # largest files whose heads are read to tell generated from written
OPENED_FOR_SHEBANG = 300  # files without an extension that are read
WORTH_OPENING = 3_000  # bytes; a smaller generated file does not tip a repository's languages

_SCRIPTS = frozenset(("JavaScript", "CSS"))
_COMPILED_TO_SCRIPT = frozenset(
    ("TypeScript", "TSX", "CoffeeScript", "LiveScript", "ReScript", "Elm", "PureScript")
)


class Source(Record):
    """One file whose language is known."""

    path: str
    language: str
    place: Place
    size_bytes: int


def sources(tree: Tree) -> list[Source]:
    """Every file with its language and place; files of no known language are left out."""
    table = names()
    known: dict[str, str] = {}
    doubtful: dict[str, list[str]] = defaultdict(list)
    for path in tree.files:
        extension, candidates = _candidates(table, path.rpartition("/")[2])
        if len(candidates) == 1:
            known[path] = candidates[0]
        elif candidates:
            doubtful[extension].append(path)
    company = Counter(language for path, language in known.items() if tree.place(path) != "vendored")
    for extension, paths in doubtful.items():
        known.update(_settled(tree, extension, paths, company))
    known.update(_by_shebang(tree, table))
    found = [Source(path, language, tree.place(path), tree.sizes[path]) for path, language in known.items()]
    return _with_authorship(tree, found, table)


def _candidates(table: Names, filename: str) -> tuple[str, tuple[str, ...]]:
    by_name = table.by_filename.get(filename)
    if by_name:
        return "", by_name[:1]
    extension = table.extension_of(filename)
    return extension, table.by_extension.get(extension, ())


def _settled(tree: Tree, extension: str, paths: list[str], company: Mapping[str, int]) -> dict[str, str]:
    """The languages of files whose extension several languages claim."""
    custom = _by_company(extension, company)
    if extension not in RULES or _need_no_reading(extension, company):
        return dict.fromkeys(paths, custom)
    by_size = sorted(paths, key=lambda path: -tree.sizes[path])
    heads = {path: tree.head(path) for path in by_size[:OPENED_PER_EXTENSION]}
    read = {path: language_in(extension, head) or custom for path, head in heads.items() if head}
    if not read:
        return {}  # binary, whatever the name says
    majority = Counter(read.values()).most_common(1)[0][0]
    return dict.fromkeys(by_size[OPENED_PER_EXTENSION:], majority) | read


def _need_no_reading(extension: str, company: Mapping[str, int]) -> bool:
    """Whether these are the headers of a pure C project: the usual case, and a large one."""
    return extension == ".h" and bool(company["C"]) and not (company["C++"] or company["Objective-C"])


def _by_company(extension: str, company: Mapping[str, int]) -> str:
    """What a doubtful file is when its contents do not tell."""
    if extension == ".h":
        return "C" if company["C"] or not company["C++"] else "C++"
    candidates = names().by_extension[extension]
    kept = max(candidates, key=lambda name: company[name])
    return USUAL.get(extension) or (kept if company[kept] else candidates[0])


def _by_shebang(tree: Tree, table: Names) -> dict[str, str]:
    """Files without an extension whose first line names an interpreter."""
    bare = (
        path
        for path in tree.files
        if "." not in path.rpartition("/")[2].lstrip(".") and path.rpartition("/")[2] not in table.by_filename
    )
    found = {}
    for path, _ in zip(bare, range(OPENED_FOR_SHEBANG), strict=False):
        language = table.by_interpreter.get(interpreter_in(tree.head(path, 120)))
        if language:
            found[path] = language
    return found


def _with_authorship(tree: Tree, found: list[Source], table: Names) -> list[Source]:
    """The same files, with those that a program wrote moved out of the sources."""
    compiled = _compiled_scripts(tree, found)
    written = ("programming", "markup")
    doubtful = sorted(
        (
            source
            for source in found
            if source.size_bytes >= WORTH_OPENING
            and source.place not in ("vendored", "fixture", "generated", "docs")
            and table.types.get(source.language) in written
        ),
        key=lambda source: -source.size_bytes,
    )[:OPENED_FOR_AUTHORSHIP]
    places = {source.path: _authored_place(tree, source) for source in doubtful}
    places.update(_in_generated_folders(found, places))
    places.update(dict.fromkeys(compiled, "built"))
    moved = {path for path, place in places.items() if place != tree.place(path)}
    return [
        replace(source, place=places[source.path]) if source.path in moved else source for source in found
    ]


def _in_generated_folders(found: Iterable[Source], places: Mapping[str, Place]) -> dict[str, Place]:
    """The unopened files of folders where almost every opened one was generated: a compiler's bootstrap."""
    opened: dict[str, list[bool]] = defaultdict(list)
    for path, place in places.items():
        opened[path.rpartition("/")[0]].append(place == "generated")
    folders = {folder for folder, each in opened.items() if len(each) >= 5 and sum(each) > 0.8 * len(each)}
    return {
        source.path: "generated"
        for source in found
        if source.path not in places
        and source.path.rpartition("/")[0] in folders
        and source.place == "source"
    }


def _authored_place(tree: Tree, source: Source) -> Place:
    if source.language == "Jupyter Notebook":
        return source.place
    head = tree.head(source.path)
    if looks_generated(head):
        return "generated"
    if source.language in _SCRIPTS and (
        looks_minified(head) or looks_compiled(head) or "//# sourceMappingURL=" in tree.tail(source.path, 300)
    ):
        return "built"
    return source.place


def _compiled_scripts(tree: Tree, found: Iterable[Source]) -> list[str]:
    """JavaScript whose TypeScript (or other) original is here as well, and declarations written beside it."""
    originals = {
        _stem(source.path, below=1)
        for source in found
        if source.language in _COMPILED_TO_SCRIPT and not is_declaration(source.path)
    }
    if not originals:
        return [
            source.path for source in found if is_declaration(source.path) and _has_script(tree, source.path)
        ]
    return [
        source.path
        for source in found
        if (
            is_declaration(source.path)
            and (_has_script(tree, source.path) or _stem(source.path, 1) in originals)
        )
        or (
            source.language == "JavaScript"
            and (_stem(source.path, below=1) in originals or _stem(source.path) + ".d.ts" in tree)
        )
    ]


def is_declaration(path: str) -> bool:
    return path.endswith((".d.ts", ".d.mts", ".d.cts"))


def _has_script(tree: Tree, declaration: str) -> bool:
    stem = _stem(declaration)
    return any(stem + extension in tree for extension in (".js", ".mjs", ".cjs", ".jsx"))


def _stem(path: str, below: int = 0) -> str:
    """A path without its extension and its first `below` folders."""
    folder, _, name = path.rpartition("/")
    parts = folder.split("/")[below:] if folder else []
    return "/".join([*parts, name.partition(".")[0] if name.count(".d.") else name.rpartition(".")[0]])
