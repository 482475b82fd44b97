"""A task's words as the features that the task-type model weighs. The training script uses the very same code."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from agent_baton.patterns import lazy

GROUPS = Path(__file__).parent / "data" / "word-groups.txt"
MAX_TOKENS = 40  # a title's length; what comes after says how, not what
READ_CHARS = 4_000

_TOKEN = lazy(r"`[^`\n]{1,80}`|[@\w][\w@/.:#~*\\-]{0,120}[\w*]|\w|[^\s\w]")
_HUMP = lazy(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_VERSION = lazy(r"v?\d+(?:\.[\dx*]+)+\S*")
_ENDING = lazy(r"[\w*]\.([A-Za-z]{1,5})$")
_DASHED = lazy(r"[A-Za-z]+(?:-[A-Za-z]+)+")
# Words whose ending is not an inflection.
_WHOLE_WORDS = (
    "is has was this its as us does class access process less press pass bus status alias always needs js css"
    " https args props during string thing nothing something spring ring bring using missing bed red need seed"
    " feed embed speed hundred exceed deprecated nested shared unused typed docs tests tls dns aws ios macos"
    " windows canvas redis axis basis analysis news bias radius previous various ws fs os ts rs vs"
)
_WHOLE = frozenset(_WHOLE_WORDS.split())


@lru_cache(maxsize=4_096)
def stem(word: str) -> str:
    """One form for add/adds/added/adding; lower case in, lower case out."""
    if len(word) < 4 or word in _WHOLE:
        return word
    for ending in ("ying", "ies", "ied"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + "y"
    for ending, least in (("ing", 6), ("ed", 5)):
        if word.endswith(ending) and len(word) >= least:
            return _undoubled(word[: -len(ending)])
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word.rstrip("e") if len(word) > 4 else word


def _undoubled(base: str) -> str:
    if base[-1] == base[-2] and base[-1] not in "lsz":
        base = base[:-1]
    return base.rstrip("e") if len(base) > 3 else base


@cache
def word_groups() -> dict[str, tuple[str, ...]]:
    """Stem → the names of the word groups it belongs to."""
    groups: dict[str, tuple[str, ...]] = {}
    for line in GROUPS.read_text(encoding="utf-8").splitlines():
        name, _, words = line.partition(":")
        if line.startswith("#"):
            continue
        for word in {stem(word) for word in words.split()}:
            groups[word] = (*groups.get(word, ()), "@" + name)
    return groups


def features(text: str) -> list[str]:
    """Every feature of a text, each once, in a fixed order.

    `word` a stem, `^word` the first one, `one two` neighbours, `~part` a piece of an identifier, `.md` a file
    ending, `@group` a word group, `^word @group` the first word together with a group found anywhere.
    """
    words, parts = _split(_TOKEN.findall(text[:READ_CHARS])[:MAX_TOKENS])
    if not words:
        return []
    first = "^" + words[0]
    found = [first, *words, *parts, *(f"{a} {b}" for a, b in itertools.pairwise(words))]
    if len(words) > 1:
        found.append(f"{first} {words[1]}")
    groups = word_groups()
    named = sorted({group for word in (*words, *parts) for group in groups.get(word.lstrip("~"), ())})
    found += named
    for lead in (first, *("^" + group for group in groups.get(words[0], ()))):
        found += [f"{lead} {group}" for group in named]
    found += ["^" + group for group in groups.get(words[0], ())]
    found.append("@length-" + _length(len(words)))
    return list(dict.fromkeys(found))


def _length(count: int) -> str:
    return next((name for limit, name in ((3, "3"), (6, "6"), (10, "10")) if count <= limit), "more")


def _split(tokens: Iterable[str]) -> tuple[list[str], list[str]]:
    """The words in order, and what the identifiers among them are made of."""
    words: list[str] = []
    parts: list[str] = []
    for token in tokens:
        word, pieces = _read(token)
        words.append(word)
        parts += pieces
    return words, parts


def _read(token: str) -> tuple[str, list[str]]:
    quoted = token.startswith("`") and len(token) > 2
    token = token[1:-1] if quoted else token
    ending = _ENDING.search(token)
    pieces = ["." + ending[1].lower()] if ending else []
    if token.isalpha() and (token.islower() or token.istitle() or token.isupper()):
        return stem(token.lower()), [*pieces, *(["@code"] if quoted else [])]
    if _VERSION.fullmatch(token):
        return "@version", pieces
    if token.isdigit():
        return "@number", pieces
    if len(token) == 1 or re.fullmatch(r"[A-Za-z]+['’][a-z]+", token):
        return token.lower(), pieces
    pieces += ["~" + stem(hump.lower()) for hump in _HUMP.findall(token) if len(hump) > 1]
    if _DASHED.fullmatch(token) and not quoted:
        return token.lower(), pieces
    return "@name", pieces
