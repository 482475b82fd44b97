"""The price list in force, put where hooks find it without reading YAML."""

from __future__ import annotations

from pathlib import Path

from agent_baton.app.outcomes import write_durably
from agent_baton.app.prices import FILE
from agent_baton.app.site import Site
from agent_baton.fastjson import dumps
from agent_baton.planner.forecast import read_prices


def keep_prices(site: Site) -> None:
    """Write the price file of the state directory. Raises UserError when the repository's own prices make no sense."""
    prices = read_prices(Path(site.checkout.top))
    models = {name: dict(kinds) for name, kinds in prices.models.items()}
    write_durably(site.file(FILE), dumps(models).encode())
