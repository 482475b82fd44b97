"""From a task and a stack to agents that exist: roles first, then the flavour of each."""

from __future__ import annotations

from collections.abc import Collection

from agent_baton.agents.definitions import FLAVOUR_MARK
from agent_baton.agents.flavour import choose_flavour
from agent_baton.agents.roles import Part, part_of, roles_for
from agent_baton.agents.scene import Scene
from agent_baton.records import Record


class Assignment(Record):
    """One agent of a crew, and why it is on it."""

    agent_name: str
    role: str
    part: Part
    reason: str  # why the role
    flavour_reason: str  # why this flavour; empty for a role without any


class Route(Record):
    """The crew for a task: `agent_name` leads it."""

    agent_name: str
    reasons: tuple[str, ...]
    alternatives: tuple[str, ...]  # who could lead instead, best first
    crew: tuple[Assignment, ...]  # in the order of work: design, build, review, audit


def route(scene: Scene, available: Collection[str]) -> Route:
    """Choose the agents for a task among the names of a registry. The same input gives the same crew."""
    crew = tuple(_assign(role, reason, scene, available) for role, reason in roles_for(scene))
    lead = next((one for one in crew if one.part == "build"), crew[0])
    return Route(lead.agent_name, (lead.reason, lead.flavour_reason), _alternatives(lead, available), crew)


def _assign(role: str, reason: str, scene: Scene, available: Collection[str]) -> Assignment:
    name, why = choose_flavour(
        role, scene.languages, scene.frameworks, scene.paths, available, text=scene.text
    )
    return Assignment(name, role, part_of(role), reason, why)


def _alternatives(lead: Assignment, available: Collection[str]) -> tuple[str, ...]:
    """The plain role, a debugger for what resists, a reviewer's place is never here."""
    plain = [lead.role] if lead.agent_name != lead.role else []
    others = ["debugger"] if lead.role.endswith("-engineer") else []
    return tuple(name for name in (*plain, *others) if name in available and name != lead.agent_name)


def useful_agents(scene: Scene, available: Collection[str]) -> tuple[str, ...]:
    """The agents worth installing for a repository: every role that can occur in it, in its flavour only.

    Each installed agent's description is read in every session, so the flavours of other stacks stay out.
    """
    roles = [name for name in available if FLAVOUR_MARK not in name and _can_occur(name, scene)]
    names = (choose_flavour(role, scene.languages, scene.frameworks, (), available)[0] for role in roles)
    return tuple(sorted({*roles, *names}))


def _can_occur(role: str, scene: Scene) -> bool:
    conditions = {
        "frontend-engineer": scene.has_ui,
        "mobile-engineer": scene.has_mobile,
        "database-engineer": scene.has_storage,
        "data-engineer": scene.main_side == "data",
        "data-scientist": scene.learns,
        "data-analyst": scene.main_side in ("analysis", "ml", "data", "database"),
        "backend-engineer": bool(scene.program_languages) and scene.main_side != "mobile",
    }
    return conditions.get(role, True)
