"""What an attempt cost, and what it may have cost at most when nobody can say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent_baton.planner.forecast import Prices
from agent_baton.runtimes.protocol import Usage


@dataclass(frozen=True, slots=True)
class Cost:
    """Measured figures, None where unknown, and upper estimates of what was not seen."""

    tokens: int | None = None
    usd: float | None = None
    upper_tokens: int = 0
    upper_usd: float = 0.0

    def fields(self) -> dict[str, Any]:
        return {
            "tokens": self.tokens,
            "usd": None if self.usd is None else round(self.usd, 6),
            "upper_tokens": self.upper_tokens,
            "upper_usd": round(self.upper_usd, 6),
        }


@dataclass(frozen=True, slots=True)
class Estimates:
    """What an attempt at one step takes at most: the forecast's upper figure, or the settings' stand-in."""

    tokens: int
    usd: float


def cost_of(usage: Usage, model: str, prices: Prices, most: Estimates, dearest_usd: float) -> Cost:
    """Book what was seen. What was not is at most one more call, or all of it when nothing was seen.

    `dearest_usd` is the largest single call seen in this run.
    """
    seen = usage.tokens > 0 or bool(usage.usd)
    if not seen and not usage.exact:
        return Cost(None, None, most.tokens, most.usd)
    upper_usd = 0.0
    if usage.usd is None:
        upper_usd = dearest_price(prices, model) * usage.tokens
    if not usage.exact:
        upper_usd += dearest_usd
    return Cost(usage.tokens, usage.usd, 0, upper_usd)


def dearest_price(prices: Prices, model: str) -> float:
    """Dollars a token costs at most: as if all of it were output, of the dearest model when this one is not known."""
    known = [price["output"] for name, price in prices.models.items() if name.lower() in model.lower()]
    return max(known or [price["output"] for price in prices.models.values()]) / 1_000_000
