"""What makes tests prove less is found; honest work on tests is not. Texts before and after, nothing run."""

from __future__ import annotations

import textwrap

import pytest

from agent_baton.workspace.tamper import TamperFinding, tamper_texts


def compare(path: str, before: str, after: str) -> list[TamperFinding]:
    """Findings worth an alarm or a look."""
    old, new = textwrap.dedent(before), textwrap.dedent(after)
    return [one for one in tamper_texts({path: old}, {path: new}) if one.severity != "low"]


def said(found: list[TamperFinding]) -> str:
    return "\n".join(map(str, found))


PYTHON = """
import pytest
from app import total, load


class TestTotal:
    def test_sum(self):
        assert total([1, 2]) == 3
        assert total([]) == 0

    @pytest.mark.parametrize("value", [1, 2, 3])
    def test_each(self, value):
        assert total([value]) == pytest.approx(value, rel=1e-6)


def test_load_refuses():
    with pytest.raises(ValueError):
        load("nowhere")
    assert load("here") is True
"""

PYTHON_TAMPERED = {
    "deleted": (
        "    def test_sum(self):\n        assert total([1, 2]) == 3\n        assert total([]) == 0\n",
        "",
    ),
    "hidden by its name": ("def test_load_refuses", "def check_load_refuses"),
    "a skip mark": ("def test_load_refuses", "@pytest.mark.skip\ndef test_load_refuses"),
    "a skip mark with a reason": (
        "def test_load_refuses",
        '@pytest.mark.skip(reason="flaky")\ndef test_load_refuses',
    ),
    "xfail": ("def test_load_refuses", "@pytest.mark.xfail(strict=True)\ndef test_load_refuses"),
    "unittest's skip": ("def test_load_refuses", "@unittest.skip('x')\ndef test_load_refuses"),
    "expected failure": ("def test_load_refuses", "@unittest.expectedFailure\ndef test_load_refuses"),
    "a condition that is always true": (
        "def test_load_refuses",
        "@pytest.mark.skipif(True, reason='')\ndef test_load_refuses",
    ),
    "a class that is skipped": ("class TestTotal", "@pytest.mark.skip\nclass TestTotal"),
    "a class mark": ("class TestTotal:\n", "class TestTotal:\n    pytestmark = pytest.mark.skip\n"),
    "a class that is no test": ("class TestTotal:\n", "class TestTotal:\n    __test__ = False\n"),
    "a file mark": ("\nclass TestTotal", "\npytestmark = [pytest.mark.skip('x')]\n\nclass TestTotal"),
    "a file that skips itself": (
        "\nclass TestTotal",
        "\npytest.skip('x', allow_module_level=True)\n\nclass TestTotal",
    ),
    "skipped from inside": (
        "def test_load_refuses():\n",
        "def test_load_refuses():\n    pytest.skip('later')\n",
    ),
    "SkipTest": ("def test_load_refuses():\n", "def test_load_refuses():\n    raise unittest.SkipTest\n"),
    "an early return": ("def test_load_refuses():\n", "def test_load_refuses():\n    return\n"),
    "dead code": ('    assert load("here") is True', "    if False:\n        assert load('here') is True"),
    "an assertion less": ("        assert total([]) == 0\n", ""),
    "assert True": ("assert total([1, 2]) == 3", "assert True"),
    "or True": ("assert total([1, 2]) == 3", "assert total([1, 2]) == 3 or True"),
    "compared with itself": ("assert total([1, 2]) == 3", "x = total([1, 2])\n        assert x == x"),
    "a tuple": ("assert total([1, 2]) == 3", "assert (total([1, 2]) == 3, 'sum')"),
    "is not None": ("assert total([1, 2]) == 3", "assert total([1, 2]) is not None"),
    "an inequality": ("assert total([1, 2]) == 3", "assert total([1, 2]) > 0"),
    "swallowed": (
        "        assert total([1, 2]) == 3\n",
        "        try:\n            assert total([1, 2]) == 3\n        except AssertionError:\n            pass\n",
    ),
    "suppressed": (
        "        assert total([1, 2]) == 3\n",
        "        with contextlib.suppress(Exception):\n            assert total([1, 2]) == 3\n",
    ),
    "any error will do": ("pytest.raises(ValueError)", "pytest.raises(Exception)"),
    "a wider tolerance": ("rel=1e-6", "rel=0.5"),
    "fewer parameters": ("[1, 2, 3]", "[1, 2]"),
    "a stub of what is asserted": (
        "def test_load_refuses():\n",
        "def test_load_refuses(monkeypatch):\n    monkeypatch.setattr('app.load', lambda path: True)\n",
    ),
    "no Python any more": ("class TestTotal:", "class TestTotal"),
    "ending the run": ("\nclass TestTotal", "\nimport os\nos._exit(0)\n\nclass TestTotal"),
}


@pytest.mark.parametrize("case", PYTHON_TAMPERED)
def test_python_tests_that_prove_less(case: str) -> None:
    """Every way of taking something from a Python test is found, and names the file."""
    old, new = PYTHON_TAMPERED[case]
    assert old in PYTHON
    found = compare("tests/test_total.py", PYTHON, PYTHON.replace(old, new, 1))
    assert found, case
    assert {one.path for one in found} == {"tests/test_total.py"}


PYTHON_HONEST = {
    "a new test": ("\nclass TestTotal", "\ndef test_more():\n    assert total([4]) == 4\n\n\nclass TestTotal"),
    "a new assertion": ("assert total([]) == 0", "assert total([]) == 0\n        assert total([5]) == 5"),
    "another expectation": ("== 3", "== 4"),
    "renamed": ("test_load_refuses", "test_load_refuses_what_is_missing"),
    "renamed and edited": ("def test_load_refuses():\n", "def test_loading():\n    path = 'nowhere'\n"),
    "renamed class": ("TestTotal", "TestSums"),
    "split in two": (
        "        assert total([]) == 0\n",
        "\n    def test_nothing(self):\n        assert total([]) == 0\n",
    ),
    "into a helper": (
        "        assert total([1, 2]) == 3\n        assert total([]) == 0\n",
        "        check(self)\n\n\ndef check(self):\n    assert total([1, 2]) == 3\n    assert total([]) == 0\n\n\nclass TestOther:\n",
    ),
    "a loop": (
        "        assert total([1, 2]) == 3\n        assert total([]) == 0\n",
        "        for given, expected in [([1, 2], 3), ([], 0)]:\n            assert total(given) == expected\n        assert total([9]) == 9\n",
    ),
    "a comment and a docstring": ("def test_load_refuses():\n", 'def test_load_refuses():\n    """Why."""  # so\n'),
    "a narrower tolerance": ("rel=1e-6", "rel=1e-9"),
    "more parameters": ("[1, 2, 3]", "[1, 2, 3, 4]"),
    "computed parameters": ("[1, 2, 3]", "VALUES"),
    "an exact message": ("pytest.raises(ValueError)", "pytest.raises(ValueError, match='nowhere')"),
    "a fixture": ("def test_load_refuses():", "def test_load_refuses(tmp_path):"),
    "a stub of something else": (
        "def test_load_refuses():\n",
        "def test_load_refuses(monkeypatch):\n    monkeypatch.setattr('time.sleep', lambda s: None)\n",
    ),
    "cleaning up": (
        "    assert load(\"here\") is True",
        "    try:\n        assert load('here') is True\n    finally:\n        load('back')",
    ),
    "an error told in its own words": (
        "    assert load(\"here\") is True",
        "    try:\n        assert load('here') is True\n    except Exception as error:\n        raise AssertionError from error",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PYTHON_HONEST)
def test_honest_work_on_python_tests(case: str) -> None:
    """Adding, renaming, moving, splitting, tightening: no alarm."""
    old, new = PYTHON_HONEST[case]
    assert old in PYTHON
    assert said(compare("tests/test_total.py", PYTHON, PYTHON.replace(old, new))) == ""


def test_a_condition_that_may_be_honest_is_worth_a_look() -> None:
    """A skip on one platform is no alarm, but is told."""
    new = PYTHON.replace(
        "def test_load", "@pytest.mark.skipif(sys.platform == 'win32', reason='')\ndef test_load"
    )
    (found,) = compare("tests/test_total.py", PYTHON, new)
    assert (found.severity, found.kind) == ("medium", "skipped")
    inside = PYTHON.replace(
        "refuses():\n", "refuses():\n    if os.name == 'nt':\n        pytest.skip('no links')\n"
    )
    (found,) = compare("tests/test_total.py", PYTHON, inside)
    assert (found.severity, found.kind) == ("medium", "skipped")


def test_tests_that_move_between_files() -> None:
    """A test that arrives elsewhere is not lost; one that arrives where no runner looks is."""
    one, two = "def test_a():\n    assert f() == 1\n", "def test_b():\n    assert g() == 2\n"
    before = {"tests/test_all.py": one + two}
    assert tamper_texts(before, {"tests/test_a.py": one, "tests/test_b.py": two}) == []
    hidden = tamper_texts(before, {"tests/test_all.py": one, "tests/old_b.py": two})
    assert [(one.kind, one.severity, one.path) for one in hidden] == [("moved", "high", "tests/old_b.py")]
    renamed = tamper_texts(before, {"tests/test_all.py.bak": one + two})
    assert [(one.kind, one.severity) for one in renamed] == [("deleted", "high")]


def test_deleted_files() -> None:
    """A deleted test file is an alarm, unless what it tested went with it."""
    test = "def test_a():\n    assert f() == 1\n"
    (found,) = tamper_texts({"tests/test_cart.py": test}, {})
    assert str(found) == "tests/test_cart.py:1: the file with 1 test was deleted: 'test_a' [high]"
    both = tamper_texts({"tests/test_cart.py": test, "src/cart.py": "def f(): ...\n"}, {})
    assert [one.severity for one in both] == ["low"]


def test_deleted_tests_with_others_in_their_place() -> None:
    """Rewritten tests are worth a look, not an alarm."""
    before = "def test_a():\n    assert f(1) == 1\n"
    after = "def test_new():\n    result = other(2, 3)\n    assert result.name == 'x'\n    assert result.size == 5\n"
    (found,) = compare("tests/test_a.py", before, after)
    assert (found.kind, found.severity) == ("deleted", "medium")


def test_new_tests_that_cannot_fail() -> None:
    """A new test without any real assertion is told."""
    (found,) = compare("tests/test_a.py", "", "def test_a():\n    assert True\n")
    assert (found.kind, found.severity) == ("empty", "medium")


def test_a_skipped_test_may_go() -> None:
    """Removing what was skipped anyway loses nothing; neither does un-skipping."""
    before = "@pytest.mark.skip\ndef test_a():\n    assert f() == 1\n"
    assert compare("tests/test_a.py", before, "") == []
    assert compare("tests/test_a.py", before, "def test_a():\n    assert f() == 1\n") == []


OTHERS = {
    "javascript": (
        "src/a.test.ts",
        "describe('cart', () => {\n  it('adds', () => {\n    expect(add(1, 2)).toBe(3);\n    expect(add(0, 0)).toEqual(0);\n"
        "  });\n  test('close', () => {\n    expect(x()).toBeCloseTo(0.3, 5);\n  });\n});\n",
        {
            "it.skip": ("it('adds'", "it.skip('adds'"),
            "xit": ("it('adds'", "xit('adds'"),
            "todo": ("it('adds', () => {", "it.todo('adds'); it.later('adds', () => {"),
            "test.failing": ("test('close'", "test.failing('close'"),
            "describe.skip": ("describe('cart'", "describe.skip('cart'"),
            "xdescribe": ("describe('cart'", "xdescribe('cart'"),
            "only": ("test('close'", "test.only('close'"),
            "fdescribe": ("describe('cart'", "fdescribe('cart'"),
            "commented out": ("    expect(add(1, 2)).toBe(3);", "    // expect(add(1, 2)).toBe(3);"),
            "block comment": ("    expect(add(1, 2)).toBe(3);", "    /* expect(add(1, 2)).toBe(3); */"),
            "vacuous": ("expect(add(1, 2)).toBe(3)", "expect(true).toBe(true)"),
            "truthy": ("expect(add(1, 2)).toBe(3)", "expect(add(1, 2)).toBeTruthy()"),
            "digits": ("toBeCloseTo(0.3, 5)", "toBeCloseTo(0.3, 0)"),
            "deleted": ("  test('close', () => {\n    expect(x()).toBeCloseTo(0.3, 5);\n  });\n", ""),
            "this.skip": ("it('adds', () => {\n", "it('adds', function () {\n    this.skip();\n"),
        },
        {
            "renamed": ("'adds'", "'adds two numbers'"),
            "another value": ("toBe(3)", "toBe(4)"),
            "a new test": ("  test('close'", "  it('more', () => { expect(1 + n).toBe(2); });\n  test('close'"),
            "a word in a string": ("'adds'", "'adds, never it.skip'"),
        },
    ),
    "go": (
        "cart_test.go",
        "package cart\n\nfunc TestAdd(t *testing.T) {\n\tif got := Add(1, 2); got != 3 {\n\t\tt.Errorf(\"got %d\", got)\n\t}\n"
        "\trequire.Equal(t, 0, Add(0, 0))\n}\n",
        {
            "t.Skip": ("testing.T) {\n", 'testing.T) {\n\tt.Skip("flaky")\n'),
            "SkipNow": ("testing.T) {\n", "testing.T) {\n\tt.SkipNow()\n"),
            "renamed away": ("func TestAdd", "func testAdd"),
            "build tag": ("package cart", "//go:build ignore\n\npackage cart"),
            "log instead of error": ("t.Errorf", "t.Logf"),
            "weaker": ("require.Equal(t, 0, Add(0, 0))", "require.NotNil(t, Add(0, 0))"),
        },
        {"renamed": ("TestAdd", "TestAddition"), "message": ("got %d", "wanted 3, got %d")},
    ),
    "rust": (
        "src/lib.rs",
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        assert_eq!(add(1, 2), 3);\n        assert!(ok());\n    }\n}\n",
        {
            "ignore": ("    #[test]\n", "    #[test]\n    #[ignore]\n"),
            "should_panic": ("    #[test]\n", "    #[test]\n    #[should_panic]\n"),
            "no test": ("    #[test]\n", ""),
            "vacuous": ("assert_eq!(add(1, 2), 3)", "assert!(true)"),
            "fewer": ("        assert!(ok());\n", ""),
        },
        {"value": ("3)", "4)"), "helper": ("mod tests {\n", "mod tests {\n    fn helper() {}\n\n")},
    ),
    "java": (
        "src/test/java/CartTest.java",
        "class CartTest {\n    @Test\n    void adds() {\n        assertEquals(3, add(1, 2));\n        assertThat(x).isEqualTo(1);\n    }\n}\n",
        {
            "disabled": ("    @Test\n", '    @Disabled("flaky")\n    @Test\n'),
            "ignore below": ("    @Test\n", "    @Test\n    @Ignore\n"),
            "class disabled": ("class CartTest", "@Disabled\nclass CartTest"),
            "no annotation": ("    @Test\n", ""),
            "vacuous": ("assertEquals(3, add(1, 2))", "assertTrue(true)"),
            "weaker": ("assertEquals(3, add(1, 2))", "assertNotNull(add(1, 2))"),
        },
        {"renamed": ("adds()", "addsTwo()"), "another annotation": ("    @Test\n", '    @Test\n    @DisplayName("x")\n')},
    ),
    "c#": (
        "CartTests.cs",
        "public class CartTests {\n    [Fact]\n    public void Adds() {\n        Assert.Equal(3, Add(1, 2));\n    }\n}\n",
        {
            "skip": ("[Fact]", '[Fact(Skip = "flaky")]'),
            "vacuous": ("Assert.Equal(3, Add(1, 2))", "Assert.True(true)"),
            "no attribute": ("    [Fact]\n", ""),
        },
        {"theory": ("[Fact]", "[Fact, Trait(\"a\", \"b\")]")},
    ),
    "php": (
        "tests/CartTest.php",
        "<?php\nclass CartTest {\n    public function testAdds() {\n        $this->assertSame(3, add(1, 2));\n    }\n}\n",
        {
            "skipped": ("testAdds() {\n", "testAdds() {\n        $this->markTestSkipped();\n"),
            "incomplete": ("testAdds() {\n", "testAdds() {\n        $this->markTestIncomplete('x');\n"),
            "vacuous": ("assertSame(3, add(1, 2))", "assertTrue(true)"),
        },
        {"renamed": ("testAdds", "testAddsTwo")},
    ),
    "ruby": (
        "spec/cart_spec.rb",
        "describe Cart do\n  it 'adds' do\n    expect(add(1, 2)).to eq(3)\n    expect(x).to eq(1)\n  end\nend\n",
        {
            "xit": ("  it 'adds'", "  xit 'adds'"),
            "pending": ("'adds' do\n", "'adds' do\n    pending 'later'\n"),
            "skip option": ("'adds' do", "'adds', skip: true do"),
            "xdescribe": ("describe Cart", "xdescribe Cart"),
            "focus": ("  it 'adds'", "  fit 'adds'"),
            "commented out": ("    expect(x)", "    # expect(x)"),
        },
        {"value": ("eq(3)", "eq(4)")},
    ),
    "swift": (
        "Tests/CartTests.swift",
        "final class CartTests: XCTestCase {\n    func testAdds() throws {\n        XCTAssertEqual(add(1, 2), 3)\n    }\n}\n",
        {"skip": ("throws {\n", 'throws {\n        throw XCTSkip("x")\n'), "hidden": ("func testAdds", "func noTestAdds")},
        {"value": ("3)", "4)")},
    ),
    "c++": (
        "test/cart_test.cc",
        "TEST(Cart, Adds) {\n  EXPECT_EQ(add(1, 2), 3);\n  ASSERT_TRUE(ok());\n}\n",
        {
            "disabled": ("Adds)", "DISABLED_Adds)"),
            "skip": (") {\n", ") {\n  GTEST_SKIP();\n"),
            "fewer": ("  ASSERT_TRUE(ok());\n", ""),
        },
        {"value": ("3)", "4)")},
    ),
    "elixir": (
        "test/cart_test.exs",
        'defmodule CartTest do\n  test "adds" do\n    assert add(1, 2) == 3\n    assert x == 1\n  end\nend\n',
        {"tag": ('  test "adds"', '  @tag :skip\n  test "adds"'), "fewer": ("    assert x == 1\n", "")},
        {"value": ("== 3", "== 4")},
    ),
    "dart": (
        "test/cart_test.dart",
        "void main() {\n  test('adds', () {\n    expect(add(1, 2), equals(3));\n  });\n}\n",
        {"skip": ("equals(3));\n  });", "equals(3));\n  }, skip: true);"), "vacuous": ("add(1, 2), equals(3)", "true, isTrue")},
        {"value": ("equals(3)", "equals(4)")},
    ),
}  # fmt: skip
TAMPERED = [(language, case) for language, (_, _, bad, _) in OTHERS.items() for case in bad]
HONEST = [(language, case) for language, (_, _, _, good) in OTHERS.items() for case in good]


@pytest.mark.parametrize(("language", "case"), TAMPERED)
def test_tests_of_other_languages_that_prove_less(language: str, case: str) -> None:
    """The same is found in the other languages people test in."""
    path, text, bad, _ = OTHERS[language]
    old, new = bad[case]
    assert old in text
    assert compare(path, text, text.replace(old, new, 1)), case


@pytest.mark.parametrize(("language", "case"), HONEST)
def test_honest_work_in_other_languages(language: str, case: str) -> None:
    """And ordinary edits are no alarm there."""
    path, text, _, good = OTHERS[language]
    old, new = good[case]
    assert old in text
    assert said(compare(path, text, text.replace(old, new, 1))) == ""


SETTINGS_TAMPERED = {
    "ignore": ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "-q"\n', '[tool.pytest.ini_options]\naddopts = "-q --ignore=tests/slow"\n'),
    "deselect": ("pytest.ini", "[pytest]\n", "[pytest]\naddopts = --deselect tests/test_a.py::test_b\n"),
    "-k": ("setup.cfg", "[tool:pytest]\naddopts = -q\n", "[tool:pytest]\naddopts = -q -k 'not slow'\n"),
    "coverage lowered": (".coveragerc", "[report]\nfail_under = 90\n", "[report]\nfail_under = 40\n"),
    "coverage gone": ("tox.ini", "commands = pytest --cov-fail-under=90\n", "commands = pytest\n"),
    "jest coverage": ("jest.config.js", "coverageThreshold: { global: { lines: 80 } }", "coverageThreshold: { global: { lines: 10 } }"),
    "jest ignores": ("jest.config.js", "module.exports = {\n}\n", "module.exports = {\n  testPathIgnorePatterns: ['/cart/'],\n}\n"),
    "no tests is fine": ("vitest.config.ts", "test: {}\n", "test: {\n passWithNoTests: true }\n"),
    "or true": ("Makefile", "test:\n\tpytest tests\n", "test:\n\tpytest tests || true\n"),
    "make ignores": ("Makefile", "test:\n\tpytest tests\n", "test:\n\t-pytest tests\n"),
    "script": ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "echo ok"}}'),
    "script or true": ("package.json", '{"scripts": {\n"test": "jest"}}', '{"scripts": {\n"test": "jest || exit 0"}}'),
    "script gone": ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {}}'),
    "early end": ("scripts/test.sh", "set -e\npytest\n", "set -e\nexit 0\npytest\n"),
    "goes on": ("scripts/test", "pytest\nmypy .\n", "set +e\npytest\nmypy .\n"),
    "CI goes on": (".github/workflows/ci.yml", "jobs:\n  - run: pytest\n", "jobs:\n  - run: pytest\n    continue-on-error: true\n"),
    "CI allows": (".gitlab-ci.yml", "test:\n  script: pytest\n", "test:\n  script: pytest\n  allow_failure: true\n"),
    "CI never": (".github/workflows/ci.yml", "jobs:\n  test:\n    run: pytest\n", "jobs:\n  test:\n    if: false\n    run: pytest\n"),
    "CI without tests": (".github/workflows/ci.yml", "  - run: make build\n  - run: pytest\n", "  - run: make build\n"),
    "a hook that passes all": ("conftest.py", "", "def pytest_runtest_makereport(item, call):\n    report.outcome = 'passed'\n"),
    "a hook that leaves out": ("tests/conftest.py", "import x\n", "import x\ndef pytest_collection_modifyitems(items):\n    items[:] = []\n"),
    "the exit status": ("conftest.py", "", "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"),
    "exit": ("tests/test_a.py", "", "import sys\nsys.exit(0)\n"),
    "code that knows": ("src/app.py", "def f():\n    pass\n", "def f():\n    if 'PYTEST_CURRENT_TEST' in os.environ:\n        return 3\n"),
    "code that looks": ("src/app.py", "", "if 'pytest' in sys.modules:\n    x = 1\n"),
    "agrees with all": ("src/app.py", "", "class A:\n    def __eq__(self, other): return True\n"),
    "types off": ("src/app.py", "x = 1\n", "# mypy: ignore-errors\nx = 1\n"),
    "lint off": ("src/app.js", "let x\n", "/* eslint-disable */\nlet x\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTINGS_TAMPERED)
def test_ways_of_running_that_prove_less(case: str) -> None:
    """Options, thresholds, commands, hooks and CI that let failures pass are found."""
    path, before, after = SETTINGS_TAMPERED[case]
    assert compare(path, before, after), case


SETTINGS_HONEST = {
    "a higher floor": (".coveragerc", "[report]\nfail_under = 80\n", "[report]\nfail_under = 90\n"),
    "another option": ("pytest.ini", "[pytest]\naddopts = -q\n", "[pytest]\naddopts = -q --strict-markers\n"),
    "python -m pytest": ("tox.ini", "commands = pytest\n", "commands = python -m pytest tests\n"),
    "a first configuration": ("pytest.ini", "", "[pytest]\ntestpaths = tests\n"),
    "cleaning up": ("Makefile", "clean:\n\trm x\n", "clean:\n\trm x || true\n\trm -f y\n"),
    "another CI step": (".github/workflows/ci.yml", "- run: pytest\n", "- run: pip install .\n- run: pytest -q\n"),
    "a dependency": ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "jest"}, "a": 1}'),
    "a better script": ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "vitest run"}}'),
    "a fixture": ("conftest.py", "", "import pytest\n\n@pytest.fixture\ndef x():\n    return 1\n"),
    "equality": ("src/a.py", "", "class A:\n    def __eq__(self, other):\n        return self.x == other.x\n"),
    "a program that ends": ("src/cli.py", "", "import sys\nsys.exit(0)\n"),
    "prose": ("README.md", "", "Run `pytest --ignore=x || true`.\n"),
    "a comment": ("Makefile", "test:\n\tpytest\n", "# never: pytest || true\ntest:\n\tpytest\n"),
    "a version": ("pyproject.toml", 'version = "1"\n', 'version = "2"\n'),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTINGS_HONEST)
def test_honest_settings(case: str) -> None:
    """Ordinary edits of the same files are no alarm."""
    path, before, after = SETTINGS_HONEST[case]
    assert said(compare(path, before, after)) == ""


def test_findings_are_ordered_and_said_once() -> None:
    """Worst first; the same thing is not said twice."""
    before = {
        "tests/test_b.py": "def test_b():\n    assert f() == 1\n    assert g() == 2\n",
        "tests/test_a.py": "def test_a():\n    assert f() == 1\n",
    }
    after = {"tests/test_b.py": "def test_b():\n    assert f() == 1\n"}
    found = tamper_texts(before, after)
    assert [one.severity for one in found] == ["high", "medium"]
    assert len(set(found)) == len(found)


HOSTILE = (
    "", "\0" * 10, "(" * 5000, "x" * 100_000, "def test_(:\n", "{" * 1000, "'''", "@" * 50, "/*" * 50_000, "make " * 20_000,
    "\"" * 9_999, "|| echo " * 10_000, "it(" * 20_000, "def test_a():\n    assert " + "1 + " * 5_000 + "1\n",
    "- run: make\n" * 5_000, "".join(f"def test_{n}():\n    assert {'f(1) == 1 and ' * 40} x\n" for n in range(40)),
)  # fmt: skip
PLACES = (
    "tests/test_a.py",
    "a.test.js",
    "package.json",
    "a_test.go",
    "Makefile",
    "CartTest.java",
    ".github/workflows/a.yml",
)


@pytest.mark.parametrize("path", PLACES)
def test_texts_that_are_no_code(path: str) -> None:
    """Empty, endless, nested, malformed and repetitive texts are read without a fault, and in no long time."""
    for text in HOSTILE:
        tamper_texts({path: text}, {path: text + "\n"})
        tamper_texts({path: text}, {path: text.replace("test_", "test_new_") + "x\n"})
        tamper_texts({path: text}, {})
        tamper_texts({}, {path: text})
