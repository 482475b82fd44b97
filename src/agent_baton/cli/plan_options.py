"""What writing and refining a plan have in common: which model plans, and how a finding is printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from agent_baton.app.planning import PLANNER_TIMEOUT_S
from agent_baton.app.site import Site, find_site
from agent_baton.plan.finding import Finding

F = TypeVar("F", bound=Callable[..., Any])


def here() -> Site:
    """The repository that the command was started in."""
    return find_site(os.getcwd(), os.environ)


def planner_options(command: F) -> F:
    timeout: Callable[[F], F] = click.option(
        "--planner-timeout", type=click.FloatRange(min=1), default=PLANNER_TIMEOUT_S, show_default=True,
        help="Seconds for each answer of the planner.",
    )  # fmt: skip
    planner: Callable[[F], F] = click.option(
        "--planner",
        metavar="WHO",
        help='Let a model plan: claude, or "command PROGRAM ARGS…". Checked as any plan.',
    )
    return planner(timeout(command))


def finding_text(item: Finding) -> str:
    return f"{item.severity}: {item.where}: {item.message}" + (f"\n    {item.hint}" if item.hint else "")
