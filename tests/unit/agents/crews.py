"""Stacks and tasks with the crews a senior engineer would accept, labelled by hand.

A row: stack | task | type risk complexity | roles that must be there | further roles that make sense.
`+` joins roles that are all needed, `/` offers a choice. A code reviewer and a test engineer make sense on
any work on code, a debugger on any fault; whoever is in neither list is senseless. A flavour is checked where the
stack names one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROLES = {
    "be": "backend-engineer", "fe": "frontend-engineer", "mob": "mobile-engineer", "db": "database-engineer",
    "de": "data-engineer", "da": "data-analyst", "ds": "data-scientist", "do": "devops-engineer",
    "te": "test-engineer", "cr": "code-reviewer", "sr": "security-reviewer", "pe": "performance-engineer",
    "tw": "technical-writer", "dbg": "debugger", "arch": "architect", "aud": "auditor",
    "sme": "subject-matter-expert", "tb": "talent-builder",
}  # fmt: skip


@dataclass(frozen=True)
class Stack:
    languages: tuple[str, ...]
    frameworks: tuple[str, ...]
    flavours: tuple[str, ...]  # agents that are the right ones here, for roles that have flavours
    files: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    stack: str
    task: str
    task_type: str
    risk: str
    complexity: str
    need: tuple[frozenset[str], ...]
    fine: frozenset[str]


def _lines(name: str) -> list[list[str]]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [
        [part.strip() for part in line.split("|")]
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]


def _stack(cells: list[str]) -> Stack:
    languages, frameworks, flavours, files = (*cells, "", "", "")[:4]
    named = tuple(name.strip() for name in languages.split(",") if name.strip())
    return Stack(named, tuple(frameworks.split()), tuple(flavours.split()), tuple(files.split()))


def _pair(cells: list[str]) -> Pair:
    stack, task, kind, need, fine = cells
    task_type, risk, complexity = kind.split()
    groups = tuple(frozenset(ROLES[role] for role in group.split("/")) for group in need.split("+"))
    roles = {ROLES[role] for role in fine.split()}
    if task_type not in ("documentation", "data-analysis", "investigation"):
        roles |= {"code-reviewer", "test-engineer"}
    if task_type == "bug-fix":
        roles.add("debugger")
    return Pair(stack, task, task_type, risk, complexity, groups, frozenset(roles).union(*groups))


STACKS = {cells[0]: _stack(cells[1:]) for name in ("real-stacks.txt", "stacks.txt") for cells in _lines(name)}
TABLES = {
    name: [_pair(cells) for cells in _lines(f"{name}.txt")] for name in ("tuned", "second", "third", "real")
}
ALL = [pair for pairs in TABLES.values() for pair in pairs]
