"""Conflicts settled by rule: only what needs no judgement, and only if the result parses."""

from __future__ import annotations

import pytest

from agent_baton.workspace.resolve import LOCKFILES, Hunk, lockfile, parse_hunks, unite

M = 97


def conflict(ours: str, base: str, theirs: str) -> str:
    marks = ("<" * M + " ours", "|" * M + " base", "=" * M, ">" * M + " theirs")
    return f"{marks[0]}\n{ours}{marks[1]}\n{base}{marks[2]}\n{theirs}{marks[3]}\n"


def test_taking_a_merge_apart() -> None:
    """Text and hunks come out in order, and nothing but the marks is lost."""
    text = "a\n" + conflict("b\n", "", "c\n") + "d\n" + conflict("", "e\n", "f\n")
    assert parse_hunks(text, M) == ["a\n", Hunk("b\n", "", "c\n"), "d\n", Hunk("", "e\n", "f\n")]


@pytest.mark.parametrize("line", ["=" * M, "=" * (M + 3), "<<<<<<< HEAD", "=======", ">" * M, "|" * M + "x"])
def test_lines_that_look_like_marks(line: str) -> None:
    """A heading underlined at length, or marks committed by mistake, are text."""
    text = f"Title\n{line}\n"
    assert parse_hunks(text, M) == [text]


UNITED = {
    "imports": ("a.py", "import os\n", "import sys\n", "import os\nimport sys\n"),
    "the same import": ("a.py", "import os\nimport re\n", "import os\n", "import os\nimport re\n"),
    "from imports": (
        "a.py",
        "from a import b\nfrom c import d  # why\n",
        "from a import e\n",
        "from a import b\nfrom c import d  # why\nfrom a import e\n",
    ),
    "script imports": (
        "a.ts",
        "import { a } from './a';\n",
        "export * from './b'\n",
        "import { a } from './a';\nexport * from './b'\n",
    ),
    "go imports": ("a.go", '\t"fmt"\n', '\tlog "example.org/x"\n', '\t"fmt"\n\tlog "example.org/x"\n'),
    "rust": ("a.rs", "use std::fs;\n", "pub mod b;\n", "use std::fs;\npub mod b;\n"),
    "list entries": ("a.py", '    "one",\n', '    "two",\n', '    "one",\n    "two",\n'),
    "routes": (
        "u.py",
        "    path('a', a),\n",
        "    path('b', b),\n",
        "    path('a', a),\n    path('b', b),\n",
    ),
    "requirements": ("requirements-dev.txt", "a==1\n", "b>=2\n", "a==1\nb>=2\n"),
    "ignored files": ("sub/.gitignore", "*.log\n", "*.tmp\n", "*.log\n*.tmp\n"),
    "a changelog": (
        "CHANGELOG.md",
        "- One thing,\n  at length\n",
        "- Another\n",
        "- One thing,\n  at length\n- Another\n",
    ),
    "functions": (
        "a.py",
        "\n\ndef a():\n    return 1\n",
        "\n\ndef b():\n    return 2\n",
        "\n\ndef a():\n    return 1\n\n\ndef b():\n    return 2\n",
    ),
    "methods": (
        "a.py",
        "    def a(self):\n        return 1\n",
        "    def b(self):\n        return 2\n",
        "    def a(self):\n        return 1\n\n    def b(self):\n        return 2\n",
    ),
    "tests of a script": (
        "a.test.js",
        "it('a', () => {\n  x();\n});\n",
        "it('b', () => {\n  y();\n});\n",
        "it('a', () => {\n  x();\n});\n\nit('b', () => {\n  y();\n});\n",
    ),
    "the same on both sides": ("a.c", "anything(\n", "anything(\n", "anything(\n"),
}


@pytest.mark.parametrize("case", UNITED)
def test_additions_that_are_united(case: str) -> None:
    """Lines and whole definitions both sides added at one place are kept, ours first, none twice."""
    path, ours, theirs, expected = UNITED[case]
    before = "class A:\n" if case == "methods" else ""
    if case in ("list entries", "routes"):
        before, after = "x = [\n", "]\n"
    else:
        after = ""
    parts = [part for part in (before, Hunk(ours, "", theirs), after) if part]
    assert unite(path, parts) == before + expected + after


REFUSED = {
    "a changed line": ("a.py", "x = 1\n", "x = 0\n", "x = 2\n"),
    "a deleted line": ("a.py", "", "x = 0\n", "x = 2\n"),
    "statements": ("a.py", "x = 1\n", "", "y = 2\n"),
    "the same function": ("a.py", "def a():\n    return 1\n", "", "def a():\n    return 2\n"),
    "half a function": ("a.js", "function a() {\n", "", "function b() {\n"),
    "a function and a statement": ("a.py", "def a():\n    return 1\n", "", "run()\n"),
    "another depth": ("a.py", "def a():\n    return 1\n", "", "    def b():\n        return 2\n"),
    "one key, two values": ("a.js", "  port: 1,\n", "", "  port: 2,\n"),
    "keys of a JSON object": ("a.json", '"a": 1\n', "", '"b": 2\n'),
    "no line end": ("requirements.txt", "a", "", "b"),
    "prose": ("README.md", "One sentence.\n", "", "Another sentence.\n"),
    "unknown language": ("a.xyz", "one\n", "", "two\n"),
    "code of an unknown kind": ("Makefile", "a:\n\techo a\n", "", "b:\n\techo b\n"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_needs_judgement_is_left(case: str) -> None:
    """Anything that is not plainly independent goes back to the author."""
    path, ours, base, theirs = REFUSED[case]
    assert unite(path, [Hunk(ours, base, theirs)]) is None


@pytest.mark.parametrize(
    ("path", "before", "ours", "theirs", "after"),
    [
        ("a.py", "x = {\n", '    "a": 1,\n', '    "b": 2,\n', "]\n"),
        ("a.json", '{\n"z": {}', '\n, "a": 1,\n', '\n, "b": 2,\n', "}\n"),
        ("a.json", "{\n", '"a": 1,\n', '"b": 1,\n', '"a": 3}\n'),
        ("a.toml", "x = [\n", '"a",\n', '"b",\n', ""),
    ],
)
def test_a_result_that_does_not_parse_is_none(
    path: str, before: str, ours: str, theirs: str, after: str
) -> None:
    """The whole file is parsed again where we know how."""
    assert unite(path, [before, Hunk(ours, "", theirs), after]) is None


def test_all_hunks_or_none() -> None:
    """One hunk that needs judgement leaves the whole file to the author."""
    good = Hunk("import a\n", "", "import b\n")
    assert unite("a.py", [good, "\n", good]) == "import a\nimport b\n\nimport a\nimport b\n"
    assert unite("a.py", [good, "\n", Hunk("x = 1\n", "x = 0\n", "x = 2\n")]) is None


def test_lock_files() -> None:
    """A lock file stays as it was and says how it is written again."""
    found = lockfile("web/package-lock.json")
    assert found is not None
    assert found.regenerate == "npm install --package-lock-only"
    assert found.regenerate in found.how
    assert lockfile("src/lock.py") is None
    assert all(LOCKFILES.values())
