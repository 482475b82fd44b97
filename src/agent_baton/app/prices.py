"""What tokens cost, from the small price file that `baton execute start` leaves in the state directory."""

from __future__ import annotations

import os

from agent_baton.fastjson import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

FILE = "prices.json"
MILLION = 1_000_000
# Against the price of input; five minutes and one hour (the vendor's list, read 2026-11-21).
WRITE, WRITE_1H = 1.25, 2.0


def read_price_file(state_dir: str) -> dict[str, dict[str, float]]:
    """US dollars per million tokens by model family and kind; empty when there is no price file that can be read."""
    try:
        with open(os.path.join(state_dir, FILE), "rb") as file:
            found = loads(file.read(100_000).decode("utf-8", "replace"))
    except (OSError, ValueError, StopIteration):
        return {}
    return found if isinstance(found, dict) else {}


def usd(usage: Iterable[Mapping[str, Any]], prices: Mapping[str, Mapping[str, float]]) -> float | None:
    """The price of tokens by model and kind. None when there are none, or a model has no known price."""
    total = 0.0
    rows = list(usage)
    for row in rows:
        family = max(
            (name for name in prices if name.lower() in str(row["model"]).lower()), key=len, default=""
        )
        if not family:
            return None
        total += _row(row, prices[family])
    return round(total, 6) if rows else None


def _row(row: Mapping[str, Any], price: Mapping[str, float]) -> float:
    lasting = min(row.get("cache_write_1h", 0), row["cache_write"])
    written = (row["cache_write"] - lasting) * WRITE + lasting * WRITE_1H
    total: float = (
        (row["input"] + written) * price["input"]
        + row["output"] * price["output"]
        + row["cache_read"] * price.get("cache_read", price["input"])
    ) / MILLION

    return total
