"""Which files a task will touch: named ones, those that hold its words, and their company. A prediction, scored later."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent_baton.planner.facts import Facts, Understanding

MOST_FILES = 8
MOST_NEIGHBOURS = 3
COMMON_WORDS = frozenset(
    "a add an and app are as at be bug by can change code do does fails file files fix for from have has in into is it its "
    "make new not of on or our page set should so support test tests that the their then there this to up update use user "
    "users using via we when where which while will with without write README readme".lower().split()
)


@dataclass(frozen=True, slots=True)
class Prediction:
    path: str
    reason: str


def predict(
    facts: Facts,
    task: Understanding,
    imports: Mapping[str, frozenset[str]],
    cochanges: Mapping[str, Mapping[str, int]],
) -> tuple[Prediction, ...]:
    """At most eight files, surest first."""
    found: dict[str, str] = dict.fromkeys(task.files, "named in the task")
    for path, score in _by_words(facts, task):
        if len(found) >= MOST_FILES - MOST_NEIGHBOURS:
            break
        found.setdefault(path, f"its path holds {score}")
    for path, reason in _company(list(found), imports, cochanges, set(facts.files)):
        if len(found) >= MOST_FILES:
            break
        found.setdefault(path, reason)
    return tuple(Prediction(path, reason) for path, reason in found.items())


def words_of(text: str) -> list[str]:
    """Telling words of a task or a path: lower case, split at case changes, plural s dropped."""
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    words = re.findall(r"[a-z0-9]{3,}", split.lower())
    return [word.removesuffix("s") if len(word) > 4 else word for word in words if word not in COMMON_WORDS]


def _by_words(facts: Facts, task: Understanding) -> list[tuple[str, str]]:
    """Source files whose path shares the task's rarer words, best first, with the words shared."""
    wanted = set(words_of(task.text))
    skipped = {*facts.generated, *facts.data}
    holders: dict[str, set[str]] = {}
    frequency: dict[str, int] = {}
    for path in facts.files:
        shared = wanted & set(words_of(posixpath.splitext(path)[0]))
        for word in shared:
            frequency[word] = frequency.get(word, 0) + 1
        if shared and path not in skipped and is_source(path):
            holders[path] = shared
    limit = max(6, len(facts.files) // 20)
    scored = []
    for path, shared in holders.items():
        telling = {word for word in shared if frequency[word] <= limit}
        in_name = telling & set(words_of(posixpath.basename(path)))
        weight = sum(1 / frequency[word] for word in telling) + len(in_name)
        if in_name:
            scored.append((-weight, path, ", ".join(repr(word) for word in sorted(telling))))
    return [(path, words) for _, path, words in sorted(scored)]


SOURCE = frozenset(
    [
        ".py",
        ".pyi",
        ".js",
        ".jsx",
        ".ts",
        ".tsx",
        ".mjs",
        ".cjs",
        ".vue",
        ".svelte",
        ".go",
        ".rs",
        ".java",
        ".kt",
        ".kts",
        ".scala",
        ".cs",
        ".fs",
        ".rb",
        ".php",
        ".ex",
        ".exs",
        ".c",
        ".h",
        ".cc",
        ".cpp",
        ".cxx",
        ".hpp",
        ".swift",
        ".m",
        ".mm",
        ".hs",
        ".clj",
        ".cljs",
        ".dart",
        ".lua",
        ".zig",
        ".sh",
        ".bash",
        ".tf",
        ".hcl",
        ".sql",
        ".ipynb",
        ".html",
        ".css",
        ".scss",
        ".md",
        ".rst",
        ".r",
        ".jl",
        ".pl",
        ".pm",
        ".erl",
        ".ml",
        ".mli",
        ".nim",
        ".cr",
        ".proto",
        ".graphql",
    ]
)


def is_source(path: str) -> bool:
    return posixpath.splitext(path)[1].lower() in SOURCE


def _company(
    paths: list[str],
    imports: Mapping[str, frozenset[str]],
    cochanges: Mapping[str, Mapping[str, int]],
    existing: set[str],
) -> Iterable[tuple[str, str]]:
    """Files that changed together with the predicted ones, then files that import them."""
    for path in paths:
        together = sorted(cochanges.get(path, {}).items(), key=lambda item: (-item[1], item[0]))
        for other, times in together[:MOST_NEIGHBOURS]:
            if other in existing and times >= 2:
                yield other, f"changed together with {path} {times} times"
    for path in paths:
        importers = sorted(other for other, targets in imports.items() if path in targets)
        for other in importers[:MOST_NEIGHBOURS]:
            yield other, f"imports {path}"
