"""The door to what a repository decided for all its plans: policy packs, and what was learned.

Most repositories have neither, and reading them is dear: both are loaded only where they are.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from agent_baton.app.site import Site
from agent_baton.loading import later

if TYPE_CHECKING:
    from agent_baton.plan.model import Plan

PACKS = (".claude/packs", "agent_baton.app.packs")
LEARNED = (".claude/baton.learned.yaml", "agent_baton.app.learning")


def _loaded(site: Site, where: tuple[str, str]) -> Any:
    """The module for what stands at a path of the repository, None when nothing does."""
    path, module = where
    return later(module) if os.path.exists(os.path.join(site.checkout.top, path)) else None


def shaped(site: Site, plan: Plan) -> Plan:
    """A composed plan with what was learned, then with what the packs demand: a policy has the last word."""
    learning, packs = _loaded(site, LEARNED), _loaded(site, PACKS)
    if learning is not None:
        plan = learning.with_learned(site, plan)
    if packs is not None:
        plan = packs.with_packs(site, plan)
    return plan


def reckoned(site: Site, plan: Plan) -> Plan:
    """A plan with its forecast as past ones would have had to be."""
    learning = _loaded(site, LEARNED)
    if learning is not None:
        plan = learning.forecast_learned(site, plan)
    return plan


def require_packs(site: Site, plan: Plan) -> dict[str, str]:
    """Refused when a blocking pack's demands are not met. Returns the settings that packs make strict."""
    packs = _loaded(site, PACKS)
    strict: dict[str, str] = packs.require_packs(site, plan) if packs is not None else {}
    return strict
