"""Which of the gates a plan uses: one per kind, for the members a step touches or for the whole repository."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from agent_baton.planner.facts import Facts, GateCandidate, GateKind
from agent_baton.records import replace

from .finding import find_gates
from .judging import KINDS

MAX_JOINED = 3
MAX_EVERY = 8


def choose_gates(facts: Facts, touched: Collection[str] = ()) -> dict[GateKind, GateCandidate]:
    """The gate of each kind that exists, in the order test, lint, types, build.

    `touched` are paths (of files, folders or members) a step is to change. When all lie in members of a monorepo
    that have a gate of a kind, that gate is theirs (several joined by `&&`); else it is the whole repository's.
    """
    candidates = facts.gates or find_gates(facts)
    members = _members(facts, touched)
    chosen = {
        kind: _of_members(candidates, kind, members)
        or _of_whole(candidates, kind)
        or (_of_every_member(candidates, kind) if len(facts.members) <= MAX_EVERY else None)
        for kind in KINDS
    }
    return {kind: candidate for kind, candidate in chosen.items() if candidate is not None}


def _members(facts: Facts, touched: Collection[str]) -> list[str]:
    """The members that hold every touched path; none when a path lies outside of them, or there are many."""
    found: list[str] = []
    for path in touched:
        inside = [
            member.path
            for member in facts.members
            if path == member.path or path.startswith(member.path + "/")
        ]
        if not inside:
            return []
        found.append(max(inside, key=len))
    distinct = list(dict.fromkeys(found))
    return distinct if len(distinct) <= MAX_JOINED else []


def _of_whole(candidates: Iterable[GateCandidate], kind: GateKind) -> GateCandidate | None:
    return next((each for each in candidates if each.kind == kind and not each.member), None)


def _of_every_member(candidates: Iterable[GateCandidate], kind: GateKind) -> GateCandidate | None:
    """For a monorepo whose root offers nothing: the members' gates together, as long as they are few."""
    members = list(dict.fromkeys(each.member for each in candidates if each.kind == kind and each.member))
    return _of_members(candidates, kind, members) if members else None


def _of_members(
    candidates: Iterable[GateCandidate], kind: GateKind, members: list[str]
) -> GateCandidate | None:
    found = [
        next((each for each in candidates if each.kind == kind and each.member == member), None)
        for member in members
    ]
    gates = [each for each in found if each is not None]
    if not gates or len(gates) < len(members):
        return None
    if len(gates) == 1:
        return gates[0]
    command = " && ".join(f"({each.command})" for each in gates)
    reason = f"The gates of {', '.join(each.member for each in gates)}, one after the other."
    return replace(gates[0], command=command, member=", ".join(each.member for each in gates), reason=reason)
