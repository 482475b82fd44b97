"""Patterns, claims and names of test files: pure text."""

from __future__ import annotations

import unicodedata

import pytest

from agent_baton.workspace.paths import compile_patterns, covers, inside, is_state, is_test_path, match_path


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("*.py", "a.py a/b.py x.py/y", "b.pyc py apy"),
        ("README.md", "README.md docs/README.md", "readme.md README.mdx"),
        ("src/**", "src/a src/a/b", "src lib/src/a srcs/a"),
        ("docs/", "docs/a a/docs/b", "docs docsx/a"),
        ("a/b/", "a/b/c a/b/c/d", "a/b x/a/b/c"),
        ("/setup.py", "setup.py", "a/setup.py"),
        ("src/app", "src/app src/app/x.py", "src/apple lib/src/app"),
        ("src/*.py", "src/a.py", "src/a/b.py src/a.pyc"),
        ("src/*", "src/a src/a/b", "src lib/a"),
        ("**/migrations/**", "migrations/1 a/b/migrations/1", "migrations a/migrations.py"),
        ("a/**/b", "a/b a/x/b a/x/y/b a/b/c", "ab a/x/c"),
        ("a/*.{js,ts}", "a/x.js a/x.ts", "a/x.jsx a/b/x.js"),
        ("{a,b}/{c,d}.txt", "a/c.txt b/d.txt", "a/e.txt c/c.txt"),
        ("a{b,{c,d}e}", "ab ace ade", "abe ac"),
        ("{a}", "{a}", "a"),
        ("f[0-9].txt", "f5.txt d/f0.txt", "fa.txt f10.txt"),
        ("f[!0-9].txt", "fa.txt", "f5.txt"),
        ("f[^ab]", "fc", "fa fb"),
        ("[]]x", "]x", "x"),
        ("f[", "f[", "f"),
        ("a?c", "abc", "ac abbc"),
        (r"\*x", "*x", "ax"),
        (".", "a a/b", ""),
        ("./", "a a/b", ""),
        ("**", "a a/b", ""),
        ("*", "a a/b", ""),
        ("/**", "a a/b", ""),
        ("./src/a.py", "src/a.py", "a.py"),
        ("./a.py", "a.py", "src/a.py"),
        ("", "", "a"),
        ("tests", "tests/a pkg/tests/b", "mytests/a"),
        ("Src/**", "Src/a", "src/a"),
        ("../x/**", "", "x/a"),
    ],
)
def test_patterns(pattern: str, covered: str, not_covered: str) -> None:
    """Each kind of pattern covers what a `.gitignore` line like it would, and nothing else."""
    for path in covered.split():
        assert match_path(pattern, path), path
    for path in not_covered.split():
        assert not match_path(pattern, path), path


def test_both_spellings_of_a_letter_match() -> None:
    """A name stored decomposed (macOS) matches the pattern as people type it, and the other way round."""
    composed = "docs/über.md"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert match_path(composed, decomposed)
    assert match_path("docs/ü*.md", decomposed)
    assert match_path(decomposed, composed)


def test_hostile_patterns_end_soon() -> None:
    """Patterns made to explode a backtracking matcher cost no more than the product of the lengths."""
    assert not match_path("*a" * 300 + "b", "a" * 3000)
    assert not match_path("**/a/" * 200 + "b", "a/" * 1000 + "c")
    assert match_path("{a,b}" * 30, "{a,b}" * 30)  # too many choices: taken as they are written


def test_many_paths_against_many_patterns() -> None:
    """Ten thousand files against compiled patterns: only those covered."""
    patterns = compile_patterns(["src/**", "*.md", "a/*.{js,ts}", "tools/**/gen_*.py"])
    paths = [f"lib/m{number}/x{number}.py" for number in range(10_000)]
    assert not any(covers(patterns, path) for path in paths)
    assert covers(patterns, "tools/a/b/gen_x.py")


@pytest.mark.parametrize(
    ("claimed", "path"),
    [
        ("src/a.py", "src/a.py"),
        (" ./src//a.py ", "src/a.py"),
        ("src/../README.md", "README.md"),
        ("/repo/src/a.py", "src/a.py"),
        ("/repo/", ""),
        (".", ""),
        ("src\\win.py", "src/win.py"),
        ("../other/a.py", None),
        ("src/../../a", None),
        ("/etc/passwd", None),
        ("/repository/a", None),
        ("..", None),
        ("..a/b", "..a/b"),
    ],
)
def test_claims_are_spelled_as_the_repository_does(claimed: str, path: str | None) -> None:
    """A claimed path becomes one relative to the top; one that climbs out is told apart."""
    assert inside("/repo", claimed) == path


def test_state_is_not_a_change() -> None:
    """Our own files and Claude Code's work trees are never an agent's change."""
    assert is_state(".claude/team-context/plan.json")
    assert is_state(".claude/worktrees/agent-1/")
    assert not is_state(".claude/settings.json")
    assert not is_state(".claude/team-contexts/x")


TESTS = """
tests/a.py test/data.json spec/models/user_spec.rb src/__tests__/a.js pkg/x_test.go test_a.py
a_test.py conftest.py tests.py app/a.test.ts app/a.spec.tsx src/test/java/AppTest.java
UserServiceTests.cs FooIT.java e2e/login.ts web/a.cy.js AppTests.swift src/UserTest.php
"""
NOT_TESTS = """
src/app.py latest.py contest.py src/attest.go testing.md docs/testing.md test protest/a.py
Contest.java Unit.cs src/fastest_route.py tester.py
"""


@pytest.mark.parametrize("path", TESTS.split())
def test_test_files_are_known(path: str) -> None:
    """Conventions of the common runners."""
    assert is_test_path(path)


@pytest.mark.parametrize("path", NOT_TESTS.split())
def test_other_files_are_not_tests(path: str) -> None:
    """Names that merely contain the word."""
    assert not is_test_path(path)
