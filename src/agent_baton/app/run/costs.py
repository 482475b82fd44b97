"""What an attempt cost, and what it may have cost at most when nobody can say. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from agent_baton.planner.forecast import Prices
from agent_baton.runtimes.protocol import Usage

CACHE_WRITE = (
    2.0  # against the price of input, at most: what is kept for an hour (the vendor's list, 2026-11-21)
)


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
class Most:
    """Tokens and money that something takes at most: an attempt nobody told about, or a single call."""

    tokens: int
    usd: float


@dataclass(frozen=True, slots=True)
class Told:
    """What an agent has reported so far, and what it may have used at most where it does not name tokens or money."""

    tokens: int
    usd: float | None
    at_most_usd: float
    at_most_tokens: int = 0

    @property
    def anything(self) -> bool:
        return self.tokens > 0 or bool(self.usd)


def told(usage: Usage, models: Collection[str], prices: Prices) -> Told:
    seen = [usage, usage.at_most] if usage.at_most else [usage]
    most = max(price_at_most(one, models, prices) for one in seen) if usage.usd is None else usage.usd
    return Told(usage.tokens, usage.usd, most, max(one.tokens for one in seen))


def cost_of(seen: Told, exact: bool, attempt: Most, call: Most) -> Cost:
    """Book what was seen. What was not is at most one call more, or a whole attempt when nothing was seen.

    `attempt` is what one takes at most, `call` the largest call seen. Not `exact`: there was more than was told of.
    """
    if not exact and not seen.anything:
        return Cost(None, None, max(attempt.tokens, seen.at_most_tokens), max(attempt.usd, seen.at_most_usd))
    upper_usd = seen.at_most_usd if seen.usd is None else 0.0
    if exact:
        return Cost(seen.tokens, seen.usd, 0, upper_usd)
    if not seen.tokens:  # it tells of money only
        return Cost(None, seen.usd, attempt.tokens, upper_usd + call.usd)
    return Cost(seen.tokens, seen.usd, call.tokens, upper_usd + call.usd)


def missing(seen: Told, attempt: Most, call: Most) -> Most:
    """What an agent may have used besides, when it went on to its end and tells of some of its calls only."""
    tokens, usd = attempt.tokens - seen.tokens, attempt.usd - seen.at_most_usd
    return Most(max(tokens, call.tokens), max(usd, call.usd))


def price_at_most(usage: Usage, models: Collection[str], prices: Prices) -> float:
    """Dollars these tokens cost at most: each kind at the dearest of the models at work, of all when one is not known."""
    known = [_family(model, prices) for model in models]
    names = {name for name in known if name} if known and all(known) else set(prices.models)

    def dearest(kind: str) -> float:
        return max((prices.models[name][kind] for name in names), default=0.0) / 1_000_000

    return (
        (usage.input_tokens + CACHE_WRITE * usage.cache_write_tokens) * dearest("input")
        + usage.cache_read_tokens * dearest("cache_read")
        + usage.output_tokens * dearest("output")
    )


def _family(model: str, prices: Prices) -> str:
    """The longest name of the table that stands in the model's."""
    return max((name for name in prices.models if name.lower() in model.lower()), key=len, default="")
