"""Everything that was used in a repository: what the journal holds, and sessions that worked beside any task."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from agent_baton.app.folds import cache_of, folded
from agent_baton.app.prices import usd
from agent_baton.app.site import Site
from agent_baton.app.views import FIGURES
from agent_baton.claude.spending import Spent, config_dir, spending
from agent_baton.journal.port import Journal
from agent_baton.planner.forecast import Prices, read_prices
from agent_baton.trace.facts import TaskFacts
from agent_baton.trace.usage import OUTSIDE, Counted, Use, counted, uses

SESSION = "(session)"


def usage(
    site: Site, journal: Journal, env: Mapping[str, str], person: str, since: str = ""
) -> tuple[list[Use], Prices]:
    """Rows of all that was used on `since` (a day, `2026-11-01`) or later, and the price table in force."""
    prices = read_prices(Path(site.checkout.top))
    facts: Sequence[TaskFacts] = folded(journal, FIGURES, cache_of(site, env))
    rows = list(uses(facts, lambda model: family(prices, model)))
    rows += _sessions(site, env, person, counted(facts), prices)
    return [row for row in rows if row.day >= since], prices


def family(prices: Prices, model: str) -> str:
    """The name a model has in the price table; its own when it has none there."""
    known = [name for name in prices.models if name.lower() in model.lower()]
    return max(known, key=len, default=model)


def _sessions(site: Site, env: Mapping[str, str], person: str, known: Counted, prices: Prices) -> list[Use]:
    top = os.path.realpath(site.checkout.top)
    return [
        _use(spent, person, prices)
        for spent in spending(config_dir(env), top)
        if spent.session not in (known.reported if spent.agent else known.driven)
    ]


def _use(spent: Spent, person: str, prices: Prices) -> Use:
    """Its tokens are measured; its price is the list's, so it counts as estimated."""
    price = usd([{"model": spent.model, **spent.usage}], prices.models)
    kinds = {kind: spent.usage[kind] for kind in ("input", "output", "cache_read", "cache_write")}
    return Use(
        day=spent.at[:10], task=OUTSIDE, agent=spent.agent or SESSION, model=family(prices, spent.model), person=person,
        tokens_measured=sum(kinds.values()), usd_estimated=price or 0.0, usd_unknown=int(price is None), **kinds,
    )  # fmt: skip
