"""What one run of a gate says, told from its exit code and output."""

from __future__ import annotations

import pytest

from agent_baton.planner.gatefind import judge_trial

CASES: list[tuple[str, int | None, str]] = [
    ("green", 0, "== 3 passed in 0.1s =="),
    ("green", 0, "ok  \texample.com/x\t0.01s\n?   \texample.com/y\t[no test files]"),
    ("green", 0, "Tests run: 0, Failures: 0\nTests run: 12, Failures: 0"),
    ("green", 0, "All checks passed!"),
    ("red", 1, "== 1 failed, 2 passed in 0.1s =="),
    ("red", 1, "FAILED tests/test_a.py::test_a - ModuleNotFoundError: No module named 'x'\n=== 1 failed, 9 passed in 1s ==="),
    ("red", 1, "--- FAIL: TestX (0.00s)\nFAIL\texample.com/x"),
    ("red", 101, "test result: FAILED. 3 passed; 1 failed"),
    ("red", 2, "make: *** [Makefile:3: test] Error 1"),
    ("red", None, "killed"),
    ("red", 1, "error[E0308]: mismatched types"),
    ("missing-tool", 127, "/bin/sh: 1: pytest: not found"),
    ("missing-tool", 126, "permission denied"),
    ("missing-tool", 1, "/usr/bin/python: No module named pytest"),
    ("missing-tool", 2, "sh: 1: mocha: not found\nnpm ERR! code ELIFECYCLE"),
    ("missing-tool", 1, "Error: Cannot find module 'jest'"),
    ("missing-tool", 2, "make: ruff: No such file or directory\nmake: *** [Makefile:2: lint] Error 127"),
    ("missing-tool", 1, "bundler: command not found: rspec"),
    ("missing-tool", 1, "Could not find rake-13.0 in any of the sources"),
    ("missing-tool", 2, "ImportError while importing test module\nE   ModuleNotFoundError: No module named 'flask'\n== 4 errors in 0.3s =="),
    ("missing-tool", 2, "Can't locate Test/Deep.pm in @INC"),
    ("missing-tool", 1, "Could not open input file: vendor/bin/phpunit"),
    ("missing-tool", 4, "ERROR: usage: pytest [options]\npytest: error: unrecognized arguments: --asyncio-mode"),
    ("no-tests", 5, "== no tests ran in 0.01s =="),
    ("no-tests", 0, "Ran 0 tests in 0.000s\n\nOK"),
    ("no-tests", 1, 'Error: no test specified'),
    ("no-tests", 1, "No tests found, exiting with code 1"),
    ("no-tests", 0, "# tests 0\n# pass 0"),
    ("no-tests", 0, "0 examples, 0 failures"),
    ("no-tests", 8, "No tests were found!!!"),
]  # fmt: skip


@pytest.mark.parametrize(("verdict", "exit_code", "output"), CASES)
def test_verdicts(verdict: str, exit_code: int | None, output: str) -> None:
    """Tests that ran and failed are red; a suite that could not start is missing a tool; nothing run is no tests."""
    assert judge_trial(exit_code, output, timed_out=False) == verdict


def test_a_timeout_says_so() -> None:
    """Whatever was printed, a gate that was ended for its time has timed out."""
    assert judge_trial(None, "3 passed", timed_out=True) == "timed-out"


def test_long_output_is_judged_by_its_end() -> None:
    """Megabytes of output cost a bounded look."""
    assert (
        judge_trial(1, "No module named x\n" * 100_000 + "=== 1 failed in 3s ===", timed_out=False) == "red"
    )
