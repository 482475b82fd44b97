"""The shapes a plan can have. Each says which steps, by whom, in what order; nothing about wording or gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agent_baton.planner.compose import words
from agent_baton.planner.compose.predict import Prediction
from agent_baton.planner.compose.request import Casting, Request
from agent_baton.planner.compose.words import Ask

Writer = Callable[[Request, tuple[Prediction, ...]], Ask]

REVIEWERS = ("code-reviewer", "security-reviewer", "auditor")
PLANNERS = ("architect", "debugger", "subject-matter-expert")
WRITERS_OF_DOCS = ("technical-writer",)
TESTERS = ("test-engineer",)


@dataclass(slots=True)
class Draft:
    """A step before it has an id. `after` holds positions of earlier drafts of its phase."""

    casting: Casting
    write: Writer
    after: list[int] = field(default_factory=list)
    read_only: bool = False
    may_veto: bool = False


@dataclass(slots=True)
class DraftPhase:
    name: str
    steps: list[Draft]
    gates: tuple[str, ...]  # kinds of gate that suit it, the first that exists is taken
    approval: bool = False


@dataclass(frozen=True, slots=True)
class Cast:
    """The cast by what they are here for."""

    all: tuple[Casting, ...]

    def of(self, *roles: str) -> list[Casting]:
        return [casting for role in roles for casting in self.all if casting.role == role]

    @property
    def makers(self) -> list[Casting]:
        """Who changes code: everybody that is neither reviewing, planning, testing nor documenting, in cast order."""
        others = (*REVIEWERS, *PLANNERS, *WRITERS_OF_DOCS, *TESTERS, "performance-engineer", "orchestrator")
        found = [casting for casting in self.all if casting.role not in others]
        return (
            found
            or [casting for casting in self.all if casting.role not in REVIEWERS][:1]
            or list(self.all[:1])
        )


def archetype_of(request: Request) -> str:
    """Which shape fits: small work is one agent and one gate, whatever its type."""
    kind, complexity, risk = request.task.task_type, request.task.complexity, request.task.risk_level
    if kind == "investigation":
        return "investigation"
    if kind == "documentation":
        return "docs"
    if complexity == "light" and risk in ("LOW", "MEDIUM"):
        return "solo"
    named = {
        "bug-fix": "fix", "refactor": "refactor", "migration": "migration", "security": "feature", "performance": "performance",
        "test": "test", "data-analysis": "data", "dependency": "dependency",
    }  # fmt: skip
    return named.get(kind, "feature")


def draft(request: Request, archetype: str) -> list[DraftPhase]:
    """The phases of an archetype, cast and ordered, reviews sized by risk."""
    phases = SHAPES[archetype](request, Cast(request.cast))
    if request.missing_tests and archetype not in ("investigation", "docs"):
        phases.insert(0, _first_tests(Cast(request.cast)))
    return phases


def _chain(*drafts: Draft) -> list[Draft]:
    for number, item in enumerate(drafts):
        if number:
            item.after.append(number - 1)
    return list(drafts)


def _makers(cast: Cast, write: Writer, after: list[int]) -> list[Draft]:
    """Makers side by side; whether they may really run so is decided by their files."""
    return [Draft(casting, write, list(after)) for casting in cast.makers]


def _first_tests(cast: Cast) -> DraftPhase:
    tester = (cast.of(*TESTERS) or cast.makers)[0]
    return DraftPhase("Make the missing tests", [Draft(tester, words.make_tests)], ("setup",))


def _reviews(request: Request, cast: Cast) -> list[DraftPhase]:
    """One bounded round of review where the risk asks for it."""
    writes = {
        "code-reviewer": words.review,
        "security-reviewer": words.security_review,
        "auditor": words.audit,
    }
    drafts = [
        Draft(casting, writes[casting.role], read_only=True, may_veto=casting.role == "auditor")
        for casting in cast.of(*REVIEWERS)
    ]
    for number, item in enumerate(drafts):
        if item.casting.role == "auditor":
            item.after = list(range(number))
    return [DraftPhase("Review", drafts, ("lint", "types", "build", "test"))] if drafts else []


def _build(request: Request, cast: Cast) -> list[Draft]:
    """Design where asked for, then makers, then tests and documentation of what they made."""
    first = [
        Draft(casting, words.design, read_only=True)
        for casting in cast.of("architect", "subject-matter-expert")[:2]
    ]
    drafts = _chain(*first)
    made_from = len(drafts)
    drafts += _makers(cast, words.implement, [made_from - 1] if first else [])
    built = list(range(made_from, len(drafts)))
    for casting in cast.of(*TESTERS):
        drafts.append(Draft(casting, words.cover, list(built)))
    for casting in cast.of(*WRITERS_OF_DOCS):
        drafts.append(Draft(casting, words.document, list(built)))
    return drafts


def _feature(request: Request, cast: Cast) -> list[DraftPhase]:
    return [
        DraftPhase("Build", _build(request, cast), ("test", "build", "types", "lint")),
        *_reviews(request, cast),
    ]


def _solo(request: Request, cast: Cast) -> list[DraftPhase]:
    write: Writer = {
        "bug-fix": words.fix_alone, "test": words.write_tests, "dependency": words.check_licence, "data-analysis": words.analyse,
    }.get(request.task.task_type, words.solo)  # fmt: skip
    return [DraftPhase("Do it", [Draft(cast.all[0], write)], ("test", "build", "types", "lint"))]


def _fix(request: Request, cast: Cast) -> list[DraftPhase]:
    finder = (cast.of("debugger", *TESTERS) or cast.makers)[0]
    drafts = [Draft(finder, words.reproduce), *_makers(cast, words.fix, [0])]
    return [DraftPhase("Reproduce and fix", drafts, ("test", "build")), *_reviews(request, cast)]


def _refactor(request: Request, cast: Cast) -> list[DraftPhase]:
    tester = (cast.of(*TESTERS) or cast.makers)[0]
    pinned = DraftPhase("Pin the behaviour", [Draft(tester, words.pin)], ("test", "build"))
    design = [Draft(casting, words.design, read_only=True) for casting in cast.of("architect")[:1]]
    drafts = [*design, *_makers(cast, words.restructure, [0] if design else [])]
    return [pinned, DraftPhase("Restructure", drafts, ("test", "build")), *_reviews(request, cast)]


def _migration(request: Request, cast: Cast) -> list[DraftPhase]:
    keeper = (cast.of("database-engineer", "database", "data-engineer") or cast.makers)[0]
    design = [Draft(casting, words.design, read_only=True) for casting in cast.of("architect")[:1]]
    prepare = DraftPhase(
        "Prepare the way back", _chain(*design, Draft(keeper, words.way_back)), ("test", "build")
    )
    makers = [casting for casting in cast.makers if casting is not keeper] or [keeper]
    move = DraftPhase(
        "Migrate", [Draft(casting, words.migrate) for casting in makers], ("test", "build"), approval=True
    )
    return [prepare, move, *_reviews(request, cast)]


def _performance(request: Request, cast: Cast) -> list[DraftPhase]:
    measurer = (cast.of("performance-engineer") or cast.makers)[0]
    maker = cast.makers[0] if cast.makers else measurer
    drafts = _chain(Draft(measurer, words.measure), Draft(maker, words.speed_up))
    return [DraftPhase("Measure and improve", drafts, ("test", "build")), *_reviews(request, cast)]


def _test(request: Request, cast: Cast) -> list[DraftPhase]:
    tester = (cast.of(*TESTERS) or cast.makers)[0]
    return [
        DraftPhase("Write tests", [Draft(tester, words.write_tests)], ("test", "build")),
        *_reviews(request, cast),
    ]


def _investigation(request: Request, cast: Cast) -> list[DraftPhase]:
    asked = cast.all[:1]
    drafts = [Draft(casting, words.investigate, read_only=True) for casting in asked]
    return [DraftPhase("Investigate", drafts, ("untouched",))]


def _docs(request: Request, cast: Cast) -> list[DraftPhase]:
    writer = (cast.of(*WRITERS_OF_DOCS) or list(cast.all))[0]
    return [DraftPhase("Write", [Draft(writer, words.write_docs)], ("docs", "whitespace"))]


def _data(request: Request, cast: Cast) -> list[DraftPhase]:
    analyst = (cast.of("data-analyst", "data-scientist", "data-engineer") or cast.makers)[0]
    return [
        DraftPhase("Analyse", [Draft(analyst, words.analyse)], ("test", "build", "lint")),
        *_reviews(request, cast),
    ]


def _dependency(request: Request, cast: Cast) -> list[DraftPhase]:
    drafts = [Draft(casting, words.check_licence) for casting in cast.makers[:1]]
    return [DraftPhase("Take it in", drafts, ("test", "build")), *_reviews(request, cast)]


SHAPES: dict[str, Callable[[Request, Cast], list[DraftPhase]]] = {
    "solo": _solo,
    "fix": _fix,
    "feature": _feature,
    "refactor": _refactor,
    "migration": _migration,
    "performance": _performance,
    "test": _test,
    "investigation": _investigation,
    "docs": _docs,
    "data": _data,
    "dependency": _dependency,
}
