"""What a plan is expected to take, with 80% intervals: from this repository's own past when there is enough of it,
from stated priors when there is not. Scored afterwards by `baton forecast --score`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent_baton.errors import UserError
from agent_baton.loading import later
from agent_baton.plan.model import Forecast, Plan, Range, Step, StepForecast
from agent_baton.planner.price_table import PRICES
from agent_baton.records import Record

if TYPE_CHECKING:
    import yaml
else:
    yaml = later("yaml")

ENOUGH = 5  # figures of an agent's finished steps before its own past replaces the priors
Z80 = 1.2816  # a normal's 80% interval is ± this many standard deviations
# The same of Student's t, by degrees of freedom: what few figures say is less certain than a normal pretends.
T80 = {4: 1.533, 5: 1.476, 6: 1.440, 7: 1.415, 8: 1.397, 9: 1.383, 10: 1.372, 15: 1.341, 20: 1.325, 30: 1.310}
LEAST_SPREAD = 0.1  # equal figures are chance, not certainty
OVERRIDE = ".claude/baton-prices.yaml"
PRICED = ("input", "output", "cache_read")

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
# How a prior moves with the size of the task. A prior as well; history is taken as it is.
SIZES = {"light": 0.5, "medium": 1.0, "heavy": 1.6}
# Steps of one task go well or badly together: they share the repository and the difficulty. A prior.
TOGETHER = 0.3
OUTPUT_SHARE = 0.03  # of all tokens; the rest is input, mostly read from cache
CACHED_SHARE = 0.85


class Past(Record):
    """One finished step of this repository's history. `tokens` is None when nobody reported them."""

    agent_name: str
    tokens: int | None
    minutes: float


class Prices(Record):
    date: str
    models: Mapping[str, Mapping[str, float]]
    source: str = ""  # where they were read

    def knows(self, model: str) -> bool:
        return self._family(model) is not None

    def usd(self, model: str, tokens: float) -> float:
        """Price of a step of so many tokens; an unknown model is priced as the dearest known one."""
        family = self._family(model)
        price = self.models[family] if family else max(self.models.values(), key=lambda p: p["output"])
        fresh = 1 - CACHED_SHARE - OUTPUT_SHARE
        mixed = price["input"] * fresh + price["cache_read"] * CACHED_SHARE + price["output"] * OUTPUT_SHARE
        return tokens * mixed / 1_000_000

    def _family(self, model: str) -> str | None:
        """The longest name in the table that stands in the model's: `sonnet-mini` is not `sonnet`."""
        return max((name for name in self.models if name.lower() in model.lower()), key=len, default=None)


def read_prices(top: Path | None = None) -> Prices:
    """The shipped table with the repository's own overrides. Raises UserError naming the file."""
    table = _prices(PRICES, Prices("", {}))
    override = top / OVERRIDE if top else None
    if override is None or not override.is_file():
        return table
    try:
        return _prices(yaml.safe_load(override.read_text("utf-8")) or {}, table)
    except (yaml.YAMLError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{OVERRIDE} does not hold prices as in `models: {{sonnet: {{input: 3, output: 15, cache_read: 0.3}}}}`: {error}"
        ) from error


def _prices(given: dict[str, Any], base: Prices) -> Prices:
    models = {name: dict(prices) for name, prices in base.models.items()}
    for name, prices in (given.get("models") or {}).items():
        models[str(name)] = models.get(str(name), {}) | {
            key: _price(key, value) for key, value in prices.items()
        }
        missing = [key for key in PRICED if key not in models[str(name)]]
        if missing:
            raise ValueError(f"{name} has no price for {', '.join(missing)}")
    return Prices(str(given.get("date", base.date)), models, str(given.get("source", base.source)))


def _price(key: str, value: Any) -> float:
    if key not in PRICED:
        raise ValueError(f"{key!r} is none of {', '.join(PRICED)}")
    price = float(value)
    if not (math.isfinite(price) and price >= 0):
        raise ValueError(f"{key} is {value}, which is no price")
    return price


def forecast(plan: Plan, past: Sequence[Past], prices: Prices) -> Forecast:
    """Per step and for the whole task. The same plan, past and prices give the same figures."""
    fitted = [_step(step, plan.complexity, past, prices) for phase in plan.phases for step in phase.steps]
    steps = [item for item, _, _ in fitted]
    return Forecast(
        tokens=_sum([item.tokens for item in steps]),
        usd=_sum([item.usd for item in steps]),
        minutes=_sum([item.minutes for item in steps]),
        basis=_basis([tokens for _, tokens, _ in fitted], [minutes for _, _, minutes in fitted], prices),
        steps=steps,
    )


def _basis(tokens_own: Sequence[bool], minutes_own: Sequence[bool], prices: Prices) -> str:
    """Where the figures come from, told apart: history often knows the time of a step and not its tokens."""
    told = [
        f"{name}: this repository's past for {sum(own)} of {len(own)} step(s)"
        + ("" if all(own) else ", priors for the rest")
        for name, own in (("tokens", tokens_own), ("minutes", minutes_own))
        if any(own)
    ]
    if len(told) < 2:
        told.append(f"{'the other figures' if told else 'all figures'} from stated priors")
    return "; ".join([*told, f"prices of {prices.date}"])


def _step(
    step: Step, complexity: str, past: Sequence[Past], prices: Prices
) -> tuple[StepForecast, bool, bool]:
    """The forecast of a step, and whether its tokens and its minutes come from history."""
    own = [item for item in past if item.agent_name == step.agent_name]
    tokens, minutes, spread = PRIORS.get(step.agent_name.partition("--")[0], PRIOR)
    size = SIZES[complexity]
    known_tokens = [float(item.tokens) for item in own if item.tokens]
    known_minutes = [item.minutes for item in own if item.minutes > 0]
    token_range = _fitted(known_tokens) or _around(tokens * size, math.exp(Z80 * spread))
    minute_range = _fitted(known_minutes) or _around(minutes * size, math.exp(Z80 * spread))
    usd = Range(
        low=_neat(prices.usd(step.model, token_range.low)),
        likely=_neat(prices.usd(step.model, token_range.likely)),
        high=_neat(prices.usd(step.model, token_range.high)),
    )
    made = StepForecast(step_id=step.step_id, tokens=token_range, usd=usd, minutes=minute_range)
    return made, len(known_tokens) >= ENOUGH, len(known_minutes) >= ENOUGH


def _around(median: float, factor: float) -> Range:
    return Range(low=_neat(median / factor), likely=_neat(median), high=_neat(median * factor))


def _fitted(values: Sequence[float]) -> Range | None:
    """Where the next figure will fall, for a log-normal known by these only; None when they are too few."""
    if len(values) < ENOUGH:
        return None
    logs = [math.log(value) for value in values]
    mean = sum(logs) / len(logs)
    variance = sum((value - mean) ** 2 for value in logs) / (len(logs) - 1)
    spread = max(LEAST_SPREAD, math.sqrt(variance * (1 + 1 / len(logs))))
    return _around(math.exp(mean), math.exp(_t80(len(logs) - 1) * spread))


def _t80(freedom: int) -> float:
    """Student's t for an 80% interval; between the table's rows the wider one, beyond its end the normal's."""
    return Z80 if freedom > 40 else T80[max(row for row in T80 if row <= freedom)]


def _sum(ranges: Sequence[Range]) -> Range:
    """The whole of several log-normals that lean together, as one log-normal with their mean and variance.

    Medians do not add up (the tail of each step lifts the whole), so `likely` is more than their sum.
    Method: L. Fenton, 1960.
    """
    parts = [(item.likely, math.log(item.high / item.likely) / Z80) for item in ranges if item.likely > 0]
    if not parts:
        return Range(low=0, likely=0, high=0)
    means = [median * math.exp(spread**2 / 2) for median, spread in parts]
    deviations = [
        mean * math.sqrt(math.expm1(spread**2)) for mean, (_, spread) in zip(means, parts, strict=True)
    ]
    alone = sum(deviation**2 for deviation in deviations)
    variance = (1 - TOGETHER) * alone + TOGETHER * sum(deviations) ** 2
    ratio = 1 + variance / sum(means) ** 2
    return _around(sum(means) / math.sqrt(ratio), math.exp(Z80 * math.sqrt(math.log(ratio))))


def _neat(value: float) -> float:
    """Three significant digits: more would claim to know."""
    return float(f"{value:.3g}")
