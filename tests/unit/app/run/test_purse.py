"""Shares of a limit: whatever agents do, all of them together pass it by one call at most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_baton.app.run.purse import Purse, remaining


def test_without_a_limit_there_is_no_share() -> None:
    share = Purse().offer(None, None, 5.0, 4)
    assert share is not None
    assert share.granted is None


def test_an_estimate_is_granted_before_equal_parts() -> None:
    purse = Purse()
    share = purse.offer(10.0, None, 4.0, 8)
    assert share is not None
    assert share.granted == 4.0


def test_the_steps_own_limit_is_the_smaller_one() -> None:
    share = Purse().offer(10.0, 1.0, 4.0, 1)
    assert share is not None
    assert share.granted == 1.0


def test_nothing_is_granted_that_one_call_would_pass() -> None:
    purse = Purse(dearest=2.0)
    assert purse.offer(1.0, None, 0.5, 1) is None


def test_what_is_left_is_the_least_of_all_limits() -> None:
    assert remaining((10.0, 4.0), (None, 100.0), (7.0, 5.0)) == 2.0
    assert remaining((None, 1.0)) is None


@given(
    limit=st.floats(0.5, 20),
    call=st.floats(0.01, 1.0),
    agents=st.integers(1, 12),
    wanted=st.integers(1, 30),
    estimate=st.floats(0, 5),
)
def test_together_they_pass_a_limit_by_one_call_at_most(
    limit: float, call: float, agents: int, wanted: int, estimate: float
) -> None:
    """Agents take turns, each call as dear as the others, restarted while there is something to grant."""
    purse, spent, starts, done = Purse(dearest=call), 0.0, 0, 0
    left = dict.fromkeys(range(agents), wanted)
    used = dict.fromkeys(left, 0.0)
    while starts < 500:
        for name in [name for name in left if str(name) not in purse.shares and left[name]]:
            share = purse.offer(limit - spent, None, estimate, agents)
            if share is not None:
                purse.shares[str(name)], used[name] = share, 0.0
                starts += 1
        if not purse.shares:
            break
        for key in list(purse.shares):
            name = int(key)
            used[name] += call
            left[name] -= 1
            purse.note(key, used[name])
            goes_on = purse.extend(key, limit - spent, None)
            if not goes_on or not left[name]:
                spent += purse.shares.pop(key).used
                done += 1
    assert spent <= limit + call + 1e-9
