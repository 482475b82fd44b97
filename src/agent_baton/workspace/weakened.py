"""Tests before and after, compared: which are gone, skipped, or prove less. Pure text, no repository."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from agent_baton.workspace.paths import is_test_path
from agent_baton.workspace.testcode import LONGEST_LINE, Test, TestFile, language_of, read_lines
from agent_baton.workspace.testcode_python import read_python

Severity = Literal["high", "medium", "low"]

_ALIKE = 0.6  # share of the words two bodies have in common from which one is the other, renamed
_COMPARED = 200  # words of a body that are compared
_PAIRS = 2_000  # comparisons made before renamed tests are no longer looked for


@dataclass(frozen=True, slots=True)
class TamperFinding:
    """Something that makes tests prove less than before.

    high: they do, whoever did it; medium: it looks so; low: worth knowing.
    """

    path: str
    line: int  # 1-based, in the file as it is now; in the former one if it is gone
    kind: str  # "deleted", "skipped", "weakened", "focused", "settings", "ci", "hook", "special-case", …
    what: str  # one sentence
    severity: Severity

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} [{self.severity}]"


def read_tests(path: str, text: str) -> TestFile:
    """The tests of a file in any language we know; none for other files."""
    if path.endswith((".py", ".pyi")):
        return read_python(path, text)
    language = language_of(path)
    return read_lines(path, text, language) if language else TestFile()


def compare_tests(before: Mapping[str, str], after: Mapping[str, str]) -> list[TamperFinding]:
    """What changed files lost as tests. A path in one mapping only was deleted or added."""
    old = {path: read_tests(path, text) for path, text in before.items()}
    new = {path: read_tests(path, text) for path, text in after.items()}
    pairs, lost, fresh = _paired(_all(old), _all(new))
    found = [finding for pair in pairs for finding in _changes(*pair, _lost_overall(pair[0], old, new))]
    found += _gone(lost, fresh, before, after)
    found += _vacuous(fresh)
    for path, file in new.items():
        found += _whole_file(path, old.get(path, TestFile()), file, after[path])
        found += _broken(path, old.get(path, TestFile()), file)
    return found


def _all(files: Mapping[str, TestFile]) -> list[Test]:
    return [test for file in files.values() for test in file.tests]


# --- which test became which


def _paired(
    old: Sequence[Test], new: Sequence[Test]
) -> tuple[list[tuple[Test, Test]], list[Test], list[Test]]:
    """Pairs of a test and its successor; those without one; those that are new."""
    pairs: list[tuple[Test, Test]] = []
    left, right = list(old), list(new)
    for key in (
        lambda test: (test.path, test.name),
        lambda test: test.name.rpartition(".")[2],  # moved to another class or file
        lambda test: test.words or test.name,  # renamed as it was
    ):
        waiting: dict[object, list[Test]] = {}
        for test in right:
            waiting.setdefault(key(test), []).append(test)
        unpaired = []
        for test in left:
            match = waiting.get(key(test))
            if match:
                pairs.append((test, match.pop(0)))
            else:
                unpaired.append(test)
        taken = {id(after) for _, after in pairs}
        left, right = unpaired, [test for test in right if id(test) not in taken]
    return _renamed(pairs, left, right)


def _renamed(
    pairs: list[tuple[Test, Test]], left: list[Test], right: list[Test]
) -> tuple[list[tuple[Test, Test]], list[Test], list[Test]]:
    """Pair what was renamed and edited at once: bodies alike."""
    if len(left) * len(right) > _PAIRS:
        return pairs, left, right
    unpaired = []
    for test in left:
        best = max(right, key=lambda other: _alike(test, other), default=None)
        if best is not None and _alike(test, best) >= _ALIKE:
            pairs.append((test, best))
            right = [other for other in right if other is not best]
        else:
            unpaired.append(test)
    return pairs, unpaired, right


def _alike(one: Test, other: Test) -> float:
    if not one.words or not other.words:
        return 0.0
    matcher = difflib.SequenceMatcher(None, one.words[:_COMPARED], other.words[:_COMPARED], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


# --- what a test lost


def _changes(old: Test, new: Test, lost_overall: bool) -> Iterator[TamperFinding]:
    name = f"test {new.name!r}"

    def found(kind: str, what: str, severity: Severity) -> TamperFinding:
        return TamperFinding(new.path, new.line, kind, what, severity)

    if not _is_run(new.path) and _is_run(old.path):
        yield found(
            "moved", f"{name} is now in a file that no test runner collects (it was in {old.path})", "high"
        )
    if new.skip != old.skip and new.skip == "always":
        yield found("skipped", f"{name} is skipped now", "high")
        return
    if new.skip and not old.skip:
        yield found("skipped", f"{name} is skipped under a condition now", "medium")
    yield from (
        found("weakened", what, severity) for what, severity in _proves_less(old, new, name, lost_overall)
    )


def _proves_less(old: Test, new: Test, name: str, lost_overall: bool) -> Iterator[tuple[str, Severity]]:
    before, after = len(old.strengths), len(new.strengths)
    if before and not after:
        yield f"{name} asserts nothing any more (it made {_count(before)})", "high"
    elif after < before and new.vacuous > old.vacuous:
        yield f"{name} has {_count(new.vacuous - old.vacuous)} that cannot fail in place of real ones", "high"
    elif after < before and lost_overall:
        yield f"{name} makes {_count(after)}, it made {before}", "medium"
    elif new.vacuous > old.vacuous:
        yield f"{name} has {_count(new.vacuous - old.vacuous)} more that cannot fail", "medium"
    elif after == before and _weaker(old.strengths, new.strengths):
        yield f"{name} compares less exactly than before", "medium"
    if new.cases < old.cases and new.computed == old.computed:
        yield f"{name} runs with {new.cases} sets of parameters, it ran with {old.cases}", "medium"
    widened = [option for option, was, now in _widened(old.tolerances, new.tolerances) if now > was]
    if widened:
        yield f"{name} tolerates more than before ({', '.join(widened)})", "medium"
    if new.broad > old.broad:
        yield f"{name} accepts any error where it expected a certain one", "medium"
    if new.stubbed - old.stubbed:
        yield (
            f"{name} replaces {', '.join(sorted(new.stubbed - old.stubbed))} by a stub and asserts about it",
            "high",
        )


def _weaker(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    return sum(new) < sum(old) and all(now <= was for was, now in zip(old, new, strict=True))


def _widened(
    old: tuple[tuple[str, float], ...], new: tuple[tuple[str, float], ...]
) -> Iterator[tuple[str, float, float]]:
    """Options both sides give equally often, each with its value before and after."""
    for option in dict.fromkeys(name for name, _ in old):
        was, now = ([value for name, value in side if name == option] for side in (old, new))
        if len(was) == len(now):
            yield option, sum(was), sum(now)


def _lost_overall(test: Test, old: Mapping[str, TestFile], new: Mapping[str, TestFile]) -> bool:
    """Whether a test's file asserts less as a whole: what moved to another test or helper is not lost."""
    sums = [
        sum(len(one.strengths) * one.cases for one in side.tests)
        for side in (old.get(test.path, TestFile()), new.get(test.path, TestFile()))
    ]
    return sums[1] < sums[0]


def _count(assertions: int) -> str:
    return "1 assertion" if assertions == 1 else f"{assertions} assertions"


# --- tests that are gone


def _gone(
    lost: Sequence[Test],
    fresh: Sequence[Test],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> Iterator[TamperFinding]:
    by_path: dict[str, list[Test]] = {}
    for test in lost:
        if test.skip != "always":
            by_path.setdefault(test.path, []).append(test)
    for path, tests in by_path.items():
        names = ", ".join(repr(test.name) for test in tests[:3]) + (" and more" if len(tests) > 3 else "")
        size = "1 test" if len(tests) == 1 else f"{len(tests)} tests"
        whole = path not in after
        what = f"the file with {size} was deleted: {names}" if whole else f"{size} deleted: {names}"
        yield TamperFinding(
            path, 1 if whole else tests[0].line, "deleted", what, _how_bad(path, tests, fresh, before, after)
        )


def _how_bad(
    path: str,
    tests: Sequence[Test],
    fresh: Sequence[Test],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> Severity:
    """Deleted tests are bad, unless what they tested went with them or others came in their place."""
    if _subject_gone(path, before, after):
        return "low"
    if _weight(fresh) >= _weight(tests) and any(_near(path, test.path) for test in fresh):
        return "medium"
    return "high"


def _weight(tests: Sequence[Test]) -> int:
    return sum(max(len(test.strengths), 1) * test.cases for test in tests)


def _near(path: str, other: str) -> bool:
    return PurePosixPath(path).parent == PurePosixPath(other).parent


def _subject_gone(path: str, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether the source a test file is named after was deleted too."""
    subject = _subject(path)
    return any(
        gone not in after and not is_test_path(gone) and PurePosixPath(gone).stem.lower() == subject
        for gone in before
    )


def _subject(path: str) -> str:
    stem = PurePosixPath(path).name.partition(".")[0]
    for affix in ("test_", "tests_", "spec_"):
        stem = stem.removeprefix(affix)
    for affix in ("_test", "_tests", "_spec", "Test", "Tests", "Spec", "IT"):
        stem = stem.removesuffix(affix)
    return stem.lower()


def _is_run(path: str) -> bool:
    """Whether a runner looks into a file, going by its name."""
    name = PurePosixPath(path).name
    if name.endswith(".py"):
        return name.startswith("test") or name.endswith(("_test.py", "tests.py"))
    return language_of(path) is not None


# --- files as a whole


def _vacuous(fresh: Sequence[Test]) -> Iterator[TamperFinding]:
    for test in fresh:
        if test.vacuous and not test.strengths:
            yield TamperFinding(
                test.path, test.line, "empty", f"new test {test.name!r} cannot fail", "medium"
            )


def _whole_file(path: str, old: TestFile, new: TestFile, text: str) -> Iterator[TamperFinding]:
    lines = text.splitlines()
    for before, now, kind, what in (
        (old.group_skips, new.group_skips, "skipped", "a whole group of tests is skipped now"),
        (old.focused, new.focused, "focused", "one test is run alone and all others are left out"),
    ):
        if len(now) > len(before) and (kind == "focused" or old.tests):
            line = now[-1]
            yield TamperFinding(path, line, kind, f"{what}: {lines[line - 1].strip()[:80]}", "high")


def _broken(path: str, old: TestFile, new: TestFile) -> Iterator[TamperFinding]:
    """A Python test file that no longer parses runs nothing."""
    if new.broken and old.tests:
        yield TamperFinding(
            path, 1, "broken", "the file cannot be read as Python any more, so its tests cannot run", "high"
        )


def added_lines(before: str, after: str) -> Iterator[tuple[int, str]]:
    """Lines that were not there before, with their numbers. A line moved within the file is not new."""
    left = Counter(line.strip() for line in before.splitlines())
    for number, line in enumerate(after.splitlines(), 1):
        if left[line.strip()] > 0:
            left[line.strip()] -= 1
        elif line.strip():
            yield number, line[:LONGEST_LINE]
