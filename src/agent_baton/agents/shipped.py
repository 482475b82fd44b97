"""Where the agents and references of Agent Baton itself lie: in the installed package, or in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from agent_baton.errors import BatonError

PACKAGE = Path(__file__).resolve().parents[1]


def shipped_dir(kind: Literal["agents", "references"]) -> Path:
    """The directory of one kind of resource."""
    for place in (PACKAGE / "_shipped" / kind, PACKAGE.parents[1] / kind):
        if place.is_dir():
            return place
    raise BatonError(f"the shipped {kind} are missing beside {PACKAGE}; install agent-baton again")
