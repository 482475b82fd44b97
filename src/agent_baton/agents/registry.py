"""All agents that can be dispatched: shipped, overridden by the user's, overridden by the project's."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from agent_baton.agents.definitions import AgentDefinition, Origin, Problem
from agent_baton.agents.parse import parse_file
from agent_baton.agents.shipped import shipped_dir
from agent_baton.errors import NotFound
from agent_baton.records import Record

AGENTS_DIR = Path(".claude", "agents")


class Registry(Record):
    """Agents by name, and what was wrong with the files that did not become one."""

    agents: Mapping[str, AgentDefinition]
    problems: tuple[Problem, ...] = ()

    def __contains__(self, name: object) -> bool:
        return name in self.agents

    def __iter__(self) -> Iterator[AgentDefinition]:
        return iter(self.agents.values())

    def __len__(self) -> int:
        return len(self.agents)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.agents)

    def get(self, name: str) -> AgentDefinition:
        """Look one up; an unknown name raises NotFound with the nearest ones."""
        if name in self.agents:
            return self.agents[name]
        near = nearest(name, self.agents)
        hint = f"did you mean {', '.join(map(repr, near))}? " if near else ""
        raise NotFound(f"no agent {name!r}; {hint}all of them: baton agents list", name=name, near=near)


def load_registry(project_root: Path | None = None, home: Path | None = None) -> Registry:
    """Read every definition. A bad file is a problem in the result, never an exception, and hides nothing."""
    agents: dict[str, AgentDefinition] = {}
    problems: list[Problem] = []
    for origin, folder in _folders(project_root, home):
        found, wrong = load_folder(folder, origin)
        agents.update(found)
        problems += wrong
    return Registry(dict(sorted(agents.items())), tuple(problems))


def _folders(project_root: Path | None, home: Path | None) -> Iterator[tuple[Origin, Path]]:
    yield "shipped", shipped_dir("agents")
    if home is not None:
        yield "user", home / AGENTS_DIR
    if project_root is not None and project_root != home:
        yield "project", project_root / AGENTS_DIR


def load_folder(folder: Path, origin: Origin) -> tuple[dict[str, AgentDefinition], list[Problem]]:
    """The definitions below one directory, by name; of two with one name the first in path order stays."""
    found: dict[str, AgentDefinition] = {}
    problems: list[Problem] = []
    for path in agent_files(folder):
        agent, wrong = parse_file(path, origin)
        problems += wrong
        if agent is None:
            continue
        if agent.name in found:
            problems.append(
                Problem(str(path), 0, f"name {agent.name!r} is taken by {found[agent.name].path}")
            )
            continue
        found[agent.name] = agent
    return found, problems


def agent_files(folder: Path) -> list[Path]:
    """Markdown files below a directory, in order; a README is none."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*.md") if path.stem.lower() != "readme" and path.is_file())


def nearest(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Known names like this one: by spelling, or sharing its words in any order."""
    names = list(known)
    words = {word for word in name.lower().replace("_", "-").split("-") if word}
    shared = [other for other in names if words and words <= {*other.lower().split("-")}]
    spelled = difflib.get_close_matches(name.lower(), names, count, 0.6)
    return tuple(dict.fromkeys([*shared, *spelled]))[:count]
