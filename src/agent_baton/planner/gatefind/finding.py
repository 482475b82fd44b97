"""All gates of a repository: of the whole, and of each member of a monorepo."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Facts, GateCandidate, GateKind, Member
from agent_baton.records import replace

from . import ci, conventions, prose, tasks
from .calls import Call
from .judging import KINDS, Judged, judged
from .meaning import Inspector
from .programs import PROGRAMS
from .reading import Repo
from .sightings import Sighting

MAX_MEMBERS = 60
MAX_PER_KIND = 8
_MANIFESTS = frozenset(
    (
        "package.json", "pyproject.toml", "setup.py", "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts", "mix.exs", "composer.json", "Gemfile",
        "CMakeLists.txt", "Makefile", "pubspec.yaml", "Package.swift", "build.sbt", "project.clj", "stack.yaml", "manage.py", "requirements.txt", "tox.ini",
    )
)  # fmt: skip
_ASIDE = lazy(
    r"(?:^|/)(?:docs?|examples?|samples?|demos?|vendor|third[-_]?party|node_modules|tests?|testdata|fixtures?|benchmarks?|debian|website|\.[^/]+)(?:/|$)"
)


def find_gates(facts: Facts) -> tuple[GateCandidate, ...]:
    """Every gate of the repository and of its members: per kind the best first, the whole before the members.

    Reads files, runs nothing, and never fails on what stands in them.
    """
    inspector = Inspector(Repo(facts), PROGRAMS)
    seen = list(ci.sightings(inspector.repo))
    folders = {member.path for member in facts.members}
    whole = judged(
        _of_folder(inspector, [each for each in seen if _member_of(each.call.cwd, folders) == ""], ""),
        inspector,
    )
    if not any(each.candidate.kind == "test" for each in whole):
        whole += _of_subprojects(inspector, folders)
    found = _best(whole)
    for member in facts.members[:MAX_MEMBERS]:
        own = [each for each in seen if _member_of(each.call.cwd, folders) == member.path]
        found += _best(_of_member(inspector, member, own))
    return tuple(sorted(found, key=lambda each: (KINDS.index(each.kind), each.member != "", each.member)))


def _of_folder(inspector: Inspector, seen: list[Sighting], folder: str) -> list[Sighting]:
    repo = inspector.repo
    return [
        *seen,
        *tasks.sightings(repo, folder),
        *prose.sightings(repo, folder),
        *conventions.sightings(inspector, seen, folder),
    ]


def _of_subprojects(inspector: Inspector, members: Iterable[str]) -> list[Judged]:
    """A repository whose only projects lie below the root: backend/ and frontend/ without a workspace around them."""
    folders = dict.fromkeys(
        path.rpartition("/")[0]
        for path in inspector.repo.files
        if 1 <= path.count("/") <= 2
        and path.rpartition("/")[2] in _MANIFESTS
        and not _ASIDE.search(path.rpartition("/")[0])
    )
    found: list[Judged] = []
    for folder in sorted(set(folders) - set(members), key=lambda each: (each.count("/"), each))[:8]:
        found += judged(_of_folder(inspector, [], folder), inspector)
    return [each for each in found if each.candidate.kind == "test"]


def _of_member(inspector: Inspector, member: Member, seen: list[Sighting]) -> list[Judged]:
    found = judged([*_of_folder(inspector, seen, member.path), *_by_root(inspector.repo, member)], inspector)
    return [replace(each, candidate=replace(each.candidate, member=member.path)) for each in found]


def _by_root(repo: Repo, member: Member) -> Iterable[Sighting]:
    """Members that the root's tool runs by name: Gradle, Maven, Cargo."""
    where = f"{member.path} is a member of the root's build"
    project = ":" + member.path.replace("/", ":")
    if repo.is_file("gradlew") and any(
        repo.is_file(f"{member.path}/{name}") for name in ("build.gradle", "build.gradle.kts")
    ):
        yield _sighting(("./gradlew", f"{project}:test"), member, where)
    elif repo.is_file("pom.xml") and repo.is_file(f"{member.path}/pom.xml"):
        yield _sighting(
            ("./mvnw" if repo.is_file("mvnw") else "mvn", "-pl", member.path, "-am", "test"), member, where
        )
    elif (
        repo.is_file("Cargo.toml")
        and repo.is_file(f"{member.path}/Cargo.toml")
        and re.fullmatch(r"[\w-]+", member.name)
    ):
        yield _sighting(("cargo", "test", "-p", member.name), member, where)


def _sighting(words: tuple[str, ...], member: Member, where: str) -> Sighting:
    # the lower weight that a part of a workspace usually gets does not apply: the part is what is asked for
    return Sighting(
        Call(words, path=member.evidence.path, line=member.evidence.line), "convention", where, 18
    )


def _member_of(folder: str, members: Iterable[str]) -> str:
    """The innermost member that a folder lies in, "" for none."""
    inside = [member for member in members if folder == member or folder.startswith(member + "/")]
    return max(inside, key=len, default="")


def _best(found: list[Judged]) -> list[GateCandidate]:
    counts: dict[GateKind, int] = dict.fromkeys(KINDS, 0)
    kept = []
    for each in found:
        counts[each.candidate.kind] += 1
        if counts[each.candidate.kind] <= MAX_PER_KIND:
            kept.append(each.candidate)
    return kept
