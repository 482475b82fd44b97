"""`baton route`: which agents a task would get."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from agent_baton.agents.route import Assignment
from agent_baton.app.site import find_site
from agent_baton.app.specialists import Routed, route_task
from agent_baton.cli.common import answer, output_option


@click.command()
@click.argument("task")
@output_option
def route(task: str, output: str) -> None:
    """Say which agents a task would get in this repository, and why each of them.

    \b
    Example:
      baton route "Add rate limiting to the public API"
    """
    routed = route_task(find_site(str(Path.cwd()), os.environ), task)
    answer(output, _text(routed), _fields(routed))


def _text(routed: Routed) -> str:
    task, crew = routed.task, routed.route.crew
    wide = max(len(one.agent_name) for one in crew)
    lines = [f"Type: {task.task_type}   Risk: {task.risk_level}   Complexity: {task.complexity}"]
    lines += [f"{one.part:6}  {one.agent_name:{wide}}  {_why(one)}" for one in crew]
    if routed.route.alternatives:
        lines.append(f"Instead of {routed.route.agent_name}: {', '.join(routed.route.alternatives)}")
    return "\n".join(lines)


def _why(one: Assignment) -> str:
    return f"{one.reason}; {one.flavour_reason}" if one.flavour_reason else one.reason


def _fields(routed: Routed) -> dict[str, Any]:
    task, chosen = routed.task, routed.route
    return {
        "task_type": task.task_type,
        "risk_level": task.risk_level,
        "complexity": task.complexity,
        "agent_name": chosen.agent_name,
        "reasons": list(chosen.reasons),
        "alternatives": list(chosen.alternatives),
        "crew": [
            {
                "agent_name": one.agent_name,
                "role": one.role,
                "part": one.part,
                "reason": one.reason,
                "flavour_reason": one.flavour_reason,
            }
            for one in chosen.crew
        ],
    }
