"""Small repositories written out for a test, and what is found in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_baton.planner.facts import Evidence, Facts, GateCandidate, Language, Member
from agent_baton.planner.gatefind import choose_gates, find_gates

NOWHERE = Evidence("", 0, "")


def facts_of(
    root: Path, files: Mapping[str, str], language: str = "", members: Mapping[str, str] | None = None
) -> Facts:
    """The files written below `root`, and the facts about them. `members` maps path to name."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    languages = (Language(language, "primary", len(files), 1_000, 1.0),) if language else ()
    listed = tuple(Member(path, name, language, NOWHERE) for path, name in (members or {}).items())
    return Facts(str(root), tuple(sorted(files)), languages=languages, members=listed)


def found(root: Path, files: Mapping[str, str], language: str = "") -> tuple[GateCandidate, ...]:
    return find_gates(facts_of(root, files, language))


def chosen(root: Path, files: Mapping[str, str], language: str = "") -> dict[str, str]:
    """Kind -> command of the gates a plan would use."""
    gates = choose_gates(facts_of(root, files, language))
    return {kind: gate.command for kind, gate in gates.items()}


def workflow(*runs: str, header: str = "on: [push]", job: str = "runs-on: ubuntu-latest") -> str:
    """A GitHub workflow with one job and a step for each command."""
    steps = "".join(
        f"      - run: {run}\n" if "\n" not in run else f"      - run: |\n{_indented(run)}" for run in runs
    )
    return f"name: CI\n{header}\njobs:\n  tests:\n    {job}\n    steps:\n      - uses: actions/checkout@v4\n{steps}"


def _indented(run: str) -> str:
    return "".join(f"          {line}\n" for line in run.split("\n"))
