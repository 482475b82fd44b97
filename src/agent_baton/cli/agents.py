"""`baton agents`: the specialists that can be dispatched."""

from __future__ import annotations

import click

from agent_baton.cli.app import LazyGroup

COMMANDS = {
    "list": (
        "agent_baton.cli.roster:list_agents",
        "List every agent, where it comes from and what it may do.",
    ),
    "show": ("agent_baton.cli.roster:show", "Print one agent with its brief."),
    "check": ("agent_baton.cli.roster:check", "Validate agent files, with file and line."),
    "create": ("agent_baton.cli.specialist:create", "Write a new agent for this project."),
    "reference": ("agent_baton.cli.roster:reference", "Print a short procedure that agents work by."),
    "guard": ("agent_baton.cli.guard:guard", "Hook of reading agents: let only reading commands through."),
}


@click.group(
    cls=LazyGroup, lazy=COMMANDS, epilog="Begin with: baton agents list, or baton agents show code-reviewer"
)
def agents() -> None:
    """List, show, check and create agents.

    \b
    Example:
      baton agents check .claude/agents
    """
