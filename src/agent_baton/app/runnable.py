"""Gate commands as they can be run on this machine: tools that are missing, environments inside the repository."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from agent_baton.patterns import lazy
from agent_baton.plan.shell import UnreadableError, programs, read
from agent_baton.planner.facts import GateCandidate
from agent_baton.planner.gatefind import without_launcher
from agent_baton.records import replace

FIRST = lazy(r"^(?:cd [^&;|]+ && )?(?:[A-Z_]+=\S+ )*([^\s;|&]+)")
PYTHON_TOOLS = ("python", "pytest", "tox", "nox", "ruff", "mypy", "pyright", "flake8", "black", "pylint")


def runnable(
    gates: Mapping[str, GateCandidate], top: Path, candidates: Iterable[GateCandidate] = ()
) -> dict[str, GateCandidate]:
    """The gates whose tool is here, or else another of the same kind and member that can run.

    A test gate stays in any case: that it cannot run yet is for `baton plan check` to say.
    """
    others = list(candidates)
    found = {kind: _here(gate, top, others) for kind, gate in gates.items()}
    return {kind: gate for kind, gate in found.items() if kind == "test" or is_here(gate.command, top)}


def _here(gate: GateCandidate, top: Path, candidates: Iterable[GateCandidate]) -> GateCandidate:
    adapted = replace(gate, command=adapt(gate.command, top))
    missing = missing_program(adapted.command, top)
    if not missing:
        return adapted
    bare = adapt(without_launcher(gate.command), top)
    if bare != gate.command and is_here(bare, top):
        return _instead(gate, bare, missing)
    for other in candidates:
        command = adapt(other.command, top)
        if _stands_in(gate, other, missing) and is_here(command, top):
            return _instead(other, command, missing)
    return adapted


def _instead(gate: GateCandidate, command: str, missing: str) -> GateCandidate:
    reason = f"{gate.reason} ({missing}, which the maintainers use, is not on this machine.)"
    return replace(gate, command=command, reason=reason)


def _stands_in(gate: GateCandidate, other: GateCandidate, missing: str) -> bool:
    """Whether another gate judges the same: it is as sure, or the same tool started another way; and it can do without what is missing."""
    if (other.kind, other.member) != (gate.kind, gate.member) or missing in other.programs:
        return False
    # a script of theirs that only may be the tests does not stand in for the tests
    script = other.command.startswith(("./", "cd ")) or "/" in other.command.partition(" ")[0]
    same_tool = not script and bool(set(other.programs) & set(gate.programs))
    return other.confidence == "high" or (other.confidence == "medium" and same_tool)


def adapt(command: str, top: Path) -> str:
    """Use the repository's own virtual environment, or python3 where there is no python."""
    found = FIRST.match(command)
    if found is None or found[1] not in PYTHON_TOOLS:
        return command
    start, end = found.span(1)
    own = f".venv/bin/{found[1]}"
    if not os.environ.get("VIRTUAL_ENV") and (top / own).exists() and start == 0:
        return f"{own}{command[end:]}"
    if found[1] == "python" and shutil.which("python") is None and shutil.which("python3"):
        return f"{command[:start]}python3{command[end:]}"
    return command


def is_here(command: str, top: Path) -> bool:
    """Whether every program of a command can be found: of `a && b | c` all three."""
    return not missing_program(command, top)


def missing_program(command: str, top: Path) -> str:
    """The first program of a command that cannot be found, "" when all can."""
    try:
        wanted = programs(read(command))
    except UnreadableError:
        found = FIRST.match(command)
        wanted = [found[1]] if found else []
    return next((program for program in wanted if not program_exists(top, program)), "")


def program_exists(top: Path, program: str) -> bool:
    """Whether a program can be found on PATH, or as a file of the repository."""
    if "/" in program:
        return (top / program).is_file()
    return shutil.which(program) is not None
