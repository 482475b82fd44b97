"""One breaker an account."""

from __future__ import annotations

from agent_baton.app.run.breaker import BASE_S, CAP_S, Breaker


def test_it_waits_twice_as_long_each_time_up_to_a_cap() -> None:
    breaker = Breaker(lambda: 1.0)
    waits, now = [], 0.0
    for _ in range(9):
        until = breaker.trouble(now)
        waits.append(until - now)
        now = until
    assert waits[:3] == [BASE_S, 2 * BASE_S, 4 * BASE_S]
    assert waits[-1] == CAP_S


def test_chance_takes_off_up_to_half() -> None:
    """So that many drivers do not come back at the same moment."""
    assert Breaker(lambda: 0.0).trouble(0.0) == BASE_S / 2


def test_agents_that_fail_together_count_as_one_trouble() -> None:
    breaker = Breaker(lambda: 1.0)
    for _ in range(8):
        breaker.trouble(0.0)
    assert breaker.troubles == 1


def test_open_lets_nobody_through_then_one_to_see() -> None:
    breaker = Breaker(lambda: 1.0)
    until = breaker.trouble(0.0)
    assert breaker.places(until - 1, 8) == 0
    assert breaker.places(until, 8) == 1
    breaker.started()
    assert breaker.places(until, 8) == 0
    breaker.fine()
    assert breaker.places(until, 8) == 8


def test_a_look_that_told_nothing_is_followed_by_another() -> None:
    """An agent that ended for a reason of its own has not shown that all is well, nor that it is not."""
    breaker = Breaker(lambda: 1.0)
    until = breaker.trouble(0.0)
    breaker.started()
    breaker.looked()
    assert breaker.places(until, 8) == 1


def test_what_the_vendor_says_goes_first() -> None:
    assert Breaker(lambda: 1.0).trouble(0.0, 900.0) == 900.0


def test_it_knows_for_how_long_nobody_was_served() -> None:
    breaker = Breaker(lambda: 1.0)
    breaker.trouble(10.0)
    breaker.trouble(70.0)
    assert breaker.failing_s(100.0) == 90.0
    breaker.fine()
    assert breaker.failing_s(100.0) == 0.0
