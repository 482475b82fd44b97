"""The shapes a plan can have. Each says which steps, by whom, in what order; nothing about wording or gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agent_baton.planner.compose import words
from agent_baton.planner.compose.request import Casting, Request
from agent_baton.planner.compose.shape import archetype_of, is_inside_code, is_pipeline, needs_approval
from agent_baton.planner.compose.words import Writer
from agent_baton.records import Record

__all__ = ["Draft", "DraftPhase", "archetype_of", "draft"]

WRITERS_OF_DOCS = ("technical-writer",)
TESTERS = ("test-engineer",)
ASIDE = (
    *WRITERS_OF_DOCS,
    *TESTERS,
    "debugger",
    "performance-engineer",
    "subject-matter-expert",
    "orchestrator",
)
TEST_FIRST = ("test", "build", "types", "lint")


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
    gates: tuple[str, ...] = TEST_FIRST  # kinds of gate that suit it, the first that exists is taken
    approval: bool = False


class Cast(Record):
    """The cast by what they are here for."""

    all: tuple[Casting, ...]

    def of(self, *roles: str) -> list[Casting]:
        return [casting for role in roles for casting in self.all if casting.role == role]

    def part(self, *parts: str) -> list[Casting]:
        return [casting for part in parts for casting in self.all if casting.part == part]

    @property
    def makers(self) -> list[Casting]:
        """Who changes code, in cast order; testers, writers and finders only when there is nobody else."""
        builders = self.part("build", "steer")
        return [one for one in builders if one.role not in ASIDE] or builders[:1] or list(self.all[:1])

    def first(self, *roles: str) -> Casting:
        """The first of these roles, else the lead."""
        return (self.of(*roles) or self.makers)[0]


def draft(request: Request, archetype: str) -> list[DraftPhase]:
    """The phases of an archetype, cast and ordered, reviews sized by risk."""
    cast = Cast(request.cast)
    phases = SHAPES[archetype](request, cast)
    if archetype not in UNREVIEWED:
        phases += _review(cast)
    if request.missing_tests and archetype not in ("investigation", "reading", "docs"):
        setup = DraftPhase(
            "Make the missing tests", [Draft(cast.first(*TESTERS), words.make_tests)], ("setup",)
        )
        phases.insert(0, setup)
    return phases


def _chain(*drafts: Draft) -> list[Draft]:
    for number, item in enumerate(drafts):
        if number:
            item.after.append(number - 1)
    return list(drafts)


def _review(cast: Cast) -> list[DraftPhase]:
    """Who looks at the whole change, then the auditor's word. What they find, the engine hands to who leads."""
    looks = [
        Draft(
            casting,
            words.security_review if casting.role == "security-reviewer" else words.review,
            read_only=True,
        )
        for casting in cast.part("review")
    ]
    drafts = list(looks)
    for casting in cast.part("audit"):
        drafts.append(Draft(casting, words.audit, list(range(len(drafts))), read_only=True, may_veto=True))
    return [DraftPhase("Review" if looks else "Audit", drafts, ("full",))] if drafts else []


def _design(request: Request, cast: Cast) -> tuple[list[DraftPhase], list[Draft]]:
    """Designers: a phase of their own where a person approves what is built, else ahead of the builders."""
    drafts = _chain(*(Draft(casting, words.design, read_only=True) for casting in cast.part("design")))
    if drafts and needs_approval(request):
        return [DraftPhase("Design", drafts, ("untouched",))], []
    return [], drafts


def _feature(request: Request, cast: Cast) -> list[DraftPhase]:
    """Design where asked for, then makers, then tests and documentation of what they made."""
    before, drafts = _design(request, cast)
    start = len(drafts)
    write = words.pipeline if is_pipeline(request) else words.implement
    drafts += [Draft(casting, write, [start - 1] if start else []) for casting in cast.makers]
    built = list(range(start, len(drafts)))
    others = [(one, words.cover) for one in cast.of(*TESTERS)] + [
        (one, words.document) for one in cast.of(*WRITERS_OF_DOCS)
    ]
    drafts += [Draft(one, later, list(built)) for one, later in others if one not in cast.makers]
    return [*before, DraftPhase("Build", drafts)]


SOLO: dict[str, Writer] = {
    "bug-fix": words.fix_alone, "test": words.write_tests, "dependency": words.take_in, "data-analysis": words.analyse,
    "security": words.close_alone, "ci": words.pipeline, "build": words.pipeline,
}  # fmt: skip


def _solo(request: Request, cast: Cast) -> list[DraftPhase]:
    return [DraftPhase("Do it", [Draft(cast.makers[0], SOLO.get(request.task.task_type, words.solo))])]


def _fix(request: Request, cast: Cast) -> list[DraftPhase]:
    before, drafts = _design(request, cast)
    start = len(drafts)
    drafts.append(Draft(cast.first("debugger", *TESTERS), words.reproduce, [start - 1] if start else []))
    drafts += [Draft(casting, words.fix, [start]) for casting in cast.makers]
    return [*before, DraftPhase("Reproduce and fix", drafts)]


def _security(request: Request, cast: Cast) -> list[DraftPhase]:
    before, drafts = _design(request, cast)
    start = len(drafts)
    drafts.append(Draft(cast.first(*TESTERS), words.expose, [start - 1] if start else []))
    drafts += [Draft(casting, words.close, [start]) for casting in cast.makers]
    return [*before, DraftPhase("Show the hole and close it", drafts)]


def _refactor(request: Request, cast: Cast) -> list[DraftPhase]:
    before, drafts = _design(request, cast)
    start = len(drafts)
    drafts += [Draft(casting, words.restructure, [start - 1] if start else []) for casting in cast.makers]
    pinned = DraftPhase("Pin the behaviour", [Draft(cast.first(*TESTERS), words.pin)])
    return [*before, pinned, DraftPhase("Restructure", drafts)]


def _migration(request: Request, cast: Cast) -> list[DraftPhase]:
    keeper = cast.first("database-engineer", "data-engineer")
    before, drafts = _design(request, cast)
    prepare = DraftPhase("Prepare the way back", _chain(*drafts, Draft(keeper, words.way_back)))
    makers = [casting for casting in cast.makers if casting is not keeper] or [keeper]
    move = DraftPhase("Migrate", [Draft(casting, words.migrate) for casting in makers], approval=True)
    return [*before, prepare, move]


def _operation(request: Request, cast: Cast) -> list[DraftPhase]:
    """An act on live systems or data: rehearsed where it does no harm, approved, done, checked."""
    before, drafts = _design(request, cast)
    lead = cast.makers[0]
    rehearse = DraftPhase("Rehearse", _chain(*drafts, Draft(lead, words.rehearse)))
    act = DraftPhase("Act", [Draft(lead, words.act)], approval=True)
    return [*before, rehearse, act]


def _performance(request: Request, cast: Cast) -> list[DraftPhase]:
    measurer = cast.first("performance-engineer")
    before, drafts = _design(request, cast)
    steps = _chain(*drafts, Draft(measurer, words.measure), Draft(cast.makers[0], words.speed_up))
    return [*before, DraftPhase("Measure and improve", steps)]


def _test(request: Request, cast: Cast) -> list[DraftPhase]:
    return [DraftPhase("Write tests", [Draft(cast.first(*TESTERS), words.write_tests)])]


def _investigation(request: Request, cast: Cast) -> list[DraftPhase]:
    """One question, one who answers it; whoever else was cast would only ask it again."""
    asked = (cast.part("build", "review", "design", "audit") or list(cast.all))[0]
    return [DraftPhase("Investigate", [Draft(asked, words.investigate, read_only=True)], ("untouched",))]


def _reading(request: Request, cast: Cast) -> list[DraftPhase]:
    """Only judges or designers were asked for: each looks at what is there, and nobody changes anything."""
    drafts = [
        Draft(casting, words.design if casting.part == "design" else words.examine, read_only=True)
        for casting in cast.all
    ]
    return [DraftPhase("Look", _chain(*drafts), ("untouched",))]


def _docs(request: Request, cast: Cast) -> list[DraftPhase]:
    write = words.correct_docs if request.task.complexity == "light" else words.write_docs
    # what stands in source files can break them
    gates = ("test",) if is_inside_code(request) and "test" in request.gates else ("whitespace",)
    return [DraftPhase("Write", [Draft(cast.first(*WRITERS_OF_DOCS), write)], gates)]


def _data(request: Request, cast: Cast) -> list[DraftPhase]:
    analyst = cast.first("data-analyst", "data-scientist", "data-engineer")
    return [DraftPhase("Analyse", [Draft(analyst, words.analyse)])]


def _dependency(request: Request, cast: Cast) -> list[DraftPhase]:
    return [DraftPhase("Take it in", [Draft(cast.makers[0], words.take_in)])]


UNREVIEWED = ("solo", "investigation", "reading")
SHAPES: dict[str, Callable[[Request, Cast], list[DraftPhase]]] = {
    "solo": _solo,
    "fix": _fix,
    "feature": _feature,
    "refactor": _refactor,
    "migration": _migration,
    "operation": _operation,
    "security": _security,
    "performance": _performance,
    "test": _test,
    "investigation": _investigation,
    "reading": _reading,
    "docs": _docs,
    "data": _data,
    "dependency": _dependency,
}
