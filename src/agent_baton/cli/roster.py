"""`baton agents list|show|check|reference`: looking at specialists and at what they work by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent_baton.agents.definitions import AgentDefinition
from agent_baton.agents.references import read_reference, reference_names
from agent_baton.app.roster import check_files, registry_at
from agent_baton.cli.common import answer, note, output_option

WIDTH = 96  # of a description in the list


@click.command("list")
@output_option
def list_agents(output: str) -> None:
    """List every agent that can be dispatched here: shipped, overridden by the user's, then the project's.

    \b
    Example:
      baton agents list --json
    """
    registry = registry_at(str(Path.cwd()))
    wide = max(len(agent.name) for agent in registry)
    lines = [
        f"{agent.name:{wide}}  {agent.origin:8} {agent.model or '-':7} "
        f"{'reads ' if agent.reads_only else 'writes'}  {_cut(agent.description)}"
        for agent in registry
    ]
    answer(output, "\n".join(lines), {"agents": [_fields(agent) for agent in registry]})
    for problem in registry.problems:
        note(str(problem))


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1].rstrip() + "…"


def _fields(agent: AgentDefinition) -> dict[str, Any]:
    return {
        "name": agent.name,
        "role": agent.role,
        "flavour": agent.flavour,
        "origin": agent.origin,
        "model": agent.model,
        "tools": None if agent.tools is None else list(agent.tools),
        "reads_only": agent.reads_only,
        "description": agent.description,
        "path": str(agent.path),
    }


@click.command()
@click.argument("name")
@output_option
def show(name: str, output: str) -> None:
    """Print one agent: what it is for, what it may use, and its brief.

    \b
    Example:
      baton agents show backend-engineer--python
    """
    agent = registry_at(str(Path.cwd())).get(name)
    tools = "every tool" if agent.tools is None else ", ".join(agent.tools) or "no tool"
    guarded = "; its shell only reads" if agent.guarded else ""
    head = (
        f"{agent.name} ({agent.origin}: {agent.path})\n{agent.description}\n"
        f"Model: {agent.model or 'the session’s'}\nTools: {tools}{guarded}\n"
    )
    answer(output, f"{head}\n{agent.body}", {**_fields(agent), "body": agent.body})


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@output_option
def check(paths: tuple[Path, ...], output: str) -> int:
    """Validate agent files or directories; without any, all that count here. Exit 1 if one has an error.

    \b
    Example:
      baton agents check .claude/agents
    """
    count, problems = check_files(list(paths), str(Path.cwd()))
    errors = sum(problem.severity == "error" for problem in problems)
    verdict = f"{count} files, {errors} errors, {len(problems) - errors} warnings"
    fields = {
        "files": count,
        "problems": [
            {"path": one.path, "line": one.line, "severity": one.severity, "message": one.message}
            for one in problems
        ],
    }
    answer(output, "\n".join([*map(str, problems), verdict]), fields)
    return 1 if errors else 0


@click.command()
@click.argument("name", required=False)
def reference(name: str | None) -> None:
    """Print a short procedure that agents work by; without a name, list them.

    \b
    Example:
      baton agents reference reporting
    """
    text = read_reference(name) if name else "\n".join(reference_names())
    answer("text", text, {})
