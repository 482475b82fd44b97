"""What an agent's name says about its role."""

from __future__ import annotations

_JUDGES = ("reviewer", "review", "auditor", "audit", "critic")


def base_role(agent_name: str) -> str:
    """The role without plug-in and flavour: `acme:backend-engineer--python` is a `backend-engineer`."""
    return agent_name.rpartition(":")[2].partition("--")[0]


def is_judge(agent_name: str) -> bool:
    """Whether the agent judges the work of others and writes none itself."""
    return base_role(agent_name).lower().replace("_", "-").split("-")[-1] in _JUDGES
