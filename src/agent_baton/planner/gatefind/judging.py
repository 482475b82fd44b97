"""From commands that somebody wrote to gates: what is kept, how it is started, and which comes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agent_baton.planner.facts import GateCandidate, GateKind, Level

from . import danger
from .calls import Call
from .launch import started
from .meaning import Inspector, Meaning
from .sightings import Sighting, Source
from .suites import family

_BASE: dict[Source, int] = {"ci": 60, "task": 45, "docs": 30, "convention": 22}
MAX_COMMAND = 400
KINDS: tuple[GateKind, ...] = ("test", "lint", "types", "build")


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with what ranks it."""

    candidate: GateCandidate
    score: int
    source: Source


def judged(sightings: Iterable[Sighting], inspector: Inspector) -> list[Judged]:
    """Every gate among the commands, best first; of one command written in several places the best-placed."""
    best: dict[tuple[GateKind, str], Judged] = {}
    for sighting in sightings:
        for each in _gates(sighting, inspector, 0):
            key = each.candidate.kind, each.candidate.command
            if key not in best or best[key].score < each.score:
                best[key] = each
    return sorted(
        best.values(), key=lambda each: (-each.score, len(each.candidate.command), each.candidate.command)
    )


def _gates(sighting: Sighting, inspector: Inspector, depth: int) -> Iterator[Judged]:
    call = sighting.call
    if call.soft or not call.words:
        return
    meaning = sighting.meaning or inspector.of(call)
    if not meaning.fault:
        for kind in _kinds(meaning):
            yield from _candidates(sighting, meaning, kind, inspector)
    if depth < 3 and meaning.parts and (not meaning.itself or len(meaning.kinds) > 1 or meaning.fault):
        if meaning.fault.startswith("it could do harm") and depth == 0 and sighting.source != "ci":
            return
        for part in meaning.parts:
            where = (
                f"{sighting.where}, inside `{_short(call.line_to_run())}`" if depth == 0 else sighting.where
            )
            yield from _gates(
                replace(sighting, call=part, meaning=None, where=where, weight=sighting.weight - 1),
                inspector,
                depth + 1,
            )


def _kinds(meaning: Meaning) -> list[GateKind]:
    """The kinds a command serves as: a test run that also lints is a test gate, not a lint gate."""
    if "test" in meaning.kinds:
        return ["test"]
    if "lint" in meaning.kinds and "types" in meaning.kinds:
        return ["lint", "types"]
    return [next(kind for kind in KINDS if kind in meaning.kinds)] if meaning.kinds else []


def _candidates(
    sighting: Sighting, meaning: Meaning, kind: GateKind, inspector: Inspector
) -> Iterator[Judged]:
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
    run = started(inspector.repo, run)
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
    return Judged(GateCandidate(kind, command, "", confidence, evidence, reason), score, sighting.source)


def _score(sighting: Sighting, meaning: Meaning, kind: GateKind, inspector: Inspector) -> int:
    score = _BASE[sighting.source] + sighting.weight
    score -= 14 * meaning.narrow + 4 * meaning.vague + 3 * sighting.call.trimmed + 2 * bool(sighting.call.cwd)
    score -= 3 * (len(meaning.kinds) - 1) if meaning.kinds else 0
    if kind == "test":
        score += _language_score(meaning, inspector) - _shortfall(meaning, inspector)
    elif meaning.language and kind in ("lint", "types", "build"):
        score += min(_language_score(meaning, inspector), 3)
    return score


def _language_score(meaning: Meaning, inspector: Inspector) -> int:
    """A suite of the primary language counts more than one of a side language, if the primary has one at all."""
    primary = inspector.repo.facts.primary
    if not meaning.language or not primary:
        return 0
    if family(meaning.language) == family(primary):
        return 6
    return -20 if inspector.suites.of(primary) else -4


def _shortfall(meaning: Meaning, inspector: Inspector) -> int:
    """How much of the language's tests a command that names paths leaves out, 0 to 12."""
    files = (
        inspector.suites.of(meaning.language)
        if meaning.language and meaning.paths and "" not in meaning.paths
        else ()
    )
    if not files:
        return 0
    reached = sum(
        1 for file in files if any(file == path or file.startswith(path + "/") for path in meaning.paths)
    )
    return 0 if reached * 2 >= len(files) else 12 - 24 * reached // len(files)


def _confidence(sighting: Sighting, meaning: Meaning, score: int, run: Call) -> Level:
    doubts = meaning.narrow + meaning.vague + (sighting.call.trimmed or run.trimmed)
    if sighting.source in ("ci", "task") and not doubts and score >= _BASE["task"] - 6:
        return "high"
    if sighting.source in ("ci", "task") and doubts < 2:
        return "medium"
    return "medium" if sighting.source == "convention" and sighting.weight >= 0 and not doubts else "low"


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
