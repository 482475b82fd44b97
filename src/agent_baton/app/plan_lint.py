"""The lint of plans, with what it needs to know of a repository."""

from __future__ import annotations

from pathlib import Path

from agent_baton.agents.registry import load_registry
from agent_baton.app.runnable import program_exists
from agent_baton.app.site import Site
from agent_baton.plan.check import check
from agent_baton.plan.finding import Finding
from agent_baton.plan.model import Plan
from agent_baton.workspace.tree import list_files


def findings(site: Site, plan: Plan) -> list[Finding]:
    """Everything the lint has to say of a plan in this repository."""
    top = Path(site.checkout.top)
    return check(
        plan,
        agents=load_registry(top, Path.home()).names,
        command_exists=lambda program: program_exists(top, program),
        files=list_files(site.checkout.top),
    )
