"""What a plan is expected to take, with 80% intervals: from this repository's own past when there is enough of it,
from stated priors when there is not. Scored afterwards by `baton forecast --score`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from agent_baton.errors import UserError
from agent_baton.plan.model import Forecast, Plan, Range, Step, StepForecast

ENOUGH = 5  # finished steps of an agent before its own past counts more than the priors
Z80 = 1.2816  # a normal's 80% interval is ± this many standard deviations
OVERRIDE = ".claude/baton-prices.yaml"

# What one step of a base role takes: median tokens (input, cache and output together), median minutes, and the spread
# as the standard deviation of the logarithm. Priors, not measurements: our own reading of published agent runs, where
# a step is 0.2–3 million tokens, most of them cache reads, and the tail is long.
PRIORS: dict[str, tuple[float, float, float]] = {
    "architect": (350_000, 6, 0.7),
    "code-reviewer": (250_000, 5, 0.7),
    "security-reviewer": (300_000, 6, 0.7),
    "auditor": (200_000, 4, 0.7),
    "technical-writer": (180_000, 4, 0.8),
    "debugger": (450_000, 9, 0.9),
    "test-engineer": (450_000, 9, 0.8),
}
PRIOR = (600_000, 12, 0.9)
OUTPUT_SHARE = 0.03  # of all tokens; the rest is input, mostly read from cache
CACHED_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Past:
    """One finished step of this repository's history. `tokens` is None when nobody reported them."""

    agent_name: str
    tokens: int | None
    minutes: float


@dataclass(frozen=True, slots=True)
class Prices:
    date: str
    models: Mapping[str, Mapping[str, float]]

    def usd(self, model: str, tokens: float) -> float:
        """Price of a step of so many tokens; an unknown model is priced as the dearest known one."""
        family = next((name for name in self.models if name in model.lower()), None)
        price = self.models[family] if family else max(self.models.values(), key=lambda p: p["output"])
        fresh = 1 - CACHED_SHARE - OUTPUT_SHARE
        mixed = price["input"] * fresh + price["cache_read"] * CACHED_SHARE + price["output"] * OUTPUT_SHARE
        return tokens * mixed / 1_000_000


def read_prices(top: Path | None = None) -> Prices:
    """The shipped table with the repository's own overrides. Raises UserError naming the file."""
    table: dict[str, Any] = yaml.safe_load(
        resources.files("agent_baton.planner").joinpath("prices.yaml").read_text("utf-8")
    )
    override = top / OVERRIDE if top else None
    if override is not None and override.is_file():
        try:
            own = yaml.safe_load(override.read_text("utf-8")) or {}
            table["models"] |= {
                str(name): {**table["models"].get(name, {}), **prices}
                for name, prices in own["models"].items()
            }
            table["date"] = own.get("date", table["date"])
            for prices in table["models"].values():
                Prices("", {"x": {key: float(prices[key]) for key in ("input", "output", "cache_read")}})
        except (
            yaml.YAMLError,
            OSError,
            UnicodeDecodeError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:
            raise UserError(
                f"{OVERRIDE} does not hold prices as in `models: {{sonnet: {{input: 3, output: 15, cache_read: 0.3}}}}`: {error}"
            ) from error
    return Prices(str(table["date"]), table["models"])


def forecast(plan: Plan, past: Sequence[Past], prices: Prices) -> Forecast:
    """Per step and for the whole task; steps are taken as independent, so the whole is less uncertain than its parts."""
    steps = [_step(step, past, prices) for phase in plan.phases for step in phase.steps]
    own = sum(1 for phase in plan.phases for step in phase.steps if _own(step.agent_name, past))
    total = len(steps)
    basis = (
        f"priors for {total - own} step(s)"
        + (f", this repository's past for {own}" if own else "")
        + f"; prices of {prices.date}"
    )
    return Forecast(
        tokens=_sum([item.tokens for item in steps]),
        usd=_sum([item.usd for item in steps]),
        minutes=_sum([item.minutes for item in steps]),
        basis=basis,
        steps=steps,
    )


def _own(agent: str, past: Sequence[Past]) -> list[Past]:
    own = [item for item in past if item.agent_name == agent]
    return own if len(own) >= ENOUGH else []


def _step(step: Step, past: Sequence[Past], prices: Prices) -> StepForecast:
    own = _own(step.agent_name, past)
    tokens, minutes, spread = PRIORS.get(step.agent_name.partition("--")[0], PRIOR)
    known = [float(item.tokens) for item in own if item.tokens]
    token_range = _fitted(known) if len(known) >= ENOUGH else _around(tokens, spread)
    minute_range = (
        _fitted([item.minutes for item in own if item.minutes > 0]) if own else _around(minutes, spread)
    )
    usd = Range(
        **{
            name: round(prices.usd(step.model, getattr(token_range, name)), 4)
            for name in ("low", "likely", "high")
        }
    )
    return StepForecast(step_id=step.step_id, tokens=token_range, usd=usd, minutes=minute_range)


def _around(median: float, spread: float) -> Range:
    factor = math.exp(Z80 * spread)
    return Range(low=_neat(median / factor), likely=_neat(median), high=_neat(median * factor))


def _fitted(values: Sequence[float]) -> Range:
    """A log-normal through the values, widened for how few there are."""
    if not values:
        return _around(PRIOR[1], PRIOR[2])
    logs = [math.log(value) for value in values]
    mean = sum(logs) / len(logs)
    variance = sum((value - mean) ** 2 for value in logs) / max(1, len(logs) - 1)
    spread = math.sqrt(variance * (1 + 1 / len(logs))) or 0.1
    return _around(math.exp(mean), spread)


def _sum(ranges: Sequence[Range]) -> Range:
    likely = sum(item.likely for item in ranges)
    below = math.sqrt(sum((item.likely - item.low) ** 2 for item in ranges))
    above = math.sqrt(sum((item.high - item.likely) ** 2 for item in ranges))
    return Range(low=_neat(max(0.0, likely - below)), likely=_neat(likely), high=_neat(likely + above))


def _neat(value: float) -> float:
    """Three significant digits: more would claim to know."""
    return float(f"{value:.3g}")
