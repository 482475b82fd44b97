"""Test names are read from outputs recorded from the real runners (`outputs/`), and from lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.gates.failures import Comparison, compare, failures
from agent_baton.gates.notests import no_tests_ran
from agent_baton.gates.run import clean

OUTPUTS = Path(__file__).parent / "outputs"
PYTEST = (
    "test_calc.py::TestC::test_in_class",
    "test_calc.py::test_adds",
    "test_calc.py::test_fixture",
    "test_calc.py::test_p[a b]",
    "test_calc.py::test_p[c - d]",
    "test_calc.py::test_p[x2]",
    "test_import.py",
)
RECORDED = {
    "pytest": ("test_calc.py::T::test_sub (i=0)", "test_calc.py::T::test_sub (i=1)", *PYTEST),
    "pytest-verbose": ("test_calc.py::T::test_sub (i=0)", "test_calc.py::T::test_sub (i=1)", *PYTEST),
    "pytest-xdist": ("test_calc.py::T::test_sub (i='0')", "test_calc.py::T::test_sub (i='1')", *PYTEST),
    "unittest": (
        "ut.S.setUpClass",
        "ut.T.test_adds",
        "ut.T.test_boom",
        "ut.T.test_sub (i=0)",
        "ut.T.test_sub (i=1)",
    ),
    "jest": ("calc › adds", "calc › neg › boom", "jest/a.test.js", "top level"),
    "vitest": (
        "vit/a.test.js > calc > adds",
        "vit/a.test.js > calc > neg > boom",
        "vit/a.test.js > top level",
    ),
    "mocha": ("calc adds", "calc neg boom", "top level"),
    "node-spec": ("adds", "boom", "calc", "neg", "top level"),
    "node-tap": ("adds", "boom", "calc", "neg", "top level"),
    "go": (
        "example.com/calc/pkg TestAdd",
        "example.com/calc/pkg TestTable",
        "example.com/calc/pkg TestTable/two_words",
        "example.com/calc/pkg/sub TestPanic",
    ),
    "go-verbose": (
        "example.com/calc/pkg TestAdd",
        "example.com/calc/pkg TestTable",
        "example.com/calc/pkg TestTable/two_words",
    ),
    "go-build": ("example.com/calc/pkg (package)", "example.com/calc/pkg/sub TestPanic"),
    "cargo": ("src/lib.rs - add", "tests::adds", "tests::neg::boom"),
    "rspec": ("./spec/calc_spec.rb Calc adds", "./spec/calc_spec.rb Calc when negative raises"),
    "minitest": ("TestCalc#test_add", "TestCalc#test_boom"),
    "phpunit": (
        "App\\Tests\\CalcTest::testAdd",
        "App\\Tests\\CalcTest::testBoom",
        'App\\Tests\\CalcTest::testRows with data set "named"',
        "App\\Tests\\CalcTest::testRows with data set #1",
    ),
    "mix": ("CalcTest test adds", "CalcTest test neg boom"),
    "ctest": ("bad.one", "gone", "slow"),
}
# Runners that could not be run when this was written: lines as their documentation shows them.
WRITTEN = {
    "surefire 3": (
        "[ERROR] x.CalcTest.adds -- Time elapsed: 0.004 s <<< FAILURE!\nAssertionError: 3",
        ("x.CalcTest.adds",),
    ),
    "surefire 2": (
        "Tests run: 3, Failures: 1 <<< FAILURE! - in x.T\nadds(x.T)  Time elapsed: 0.01 sec  <<< FAILURE!",
        ("x.T adds",),
    ),
    "gradle": ("x.CalcTest > adds() FAILED\n    Error at CalcTest.java:7", ("x.CalcTest > adds()",)),
    "dotnet": ("  Failed Calc.Tests.Adds(a: 1) [12 ms]\n  Error Message:", ("Calc.Tests.Adds(a: 1)",)),
    "xunit": ("[xUnit.net 00:00:00.51]     Calc.Tests.Adds [FAIL]", ("Calc.Tests.Adds",)),
    "nextest": ("        FAIL [   0.005s] calc tests::adds", ("calc tests::adds",)),
    "gtest": ("[  FAILED  ] Calc.Adds (0 ms)\n[  FAILED  ] Calc.Adds\n\n 1 FAILED TEST", ("Calc.Adds",)),
    "xctest": ("Test Case '-[CalcTests.T adds]' failed (0.01 seconds).", ("-[CalcTests.T adds]",)),
    "bun": ("(fail) calc > adds [0.12ms]", ("calc > adds",)),
    "deno": ("adds ... FAILED (4ms)", ("adds",)),
    "playwright": ("  1) [chromium] › a.spec.ts:3:5 › logs in ─────", ("[chromium] › a.spec.ts › logs in",)),
    "pest": ("   FAILED  Tests\\Feature > logs in      AssertionError", ("Tests\\Feature > logs in",)),
    "jest, not loading": ("FAIL src/a.test.ts\n  ● Test suite failed to run\n", ("src/a.test.ts",)),
    "vitest, not loading": (" FAIL  src/a.test.ts\nError: Cannot find module './b'", ("src/a.test.ts",)),
}  # fmt: skip


def output(name: str) -> str:
    return clean((OUTPUTS / f"{name}.txt").read_text())


@pytest.mark.parametrize("runner", RECORDED)
def test_every_failing_test_of_a_real_run_is_named_once_and_nothing_else(runner: str) -> None:
    """What a runner printed for a known suite gives exactly that suite's failing tests."""
    assert failures(output(runner)) == RECORDED[runner]


@pytest.mark.parametrize("runner", WRITTEN)
def test_failing_tests_of_runners_known_by_their_lines(runner: str) -> None:
    """Lines of runners that were not at hand give the names too."""
    text, names = WRITTEN[runner]
    assert failures(text) == names


@pytest.mark.parametrize("name", sorted(p.stem for p in OUTPUTS.glob("*.txt")))
def test_a_run_without_tests_is_told_from_one_with_tests(name: str) -> None:
    """Every recorded empty, deselected or wholly skipped run is seen as such; no other run is."""
    hollow = name.rpartition("-")[2] in ("empty", "deselected", "skipped", "matching")
    assert no_tests_ran(output(name)) is hollow


@pytest.mark.parametrize(
    "text",
    [
        "running 0 tests\ntest result: ok. 0 passed; 0 failed\ntest result: ok. 2 passed; 0 failed\n",
        "?   \tx/a\t[no test files]\nok  \tx/b\t0.01s\n",
        "[INFO] Tests run: 0, Failures: 0\n[INFO] Tests run: 12, Failures: 0\n",
        "All checks passed!\n",
        "",
    ],
)
def test_one_part_without_tests_does_not_make_the_whole_run_hollow(text: str) -> None:
    """An empty doc-test run, package or module beside others with tests is no fault."""
    assert not no_tests_ran(text)


def test_output_of_a_linter_names_no_tests() -> None:
    """Errors that are not tests are not mistaken for tests."""
    assert failures("src/a.py:3:1: F401 unused import\nFound 1 error.\nerror: build FAILED\n") == ()


def test_a_hostile_output_is_read_in_bounded_time() -> None:
    """Giant lines and half-matching prefixes are cut, not searched to death."""
    bait = ["FAILED a.py::t[" + "[" * 500_000, "  1) " + "x › " * 200_000, "rspec " + "a.rb:" * 100_000]
    assert isinstance(failures("\n".join([*bait, "FAIL " * 200_000])), tuple)
    assert not no_tests_ran("\n".join(bait))


def test_comparison_tells_new_known_and_fixed() -> None:
    """A test failing before and now is known, only now a regression, only before fixed."""
    assert compare(["a", "b"], ["b", "c"]) == Comparison(regressions=("c",), known=("b",), fixed=("a",))
