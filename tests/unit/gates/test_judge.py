"""Red and green."""

from __future__ import annotations

import dataclasses

import pytest

from agent_baton.errors import UserError
from agent_baton.gates.baseline import flaky, take, weigh
from agent_baton.gates.judge import Verdict, check_patterns, judge
from agent_baton.gates.run import GateRun

GREEN = GateRun("make test", 0, 1.0, "2 passed in 0.1s\n", 20, timed_out=False, killed_children=0)
RED = dataclasses.replace(GREEN, exit_code=1, output="FAILED t.py::a - x\nFAILED t.py::b\n2 failed in 0.1s\n")


def run(**changes: object) -> GateRun:
    return dataclasses.replace(GREEN, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gate_run", "kind", "words"),
    [
        (RED, "exit", "exit code 1: 2 failing tests: t.py::a, t.py::b"),
        (run(exit_code=2, output="boom"), "exit", "exit code 2"),
        (run(timed_out=True, exit_code=0, duration_s=900.4), "timeout", "killed after 900 s"),
        (run(stopped=True, exit_code=0), "stopped", "stopped before it could end"),
        (run(signal=11, exit_code=None), "signal", "SIGSEGV"),
        (run(signal=9, exit_code=None), "signal", "ran out of memory"),
        (run(signal=77, exit_code=None), "signal", "signal 77"),
        (run(exit_code=None), "signal", "not known"),
        (run(exit_code=127, output="sh: 1: pytset: not found"), "not-found", "pytset: not found"),
        (run(exit_code=5, output="=== no tests ran in 0.1s ==="), "no-tests", "no tests ran (exit code 5)"),
        (run(output="collected 0 items\n"), "no-tests", "no tests ran (exit code 0)"),
    ],
)
def test_whatever_is_not_a_clean_end_with_tests_is_red(gate_run: GateRun, kind: str, words: str) -> None:
    """Each way not to pass has its own kind, its reason and a fingerprint."""
    verdict = judge(gate_run)
    assert not verdict.ok
    assert verdict.kind == kind
    assert words in verdict.reason
    assert len(verdict.signature) == 16


def test_a_clean_end_is_green() -> None:
    """Exit code 0 with tests run is a pass, and has no fingerprint."""
    assert judge(GREEN) == Verdict(True, "exit code 0", "", "passed")


def test_green_says_what_was_left_running() -> None:
    """Processes that had to be ended are mentioned: somebody should know their tests leak."""
    assert judge(run(killed_children=2)).reason == "exit code 0; 2 processes it left running had to be ended"
    assert judge(run(killed_children=1)).reason.startswith("exit code 0; 1 process it left")


def test_a_fail_on_match_is_red_in_spite_of_exit_0() -> None:
    """The expression and the line it was found in are the reason."""
    verdict = judge(run(output="ok\n  warning: 3 deprecations\n2 passed\n"), [r"error", r"^\s*warning: \d+"])
    assert (verdict.ok, verdict.kind) == (False, "fail-on")
    assert verdict.reason == r"fail_on '^\\s*warning: \\d+' matches: warning: 3 deprecations"
    assert judge(GREEN, ["error"]).ok


def test_a_fail_on_that_backtracks_for_ever_is_red_not_a_hang() -> None:
    """An expression that cannot be searched for in time ends the search, not the driver."""
    verdict = judge(run(output="a" * 60 + "!"), [r"^(a|aa)+$"])
    assert verdict.kind == "fail-on"
    assert "could not be searched" in verdict.reason


def test_a_fail_on_that_is_no_expression_is_the_users_error() -> None:
    """Both the plan check and the judge name the expression and what is wrong with it."""
    with pytest.raises(UserError, match=r"'\(oops' is not a regular expression: missing \)"):
        check_patterns(["fine", "(oops"])
    with pytest.raises(UserError, match="oops"):
        judge(GREEN, ["(oops"])


def test_green_admits_that_part_of_the_output_was_not_searched() -> None:
    """A fail_on that was not found in a cut output is not proved absent."""
    cut = run(output="a\n\n[… 77 bytes cut …]\n2 passed\n")
    assert "was not looked for in the part" in judge(cut, ["error"]).reason
    assert judge(cut).reason == "exit code 0"


def test_changed_tracked_files_are_red_and_the_way_back_is_shown() -> None:
    """A gate may only read; paths are quoted as a shell needs them."""
    verdict = judge(GREEN, (), ["api/a.py", "b c.py"])
    assert verdict.kind == "changed-files"
    assert verdict.reason == (
        "it changed 2 tracked files (api/a.py, b c.py); a gate may only read; "
        "restore with: git checkout -- api/a.py 'b c.py'"
    )


def test_every_fault_is_told_the_first_gives_the_kind() -> None:
    """A red exit that also changed files says both."""
    verdict = judge(RED, ["FAILED"], ["a.py"])
    assert verdict.kind == "exit"
    assert verdict.reason.count("; ") == 4  # one of them within the last fault


def test_the_same_output_ended_differently_is_another_failure() -> None:
    """A timeout and an exit code with the same output do not share a fingerprint."""
    assert judge(RED).signature != judge(dataclasses.replace(RED, timed_out=True)).signature


# --- against the baseline


def renamed(gate_run: GateRun, *names: str) -> GateRun:
    return dataclasses.replace(gate_run, output="".join(f"FAILED {name} - x\n" for name in names))


def weighed(before: GateRun | None, now: GateRun) -> tuple[str, tuple[str, ...], bool]:
    baseline = take(before, judge(before)) if before else None
    standing = weigh(baseline, now, judge(now))
    return standing.kind, standing.regressions, standing.ok


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (GREEN, GREEN, ("green", (), True)),
        (None, GREEN, ("green", (), True)),
        (RED, GREEN, ("fixed", (), True)),
        (None, RED, ("no-baseline", (), False)),
        (GREEN, RED, ("regression", ("t.py::a", "t.py::b"), False)),
        (RED, RED, ("known-red", (), True)),
        (RED, renamed(RED, "t.py::a"), ("known-red", (), True)),
        (RED, renamed(RED, "t.py::a", "t.py::new"), ("regression", ("t.py::new",), False)),
        (run(exit_code=2, output="x: boom"), run(exit_code=2, output="x: boom"), ("known-red", (), True)),
        (run(exit_code=2, output="x: boom"), run(exit_code=2, output="y: boom"), ("regression", (), False)),
        (run(exit_code=2, output="x: boom"), RED, ("regression", ("t.py::a", "t.py::b"), False)),
        (RED, dataclasses.replace(RED, timed_out=True, output=""), ("regression", (), False)),
    ],
)
def test_a_red_gate_is_a_regression_or_was_red_before(
    before: GateRun | None, now: GateRun, expected: tuple[str, tuple[str, ...], bool]
) -> None:
    """Tests by name where they are named, else the whole failure by its fingerprint."""
    assert weighed(before, now) == expected


def test_disagreeing_runs_of_one_tree_are_flaky() -> None:
    """Green and red, or two different reds, on the same tree."""
    assert not flaky([judge(RED), judge(RED)])
    assert flaky([judge(RED), judge(GREEN)])
    assert flaky([judge(RED), judge(renamed(RED, "t.py::c"))])
