"""Where the symbols that a task names are defined: by patterns, cheap, right for the usual spelling."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Facts

from .place import Place
from .tree import UTF_16, Tree, decoded

MAX_FILES = 5_000
MAX_BYTES = 40_000_000
FILE_BYTES = 300_000  # read of each file
GOOD = 6  # score of a definition with nothing against it
LINES_PER_FILE = 400  # that mention a symbol
LINE_LENGTH = 500
PATIENCE = 100  # files that mention a symbol and are still compared once every symbol has a good one
_NAME = lazy(r"[A-Za-z_$][\w$]*[?!]?")

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
    r"instance|resource|variable|message|service|rpc|model|mixin|actor|impl|local\s+function|"
    r"create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|type|index)(?:\s+if\s+not\s+exists)?)"
)
_ORDER: tuple[Place, ...] = ("source", "tooling", "example", "test", "docs")


def symbols_in(root: Path, facts: Facts, names: Collection[str]) -> dict[str, str]:
    """Symbol → the file that most likely defines it; others are left out.

    A qualified name ("Invoice.total", "billing::total") is looked for by its last part, best where the part
    before is mentioned too. Reads at most MAX_FILES files, product source first, and little more once every
    symbol has been found.
    """
    parts = {name: [part for part in re.split(r"[.#:/]+", name.strip("()")) if part] for name in names}
    wanted = {name: each for name, each in parts.items() if each and _NAME.fullmatch(each[-1])}
    best: dict[str, tuple[int, str]] = {}
    patience = PATIENCE
    tails = {each[-1] for each in wanted.values()}
    for path, text in _texts(Tree.of(root, facts), tails):
        for name, each in wanted.items():
            score = _score(path, text, each)
            if score > best.get(name, (0, ""))[0]:
                best[name] = (score, path)
        if len(best) == len(wanted) and all(score >= GOOD for score, _ in best.values()):
            patience -= 1
        if not patience:
            break
    return {name: best[name][1] for name in names if name in best}


def _score(path: str, text: str, parts: Sequence[str]) -> int:
    """How likely a file defines a symbol: 0 for no definition at all, GOOD when it stands alone."""
    name = parts[-1]
    if name not in text:
        return 0
    strength = _defined(text, name)
    if not strength:
        return 0
    owner = parts[-2] if len(parts) > 1 else ""
    stem = _plain(path.rpartition("/")[2].partition(".")[0])
    return (
        strength
        + (2 if not owner or owner in text else 0)
        + (2 if stem in (_plain(name), _plain(owner or name)) else 0)
        + (1 if _plain(owner or name) in _plain(path) else 0)
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9/]", "", name.lower())


def _texts(tree: Tree, tails: Collection[str]) -> Iterator[tuple[str, str]]:
    """The files that mention one of the names, product source first."""
    if not tails:
        return
    paths = [path for path in tree.files if path[path.rfind(".") :] in _CODE and tree.place(path) in _ORDER]
    paths.sort(key=lambda path: _ORDER.index(tree.place(path)))
    left = MAX_BYTES
    names = [tail.encode() for tail in tails]
    for path in paths[:MAX_FILES]:
        raw = tree.raw(path, FILE_BYTES)
        left -= len(raw)
        if left < 0:
            return
        if any(name in raw for name in names) or raw[:2] in UTF_16:
            text = decoded(raw)
            if any(tail in text for tail in tails):
                yield path, text


_MODIFIER = (
    r"(?:public|private|protected|internal|static|async|override|virtual|final|abstract|inline|extern)"
)
_TYPE = r"[A-Za-z_][\w:<>,\[\]*&?.]*"
_NO_TYPE = (
    r"(?![ \t]*(?:return|await|yield|new|throw|raise|else|case|not|in|assert|del|print|echo|go|defer)\b)"
)


def _defined(text: str, name: str) -> int:
    """4 for a definition that cannot be a use, 2 for one that might be a call with a block, 0 for none."""
    sure, likely = _patterns(name)
    best = 0
    for line in _lines_with(text, name):
        if any(pattern.search(line) for pattern in sure):
            return 4
        if likely.search(line):
            best = 2
    return best


def _lines_with(text: str, name: str) -> Iterator[str]:
    """The first lines that hold a word; searching them is far cheaper than the whole text."""
    at, seen = text.find(name), 0
    while at != -1 and seen < LINES_PER_FILE:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        yield text[start : end if end != -1 else len(text)][:LINE_LENGTH]
        at, seen = text.find(name, end) if end != -1 else -1, seen + 1


@lru_cache(maxsize=256)
def _patterns(name: str) -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str]]:
    word = re.escape(name)
    sure = (
        rf"(?i:(?:^|[\s(@]){_KEYWORD}\s+)(?:\([^)]{{0,80}}\)\s*)?[\"'`]?(?:self\.|\w+[.:])?{word}(?![\w$])",
        rf"^(?:export\s+)?{word}\s*(?::[^=]{{1,80}})?=(?!=)",
        rf"^{_NO_TYPE}[ \t]*(?:{_MODIFIER}[ \t]+)*{_TYPE}[ \t*&]+(?:\w+::)?{word}[ \t]*\([^;]*$",
        rf"^[ \t]*#[ \t]*define[ \t]+{word}\b",
        rf"^{word}[ \t]*::",
    )
    likely = rf"^[ \t]*(?:{_MODIFIER}[ \t]+)*{word}[ \t]*(?:<[^>]{{0,60}}>)?\([^;]*\{{[ \t]*$"
    return tuple(re.compile(pattern) for pattern in sure), re.compile(likely)
