"""Names of failing tests, as the test runners of the common languages print them. Pure, and linear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LINE_LIMIT = 2_000  # of a longer line only so much is looked at: no test's name is longer
NAME_LIMIT = 400

_PYTEST_ID = r"(?P<name>[^\s:]+\.py(?:::[^\[]*?(?:\[.*?\])?)?)"
# A line of each runner. `name` is the test; `place`, what it belongs to, is put in front, `sub` behind.
_LINES: Mapping[str, str] = {
    "pytest": rf"(?:SUB)?(?:FAILED|ERROR)(?P<sub>[(\[].*?[)\]])? {_PYTEST_ID}(?: - .*)?",
    "pytest -v": r"(?P<name>[^\s:]+\.py::\S.*?) (?:FAILED|ERROR)(?: +\[ *\d+%\])?",
    "pytest-xdist": r"\[gw\d+\] \[ *\d+%\] (?:FAILED|ERROR) (?P<name>[^\s:]+\.py::.*)",
    "jest": r"  ● (?!Console$|Test suite failed|.*Warning:?$)(?P<name>\S.*)",
    "jest, vitest": r" ?FAIL +(?:\|?[\w-]+\|? +)?(?P<name>[^\s:>]+\.[cm]?[jt]sx?(?: > .*\S)?)",
    "tap": r" *not ok \d+ (?:- )?(?P<name>(?!.*# (?:SKIP|TODO)\b)\S.*)",
    "node:test": r" *✖ (?!failing tests:)(?P<name>\S.*?) \([\d.]+ ?ms\)",
    "playwright": r" +\d+\) (?P<name>(?:\[[^\]]+\] › )?\S+\.[cm]?[jt]sx?:\d+:\d+ › .*?)[ ─]*",
    "bun": r"\(fail\) (?P<name>\S.*?)(?: \[[\d.]+ ?m?s\])?",
    "deno": r"(?P<name>\S.*?) \.\.\. FAILED \([^)]*\)",
    "cargo": r"test (?P<name>\S.*?) \.\.\. FAILED",
    "nextest": r" +(?:FAIL|SIG\w+|TIMEOUT) \[ *[\d.]+s\](?: \([^)]*\))? (?P<place>\S+) (?P<name>\S+)",
    "surefire": r"\[ERROR\] +(?P<name>[\w.$]+\.[\w$]+(?:\S*)?) .*<<< (?:FAILURE|ERROR)!",
    "surefire, older": r"(?:\[ERROR\] +)?(?P<name>\w+\S*)\((?P<place>[\w.$]+)\) .*<<< (?:FAILURE|ERROR)!",
    "gradle": r"(?P<name>[\w.$]+(?: > .*\S)) FAILED",
    "rspec": r"rspec (?P<place>\S+?\.rb)(?:[:\[][\d:]+\]?)* # (?P<name>.*\S)",
    "minitest": r"(?P<name>[A-Z][\w:]*#test_[^\s:]+)(?::| \[.*| = .*)",
    "phpunit": r"\d+\) (?P<name>[\w\\]+::\w+(?: with data set .*?)?)(?: \(.*)?",
    "pest": r" +FAILED +(?P<name>[\w\\]+ > .*?)(?: {2,}.*)?",
    "mix": r" +\d+\) (?P<name>(?:test|property|doctest) .*\S) \((?P<place>[\w.]+)\)",
    "dotnet": r" +Failed (?P<name>[\w.+`]+\S*.*?) \[[<\d., ]+m?s?.*\]",
    "xunit": r"\[xUnit\.net [\d:.]+\] +(?P<name>\S.*) \[FAIL\]",
    "ctest": r"\s+\d+ - (?P<name>\S+) \((?:Not Run|Subprocess \w+|[A-Z]\w+)\)(?: .*)?",
    "gtest": r"\[  FAILED  \] (?P<name>\w+\.[\w/]+)(?:,? .*)?",
    "xctest": r"Test Case '(?P<name>[^']+)' failed .*",
}
_NAMED = tuple(re.compile(pattern) for pattern in _LINES.values())
_MAY_NAME = re.compile(
    r"FAIL|[Ff]ailed|ERROR|TIMEOUT|SIG|not ok|[●×✗✖›]|\(fail\)|^rspec |#test_|^\s*\d+\)|\((?:Timeout|SEG|Not)"
)
_UNITTEST = re.compile(r"(?:FAIL|ERROR): (?P<test>[\w.<>]+)(?: \((?P<where>[\w.<>]+)\))?(?P<sub> [\[(].*)?")
_GO_TEST = re.compile(r"\s*(?:--- FAIL: |=== FAIL: (?:\S+ )?)(?P<name>\S+)(?: \([\d.]+s\))?")
_GO_PACKAGE = re.compile(r"FAIL\s+(?P<name>[\w./~-]+)(?:\s+(?:[\d.]+s|\[.*\]).*)?")
_MOCHA_START = re.compile(r"  \d+\) (?P<title>\S.*)")
_VOLATILE = re.compile(r"(?<=0x)[0-9a-fA-F]{4,16}| \(line \d+\)$|:\d+:\d+(?= ›)")


def failures(output: str) -> tuple[str, ...]:
    """The failing tests named in the output, sorted, each once. Empty when none is named, as for a linter."""
    lines = [line[:LINE_LIMIT] for line in output.split("\n")]
    named = (*_by_line(lines), *_go(lines), *_mocha(lines))
    return tuple(sorted({_VOLATILE.sub("", name.strip())[:NAME_LIMIT] for name in named}))


def _by_line(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not _MAY_NAME.search(line):
            continue
        unittest = _UNITTEST.fullmatch(line.rstrip())
        if unittest:
            yield _unittest_name(unittest)
            continue
        yield from (_name(found) for found in (p.fullmatch(line.rstrip()) for p in _NAMED) if found)


def _name(found: re.Match[str]) -> str:
    groups = found.groupdict()
    return " ".join(groups[part] for part in ("place", "name", "sub") if groups.get(part))


def _unittest_name(found: re.Match[str]) -> str:
    """`test_x (package.Case)` of older Pythons is the `test_x (package.Case.test_x)` of newer ones."""
    test, where = found["test"], found["where"] or ""
    full = where if not where or where.split(".")[-1] == test else f"{where}.{test}"
    return (full or test) + (found["sub"] or "")


def _go(lines: list[str]) -> Iterator[str]:
    """Go says which package tests belong to only after them."""
    pending: list[str] = []
    for line in lines:
        if "FAIL" not in line:
            continue
        test = _GO_TEST.fullmatch(line.rstrip())
        package = None if test else _GO_PACKAGE.fullmatch(line.rstrip())
        if test:
            pending.append(test["name"])
        elif package and "\t" in line:
            yield from (f"{package['name']} {name}" for name in pending or ["(package)"])
            pending = []
    yield from pending


def _mocha(lines: list[str]) -> Iterator[str]:
    """`1) suite`, then each title deeper than the one before, down to the one that ends with a colon."""
    titles: list[str] = []
    depth = 0
    for line in lines:
        start = _MOCHA_START.fullmatch(line.rstrip())
        indent = len(line) - len(line.lstrip())
        if start:
            titles, depth = [start["title"]], 0
        elif titles and indent >= 5 and indent > depth and not line.lstrip().startswith("Failure/Error"):
            titles, depth = [*titles, line.strip()], indent
        else:
            titles = []
        if titles and titles[-1].endswith(":") and titles[-1] not in ("Failure:", "Error:", "Skipped:"):
            yield " ".join(titles)[:-1]
            titles = []


@dataclass(frozen=True, slots=True)
class Comparison:
    """The failing tests of now against those of a baseline."""

    regressions: tuple[str, ...]
    known: tuple[str, ...]
    fixed: tuple[str, ...]


def compare(baseline_failures: Iterable[str], now_failures: Iterable[str]) -> Comparison:
    """Tell new failures from those that were there before."""
    before, now = set(baseline_failures), set(now_failures)
    return Comparison(tuple(sorted(now - before)), tuple(sorted(now & before)), tuple(sorted(before - now)))
