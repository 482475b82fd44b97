"""The words of steps: what each specialist is asked for, with the substance of this repository in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from agent_baton.planner.compose.plain import line
from agent_baton.planner.compose.predict import Prediction, nearby_tests, newest_migration
from agent_baton.planner.compose.request import Request
from agent_baton.records import Record

MOST_NAMED = 6
MOST_QUOTED = 240  # characters of the task in a step that does not carry it out
MOST_CARRIED = 4_000
CONTEXT = ".claude/team-context/context.md"


class Ask(Record):
    """What a step asks for."""

    description: str
    deliverables: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()
    expects: Literal["change", "tests", "docs", "unknown"] = (
        "change"  # which of the predicted files it is to touch
    )
    cautioned: bool = False  # whether precautions belong to it


Writer = Callable[[Request, tuple[Prediction, ...]], Ask]


def quoted(request: Request) -> str:
    """The task as the person wrote it; the end of a long one stands in the shared context."""
    text = request.task.text
    return text if len(text) <= MOST_CARRIED else f"{text[:MOST_CARRIED].rstrip()}…\n(All of it: {CONTEXT})"


def about(request: Request) -> str:
    """The task in a line, for steps that serve it."""
    text = line(request.task.text, MOST_QUOTED)
    return f"The task: “{text}”" + (f" (all of it: {CONTEXT})" if text.endswith("…") else "")


def where(predicted: tuple[Prediction, ...]) -> str:
    """Where to begin looking, with the reasons."""
    if not predicted:
        return ""
    lines = "\n".join(f"- {item.path} ({item.reason})" for item in predicted[:MOST_NAMED])
    return f"\n\nBegin with (predicted, not a limit):\n{lines}"


def subject(predicted: tuple[Prediction, ...]) -> str:
    """The surest file, for a headline."""
    return f" around {line(predicted[0].path, 60)}" if predicted else ""


def gate_line(request: Request) -> tuple[str, ...]:
    test = request.gates.get("test")
    return (line(f"`{test.command}` passes"),) if test is not None else ()


def tests_like(request: Request, predicted: tuple[Prediction, ...]) -> str:
    """Where tests of this kind live here."""
    shown = nearby_tests(request.facts, request.task, predicted)
    return f" Tests live like {', '.join(shown)}." if shown else ""


def implement(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nRead how the code around it does the same kind of thing and follow it. "
        f"Add or change tests with the behaviour, errors and edges included.{tests_like(request, predicted)}",
        deliverables=("the change, committed", "tests that fail without it"),
        acceptance=("every part of the task is there and reachable, nothing is stubbed", *gate_line(request)),
        cautioned=True,
    )


def pipeline(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nChange the build or pipeline the way its other parts are written: pinned versions, least "
        "rights, no secret in a log. Run locally what can run locally; say which part only the server can prove.",
        deliverables=("the change, committed", "what was run locally, with its output"),
        acceptance=("the files parse, and every command in them exists here", *gate_line(request)),
        cautioned=True,
    )


def solo(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    """Small work: the task and the least around it."""
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nKeep the change as small as the task is; touch nothing beside it."
        f"{tests_like(request, predicted)}",
        deliverables=("the change, committed",),
        acceptance=("the change does what the task says and nothing else",),
        cautioned=True,
    )


def reproduce(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Reproduce the bug in a failing test{subject(predicted)}\n\n{about(request)}{where(predicted)}\n\n"
        f"Write the smallest test that fails because of it, run it, and keep its output.{tests_like(request, predicted)} "
        "Find the line where behaviour and intention part; name the cause, not the symptom. Do not fix it.",
        deliverables=("a failing test, committed", "the cause, with file and line, in the report"),
        acceptance=("the new test fails for the reason the task describes; its red output is in the report",),
        expects="tests",
    )


def fix(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nThe step before left a failing test and the cause. Make that test pass without weakening it "
        "or any other; look for the same mistake in sibling code and fix or report it.",
        deliverables=("the fix, committed",),
        acceptance=("the test that was red is green, unchanged", *gate_line(request)),
        cautioned=True,
    )


def fix_alone(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nFirst write the smallest test that shows the bug and see it fail; then fix the "
        f"cause, not the symptom.{tests_like(request, predicted)}",
        deliverables=("a test that failed before and passes now", "the fix, committed"),
        acceptance=("red-then-green output is in the report", *gate_line(request)),
        cautioned=True,
    )


def pin(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Pin the behaviour that must not change{subject(predicted)}\n\n{about(request)}{where(predicted)}\n\n"
        f"Find what the code promises its callers and add tests where nothing holds that promise.{tests_like(request, predicted)} "
        "Change no production code.",
        deliverables=("characterisation tests, committed and green",),
        acceptance=("each would fail if the behaviour changed: break it once and see", *gate_line(request)),
        expects="tests",
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
        cautioned=True,
    )


def design(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Decide the shape before anything is built{subject(predicted)}\n\n{about(request)}{where(predicted)}\n\nSay what changes where, the "
        "interfaces and data that result, what could go wrong and how it is noticed, how it is undone, and what is left out on "
        "purpose. Weigh at least one other way. The report is the design: those who build read it.",
        deliverables=("the design in the report: interfaces, order of work, risks, way back",),
        acceptance=("somebody else could build it without asking",),
    )


def expose(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Show the hole with a test that attacks it{subject(predicted)}\n\n{about(request)}{where(predicted)}\n\n"
        f"Follow the untrusted input from where it enters to where it does harm; write tests that send it, the obvious way and two "
        f"that a naive filter would miss.{tests_like(request, predicted)} Keep their red output. Do not close it yet.",
        deliverables=(
            "attacking tests that fail, committed",
            "the path of attack, with files and lines, in the report",
        ),
        acceptance=("the tests fail because the attack gets through; their red output is in the report",),
        expects="tests",
    )


def close(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nClose it where the input enters or the harm is done, not at one caller; refuse what is not "
        "known to be good. Look for the same hole in sibling code. What was allowed and right must stay so: test that too.",
        deliverables=(
            "the hole closed, committed",
            "a note on who is affected and since when, in the report",
        ),
        acceptance=(
            "the attacking tests are green, unchanged",
            "legitimate use works as before",
            *gate_line(request),
        ),
        cautioned=True,
    )


def close_alone(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nFirst a test that attacks and gets through; then close it where the input enters or the harm is "
        f"done, not at one caller.{tests_like(request, predicted)}",
        deliverables=("a test that attacked before and is refused now", "the change, committed"),
        acceptance=("red-then-green output is in the report", *gate_line(request)),
        cautioned=True,
    )


def rehearse(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Rehearse it where it does no harm\n\n{about(request)}{where(predicted)}\n\nWrite what will be done as a script or change with a "
        "dry run that lists and counts everything it would touch. Try it on a copy or a test system. Write down the way back, the "
        "backup it needs, who notices, and at what sign to stop. Touch nothing live.",
        deliverables=(
            "script or change with a dry run, committed",
            "its output and the count of what it would touch",
            "the way back, tried",
        ),
        acceptance=("the dry run names every target, and nothing live was touched", *gate_line(request)),
        cautioned=True,
    )


def act(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}\n\nDo what was rehearsed and approved, and nothing beside it: backup first, the smallest part first, look, then the "
        "rest. Stop when a count differs from the rehearsal. Without access to the live system, hand over the exact commands instead.",
        deliverables=("the log of what was done, or the exact commands for whoever has access",),
        acceptance=("what was touched is what the rehearsal listed", "the way back still works"),
        expects="unknown",
    )


def way_back(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    newest = newest_migration(request.facts, request.task)
    folders = ", ".join(line(folder, 200) for folder in request.facts.migrations[:2])
    place = f" Migrations live in {folders}; what is there stays as it is." if folders else ""
    place = f" It follows {line(newest, 200)}; what is there stays as it is." if newest else place
    return Ask(
        f"Write the migration in both directions{subject(predicted)}\n\n{about(request)}{where(predicted)}\n\nExpand before contract, in batches "
        f"where rows are many, safe to run twice; say how long locks are held and what is backed up first.{place} Find every reader and "
        "writer of what goes away, and list them. If nothing of the kind exists here, stop and ask.",
        deliverables=("forward and backward migration, committed", "a rehearsal on a copy with its output"),
        acceptance=("forward, backward, forward leaves the same data", *gate_line(request)),
    )


def migrate(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nBring the code over to the new shape on top of the rehearsed migration; old and new readers must "
        "both work while it runs. Nothing is dropped in the same release that stops using it: what remains to be dropped is named in "
        "the report.",
        deliverables=("the change, committed",),
        acceptance=("works before, during and after the migration", *gate_line(request)),
        cautioned=True,
    )


def investigate(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nAnswer, and change nothing. Read, run and measure outside the tree; keep what each claim rests "
        "on (file and line, command and output). Say what was ruled out, how sure the answer is, and what would settle the rest.",
        deliverables=("question, evidence, answer and recommendation in the report",),
        acceptance=("every claim has its evidence; no tracked file changed",),
    )


def examine(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nJudge what is there, and change nothing. Each finding with file, line, what happens, how bad it "
        "is and how to see it; say what was looked at and what was not.",
        deliverables=("findings with severity, file and line, or none",),
        acceptance=("every finding can be checked by somebody else; no tracked file changed",),
    )


def measure(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Measure before anything is made faster{subject(predicted)}\n\n{about(request)}{where(predicted)}\n\nBuild a repeatable benchmark of what "
        "is slow, profile it, and name where time or memory goes. Change no production code.",
        deliverables=("a benchmark, committed", "figures with machine and spread in the report"),
        acceptance=("two runs of the benchmark agree within their spread",),
        expects="unknown",
    )


def speed_up(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nChange what the measurement points to; keep results identical. Report before and "
        "after from the same machine, and give up what does not pay.",
        deliverables=("the change, committed", "before and after"),
        acceptance=("the gain is larger than the spread of the measurement", *gate_line(request)),
        cautioned=True,
    )


def write_tests(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nTest behaviour through the interface callers use: the usual case, edges, failures."
        f"{tests_like(request, predicted)} Change production code only where it cannot be tested otherwise.",
        deliverables=("tests, committed",),
        acceptance=(
            "each new test fails when what it promises is broken: break it once and see",
            *gate_line(request),
        ),
        expects="tests",
    )


def make_tests(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Make the first tests: nothing here could tell whether the work holds\n\n{line(request.missing_tests, 600)}\n\n{about(request)}\n\n"
        "Cover what it touches and may break, as it is today; change no production code.",
        deliverables=("a test suite that runs with one command, committed",),
        acceptance=(line(f"`{request.test_setup_command}` runs at least one test and passes"),)
        if request.test_setup_command
        else ("the tests run with one command, which is in the report",),
        expects="unknown",
    )


def cover(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Test what the builders' own tests leave out{subject(predicted)}\n\n{about(request)}\n\nRead the change, not the report about it: edges, "
        f"failures, concurrency, hostile input, the old behaviour it must keep.{tests_like(request, predicted)}",
        deliverables=("the missing tests, committed",),
        acceptance=("each new test fails when what it promises is broken", *gate_line(request)),
        expects="tests",
    )


def review(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Review the whole change {since(request)}\n\n{about(request)}\n\nRead the diff and what it touches. Report defects only: wrong "
        "behaviour, missing parts of the task, broken callers, tests that cannot fail. Each with file, line, what happens and how "
        "to see it. Style is for the linter. Say plainly when there is nothing.",
        deliverables=("findings with severity, file and line, or none",),
        acceptance=(
            "every finding can be checked by somebody else",
            "each sentence of the task was held against the code",
        ),
    )


def since(request: Request) -> str:
    return f"since commit {request.base_commit[:12]}" if request.base_commit else "of this task"


def security_review(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    signals = ", ".join(sorted({line(signal.name, 40) for signal in request.task.risk_signals})) or "its risk"
    return Ask(
        f"Review the change {since(request)} with an attacker's eyes\n\n{about(request)}\n\nWhy: {signals}. Follow untrusted input to where it "
        "matters; check who may do what, what is stored or logged, what fails open, secrets, dependencies. Show how each finding is "
        "reached; report missing parts of the task too.",
        deliverables=("findings with severity, path of attack, file and line, or none",),
        acceptance=("each trust boundary the change touches is named and judged",),
    )


def audit(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"Audit before completion\n\n{about(request)}\n\nHold what was done {since(request)} against the plan, the approvals and the evidence. "
        "Veto (record with --verdict veto) when work is irreversible without a tested way back, a protection was weakened, or a "
        "claim has no evidence.",
        deliverables=("a verdict with its reasons",),
        acceptance=("every irreversible act is listed with its way back",),
    )


def document(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    known = [path for path in request.facts.docs if path.count("/") == 0][:3]
    place = f" Documents here: {', '.join(line(path, 100) for path in known)}." if known else ""
    return Ask(
        f"Document what users of the change must know\n\n{about(request)}\n\nCheck each command and name against the code as it is now.{place}",
        deliverables=("the documentation, committed",),
        acceptance=("a reader can use the change without reading its code",),
        expects="docs",
    )


def correct_docs(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    """A few words: no survey of the whole document."""
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nSay only what the code does now. Look for the same mistake in the other documents; leave everything "
        "else as it is.",
        deliverables=("the correction, committed",),
        acceptance=("nothing but words changed", "names, commands and links that were touched are right"),
        expects="docs",
    )


def write_docs(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nSay only what the code does now: try every command, check every name and link. "
        "Keep the voice and structure of the documents around it.",
        deliverables=("the documents, committed",),
        acceptance=("every command, name and link was checked", "no code changed"),
        expects="docs",
    )


def analyse(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nLook at the data before computing: size, gaps, duplicates, units. Keep the analysis "
        "repeatable from raw input to figure, and say how sure each figure is.",
        deliverables=("the analysis, committed so that it runs again", "findings with their uncertainty"),
        acceptance=("a second run gives the same figures",),
    )


def take_in(request: Request, predicted: tuple[Prediction, ...]) -> Ask:
    return Ask(
        f"{quoted(request)}{where(predicted)}\n\nBefore taking a dependency or version in: its licence against this project's, who keeps "
        "it and how lately, known holes, what it drags in, what its changelog breaks. Then change manifest and lock file together "
        "with the package manager, never by hand, and follow the breaking changes through the code.",
        deliverables=(
            "manifest and lock file, committed",
            "licence and upkeep of what came in, in the report",
        ),
        acceptance=("the lock file, where there is one, comes from the package manager", *gate_line(request)),
        cautioned=True,
    )
