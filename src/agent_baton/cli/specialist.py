"""`baton agents create`: a new agent for this project."""

from __future__ import annotations

import os
from pathlib import Path

import click

from agent_baton.app.site import find_site
from agent_baton.app.specialists import create_agent
from agent_baton.cli.common import answer, output_option


@click.command()
@click.argument("name")
@click.option(
    "--description", required=True, help="What it does, and when to use it: this is what gets matched."
)
@click.option(
    "--role", default="", metavar="ROLE", help="Begin from this role, in the flavour of this repository."
)
@click.option("--from", "base", default="", metavar="AGENT", help="Begin from exactly this agent.")
@output_option
def create(name: str, description: str, role: str, base: str, output: str) -> None:
    """Write .claude/agents/NAME.md from an agent that fits, with what this repository says of itself.

    It is validated, shown, and never overwrites. Edit it afterwards: the more in it that is only true here,
    the better.

    \b
    Example:
      baton agents create billing-engineer --role backend-engineer \\
          --description "Implements and fixes invoices and dunning. Use for changes under billing/."
    """
    made = create_agent(find_site(str(Path.cwd()), os.environ), name, description, role, base)
    fields = {"path": str(made.path), "base": made.base, "text": made.text}
    answer(output, f"{made.text}\nWritten: {made.path} (from {made.base})", fields)
