"""Agents of a project: which ones there are here, what a new one should know, and writing it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from agent_baton.agents.create import compose
from agent_baton.agents.definitions import AgentDefinition
from agent_baton.agents.flavour import choose_flavour
from agent_baton.agents.registry import AGENTS_DIR, Registry, load_registry
from agent_baton.agents.route import Route, route
from agent_baton.app.planning import facts_of, scene_of
from agent_baton.app.site import Site
from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.planner.facts import Facts, Understanding
from agent_baton.planner.look.symbols import symbols_in
from agent_baton.planner.understand import understand


@dataclass(frozen=True, slots=True)
class Routed:
    """A task, what it was understood as, and its crew."""

    task: Understanding
    route: Route


@dataclass(frozen=True, slots=True)
class Created:
    path: Path
    base: str
    text: str


def route_task(site: Site, text: str) -> Routed:
    """Who would do a task in this repository. Raises UserError for an empty task."""
    if not text.strip():
        raise UserError('what is the task? baton route "Add request logging to the API"')
    facts = facts_of(site)
    task = _understood(facts, text)
    registry = load_registry(Path(site.checkout.top), Path.home())
    return Routed(task, route(scene_of(facts, task), registry.names))


def _understood(facts: Facts, text: str) -> Understanding:
    def find(names: Collection[str]) -> dict[str, str]:
        return symbols_in(Path(facts.root), facts, names)

    return understand(text, facts, find)


def create_agent(site: Site, name: str, description: str, role: str = "", base: str = "") -> Created:
    """Write a project's own agent, made from an existing one. An existing file or name is Refused."""
    top = Path(site.checkout.top)
    path = top / AGENTS_DIR / f"{name}.md"
    registry = load_registry(top, Path.home())
    if name in registry and registry.get(name).origin == "project":
        raise Refused(
            f"the project has an agent {name!r} already, in {registry.get(name).path}; edit that file"
        )
    facts = facts_of(site)
    model = _base(facts, registry, description, role, base)
    text = compose(name, description, model, repository_lines(facts))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Refused(f"{path} exists and is not overwritten; choose another name, or edit it") from error
    return Created(path, model.name, text)


def _base(facts: Facts, registry: Registry, description: str, role: str, base: str) -> AgentDefinition:
    """The agent to begin from: the one named, the role's flavour here, or whom the description suits."""
    if base:
        return registry.get(base)
    scene = scene_of(facts, _understood(facts, description))
    if not role:
        return registry.get(route(scene, registry.names).agent_name)
    if role not in registry and not any(agent.role == role for agent in registry):
        roles = sorted({agent.role for agent in registry})
        raise NotFound(f"no role {role!r}; there are {', '.join(roles)}")
    return registry.get(choose_flavour(role, scene.languages, scene.frameworks, (), registry.names)[0])


def repository_lines(facts: Facts) -> list[str]:
    """What an agent should know of the repository before it opens a file."""
    languages = ", ".join(f"{one.name} {one.share:.0%}" for one in facts.languages[:4])
    frameworks = ", ".join(dict.fromkeys(one.name for one in facts.frameworks[:8]))
    gates = ", ".join(dict.fromkeys(f"`{gate.command}` ({gate.kind})" for gate in facts.gates[:5]))
    packages = ", ".join(dict.fromkeys(one.name for one in facts.package_managers[:3]))
    runtimes = ", ".join(f"{one.name} {one.version}" for one in facts.runtimes[:3])
    lines = {
        "Languages": languages,
        "Builds on": frameworks,
        "Packages": packages,
        "Runs on": runtimes,
        "Checks its maintainers run": gates,
        "Begins at": ", ".join(facts.entry_points[:4]),
        "Parts": ", ".join(member.path for member in facts.members[:8]),
        "Migrations": ", ".join(facts.migrations[:3]),
        "Tests": f"{len(facts.tests)} files, such as {', '.join(facts.tests[:2])}" if facts.tests else "",
        "Generated, change their source instead": ", ".join(facts.generated[:4]),
    }
    return [f"{name}: {value}" for name, value in lines.items() if value]
