"""Which files a task will touch: named ones, those that hold its words, and their company. A prediction, scored later."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence

from agent_baton.patterns import lazy
from agent_baton.planner.compose.plain import fits
from agent_baton.planner.compose.request import Importing
from agent_baton.planner.facts import Facts, Understanding
from agent_baton.records import Record

MOST_FILES = 8
MOST_NEIGHBOURS = 3
TELLING = 1.3  # a word in the name that at most three files share weighs this much
MOST_ASIDE = 2  # documents and examples, where the code has no file of these words
BESIDE_CODE = frozenset(
    ("docs", "doc", "examples", "example", "demo", "demos", "samples", "website", "bench", "benchmarks")
)
COMMON_WORDS = frozenset(
    "a add an and app are as at be bug by can change code do does fails file files fix for from have has in into is it its "
    "make new not of on or our page set should so support test tests that the their then there this to up update use user "
    "users using via we when where which while will with without write readme class method value name missing fail wrong error "
    "all any each every only some than without return called call empty thousand unusual function internal helper rename".lower().split()
)

# One word, however it is written.
BRANDS = lazy(r"GitHub|GitLab|JavaScript|TypeScript|GraphQL|OAuth|OpenAPI|WebSocket|PostgreSQL|MySQL")


class Prediction(Record):
    path: str
    reason: str


def predict(
    facts: Facts,
    task: Understanding,
    imports: Importing,
    cochanges: Mapping[str, Mapping[str, int]],
    definitions: Mapping[str, str] | None = None,
    most: int = MOST_FILES,
) -> tuple[Prediction, ...]:
    """At most `most` files, surest first. `definitions`: symbols of the task → the files that define them."""
    found: dict[str, str] = dict.fromkeys(task.files, "named in the task")
    for symbol, path in (definitions or {}).items():
        found.setdefault(path, f"defines {symbol}")
    for path, word in _machinery(facts, task):
        found.setdefault(path, f"is where {word} is kept")
    sure = list(found)
    applied = tuple(f"{folder}/" for folder in facts.migrations)  # what was applied is not changed any more
    for path, shared, telling in _by_words(facts, task, definitions or {}):
        if len(found) >= most - MOST_NEIGHBOURS:
            break
        if path not in found and not path.startswith(applied):
            found[path] = f"its path holds {shared}"
            sure += [path] if telling else []
    for path, reason in _company(sure, imports, cochanges, set(facts.files)):
        if len(found) >= most:
            break
        found.setdefault(path, reason)
    fit = [
        Prediction(path, reason)
        for path, reason in found.items()
        if fits(path) and (path in task.files or not path.startswith(applied))
    ]
    return tuple(fit[:most])


def newest_migration(facts: Facts, task: Understanding) -> str:
    """The migration that a new one would follow: of the folder whose files speak most of the task; "" when none stands out."""
    wanted = set(words_of(task.text))
    best: dict[str, tuple[int, list[str]]] = {}
    for folder in facts.migrations:
        files = [
            path
            for path in facts.files
            if posixpath.dirname(path) == folder and re.search(r"\d", posixpath.basename(path))
        ]
        told = sum(len(wanted & set(words_of(posixpath.basename(path)))) for path in files)
        best[folder] = (told if len(facts.migrations) > 1 else 1, files)
    told, files = max(best.values(), key=lambda item: item[0], default=(0, []))
    return max(files, key=_number, default="") if told else ""


def _number(path: str) -> tuple[list[int], str]:
    return [int(digits) for digits in re.findall(r"\d{1,20}", posixpath.basename(path))[:3]], path


# What a task calls a machine, and the files that it is kept in.
MACHINES = (
    (r"\bgithub (actions?|workflows?)\b|\bworkflow files?\b|\bCI\b|\b(build|release|deploy\w*) pipelines?\b", r"^\.github/workflows/[^/]+\.ya?ml$|^\.(gitlab-ci|travis)\.yml$|^\.circleci/config\.yml$"
        r"|^(azure-pipelines|bitbucket-pipelines|\.?appveyor)\.yml$|^Jenkinsfile$|^\.cirrus\.yml$"),
    (r"\bgradle\b", r"^(build|settings)\.gradle(\.kts)?$|^gradle/(wrapper/gradle-wrapper\.properties|libs\.versions\.toml)$"),
    (r"\bmaven\b", r"^pom\.xml$"),
    (r"\bcmake\b", r"^CMakeLists\.txt$"),
    (r"\bdocker(file)?\b|\bbase image\b", r"(^|/)Dockerfile[^/]*$|(^|/)(docker-)?compose[^/]*\.ya?ml$"),
    (r"\bpre-commit\b", r"^\.pre-commit-config\.ya?ml$"),
)  # fmt: skip
MOST_MACHINES = 4


def _machinery(facts: Facts, task: Understanding) -> list[tuple[str, str]]:
    """The files of the build or its server that the task speaks of, and for a dependency where it is declared."""
    if task.task_type in ("documentation", "investigation"):
        return []
    found: list[tuple[str, str]] = []
    for said, kept in MACHINES:
        word = re.search(said, task.text, re.IGNORECASE)
        if word:
            found += [(path, repr(word[0].lower())) for path in facts.files if re.search(kept, path)]
    if task.task_type == "dependency":
        found += [
            (each.evidence.path, f"what {each.name} installs")
            for each in facts.package_managers[:1]
            if each.evidence.path
        ]
    return found[:MOST_MACHINES]


def words_of(text: str) -> list[str]:
    """Telling words of a task or a path: lower case, split at case changes, plural s dropped."""
    split = BRANDS.sub(lambda match: match[0].lower(), text)
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", split)
    words = re.findall(r"[a-z0-9]{3,}", split.lower())
    return [word.removesuffix("s") if len(word) > 4 else word for word in words if word not in COMMON_WORDS]


def _by_words(facts: Facts, task: Understanding, known: Iterable[str]) -> list[tuple[str, str, bool]]:
    """Source files whose path shares the task's rarer words, best first; with the words, and whether they are rare.

    A file found by one frequent word is worth a look, its company is not. The words of `known` symbols are spent:
    the file that defines `fetch_pack` is found, those named after packs are others.
    """
    wanted = set(words_of(task.text)) - {word for symbol in known for word in words_of(symbol)}
    skipped = {*facts.generated, *facts.data}
    holders: dict[str, set[str]] = {}
    frequency: dict[str, int] = {}
    for path in facts.files:
        lowered = path.lower()
        if not any(word in lowered for word in wanted):  # cheap, and true of nearly all files
            continue
        shared = wanted & set(words_of(posixpath.splitext(path)[0]))
        for word in shared:
            frequency[word] = frequency.get(word, 0) + 1
        if shared and path not in skipped and is_source(path):
            holders[path] = shared
    limit = max(12, min(20, len(facts.files) // 50))  # a word of more files than this tells nothing
    scored = []
    for path, shared in holders.items():
        telling = {word for word in shared if frequency[word] <= limit}
        in_name = telling & set(words_of(posixpath.basename(path)))
        weight = sum(1 / frequency[word] for word in telling) + len(in_name)
        if in_name:
            scored.append(
                (_aside(facts, task, path), -weight, path, ", ".join(repr(word) for word in sorted(telling)))
            )
    found = sorted(scored)
    at_heart = [each for each in found if not each[0]]
    return [(path, words, -weight >= TELLING) for _, weight, path, words in at_heart or found[:MOST_ASIDE]]


def _aside(facts: Facts, task: Understanding, path: str) -> bool:
    """Whether a file only shows or explains the code, and neither the task nor its type is about such files."""
    if task.task_type == "documentation" or re.search(
        r"\b(?:docs?|examples?|demos?|tutorials?|guides?)\b", task.text, re.IGNORECASE
    ):
        return False
    return path in facts.docs or bool(set(path.split("/")[:-1]) & BESIDE_CODE)


SOURCE = frozenset(
    [
        ".py",
        ".pyi",
        ".pyx",
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
    """Whether people write such files by hand."""
    return posixpath.splitext(path)[1].lower() in SOURCE


def _company(
    paths: list[str],
    imports: Importing,
    cochanges: Mapping[str, Mapping[str, int]],
    existing: set[str],
) -> Iterable[tuple[str, str]]:
    """Files that changed together with the predicted ones, then files that import them."""
    for path in paths:
        together = sorted(cochanges.get(path, {}).items(), key=lambda item: (-item[1], item[0]))
        for other, times in together[:MOST_NEIGHBOURS]:
            if other in existing and times >= 2:
                yield other, f"changed together with {path} {times} times"
    graph = imports(paths)
    for path in paths:
        importers = sorted(other for other, targets in graph.items() if path in targets)
        for other in importers[:MOST_NEIGHBOURS]:
            yield other, f"imports {path}"


NOT_TESTS = ("conftest.py", "__init__.py", "setup.py")


def nearby_tests(facts: Facts, task: Understanding, predicted: Sequence[Prediction]) -> tuple[str, ...]:
    """At most two test files to follow: those of the predicted files, else of the task's words, else the usual place."""
    tests = [path for path in facts.tests if fits(path) and posixpath.basename(path) not in NOT_TESTS]
    written = [path for path in tests if is_source(path)] or tests
    stems = {posixpath.basename(item.path).partition(".")[0].lower() for item in predicted}
    wanted = {stem for stem in stems if len(stem) > 3} | set(words_of(task.text))
    near = next((item.path.partition("/")[0] + "/" for item in predicted if "/" in item.path), "")
    usual = near if any(path.startswith(near) for path in written) and near else _usual_folder(written)

    def rank(path: str) -> tuple[bool, bool, int, int, str]:
        name = posixpath.basename(path).lower()
        support = "test" not in name and "spec" not in name  # what tests share, like common.py
        told = -sum(word in name for word in wanted)
        return (support, not path.startswith(usual), told, path.count("/"), path)

    return tuple(sorted(written, key=rank)[:2])


def _usual_folder(tests: list[str]) -> str:
    """The first directory that holds most tests, "" when there is none."""
    counts: dict[str, int] = {}
    for path in tests:
        top = path.partition("/")[0] + "/" if "/" in path else ""
        counts[top] = counts.get(top, 0) + 1
    return max(sorted(counts), key=lambda top: counts[top], default="")
