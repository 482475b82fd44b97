"""Tell a test run from a run that found nothing to test: exit code 0 without tests proves nothing. Pure."""

from __future__ import annotations

import re

# Whole lines in which a runner says that it found nothing to run.
_NONE = (
    r".*\bcollected 0 items(?: / \d+ (?:deselected|skipped))?.*",  # pytest
    r".*\bno tests ran\b.*",
    r"(?:=+ )?(?:\d+ (?:skipped|deselected|warnings?)(?:, )?)+ in [\d.]+.*",  # nothing but skips
    r"Ran 0 tests in .*",  # unittest
    r"NO TESTS RAN.*",
    r"Ran (?P<ran>\d+) tests? in .*\n+OK \(skipped=(?P=ran)\)",
    r".*\bNo tests? (?:found|files? found|executed|specified|were found|is available|matches).*",
    r".*\bno test specified\b.*",  # npm's own placeholder
    r"\? +\t?\S+\s+\[no test files\]",  # go
    r".*\[no tests to run\]",
    r"testing: warning: no tests to run",
    r".*\bno test files\b.*",
    r"running 0 tests",  # cargo
    r"test result: ok\. 0 passed; 0 failed.*",
    r" *error: no tests to run.*",  # nextest
    r".*\bStarting 0 tests\b.*",
    r" *0 passing\b.*",  # mocha
    r"(?:#|ℹ) tests 0",  # node:test
    r"1\.\.0\b.*",  # TAP
    r"Tests: +0 total",  # jest
    r".*\bTests run: 0,.*",  # maven
    r"> Task \S*:test NO-SOURCE",  # gradle
    r".*\b0 examples, 0 failures.*",  # rspec
    r".*\b0 (?:runs|tests), 0 assertions.*",  # minitest
    r"There are no tests to run",  # mix
    r"0 tests, 0 failures.*",
    r".*\bExecuted 0 tests\b.*",  # XCTest
    r".*\bRunning 0 tests from\b.*",  # gtest
    r"Total tests: 0\b.*",  # dotnet
)
# Where a runner says that it ran something.
_SOME = (
    r"\b[1-9]\d* (?:passed|failed|passing|failing|errors? in|xfailed|xpassed)\b",
    r"\bRan [1-9]\d* tests?\b",
    r"^ok\s+\S+\s+(?:[\d.]+s|\(cached\))",
    r"^ *--- (?:PASS|FAIL): ",
    r"^ *(?:not )?ok \d+",
    r"^(?:#|ℹ) (?:pass|fail) [1-9]",
    r"\bTests run: [1-9]",
    r"\bOK \([1-9]\d* tests?",
    r"\b[1-9]\d* (?:examples?|tests?|runs), \d+",
    r"\bPassed! +-",
    r"\bout of [1-9]\d*$",
    r"\bExecuted [1-9]\d* tests?\b",
    r"^FAIL\s+\S+\s+[\d.]+s",
    r"\bRunning [1-9]\d* tests? from\b",
    r"\b\d+ passed; [1-9]\d* failed",
    r"^> Task \S*:test(?: FAILED)?$",
    r"^ *Tests:? +.*[1-9]\d* (?:passed|failed|total)",
)
_NONE_LINE = re.compile(rf"^(?:{'|'.join(_NONE)})[ \t]*$", re.MULTILINE)
_SOME_LINE = re.compile("|".join(_SOME), re.MULTILINE)


def no_tests_ran(output: str) -> bool:
    """Whether a test runner says it found nothing to run, and none says it ran something."""
    rest, found = _NONE_LINE.subn("", output)
    return found > 0 and not _SOME_LINE.search(rest)
