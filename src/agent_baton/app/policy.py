"""The door to policy packs. Most repositories have none, and reading them is dear: they are loaded only where they are."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from agent_baton.app.site import Site

if TYPE_CHECKING:
    from agent_baton.plan.model import Plan

FOLDER = ".claude/packs"


def _packs(site: Site) -> Any:
    return (
        importlib.import_module("agent_baton.app.packs")
        if os.path.isdir(os.path.join(site.checkout.top, FOLDER))
        else None
    )


def with_packs(site: Site, plan: Plan) -> Plan:
    """The plan with what the repository's packs demand of it."""
    packs = _packs(site)
    if packs is None:
        return plan
    made: Plan = packs.with_packs(site, plan)
    return made


def require_packs(site: Site, plan: Plan) -> dict[str, str]:
    """Refused when a blocking pack's demands are not met. Returns the settings that packs make strict."""
    packs = _packs(site)
    strict: dict[str, str] = packs.require_packs(site, plan) if packs is not None else {}
    return strict
