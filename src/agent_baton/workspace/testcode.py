"""What a test file promises: its tests, how much each asserts, which are skipped. Read from text, nothing is run.

Python is parsed; other languages are read line by line, well enough to compare a file with its own former self.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

Skip = Literal["", "sometimes", "always"]

LONGEST_LINE = 2_000  # what stands further right is generated, and would cost more than it says
EXACT, PARTIAL, TRUTHY = 3, 2, 1  # how much an assertion pins down


@dataclass(frozen=True, slots=True)
class Test:
    """One test as written."""

    __test__ = False  # not one of pytest's own

    path: str
    name: str
    line: int  # 1-based
    skip: Skip = ""
    strengths: tuple[int, ...] = ()  # of each assertion that can fail
    vacuous: int = 0  # assertions that cannot fail
    cases: int = 1  # parameter sets, as far as they are written out
    computed: int = 0  # lists of parameters that are not
    tolerances: tuple[tuple[str, float], ...] = ()  # how far off a number may be: (option, value)
    broad: int = 0  # expectations that any error satisfies
    stubbed: frozenset[str] = frozenset()  # names replaced by a stub in the test that asserts about them
    words: tuple[str, ...] = ()  # the body, to recognise it under another name


@dataclass(frozen=True, slots=True)
class TestFile:
    """All tests of a file, and what concerns it as a whole."""

    __test__ = False

    tests: tuple[Test, ...] = ()
    group_skips: tuple[int, ...] = ()  # lines where a group of tests, or the file, is skipped
    focused: tuple[int, ...] = ()  # lines that run one test and leave out all others
    broken: bool = False  # it does not parse


@dataclass(frozen=True, slots=True)
class Language:
    """How tests look in a language. Each pattern is matched against a line without comments."""

    suffixes: str
    declared: str  # a test begins; group 1 or 2 is its name
    asserts: str
    exact: str  # of the asserts, those that compare with a value
    truthy: str = r"(?!)"  # those that only look whether something is there
    vacuous: str = r"(?!)"
    marked: str = (
        ""  # what an annotation above must say for a declaration to be a test; "" when the name does
    )
    skips: str = r"(?!)"  # in an annotation, the declaration or the body
    group_skips: str = r"(?!)"
    focused: str = r"(?!)"
    comment: str = "//"
    skips_in_strings: bool = False  # a test's own name or tags say that it is skipped


_C_LIKE_SKIPS = r"@Disabled\b|@Ignore\b|@Ignored\b|\[Ignore\b|\bSkip\s*=|Assert\.(?:Ignore|Inconclusive)\(|assumeTrue\(\s*false"
LANGUAGES = (
    Language(
        ".js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte",
        declared=r"(?<![\w.])(?:x?it|x?test|fit|ftest|x?specify)(?:\.\w+)*(?:\([^()]*\)|`[^`]*`)?\s*\(\s*(['\"`][^'\"`]*)",
        asserts=r"\bexpect\s*\(|\bassert(?:\.\w+)?\s*\(|\.should\b|\bt\.(?:is|deepEqual|true|throws|equal|same)\(",
        exact=r"\.to(?:Be|Equal|StrictEqual|MatchObject|HaveLength|HaveBeenCalledWith|HaveBeenCalledTimes|Throw\w*|"
        r"MatchSnapshot|MatchInlineSnapshot)\s*\((?!\s*\))|[eE]qual\s*\(|\bt\.is\(|\.eql?\(",
        truthy=r"\.to(?:BeTruthy|BeDefined|BeFalsy|Exist)\s*\(|\.not\.to(?:BeNull|BeUndefined|Throw)\s*\(\s*\)|\.ok\s*\(|"
        r"\.to\.(?:be\.ok|exist)\b|\bassert\s*\(",
        vacuous=r"expect\s*\(\s*(true|false|1|null|(['\"])\w*\2)\s*\)\s*\.(?:toBe|toEqual|toStrictEqual)\s*\(\s*\1\s*\)|"
        r"expect\s*\(\s*true\s*\)\.toBeTruthy|assert(?:\.ok)?\s*\(\s*true\s*\)",
        skips=r"(?<![\w.])(?:xit|xtest|xspecify)\b|\b(?:it|test|specify)(?:\.\w+)*\.(?:skip|todo|failing|fixme|fails)\b|"
        r"\bthis\.skip\(\)|\bt\.skip\(|\bctx\.skip\(|\bpending\(\)",
        group_skips=r"(?<![\w.])(?:xdescribe|xcontext)\b|\b(?:describe|suite|context)(?:\.\w+)*\.(?:skip|todo|fixme)\b",
        focused=r"(?<![\w.])(?:fit|fdescribe|ftest)\s*\(|\b(?:it|test|describe|suite|specify|context)(?:\.\w+)*\.only\b",
    ),
    Language(
        ".go",
        declared=r"^func\s+((?:Test|Fuzz|Example)\w*)\s*\(",
        asserts=r"\bt\.(?:Error|Fatal|Fail)\w*\(|\b(?:assert|require|is|must|check|qt|td)\.\w+\(",
        exact=r"Equal\w*\(|\.Is\(|\.Cmp\(|!=|DeepEqual|cmp\.Diff",
        truthy=r"\.(?:NotNil|NoError|True|NotEmpty)\(",
        vacuous=r"\.True\(\s*t\s*,\s*true\s*[,)]|\.Equal\(\s*t\s*,\s*(\w+)\s*,\s*\1\s*[,)]",
        skips=r"\bt\.Skip(?:f|Now)?\(",
        group_skips=r"^//\s*(?:go:build|\+build)\s+ignore\b",
    ),
    Language(
        ".rs",
        declared=r"^\s*(?:pub\s+)?(?:async\s+)?fn\s+(\w+)",
        marked=r"#\[(?:\w+::)*(?:test|rstest|test_case|proptest|quickcheck)\b",
        asserts=r"\b(?:debug_)?assert(?:_\w+)?!\s*\(|\bpanic!\s*\(|\.unwrap_err\(\)|\bprop_assert\w*!",
        exact=r"assert_(?:eq|ne|matches)!|prop_assert_eq!",
        truthy=r"assert!\s*\(\s*\w+(?:\.\w+\(\))*\.is_(?:ok|some)\(\)",
        vacuous=r"assert!\s*\(\s*true\b|assert_eq!\s*\(\s*(\w+)\s*,\s*\1\s*[,)]",
        skips=r"#\[ignore\b|#\[should_panic\b",
    ),
    Language(
        ".java .kt .kts .scala .groovy .cs .fs .vb",
        declared=r"^\s*(?:[\w<>\[\],.?@]+\s+)*?(?:void|fun|def|Task|async Task|[A-Z]\w*)\s+(`[^`]+|\w+)\s*\(",
        marked=r"@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase)\b",
        asserts=r"\b(?:Assert(?:ions|j)?\.)?(?:assert\w*|verify|fail|expect\w*)\s*[({]|\bAssert\.\w+\(|\.Should\(\)|\bshould\w*\b",
        exact=r"[eE]quals?\w*\(|\.isEqualTo\(|\.Be\(|\bSame\(|\.Throws?\w*|shouldBe\b",
        truthy=r"\.?(?:[nN]otNull|isNotNull|assertTrue|IsTrue|True|NotEmpty|isNotEmpty)\s*\(",
        vacuous=r"assert(?:True|That)?\s*\(\s*true\s*[,)]|Assert\.(?:True|IsTrue)\(\s*true\s*[,)]|[eE]quals?\(\s*(\w+)\s*,\s*\1\s*\)",
        skips=_C_LIKE_SKIPS,
        group_skips=r"^\s*(?:@Disabled\b|@Ignore\b|\[Ignore\b).*",
    ),
    Language(
        ".php",
        declared=r"function\s+(test\w*|it_\w+|should_\w+)\s*\(|\b(?:it|test)\(\s*(['\"][^'\"]*)",
        asserts=r"(?:->|::)assert\w*\(|(?:->|::)expect\w*\(|(?:->|::)fail\(|\bexpect\(",
        exact=r"assert(?:Equals|Same|Count|Json\w*)\w*\(|->toBe\(|->toEqual\(",
        truthy=r"assert(?:True|NotNull|NotEmpty|NotFalse)\(",
        vacuous=r"assertTrue\(\s*true\s*[,)]",
        skips=r"markTest(?:Skipped|Incomplete)\(|->skip\(|->todo\(|@group\s+skip",
        focused=r"\b(?:it|test)\([^;]*\)->only\(",
    ),
    Language(
        ".rb",
        declared=r"^\s*def\s+(test_\w+)|^\s*(?:x|f)?(?:it|specify|example|scenario|test)\s*\(?\s*(['\"][^'\"]*)",
        asserts=r"\bexpect\s*[({]|\b(?:assert|refute)\w*\b|\bmust_\w+|\bis_expected\b|\.should\b",
        exact=r"\b(?:eq|eql|equal|be)\s*\(|assert_equal|must_equal|match_array",
        truthy=r"be_truthy|be_present|\bassert\s|refute_nil|not_to be_nil",
        vacuous=r"assert\s*\(?\s*true\b|expect\(\s*true\s*\)",
        skips=r"^\s*(?:skip|pending)\b|^\s*x(?:it|specify|example|scenario)\b|\bskip:\s*(?:true|['\"])|,\s*:skip\b",
        group_skips=r"^\s*x(?:describe|context|feature)\b",
        focused=r"^\s*f(?:it|describe|context|specify)\b|\bfocus:\s*true|,\s*:focus\b",
        comment="#",
    ),
    Language(
        ".swift",
        declared=r"\bfunc\s+(test\w+)\s*\(|@Test\b.*\bfunc\s+(\w+)",
        asserts=r"\bXCTAssert\w*\(|\bXCTFail\(|#expect\(|#require\(",
        exact=r"XCTAssertEqual|==",
        truthy=r"XCTAssert(?:True|NotNil)\(",
        vacuous=r"XCTAssert(?:True)?\(\s*true\b|#expect\(\s*true\b",
        skips=r"\bXCTSkip|\.disabled\(|throw\s+XCTSkip",
    ),
    Language(
        ".c .cc .cpp .cxx .h .hpp .m .mm",
        declared=r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TEST_CASE|SCENARIO|BOOST_AUTO_TEST_CASE)\s*\(\s*([^){]*)",
        asserts=r"\b(?:EXPECT|ASSERT|CHECK|REQUIRE|BOOST_CHECK|BOOST_REQUIRE|BOOST_TEST)\w*\s*\(|\bassert\w*\s*\(",
        exact=r"_(?:EQ|STREQ|EQUAL|DOUBLE_EQ|FLOAT_EQ|THROW)\w*\s*\(|==",
        truthy=r"(?:EXPECT|ASSERT)_TRUE\s*\(",
        vacuous=r"_TRUE\s*\(\s*true\s*\)|(?:CHECK|REQUIRE)\s*\(\s*true\s*\)",
        skips=r"\bDISABLED_|\bGTEST_SKIP\b|\[\.\]|\[!mayfail\]|\[!shouldfail\]|#if\s+0\b",
        skips_in_strings=True,
    ),
    Language(
        ".ex .exs",
        declared=r"^\s*(?:test|property)\s+(\"[^\"]*)",
        marked="",
        asserts=r"\b(?:assert|refute)\w*\b",
        exact="==",
        vacuous=r"assert\s+true\b",
        skips=r"@tag\s+:?skip\b",
        group_skips=r"@moduletag\s+:?skip\b",
        comment="#",
    ),
    Language(
        ".dart",
        declared=r"\b(?:test|testWidgets)\(\s*(['\"][^'\"]*)",
        asserts=r"\bexpect(?:Later)?\s*\(|\bverify\w*\(",
        exact=r"equals\(|expect\(",
        vacuous=r"expect\(\s*true\s*,\s*(?:true|isTrue)",
        skips=r"\bskip:\s*(?!false)",
        focused=r"\bsolo:\s*true",
    ),
    Language(
        ".bats .sh",
        declared=r"^\s*@test\s+(['\"][^'\"]*)",
        asserts=r"\[\[?\s|\bassert\w*\b|\bdiff\b|\bgrep\s+-q",
        exact=r"\s=\s|==|-eq",
        skips=r"^\s*skip\b",
        comment="#",
    ),
)
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes.split()}
_ANNOTATION = re.compile(r"^\s*(?:@|#\[|\[|#!?\[)")
_CONDITION = re.compile(r"^\s*(?:if\b|unless\b|\}?\s*else\b|when\b|case\b|switch\b|test\.skip\(\s*\(|\[\[?)")
_CLOSE_TO = re.compile(r"toBeCloseTo\s*\([^,()]+,\s*(\d+)")
_STRING = re.compile(r"""(["'`])(?:\\.|(?!\1).)*\1""")
WORD = re.compile(r"\w+|[^\w\s]")
_NUMBER_OPTIONS = re.compile(
    r"\b(delta|tolerance|epsilon|eps|within)\s*[:=(]\s*([\d.]+(?:e-?\d+)?)", re.IGNORECASE
)


def language_of(path: str) -> Language | None:
    """The language whose tests a file may hold, other than Python's."""
    return _BY_SUFFIX.get(PurePosixPath(path).suffix)


@dataclass(slots=True)
class _Block:
    """A test while its lines are gathered."""

    name: str
    line: int
    annotations: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def read_lines(path: str, text: str, language: Language) -> TestFile:
    """Tests of a file in a language that is read line by line."""
    lines = [_without_comment(line, language.comment) for line in _without_blocks(text, language.comment)]
    raw = text.splitlines()
    blocks = list(_blocks(lines, language))
    return TestFile(
        tuple(_test(path, block, language) for block in blocks),
        tuple(_group_lines(lines, raw, blocks, language)),
        tuple(
            number
            for number, line in enumerate(lines, 1)
            if re.search(language.focused, _without_strings(line))
        ),
    )


def _group_lines(
    lines: Sequence[str], raw: Sequence[str], blocks: Sequence[_Block], language: Language
) -> Iterator[int]:
    """Lines that skip a group: annotations that belong to a test count for that test alone."""
    owned = {block.line - back for block in blocks for back in range(len(block.annotations) + 1)}
    for number, line in enumerate(lines, 1):
        source = raw[number - 1] if language.suffixes == ".go" else line  # in Go the switch is a comment
        if number not in owned and re.search(language.group_skips, source):
            yield number


def _blocks(lines: Sequence[str], language: Language) -> Iterator[_Block]:
    """Each test with the annotations above it and the lines up to the next declaration."""
    current: _Block | None = None
    above: list[str] = []
    for number, line in enumerate(lines, 1):
        found = re.search(language.declared, line)
        if found:
            if current:
                yield current
            marked = not language.marked or any(re.search(language.marked, one) for one in (*above, line))
            name = next((group for group in found.groups() if group), "").strip("'\"` ")
            current = _Block(name, number, above) if marked else None
        if current:
            current.lines.append(line)
        above = [*above, line] if _ANNOTATION.match(line) else [] if line.strip() else above
    if current:
        yield current


def _test(path: str, block: _Block, language: Language) -> Test:
    strengths = []
    vacuous = 0
    for line in block.lines:
        count = len(re.findall(language.asserts, line))
        empty = len(re.findall(language.vacuous, line))
        vacuous += empty
        strengths += [_strength(line, language)] * max(count - empty, 0)
    return Test(
        path,
        block.name,
        block.line,
        _skip(block, language),
        tuple(sorted(strengths, reverse=True)),
        vacuous,
        tolerances=tuple(sorted(_tolerances("\n".join(block.lines)))),
        words=tuple(WORD.findall("\n".join(block.lines[1:]))),
    )


def _strength(line: str, language: Language) -> int:
    if re.search(language.truthy, line):
        return TRUTHY
    return EXACT if re.search(language.exact, line) else PARTIAL


def _skip(block: _Block, language: Language) -> Skip:
    """In an annotation or first thing in the body: always. Below a condition: sometimes."""
    before = ""
    found: Skip = ""
    for line in (*block.annotations, *block.lines):
        if re.search(language.skips, line if language.skips_in_strings else _without_strings(line)):
            if not _CONDITION.match(line) and not _CONDITION.match(before):
                return "always"
            found = "sometimes"
        before = line if line.strip() else before
    return found


def _tolerances(text: str) -> Iterator[tuple[str, float]]:
    for found in _CLOSE_TO.finditer(text):
        yield "digits", -float(found[1])
    for found in _NUMBER_OPTIONS.finditer(text):
        try:
            yield found[1].lower(), float(found[2])
        except ValueError:
            continue


def _without_blocks(text: str, comment: str) -> list[str]:
    """Lines with /* … */ blanked, so that what is commented out asserts nothing. Overlong lines are cut."""
    parts = []
    at = 0
    while (
        comment == "//" and (start := text.find("/*", at)) >= 0 and (end := text.find("*/", start + 2)) >= 0
    ):
        parts += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end + 2
    return [line[:LONGEST_LINE] for line in "".join([*parts, text[at:]]).splitlines()]


def _without_strings(line: str) -> str:
    """Strings emptied: a name of a test may hold any word."""
    return _STRING.sub(r"\1\1", line)


def _without_comment(line: str, comment: str) -> str:
    """Cut at a comment that does not stand in quotes."""
    quote = ""
    at = 0
    while at < len(line):
        char = line[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif line.startswith(comment, at) and not (comment == "#" and line[at + 1 : at + 2] == "{"):
            return line[:at]
        at += 1
    return line
