"""From commands that somebody wrote to gates: what is kept, how it is started, and which comes first."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from agent_baton.patterns import lazy
from agent_baton.planner.facts import GateCandidate, GateKind, Level
from agent_baton.records import Record, replace

from . import danger
from .arguments import has_option
from .calls import Call
from .launch import started
from .meaning import REWRITES, Inspector, Meaning
from .names import is_special, is_test_name, kind_of
from .sightings import Sighting, Source
from .suites import family

_BASE: dict[Source, int] = {"ci": 60, "task": 45, "docs": 30, "convention": 22}
MAX_COMMAND = 400
MAX_UNFOLDED = 3  # tasks inside of tasks
MAX_PARTS = 3_000
MAX_PARTS_NAMED = 40  # of one task, whose programs are told
MAX_LAUNCHED = 8  # words among which `uv run --frozen pytest` names what it starts
FOREIGN_SHARE = 0.2  # of the source bytes
_CHECKS = ("check", "checks", "verify")  # names that may honestly mean linting
KINDS: tuple[GateKind, ...] = ("test", "lint", "types", "build")


class Judged(Record):
    """A candidate with what ranks it."""

    candidate: GateCandidate
    score: int
    source: Source
    inside: str = ""  # the task it is a part of, as it is called: `npm run ci`


def judged(sightings: Iterable[Sighting], inspector: Inspector) -> list[Judged]:
    """Every gate among the commands, best first; of one command written in several places the best-placed."""
    best: dict[tuple[GateKind, str], Judged] = {}
    for sighting, meaning, kinds in _unfolded(_distinct(sightings), inspector):
        for kind in kinds:
            for each in _candidates(sighting, meaning, kind, inspector):
                key = each.candidate.kind, each.candidate.command
                if key not in best or best[key].score < each.score:
                    best[key] = each
    return sorted(
        _with_plain_test(best.values()),
        key=lambda each: (-each.score, len(each.candidate.command), each.candidate.command),
    )


def _distinct(sightings: Iterable[Sighting]) -> Iterable[Sighting]:
    """A matrix writes the same command many times: its best-placed writing stands for all."""
    best: dict[tuple[object, ...], Sighting] = {}
    for each in sightings:
        key = each.call.words, each.call.cwd, each.call.env, each.call.soft, each.source
        if key not in best or best[key].weight < each.weight:
            best[key] = each
    return best.values()


def _with_plain_test(found: Iterable[Judged]) -> list[Judged]:
    """Where the CI runs a variant of a task (`make coverage`, `npm run ci`), the plain `test` is a developer's.

    It takes the rank of the variant, or of a part of it, when it tests as well: it is its everyday form.
    """
    found = list(found)
    tests = [each for each in found if each.candidate.kind == "test"]
    plain = {
        _task_of(each)[0]: each
        for each in tests
        if _task_of(each)[1] == "test" and each.candidate.confidence == "high"
    }
    for each in tests:
        runner, name = _task_of(each)
        simple = plain.get(runner)
        if (
            each.source == "ci"
            and name not in ("", "test")
            and simple is not None
            and simple.score <= each.score
        ):
            found[found.index(simple)] = plain[runner] = replace(simple, score=each.score + 1)
    return found


_TASK_LINE = lazy(
    r"((?:cd \S+ && )?(?:make|npm|pnpm|yarn|bun|just|task|composer|(?:bundle exec )?rake|poe|pdm run|deno task))(?: run)? ([\w:.-]+)$"
)


def _task_of(each: Judged) -> tuple[str, str]:
    """The runner and the task of a candidate, or of what it is a part of; empty when it is none."""
    found = _TASK_LINE.match(each.candidate.command) or _TASK_LINE.match(each.inside)
    return (found[1], found[2]) if found else ("", "")


def _unfolded(
    sightings: Iterable[Sighting], inspector: Inspector
) -> Iterator[tuple[Sighting, Meaning, list[GateKind]]]:
    """Each command with its meaning and the kinds it may be a gate of; then what mixed and broken tasks run."""
    waiting = deque((each, 0, False) for each in sorted(sightings, key=lambda each: -each.weight))
    seen: set[tuple[object, ...]] = set()
    while waiting:
        sighting, depth, only_tests = waiting.popleft()
        call = sighting.call
        if call.soft or not call.words or "://" in call.words[0]:
            continue
        meaning = sighting.meaning or inspector.of(call)
        if not meaning.fault and not _breaks_its_promise(sighting, meaning):
            yield (
                sighting,
                meaning,
                [
                    kind
                    for kind in _kinds(meaning, call)
                    if kind == "test" or not (only_tests or (depth and kind == "build"))
                ],
            )
        if depth == MAX_UNFOLDED or not _stands_for_its_parts(meaning):
            continue
        where = f"{sighting.where}, inside `{_short(call.line_to_run())}`" if depth == 0 else sighting.where
        for part in meaning.parts:
            # the name that recommends the whole says nothing about its parts
            weight = min(sighting.weight, 0) - 1 if sighting.source == "task" else sighting.weight - 1
            key = part.words, part.cwd, sighting.source
            if key not in seen and len(seen) < MAX_PARTS:
                seen.add(key)
                inside = sighting.inside or call.line_to_run()
                inner = replace(sighting, call=part, meaning=None, where=where, weight=weight, inside=inside)
                # of a task that is broken here, only its tests are worth saving
                broken = bool(meaning.fault) and meaning.fault != REWRITES
                waiting.append((inner, depth + 1, only_tests or broken))


def _stands_for_its_parts(meaning: Meaning) -> bool:
    return not meaning.itself or len(meaning.kinds) > 1 or bool(meaning.fault)


def _breaks_its_promise(sighting: Sighting, meaning: Meaning) -> bool:
    """A task called `test` that does not test is no gate of another kind either."""
    last = sighting.call.argv[-1]
    promised = kind_of(last) == "test" and last not in _CHECKS
    return sighting.source == "task" and promised and "test" not in meaning.kinds


def _kinds(meaning: Meaning, call: Call) -> list[GateKind]:
    """The kinds a command serves as: a test run that also lints is a test gate, not a lint gate."""
    if "build" in meaning.kinds and kind_of(call.argv[-1]) == "build":
        return ["build"]
    if "test" in meaning.kinds:
        return ["test"]
    if "lint" in meaning.kinds and "types" in meaning.kinds:
        return ["lint", "types"]
    return [next(kind for kind in KINDS if kind in meaning.kinds)] if meaning.kinds else []


def _candidates(
    sighting: Sighting, meaning: Meaning, kind: GateKind, inspector: Inspector
) -> Iterator[Judged]:
    if kind == "build" and (sighting.source == "docs" or _is_side_work(meaning.language, inspector)):
        return
    if kind == "build" and _is_oddly_named(sighting.call):
        return
    if sighting.source == "convention" and kind != "build" and meaning.language:
        foreign = kind == "test" and _is_foreign(meaning.language, inspector)
        if foreign or not inspector.suites.written(meaning.language):
            return
    score = _score(sighting, meaning, kind, inspector)
    run = meaning.run or sighting.call
    if meaning.direct is not None:
        through = f"{_short(run.line_to_run())} is that suite in its own environment"
        made = _made(sighting, meaning, kind, meaning.direct, score + 3, inspector, through)
        if made:
            yield made
            score -= 3
    made = _made(sighting, meaning, kind, run, score, inspector)
    if made:
        yield made


def _made(
    sighting: Sighting,
    meaning: Meaning,
    kind: GateKind,
    run: Call,
    score: int,
    inspector: Inspector,
    through: str = "",
) -> Judged | None:
    run = _built_first(started(inspector.repo, _local(run)), meaning, inspector)
    command = run.line_to_run()
    if (
        len(command) > MAX_COMMAND
        or "\n" in command
        or not command.isprintable()
        or danger.threat_in(run.argv)
    ):
        return None
    confidence = _confidence(sighting, meaning, score, run)
    reason = _reason(sighting, meaning, kind, through)
    evidence = inspector.repo.evidence(sighting.call.path, sighting.call.line)
    programs = tuple(sorted(_programs(run, inspector, 0)))
    candidate = GateCandidate(kind, command, "", confidence, evidence, reason, programs)
    return Judged(candidate, score, sighting.source, sighting.inside)


def _score(sighting: Sighting, meaning: Meaning, kind: GateKind, inspector: Inspector) -> int:
    score = _BASE[sighting.source] + sighting.weight
    score -= 14 * meaning.narrow + 4 * meaning.vague + 3 * sighting.call.trimmed + 2 * bool(sighting.call.cwd)
    score -= 3 * (len(meaning.kinds) - 1) if meaning.kinds else 0
    score -= _oddity(sighting.call, kind) + 5 * (not meaning.itself)
    if kind == "test":
        score += _language_score(meaning, inspector) - _shortfall(meaning, inspector)
    elif meaning.language and kind in ("lint", "types", "build"):
        score += min(_language_score(meaning, inspector), 3)
    return score


_DOCUMENTS = frozenset(("Markdown", "reStructuredText"))


def _is_side_work(language: str, inspector: Inspector) -> bool:
    """Whether a build makes only the documentation of a project that is not made of documents."""
    primary = inspector.repo.facts.primary
    return language in _DOCUMENTS and primary is not None and primary not in _DOCUMENTS


def _is_foreign(language: str, inspector: Inspector) -> bool:
    """Whether a language plays so small a part that nobody would guess that its tests are the project's."""
    facts = inspector.repo.facts
    if not language or not facts.primary or family(language) == family(facts.primary):
        return False
    share = sum(each.share for each in facts.languages if family(each.name) == family(language))
    return share < FOREIGN_SHARE


def _oddity(call: Call, kind: GateKind) -> int:
    """What sets a CI variant apart from the everyday command: its own flags, variables, folders, an unlikely name."""
    argv = call.argv
    odd = (
        10 if any(name.endswith("FLAGS") for name, _ in call.env) else 3 * bool(call.env)
    ) + 4 * has_option(argv, "-C", "--directory", "-f", "--file", "--prefix")
    if call.program not in _RUNNERS_OF_NAMES:
        return odd
    names = [
        word
        for word in argv[1:]
        if not word.startswith("-") and "=" not in word and word not in ("run", "-C")
    ]
    values = [word.partition("=")[2] for word in argv[1:] if "=" in word]
    odd += 2 * bool(values) + 2 * any(is_special(value) or "cov" in value for value in values)
    unlikely = bool(names) and kind_of(names[-1]) != kind
    unlikely = unlikely or (bool(names) and kind == "test" and not is_test_name(names[-1]))
    return odd + 4 * unlikely


def _is_oddly_named(call: Call) -> bool:
    """Whether a task that builds something is called so that nobody would take it for the build."""
    names = [word for word in call.argv[1:] if not word.startswith("-") and "=" not in word and word != "run"]
    return call.program in _RUNNERS_OF_NAMES and bool(names) and kind_of(names[-1]) != "build"


_RUNNERS_OF_NAMES = frozenset(
    ("make", "gmake", "npm", "pnpm", "yarn", "just", "task", "composer", "rake", "poe")
)


def _language_score(meaning: Meaning, inspector: Inspector) -> int:
    """A suite of the primary language counts more than one of a side language, if the primary has one at all."""
    primary = inspector.repo.facts.primary
    if not meaning.language or not primary:
        return 0
    if family(meaning.language) == family(primary):
        return 6
    return -20 if inspector.suites.of(primary) else -4


# `mocha test/index.js`: the file that brings the others in
_ENTRY = lazy(r"/(?:index|main|all|run|runner|suite|__main__|(?:run_?)?(?:all_?)?tests?)\.\w+$")


def _shortfall(meaning: Meaning, inspector: Inspector) -> int:
    """How much of the language's tests a command that names paths leaves out, 0 to 12."""
    files = (
        inspector.suites.of(meaning.language)
        if meaning.language and meaning.paths and "" not in meaning.paths
        else ()
    )
    if not files:
        return 0
    paths = [_ENTRY.sub("", path) for path in meaning.paths]
    reached = sum(1 for file in files if any(file == path or file.startswith(path + "/") for path in paths))
    return 0 if reached * 2 >= len(files) else 12 - 24 * reached // len(files)


def _confidence(sighting: Sighting, meaning: Meaning, score: int, run: Call) -> Level:
    doubts = meaning.narrow + meaning.vague + (sighting.call.trimmed or run.trimmed)
    if sighting.source in ("ci", "task") and not doubts and score >= _BASE["task"] - 6:
        return "high"
    if sighting.source in ("ci", "task") and doubts < 2:
        return "medium"
    return (
        "medium"
        if sighting.source in ("convention", "docs") and sighting.weight >= 0 and not doubts
        else "low"
    )


_REPORTS = lazy(r"(?i)junit|xmlrunner|cobertura|lcov|codecov|teamcity|unittest-xml")


def _local(run: Call) -> Call:
    """The call without options whose value names a report format, and with the interpreter that is here."""
    words: list[str] = []
    for word in run.words:
        if words and _REPORTS.search(word) and re.fullmatch(r"--?[A-Za-z][\w-]*", words[-1]):
            words.pop()
        elif not (word.startswith("-") and "=" in word and _REPORTS.search(word)):
            words.append(word)
    words[:1] = [re.sub(r"^python3?\.\d+$", "python3", word) for word in words[:1]]
    return run.with_words(*words)


def _built_first(run: Call, meaning: Meaning, inspector: Inspector) -> Call:
    """A script that tests what `make` has compiled needs it compiled: a work tree begins without."""
    repo = inspector.repo
    is_script = "test" in meaning.kinds and run.argv[0].startswith("./") and not run.cwd
    if (
        not is_script
        or family(repo.facts.primary or "") != "C"
        or not any(map(repo.is_file, ("Makefile", "GNUmakefile")))
    ):
        return run
    script = repo.text(run.argv[0].removeprefix("./"))
    return (
        run
        if re.search(r"(?m)^\s*(?:make|cmake|ninja|gcc|cc)\b", script)
        else run.with_words("make", "&&", *run.words)
    )


def _programs(call: Call, inspector: Inspector, depth: int) -> set[str]:
    """The programs a command starts: its own, those it launches by name, and those of the tasks it goes through."""
    named = {
        word
        for word in call.argv[1:MAX_LAUNCHED]
        if word in inspector.programs and word not in ("test", "task")
    }
    inner = inspector.of(call).parts if depth < MAX_UNFOLDED else ()
    return {call.program, *named}.union(
        *(_programs(part, inspector, depth + 1) for part in inner[:MAX_PARTS_NAMED])
    )


_NOUNS = {"test": "the tests", "lint": "the lint check", "types": "the type check", "build": "the build"}


def _reason(sighting: Sighting, meaning: Meaning, kind: GateKind, through: str) -> str:
    noun = _NOUNS[kind]
    if sighting.source == "ci":
        text = f"{sighting.where} runs {noun} with it"
    elif sighting.source == "task":
        text = f"{sighting.where} runs {noun}"
    elif sighting.source == "docs":
        text = f"{sighting.where} tells contributors to run {noun} so"
    else:
        text = f"the usual command, from {sighting.where}"
    if through:
        text += f"; {through}"
    elif meaning.narrow:
        text += "; it covers only a part"
    return f"{text[0].upper()}{text[1:]}."


def _short(command: str) -> str:
    return command if len(command) <= 60 else command[:57] + "…"
