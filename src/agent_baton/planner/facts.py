"""What the planner knows: about a repository, and about a task. Plain values; nothing here reads a disk."""

from __future__ import annotations

from typing import Literal

from agent_baton.plan.model import Complexity, RiskLevel, TaskType
from agent_baton.records import Record

GateKind = Literal["test", "lint", "types", "build"]
Level = Literal["high", "medium", "low"]


class Evidence(Record):
    """Where a verdict comes from: a file of the repository, or the words of the task (path is then empty)."""

    path: str  # relative to the repository's root, with "/"
    line: int  # 1-based; 0 when the whole file is meant
    text: str  # what stands there, at most 200 characters


class Language(Record):
    name: str  # linguist's spelling: "Python", "C#", "Shell"
    role: Literal["primary", "auxiliary"]
    files: int
    size_bytes: int
    share: float  # of all counted source bytes, 0..1


class Framework(Record):
    name: str  # lower case, the name people search for: "fastapi", "react", "spring-boot"
    kind: str  # "web", "frontend", "mobile", "orm", "test", "data", "ml", "cli", "infra", …
    evidence: Evidence


class PackageManager(Record):
    name: str  # "uv", "poetry", "pip", "npm", "pnpm", "cargo", "go", "maven", …
    ecosystem: str  # the language it belongs to: "Python", "JavaScript", …
    root: str  # directory it is used in, "" for the repository's root
    evidence: Evidence


class Runtime(Record):
    name: str  # "python", "node", "go", "java", …
    version: str  # as declared: ">=3.10", "20"
    evidence: Evidence


class Member(Record):
    """One package of a workspace or monorepo."""

    path: str  # directory relative to the root, never ""
    name: str
    language: str
    evidence: Evidence


class Owner(Record):
    """One CODEOWNERS rule, in file order (the last match wins)."""

    pattern: str
    owners: tuple[str, ...]


class GateCandidate(Record):
    """A command the maintainers themselves run to see whether the repository is sound."""

    kind: GateKind
    command: str  # one shell line, run from the repository's root (a member's has its own `cd … &&` or runner flag)
    member: str  # path of the member it covers, "" for the whole repository
    confidence: Level
    evidence: Evidence
    reason: str  # one sentence for people
    programs: tuple[str, ...] = ()  # what it starts as far as can be read, through task files: make, pytest


class Facts(Record):
    """A repository as it stands. Everything is derived from files, nothing from running them."""

    root: str  # absolute path
    files: tuple[str, ...]  # every file that is not ignored, relative, sorted
    languages: tuple[Language, ...] = ()  # largest first; at most one primary
    frameworks: tuple[Framework, ...] = ()
    package_managers: tuple[PackageManager, ...] = ()  # the root's own first
    runtimes: tuple[Runtime, ...] = ()
    members: tuple[Member, ...] = ()
    entry_points: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()  # directories
    infrastructure: tuple[str, ...] = ()  # files: Dockerfile, *.tf, k8s manifests, …
    docs: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()  # test files
    owners: tuple[Owner, ...] = ()
    gates: tuple[GateCandidate, ...] = ()  # filled in by planner.gatefind

    @property
    def primary(self) -> str | None:
        """The primary language's name, None in an empty repository."""
        return next((lang.name for lang in self.languages if lang.role == "primary"), None)


class Signal(Record):
    """One reason for a verdict about a task."""

    name: str  # kebab-case: "money", "auth", "docs-only", "negated-by-typo"
    weight: str  # what it says: a level ("HIGH"), a type ("bug-fix"), "light", …
    words: str  # the words of the task, or the file, it rests on


class Understanding(Record):
    """What a task asks for, in the planner's vocabulary, each verdict with its signals."""

    text: str
    language: str  # ISO 639-1 of the task's text: "en", "zh", …
    task_type: TaskType
    complexity: Complexity
    risk_level: RiskLevel
    files: tuple[str, ...] = ()  # named in the task and really there
    symbols: tuple[str, ...] = ()  # named in the task and really defined there
    type_signals: tuple[Signal, ...] = ()
    complexity_signals: tuple[Signal, ...] = ()
    risk_signals: tuple[Signal, ...] = ()
