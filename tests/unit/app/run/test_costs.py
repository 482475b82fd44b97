"""What nobody measured counts as the most it may have been, and never as nothing."""

from __future__ import annotations

import pytest

from agent_baton.app.run.costs import Cost, Most, Told, cost_of, missing, price_at_most
from agent_baton.planner.forecast import Prices
from agent_baton.runtimes.protocol import Usage

ATTEMPT, CALL = Most(5_000, 4.0), Most(100, 0.5)
PRICES = Prices(
    "2026-11-21",
    {
        "small": {"input": 1.0, "output": 5.0, "cache_read": 0.1},
        "large": {"input": 4.0, "output": 20.0, "cache_read": 0.4},
    },
)


@pytest.mark.parametrize(
    ("told", "exact", "booked"),
    [
        (Told(10, 0.2, 0.2), True, Cost(10, 0.2)),
        (Told(0, 0.0, 0.0), True, Cost(0, 0.0)),
        (Told(0, None, 0.0), False, Cost(None, None, 5_000, 4.0)),
        (Told(0, None, 9.0, 8_000), False, Cost(None, None, 8_000, 9.0)),
        (Told(0, None, 0.1, 80), False, Cost(None, None, 5_000, 4.0)),
        (Told(10, 0.2, 0.2), False, Cost(10, 0.2, 100, 0.5)),
        (Told(10, None, 0.3), True, Cost(10, None, 0, 0.3)),
        (Told(10, None, 0.3), False, Cost(10, None, 100, 0.8)),
        (Told(0, 0.2, 0.2), False, Cost(None, 0.2, 5_000, 0.5)),
    ],
)
def test_what_is_booked(told: Told, exact: bool, booked: Cost) -> None:
    """Measured where it was; one call more for what was cut off; a whole attempt where nothing was told."""
    assert cost_of(told, exact, ATTEMPT, CALL) == booked


def test_a_client_that_counts_its_last_answer_only() -> None:
    """It went on to its end, so all the rest of an attempt may be missing."""
    assert missing(Told(1_000, None, 1.0), ATTEMPT, CALL) == Most(4_000, 3.0)
    assert missing(Told(9_000, 9.0, 9.0), ATTEMPT, CALL) == CALL


def test_each_kind_of_token_has_its_price() -> None:
    """A cache read is not output; what is kept for an hour costs twice the input."""
    million = Usage(1_000_000, 1_000_000, 1_000_000, 1_000_000)
    assert price_at_most(million, {"the-small-one"}, PRICES) == pytest.approx(1 + 0.1 + 2 + 5)


def test_of_several_models_the_dearest_counts() -> None:
    """A subagent may have been another model; a model without a price counts as the dearest there is."""
    million = Usage(1_000_000)
    assert price_at_most(million, {"small", "large"}, PRICES) == pytest.approx(4)
    assert price_at_most(million, {"small", "scripted"}, PRICES) == pytest.approx(4)
    assert price_at_most(million, set(), PRICES) == pytest.approx(4)
