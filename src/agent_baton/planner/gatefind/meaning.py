"""What a command does, told by reading it and the task files it goes through. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from agent_baton.patterns import lazy
from agent_baton.planner.facts import GateKind
from agent_baton.records import Record, replace

from . import danger
from .calls import Call
from .makefiles import Makefile
from .reading import Repo, join
from .suites import Suites

MAX_DEPTH = 8
MAX_INSPECTED = 4_000
MAX_TOGETHER = 400


class Meaning(Record):
    """The verdict about one command."""

    kinds: frozenset[GateKind] = frozenset()
    language: str = ""  # of the code it checks, "" when it could be any
    fault: str = ""  # why this can never be a gate, for people
    run: Call | None = None  # the form to run on a developer's machine
    parts: tuple[Call, ...] = ()  # what a task runner would run
    direct: Call | None = None  # the same suite without the environment builder (tox, nox)
    paths: tuple[str, ...] = ()  # the folders and files a test command is limited to
    narrow: bool = False  # part of the suite only, or of a special sort: end-to-end, benchmarks
    rewrites: bool = False  # as written it changes files; `run` is the form that only looks
    vague: bool = False  # told from a name, not from contents
    # What stands for another gate when this one cannot: `make ci` names its parts, `make test` is itself the gate.
    itself: bool = True


NOTHING = Meaning()
REWRITES = "it rewrites files"


def checks(
    kind: GateKind,
    language: str = "",
    paths: Iterable[str] = (),
    narrow: bool = False,
    run: Call | None = None,
) -> Meaning:
    return Meaning(frozenset((kind,)), language, paths=tuple(paths), narrow=narrow, run=run)


def faulty(reason: str) -> Meaning:
    return Meaning(fault=reason)


Reader = Callable[[Call, "Inspector"], Meaning]


# Files of a repository that only start the program of that name.
_WRAPPERS = frozenset(
    (
        "gradlew",
        "mvnw",
        "sbt",
        "sbtx",
        "mill",
        "millw",
        "lein",
        "rails",
        "rake",
        "rspec",
        "rubocop",
        "Build",
        "manage.py",
        "artisan",
        "bazelw",
        "bazel",
        "waf",
    )
)


# Where a package manager puts the programs of a project.
_INSTALLED = lazy(r"(?:\./)?(?:vendor/bin|node_modules/\.bin|bin)/")


class Inspector:
    """Reads commands through task files, each only once, to a bounded depth."""

    def __init__(self, repo: Repo, programs: Mapping[str, Reader]) -> None:
        self.repo = repo
        self.suites = Suites(repo)
        self.programs = programs
        self._known: dict[tuple[tuple[str, ...], str, bool], Meaning] = {}
        self._depth = 0
        self.targets: dict[tuple[str, str], Meaning] = {}  # of makefiles, by file and name
        self.makefiles: dict[tuple[str, str], Makefile | None] = {}

    def of(self, call: Call) -> Meaning:
        """What `call` does. `run` is always set, with the call's own place."""
        key = call.words, call.cwd, call.trimmed
        if key not in self._known:
            if self._depth >= MAX_DEPTH or len(self._known) >= MAX_INSPECTED:
                return replace(NOTHING, run=call)
            self._known[key] = replace(NOTHING, run=call)  # a task that runs itself adds nothing to itself
            self._depth += 1
            try:
                self._known[key] = self._read(call)
            finally:
                self._depth -= 1
        found = self._known[key]
        return replace(
            found, run=_placed(found.run or call, call), direct=found.direct and _placed(found.direct, call)
        )

    def _read(self, call: Call) -> Meaning:
        if not call.words:
            return NOTHING
        threat = danger.threat_inside(call.argv)
        if threat:
            return faulty(f"it could do harm: {threat!r}")
        program = call.program
        reader = self.programs.get(program) or self.programs.get(_without_version(program))
        if reader is None or self._is_own_script(call):
            reader = self.programs["./"]
        elif "/" in call.argv[0] and program not in _WRAPPERS and not _INSTALLED.match(call.argv[0]):
            # a program by the path of one machine is the program of that name here
            return replace(self._read(call.with_words(program, *call.words[1:])), itself=True)
        return reader(call, self)

    def _is_own_script(self, call: Call) -> bool:
        """Whether a known name is a script of the repository: `scripts/coverage` is not the program coverage."""
        if "/" not in call.argv[0] or call.program in _WRAPPERS:
            return False
        target = join(call.cwd, call.argv[0])
        return target is not None and self.repo.is_file(target)

    def together(self, calls: Iterable[Call]) -> Meaning:
        """What a task with these commands does: all their checks, and the first of their faults."""
        calls = tuple(calls)[:MAX_TOGETHER]
        kinds: set[GateKind] = set()
        language, fault, narrow = "", "", True
        paths: list[str] = []
        for call in calls:
            each = self.of(call)
            if call.soft and not each.fault:
                continue
            fault = fault or each.fault or (REWRITES if each.rewrites else "")
            kinds |= each.kinds
            if "test" in each.kinds:
                language = each.language or language
                narrow = narrow and each.narrow
                paths.extend(each.paths)
            language = language or each.language
        return Meaning(
            frozenset(kinds),
            language,
            fault,
            parts=calls,
            paths=tuple(paths),
            narrow=narrow and "test" in kinds,
        )


def _placed(run: Call, call: Call) -> Call:
    return replace(run, path=call.path, line=call.line, soft=call.soft, trimmed=run.trimmed or call.trimmed)


def _without_version(program: str) -> str:
    """ "python3.11" -> "python", "clang-format-18" -> "clang-format"."""
    return re.sub(r"-?\d[\d.]*$", "", program) or program
