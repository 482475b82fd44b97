"""The words of steps: what each specialist is asked for, with the substance of this repository in it."""

from __future__ import annotations

from dataclasses import dataclass

from agent_baton.planner.compose.predict import Prediction
from agent_baton.planner.compose.request import Request

MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Ask:
    """What a step asks for."""

    description: str
    deliverables: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()


def quoted(request: Request) -> str:
    """The task as the person wrote it, marked as such."""
    return request.task.text.strip()


def where(predicted: tuple[Prediction, ...]) -> str:
    """Where to begin looking, with the reasons."""
    if not predicted:
        return ""
    lines = "\n".join(f"- {item.path} ({item.reason})" for item in predicted[:MOST_NAMED])
    return f"\n\nBegin with (predicted, not a limit):\n{lines}"


def gate_line(request: Request) -> tuple[str, ...]:
    test = request.gates.get("test")
    return (f"`{test.command}` passes",) if test is not None else ()


def nearby_tests(request: Request, predicted: tuple[Prediction, ...]) -> str:
    """Where tests of this kind live here."""
    tests = request.facts.tests
    if not tests:
        return ""
    stems = {item.path.rpartition("/")[2].partition(".")[0].lower() for item in predicted}
    close = [path for path in tests if any(stem and len(stem) > 3 and stem in path.lower() for stem in stems)]
    shown = (close or list(tests))[:2]
    return f" Tests live like {', '.join(shown)}."


def implement(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nRead how the code around it does the same kind of thing and follow it. "
        f"Add or change tests with the behaviour, errors and edges included.{nearby_tests(request, predicted)}",
        deliverables=("the change, committed", "tests that fail without it"),
        acceptance=("every part of the task is there and reachable, nothing is stubbed", *gate_line(request)),
    )


def solo(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    """Small work: the task and the least around it."""
    extra = (
        ""
        if request.task.task_type in ("documentation", "investigation")
        else nearby_tests(request, predicted)
    )
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nKeep the change as small as the task is; touch nothing beside it.{extra}",
        deliverables=("the change, committed",),
        acceptance=("the change does what the task says and nothing else",),
    )


def reproduce(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Reproduce this bug before anybody fixes it: {quoted(request)}{where(predicted)}\n\n"
        f"Write the smallest test that fails because of it, run it, and keep its output.{nearby_tests(request, predicted)} "
        "Find the line where behaviour and intention part; name the cause, not the symptom. Do not fix it.",
        deliverables=("a failing test, committed", "the cause, with file and line, in the report"),
        acceptance=("the new test fails for the reason the task describes; its red output is in the report",),
    )


def fix(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Fix the cause that was found: {quoted(request)}\n\nMake the failing test pass without weakening it or any other; "
        "look for the same mistake in sibling code and fix or report it.",
        deliverables=("the fix, committed",),
        acceptance=("the test that was red is green, unchanged", *gate_line(request)),
    )


def fix_alone(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nFirst write the smallest test that shows the bug and see it fail; then fix the "
        f"cause, not the symptom.{nearby_tests(request, predicted)}",
        deliverables=("a test that failed before and passes now", "the fix, committed"),
        acceptance=("red-then-green output is in the report", *gate_line(request)),
    )


def pin(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Before this refactoring, pin the behaviour it must not change: {quoted(request)}{where(predicted)}\n\n"
        f"Find what the code promises its callers and add tests where nothing holds that promise.{nearby_tests(request, predicted)} "
        "Change no production code.",
        deliverables=("characterisation tests, committed and green",),
        acceptance=("each would fail if the behaviour changed: break it once and see", *gate_line(request)),
    )


def restructure(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nMove in small commits that each keep the tests green. No behaviour changes, no "
        "test is edited except for moved names; delete what is no longer called.",
        deliverables=("the new structure, committed in small steps",),
        acceptance=(
            "public behaviour and interfaces are as before, or the task says otherwise",
            *gate_line(request),
        ),
    )


def design(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Design before code: {quoted(request)}{where(predicted)}\n\nSay what changes where, the interfaces and data that result, "
        "what could go wrong and how it is noticed, how it is undone, and what is left out on purpose. Weigh at least one other "
        "way. The report is the design: those who build read it.",
        deliverables=("the design in the report: interfaces, order of work, risks, way back",),
        acceptance=("somebody else could build it without asking",),
    )


def way_back(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Make this change reversible before it is made: {quoted(request)}{where(predicted)}\n\nWrite the migration in both "
        "directions, expand before contract, in batches where rows are many, safe to run twice; say how long locks are held and "
        "what is backed up first.",
        deliverables=("forward and backward migration, committed", "a rehearsal on a copy with its output"),
        acceptance=("forward, backward, forward leaves the same data", *gate_line(request)),
    )


def migrate(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}\n\nBring the code over to the new shape on top of the rehearsed migration; old and new readers must both "
        "work while it runs. Nothing is dropped in the same step that stops using it.",
        deliverables=("the change, committed",),
        acceptance=("works before, during and after the migration", *gate_line(request)),
    )


def investigate(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Answer this, and change nothing: {quoted(request)}{where(predicted)}\n\nRead, run and measure; keep what each claim rests "
        "on (file and line, command and output). Say what was ruled out, how sure the answer is, and what would settle the rest.",
        deliverables=("question, evidence, answer and recommendation in the report",),
        acceptance=("every claim has its evidence; no tracked file changed",),
    )


def measure(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Measure first: {quoted(request)}{where(predicted)}\n\nBuild a repeatable benchmark of what is slow, profile it, and name "
        "where time or memory goes. Change no production code.",
        deliverables=("a benchmark, committed", "figures with machine and spread in the report"),
        acceptance=("two runs of the benchmark agree within their spread",),
    )


def speed_up(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nChange what the measurement points to; keep results identical. Report before and "
        "after from the same machine, and give up what does not pay.",
        deliverables=("the change, committed", "before and after"),
        acceptance=("the gain is larger than the spread of the measurement", *gate_line(request)),
    )


def write_tests(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nTest behaviour through the interface callers use: the usual case, edges, failures."
        f"{nearby_tests(request, predicted)} Change production code only where it cannot be tested otherwise.",
        deliverables=("tests, committed",),
        acceptance=(
            "each new test fails when what it promises is broken: break it once and see",
            *gate_line(request),
        ),
    )


def make_tests(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"This repository has no tests, so nothing could tell whether the work holds. {request.missing_tests}\n\n"
        f"Cover what this task touches and may break: {quoted(request)}",
        deliverables=("a test suite that runs with one command, committed",),
        acceptance=(f"`{request.test_setup_command}` runs at least one test and passes",)
        if request.test_setup_command
        else (),
    )


def cover(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Test what was built for: {quoted(request)}\n\nRead the change, not the report about it. Find what its own tests leave out: "
        "edges, failures, concurrency, hostile input, the old behaviour it must keep.",
        deliverables=("the missing tests, committed",),
        acceptance=("each new test fails when what it promises is broken", *gate_line(request)),
    )


def review(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    base = f"since commit {request.base_commit[:12]}" if request.base_commit else "of this task"
    return Ask(
        f"Review the whole change {base} for: {quoted(request)}\n\nRead the diff and what it touches. Report defects only: wrong "
        "behaviour, missing parts of the task, broken callers, tests that cannot fail. Each with file, line, what happens and how "
        "to see it. Style is for the linter. One round; say plainly when there is nothing.",
        deliverables=("findings with severity, file and line, or none",),
        acceptance=(
            "every finding can be checked by somebody else",
            "each sentence of the task was held against the code",
        ),
    )


def security_review(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    signals = ", ".join(sorted({signal.name for signal in request.task.risk_signals})) or "its risk"
    return Ask(
        f"Review the change for security: {quoted(request)}\n\nWhy: {signals}. Follow untrusted input to where it matters; check who "
        "may do what, what is stored or logged, what fails open, secrets, dependencies. Show how each finding is reached.",
        deliverables=("findings with severity, path of attack, file and line, or none",),
        acceptance=("each trust boundary the change touches is named and judged",),
    )


def audit(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Audit before completion: {quoted(request)}\n\nHold what was done against the plan, the approvals and the evidence. "
        "Veto (record with --verdict veto) when work is irreversible without a tested way back, a protection was weakened, or a "
        "claim has no evidence.",
        deliverables=("a verdict with its reasons",),
        acceptance=("every irreversible act is listed with its way back",),
    )


def document(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Document what users of this change must know: {quoted(request)}\n\nCheck each command and name against the code as it is now.",
        deliverables=("the documentation, committed",),
        acceptance=("a reader can use the change without reading its code",),
    )


def write_docs(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nSay only what the code does now: try every command, check every name and link. "
        "Keep the voice and structure of the documents around it.",
        deliverables=("the documents, committed",),
        acceptance=("every command, name and link was checked", "no code changed"),
    )


def analyse(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nLook at the data before computing: size, gaps, duplicates, units. Keep the analysis "
        "repeatable from raw input to figure, and say how sure each figure is.",
        deliverables=("the analysis, committed so that it runs again", "findings with their uncertainty"),
        acceptance=("a second run gives the same figures",),
    )


def check_licence(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nBefore taking a dependency or version in: its licence against this project's, who keeps "
        "it and how lately, known holes, what it drags in, what its changelog breaks. Then change manifest and lock file together "
        "with the package manager, never by hand, and follow the breaking changes through the code.",
        deliverables=(
            "manifest and lock file, committed",
            "licence and upkeep of what came in, in the report",
        ),
        acceptance=("the lock file comes from the package manager", *gate_line(request)),
    )
