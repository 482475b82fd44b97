"""Which maker owns which file, and whether two of them can work at the same time without meeting."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from agent_baton.planner.compose.plain import glob_of
from agent_baton.planner.compose.predict import Prediction, is_source
from agent_baton.planner.facts import Facts
from agent_baton.records import Record

Side = Literal["ui", "mobile", "infra", "database", "docs", "code"]

SIDES: tuple[tuple[Side, str], ...] = (
    ("docs", r"\.(md|mdx|rst|adoc)$|(^|/)(docs?|documentation)/"),
    ("infra", r"(^|/)(\.github|\.circleci|k8s|kubernetes|helm|charts|ansible|terraform|deploy)/|\.(tf|tfvars|hcl)$"
        r"|(^|/)(dockerfile[^/]*|(docker-)?compose[^/]*\.ya?ml|jenkinsfile|\.gitlab-ci\.yml)$"),
    ("database", r"(^|/)(migrations?|migrate|alembic)/|\.sql$|schema\.(prisma|rb)$"),
    ("mobile", r"(^|/)(ios|android|mobile)/|\.(swift|storyboard|dart)$"),
    ("ui", r"\.(tsx|jsx|vue|svelte|css|scss|less|html)$|(^|/)(frontend|client|web|ui|webapp)/.*\.[jt]s$"),
)  # fmt: skip
# What a role owns, what it owns most firmly first. A role that is not here owns code.
OWNED: dict[str, tuple[Side, ...]] = {
    "frontend-engineer": ("ui",),
    "mobile-engineer": ("mobile",),
    "devops-engineer": ("infra",),
    "database-engineer": ("database",),
    "technical-writer": ("docs",),
}
OTHERS: tuple[Side, ...] = ("code", "database")
NAMES: dict[Side, str] = {
    "ui": "what people see in the browser",
    "mobile": "the app on the phone",
    "infra": "pipeline, containers and infrastructure",
    "database": "schema, migrations and queries",
    "docs": "documents",
    "code": "server and library code",
}


class Share(Record):
    """One maker's part of the prediction. `ground` are patterns it may change, empty when not certain."""

    predicted: tuple[Prediction, ...]
    part: str  # what it owns, in words
    ground: tuple[str, ...] = ()


@cache
def _patterns() -> tuple[tuple[Side, re.Pattern[str]], ...]:
    """Compiled on first use: most plans have one maker and never ask."""
    return tuple((side, re.compile(pattern, re.IGNORECASE)) for side, pattern in SIDES)


def side_of(path: str) -> Side | None:
    """Whose kind of file it is; None for data, locks, pictures and other files that anybody may need."""
    found = next((side for side, pattern in _patterns() if pattern.search(path)), None)
    return found or ("code" if is_source(path) else None)


def shares(facts: Facts, roles: Sequence[str], predicted: Sequence[Prediction]) -> list[Share]:
    """The prediction cut by role, in the order of `roles`. All have ground, or none has.

    Ground is certain when every maker has predicted files, and all of them lie in directories (not the root) that hold
    no source of another maker's kind: then the makers cannot meet.
    """
    owners = _owners(roles)
    parts: list[list[Prediction]] = [[] for _ in roles]
    for item in predicted:
        side = side_of(item.path)
        parts[owners.get(side, 0) if side is not None else 0].append(item)
    grounds = _grounds(facts, owners, parts) if len(owners) > 1 and len(set(roles)) == len(roles) else None
    words = [
        ", ".join(NAMES[side] for side, owner in owners.items() if owner == place)
        for place in range(len(roles))
    ]
    return [
        Share(tuple(part), words[place], grounds[place] if grounds else ())
        for place, part in enumerate(parts)
    ]


def _owners(roles: Sequence[str]) -> dict[Side, int]:
    """Side → position of the role that owns it. What nobody owns goes to the first who writes code."""
    owners: dict[Side, int] = {}
    for place, role in enumerate(roles):
        for side in OWNED.get(role, ()):
            owners.setdefault(side, place)
    for place, role in enumerate(roles):
        if role not in OWNED:
            for side in OTHERS:
                owners.setdefault(side, place)
    return owners


def _grounds(
    facts: Facts, owners: Mapping[Side, int], parts: Sequence[Sequence[Prediction]]
) -> list[tuple[str, ...]] | None:
    holders = _holders(facts, owners)
    grounds = []
    for place, part in enumerate(parts):
        own = [item.path for item in part if owners.get(side_of(item.path) or "code") == place]
        found = {_highest(path, place, holders) for path in own if side_of(path) is not None}
        if not found or "" in found:
            return None
        grounds.append(tuple(f"{glob_of(folder)}/**" for folder in _outermost(found)))
    return grounds


def _holders(facts: Facts, owners: Mapping[Side, int]) -> dict[str, set[int]]:
    """Directory → the makers who own some source below it."""
    holders: dict[str, set[int]] = {}
    for path in facts.files:
        side = side_of(path)
        owner = owners.get(side) if side is not None else None
        folder = posixpath.dirname(path)
        while owner is not None and folder and owner not in holders.get(folder, ()):
            holders.setdefault(folder, set()).add(owner)
            folder = posixpath.dirname(folder)
    return holders


def _highest(path: str, place: int, holders: Mapping[str, set[int]]) -> str:
    """The outermost directory around a path with nobody else's source in it, "" when there is none."""
    best, folder = "", posixpath.dirname(path)
    while folder and holders.get(folder) == {place}:
        best, folder = folder, posixpath.dirname(folder)
    return best


def _outermost(folders: set[str]) -> list[str]:
    ordered = sorted(folders)
    return [folder for folder in ordered if not any(folder.startswith(f"{other}/") for other in ordered)]
