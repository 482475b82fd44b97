"""`baton gates`: the checks a repository's maintainers run, and whether they are green here."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, cast

import click

from agent_baton.app.try_gates import Trial, gates_to_try, repository_gates, try_gates
from agent_baton.cli.common import note, output_option, say
from agent_baton.fastjson import dumps
from agent_baton.planner.facts import Facts, GateCandidate, GateKind
from agent_baton.planner.gatefind import missing_tests

WIDTH = 79
KINDS: tuple[GateKind, ...] = ("test", "lint", "types", "build")
_SIGNS = {
    "green": "green",
    "red": "RED",
    "missing-tool": "tool missing",
    "no-tests": "no tests",
    "timed-out": "timed out",
}
_ADVICE = {
    "missing-tool": "install what it needs, or set the project up, and try again",
    "no-tests": "it ran no test, so it can never fail on a regression",
    "timed-out": "give it more time with --timeout",
}


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Every candidate, not only the best two of a kind.")
@output_option
@click.pass_context
def gates(context: click.Context, everything: bool, output: str) -> None:
    """List the gates this repository offers, best first, with the file and line each rests on.

    Nothing of the repository is run; `baton gates try` does that.

    \b
    Example:
      baton gates --json
      baton gates try --kind test --timeout 600
    """
    if context.invoked_subcommand is not None:
        return
    facts = repository_gates(os.getcwd())
    say(dumps(_listed(facts)) if output == "json" else "\n".join(_lines(facts, everything)))


@gates.command("try")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only gates of this kind; repeatable."
)
@click.option(
    "--path",
    "touched",
    multiple=True,
    metavar="PATH",
    help="As for a step that changes this path; repeatable.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=1),
    default=300,
    show_default=True,
    help="Seconds for each.",
)
@output_option
@click.pass_context
def try_(
    context: click.Context, kinds: tuple[str, ...], touched: tuple[str, ...], timeout_s: float, output: str
) -> None:
    """Run each gate a plan would use once, and say what is green, red, missing a tool, or has no tests.

    This runs the repository's own commands. Exit code 1 when one is not green.

    \b
    Example:
      baton gates try --kind test --timeout 600
    """
    facts = repository_gates(os.getcwd())
    candidates = gates_to_try(facts, cast("tuple[GateKind, ...]", kinds), touched)
    trials = try_gates(
        facts, candidates, timeout_s, lambda each: note(f"running {each.kind}: {each.command}")
    )
    say(
        dumps({"trials": [_tried(each) for each in trials]})
        if output == "json"
        else "\n".join(_results(trials))
    )
    if any(each.verdict != "green" for each in trials):
        context.exit(1)


def _listed(facts: Facts) -> dict[str, Any]:
    missing = missing_tests(facts)
    return {
        "gates": [_fields(each) for each in facts.gates],
        "missing_tests": missing
        and {
            "framework": missing.framework,
            "example": missing.example,
            "command": missing.command,
            "reason": missing.reason,
        },
    }


def _fields(candidate: GateCandidate) -> dict[str, Any]:
    evidence = candidate.evidence
    return {
        "kind": candidate.kind,
        "command": candidate.command,
        "member": candidate.member,
        "confidence": candidate.confidence,
        "evidence": {"path": evidence.path, "line": evidence.line, "text": evidence.text},
        "reason": candidate.reason,
    }


def _tried(trial: Trial) -> dict[str, Any]:
    fields = _fields(trial.candidate)
    return fields | {
        "verdict": trial.verdict,
        "exit_code": trial.exit_code,
        "duration_s": round(trial.duration_s, 3),
        "tail": trial.tail,
    }


def _lines(facts: Facts, everything: bool) -> Iterator[str]:
    missing = missing_tests(facts)
    if missing:
        yield from textwrap.wrap(
            f"{missing.reason} A plan begins by setting up {missing.framework}: {missing.command}", WIDTH
        )
    members = dict.fromkeys(["", *(each.member for each in facts.gates)])
    for member in members:
        for kind in KINDS:
            found = [each for each in facts.gates if each.kind == kind and each.member == member]
            yield from _of_kind(kind, member, found if everything else found[:2])
            if len(found) > 2 and not everything:
                yield f"  … {len(found) - 2} more; --all shows them"


def _of_kind(kind: str, member: str, found: Iterable[GateCandidate]) -> Iterator[str]:
    for index, each in enumerate(found):
        if index == 0:
            yield ""
            yield f"{kind}{f' in {member}' if member else ''}"
        yield from _wrapped(each.command, "  " if index else "* ", f" [{each.confidence}]")
        place = f"{each.evidence.path}:{each.evidence.line}" if each.evidence.line else each.evidence.path
        yield from _wrapped(f"{place}  {each.reason}", "    ")


def _results(trials: list[Trial]) -> Iterator[str]:
    if not trials:
        yield "There is no gate to try: nothing here says how this repository is checked."
    for trial in trials:
        yield from _wrapped(
            f"{_SIGNS[trial.verdict]}: {trial.candidate.command}", "", f" ({trial.duration_s:.1f} s)"
        )
        advice = _ADVICE.get(trial.verdict)
        if advice:
            yield f"  {advice}"
        if trial.verdict != "green":
            yield from (f"    {_printable(line)}"[:WIDTH] for line in trial.tail.split("\n")[-8:])


def _wrapped(text: str, lead: str, end: str = "") -> Iterator[str]:
    """A line of strangers' text within the width, continued with a deeper indent. Words are never cut."""
    indent = " " * (len(lead) + 2)
    yield from textwrap.wrap(
        _printable(text) + end,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)
