"""Amounts as people read them. What is only partly known says so: `~` has estimates in it, `+3?` leaves out three attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_baton.engine.brief import counted
from agent_baton.trace.measures import Measures

if TYPE_CHECKING:
    from agent_baton.trace.board import Driving


def duration(seconds: float) -> str:
    """42s, 5m 07s, 2h 03m, 3d 04h."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3_600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86_400:
        return f"{whole // 3_600}h {whole % 3_600 // 60:02d}m"
    return f"{whole // 86_400}d {whole % 86_400 // 3_600:02d}h"


def count(value: float) -> str:
    """950, 12.3k, 4.56M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.0f}"


def dollars(value: float) -> str:
    return f"${value:,.2f}" if value >= 0.1 or value == 0 else f"${value:.4f}"


def whole_dollars(value: float) -> str:
    """Without cents from a thousand on."""
    return f"${value:,.0f}" if value >= 1_000 else dollars(value)


def figure(name: str, value: float) -> str:
    """A figure of a forecast: tokens, usd or minutes."""
    if name == "usd":
        return dollars(value)
    return count(value) if name == "tokens" else f"{value:,.3g} min" if value < 1_000 else f"{value:,.0f} min"


def many(value: int) -> str:
    """As it is up to four digits, then 12.3k."""
    return str(value) if value < 10_000 else count(value)


def tokens(counts: Measures, brief: bool = False) -> str:
    """Known tokens of some attempts, with what is estimated and what is missing marked; `brief` leaves out how many miss."""
    if counts.tokens is None:
        return "unknown" if counts.attempts else "–"
    return _marked(count(counts.tokens), counts.tokens_estimated, counts.tokens_unknown, brief)


def usd(counts: Measures, brief: bool = False) -> str:
    if counts.usd is None:
        return "unknown" if counts.attempts else "–"
    return _marked(
        (whole_dollars if brief else dollars)(counts.usd), counts.usd_estimated, counts.usd_unknown, brief
    )


def _marked(text: str, estimated: float, unknown: int, brief: bool) -> str:
    missing = f" +{'' if brief else f'{unknown:,}'}?" if unknown else ""
    return f"{'~' if estimated else ''}{text}{missing}"


def rework_cost(counts: Measures) -> str:
    """What doing things again is known to have cost: nothing is only said to be nothing where every price is known."""
    if counts.rework_usd or not counts.usd_unknown:
        return f"known cost {dollars(counts.rework_usd)}"
    return "cost unknown"


def cost_sentence(counts: Measures) -> str:
    """Measured, estimated and unknown, kept apart."""
    if not counts.attempts:
        return "nothing spent yet"
    parts = []
    if counts.usd_measured or counts.tokens_measured:
        parts.append(f"{dollars(counts.usd_measured)}, {count(counts.tokens_measured)} tokens measured")
    if counts.usd_estimated or counts.tokens_estimated:
        parts.append(f"{dollars(counts.usd_estimated)}, {count(counts.tokens_estimated)} tokens estimated")
    for name, unknown in (("price", counts.usd_unknown), ("tokens", counts.tokens_unknown)):
        if unknown:
            parts.append(f"{name} of {unknown:,} of {counts.attempts:,} attempts unknown")
    return "; ".join(parts)


def driving_sentence(driving: Driving) -> str:
    """What the driving sessions used themselves; a price is the list's, so it is an estimate."""
    unpriced = f", {counted(driving.unpriced, 'charge')} without a known price" if driving.unpriced else ""
    return f"{count(driving.tokens)} tokens measured, {dollars(driving.usd)} at list prices{unpriced}; not part of the cost above"
