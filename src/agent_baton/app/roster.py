"""The agents that count in a directory, and whether their files are sound."""

from __future__ import annotations

import os
from pathlib import Path

from agent_baton.agents.definitions import Problem
from agent_baton.agents.parse import parse_file
from agent_baton.agents.registry import Registry, agent_files, load_registry
from agent_baton.app.site import find_site
from agent_baton.errors import NotFound


def registry_at(cwd: str) -> Registry:
    """The agents that count in a directory; outside a repository those of the user and the shipped ones."""
    try:
        top: Path | None = Path(find_site(cwd, os.environ).checkout.top)
    except NotFound:
        top = None
    return load_registry(top, Path.home())


def check_files(paths: list[Path], cwd: str) -> tuple[int, list[Problem]]:
    """Validate files and directories, or everything that counts here: how many files, and what is wrong."""
    if not paths:
        registry = registry_at(cwd)
        bad = {problem.path for problem in registry.problems} - {str(agent.path) for agent in registry}
        return len(registry) + len(bad), list(registry.problems)
    files = [file for path in paths for file in (agent_files(path) if path.is_dir() else [path])]
    return len(files), [problem for file in files for problem in parse_file(file, "project")[1]]
