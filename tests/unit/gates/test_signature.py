"""The fingerprint of a failure."""

from __future__ import annotations

import pytest

from agent_baton.gates.signature import signature

FAILED = """\
============================= test session starts ==============================
rootdir: /home/ann/worktrees/one
Using --randomly-seed=1234
collected 2 items
tests/test_a.py F.                                                       [100%]
>       assert total(3) == 4
E       assert 3 == 4
E        +  where 3 = total(<calc.Cart object at 0x7f01a2b3c4d5>)
tests/test_a.py:12: AssertionError
2024-05-01 10:11:12,345 worker-3 pid=771 started on 127.0.0.1:43210
=========================== short test summary info ============================
FAILED tests/test_a.py::test_total - assert 3 == 4
FAILED tests/test_a.py::test_other - OSError: /tmp/pytest-of-ann/pytest-3/x
========================= 2 failed, 1 passed in 0.12s ==========================
"""
SAME = [
    ("/home/ann/worktrees/one", "/srv/build/7"),
    ("1234", "99"),
    ("0x7f01a2b3c4d5", "0x7fffffffffff"),
    ("tests/test_a.py:12:", "tests/test_a.py:15:"),
    ("2024-05-01 10:11:12,345 worker-3 pid=771", "2025-01-31 23:59:01,001 worker-1 pid=12"),
    ("127.0.0.1:43210", "127.0.0.1:5"),
    ("pytest-of-ann/pytest-3/x", "pytest-of-bob/pytest-44/y"),
    ("0.12s ==========================", "111.05s ======================="),
    ("F.    ", ".F    "),
]
OTHER = [
    ("assert 3 == 4", "assert 5 == 4"),
    ("test_other", "test_another"),
    ("OSError", "ValueError"),
]


@pytest.mark.parametrize(("was", "now"), SAME)
def test_what_differs_between_runs_does_not_count(was: str, now: str) -> None:
    """Paths, line numbers, addresses, times, ids, ports, seeds and durations leave it as it is."""
    assert was in FAILED
    assert signature(FAILED.replace(was, now)) == signature(FAILED)


@pytest.mark.parametrize(("was", "now"), OTHER)
def test_another_failure_has_another_fingerprint(was: str, now: str) -> None:
    """A different value, test or exception is a different failure: the repair made a difference."""
    assert was in FAILED
    assert signature(FAILED.replace(was, now)) != signature(FAILED)


def test_order_does_not_count() -> None:
    """The same lines in another order, as parallel runners print them, are the same failure."""
    assert signature("\n".join(reversed(FAILED.splitlines()))) == signature(FAILED)


def test_output_without_test_names_is_fingerprinted_whole() -> None:
    """A linter's or compiler's findings count line by line."""
    assert signature("a.py:3:1: F401 unused x") == signature("a.py:9:1: F401 unused x")
    assert signature("a.py:3:1: F401 unused x") != signature("a.py:3:1: F401 unused y")


def test_noise_beside_a_named_failure_does_not_count() -> None:
    """Log lines around failing tests change from run to run; they say nothing about the failure."""
    assert signature(FAILED + "Downloading wheels 7af3 of q\n") == signature(FAILED)


def test_a_fingerprint_is_short_and_stable() -> None:
    """16 hex digits, and the same in every release: journals keep them."""
    assert signature("x: error: boom") == signature("x: error: boom")
    assert len(signature("")) == 16
    assert int(signature(FAILED), 16) >= 0


def test_a_hostile_output_is_fingerprinted_in_bounded_time() -> None:
    """Giant lines are cut (the suite's timeout would tell)."""
    assert signature("/a" * 500_000 + "\n" + "1." * 500_000 + "\n" + "0123456789abcdef" * 60_000)
