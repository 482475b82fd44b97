"""Where the symbols that a task names are defined: by patterns, cheap, right for the usual spelling."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from agent_baton.planner.facts import Facts

from .place import Place
from .tree import Tree

MAX_FILES = 5_000
MAX_BYTES = 40_000_000
FILE_BYTES = 300_000  # read of each file

_CODE = frozenset(
    (
        ".py", ".pyi", ".pyx", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".vue", ".svelte",
        ".go", ".rs",
        ".java", ".kt", ".kts", ".cs", ".fs", ".rb", ".php", ".ex", ".exs", ".erl", ".c", ".h", ".cc",
        ".cpp", ".cxx",
        ".hpp", ".hh", ".m", ".mm", ".scala", ".swift", ".hs", ".clj", ".cljs", ".cljc", ".dart", ".lua",
        ".zig", ".sh",
        ".bash", ".tf", ".sql", ".prisma", ".graphql", ".proto", ".groovy", ".pl", ".pm", ".r", ".R", ".jl",
        ".nim",
        ".ml", ".cr", ".d", ".el", ".vim",
    )
)  # fmt: skip
_KEYWORD = (
    r"(?:def|defp|defn-?|defmacro|defmodule|class|interface|trait|struct|enum|union|record|type|protocol|extension|object|"
    r"module|namespace|package|function|func|fun|fn|sub|proc|macro|macro_rules!|const|let|var|val|static|data|newtype|"
    r"instance|resource|variable|message|service|rpc|model|mixin|actor|impl|local\s+function|test|"
    r"create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|type|index)(?:\s+if\s+not\s+exists)?)"
)
_ORDER: tuple[Place, ...] = ("source", "tooling", "example", "test", "docs")


def symbols_in(root: Path, facts: Facts, names: Collection[str]) -> dict[str, str]:
    """Symbol → the file that defines it; symbols that no file defines are left out.

    A qualified name ("Invoice.total", "billing::total") is looked for by its last part, best in a file that
    also mentions the part before. Reads at most MAX_FILES files, product source first, and stops when all
    are found.
    """
    tails = {name: re.split(r"[.#:/]+", name.strip("()"))[-1] for name in names}
    missing = {name: tail for name, tail in tails.items() if re.fullmatch(r"[A-Za-z_$][\w$]*[?!]?", tail)}
    found: dict[str, str] = {}
    weaker: dict[str, str] = {}
    for path, text in _texts(Tree(root, facts.files), set(missing.values())):
        for name, tail in list(missing.items()):
            if tail not in text or not _defines(text, tail):
                continue
            if _owner(name) in text:
                found[name] = path
                del missing[name]
            else:
                weaker.setdefault(name, path)
        if not missing:
            break
    return {
        name: (found | {key: weaker[key] for key in missing if key in weaker})[name]
        for name in names
        if name in found or name in weaker
    }


def _owner(name: str) -> str:
    parts = re.split(r"[.#:/]+", name.strip("()"))
    return parts[-2] if len(parts) > 1 else ""


def _texts(tree: Tree, tails: Collection[str]) -> Iterator[tuple[str, str]]:
    """The files that mention one of the names, product source first."""
    if not tails:
        return
    paths = [path for path in tree.files if path[path.rfind(".") :] in _CODE and tree.place(path) in _ORDER]
    paths.sort(key=lambda path: _ORDER.index(tree.place(path)))
    left = MAX_BYTES
    mention = re.compile("|".join(map(re.escape, sorted(tails, key=len, reverse=True))))
    for path in paths[:MAX_FILES]:
        text = tree.head(path, FILE_BYTES)
        left -= len(text)
        if left < 0:
            return
        if mention.search(text):
            yield path, text


_MODIFIER = (
    r"(?:public|private|protected|internal|static|async|override|virtual|final|abstract|inline|extern)"
)
_NO_TYPE = (
    r"(?![ \t]*(?:return|await|yield|new|throw|raise|else|case|not|in|assert|del|print|echo|go|defer)\b)"
)


def _defines(text: str, name: str) -> bool:
    """Whether a text defines a name: by keyword, assignment, signature, method body, macro or type."""
    word = re.escape(name)
    patterns = (
        rf"(?im)(?:^|[\s(@]){_KEYWORD}\s+(?:\([^)\n]{{0,80}}\)\s*)?[\"'`]?(?:self\.|\w+[.:])?(?-i:{word})(?![\w$])",
        rf"(?m)^(?:export\s+)?{word}[ \t]*(?::[^=\n]{{1,80}})?=(?!=)",
        rf"(?m)^[ \t]*(?:{_MODIFIER}[ \t]+)*{word}[ \t]*(?:<[^>\n]{{0,60}}>)?\([^;\n]*\{{[ \t]*$",
        (
            rf"(?m)^{_NO_TYPE}[ \t]*(?:{_MODIFIER}[ \t]+)*[\w:<>,\[\]*&?]+[ \t*&]+(?:\w+::)?"
            rf"{word}[ \t]*\([^;\n]*$"
        ),
        rf"(?m)^[ \t]*#[ \t]*define[ \t]+{word}\b",
        rf"(?m)^{word}[ \t]*::",
    )
    return any(re.search(pattern, text) for pattern in patterns)
