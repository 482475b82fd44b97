"""Listing and reading files: what git would list, nothing outside, whatever lies there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from agent_baton.errors import NotFound, UserError
from agent_baton.planner.look import look
from agent_baton.planner.look.contents import RULES, language_in
from agent_baton.planner.look.imports import import_graph
from agent_baton.planner.look.symbols import symbols_in
from agent_baton.planner.look.tree import Tree
from tests.support.repositories import build

IGNORES = {
    ".gitignore": "*.log\n/build/\n!keep.log\ntmp/*\n!tmp/keep\na/**/z\n"
    "\\#odd\n# comment\n\n*.py[co]\ndocs/_build\nsecret.txt \n",
    "sub/.gitignore": "*.txt\n!b.txt\n",
    "a.log": "",
    "keep.log": "",
    "build/x": "",
    "sub/build/x": "",
    "tmp/x": "",
    "tmp/keep": "",
    "a/b/c/z": "",
    "a/z": "",
    "#odd": "",
    "m.pyc": "",
    "docs/_build/i.html": "",
    "docs/i.md": "",
    "secret.txt": "",
    "sub/a.txt": "",
    "sub/b.txt": "",
    "sub/deep/c.txt": "",
    "sub/deep/d.md": "",
    "top.txt": "",
    "x y/ü.md": "",
}


def test_the_walk_sees_what_git_sees(tmp_path: Path) -> None:
    """Without git's help the same files are listed: nested ignore files, negations, anchors and all."""
    build(tmp_path, IGNORES)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".git/info/exclude").write_text("top.txt\n")
    listed = subprocess.run(
        ["git", "-C", str(tmp_path), "ls-files", "-coz", "--exclude-standard"],
        check=True,
        capture_output=True,
    )
    assert Tree(tmp_path).files == tuple(sorted(listed.stdout.decode().strip("\0").split("\0")))


def test_installed_packages_and_caches_are_not_listed(tmp_path: Path) -> None:
    """Even where nothing ignores them."""
    build(
        tmp_path,
        {
            "a.py": "",
            "node_modules/x/i.js": "",
            ".git/config": "",
            "venv/pyvenv.cfg": "",
            "venv/lib/a.py": "",
            "target/CACHEDIR.TAG": "",
            "target/a.rs": "",
            "__pycache__/a.pyc": "",
        },
    )
    assert Tree(tmp_path).files == ("a.py",)


def test_given_files_are_taken_as_they_are(tmp_path: Path) -> None:
    """What the caller lists counts; what is not there any more, or lies outside, does not."""
    build(tmp_path, {"a.py": "x", "b.py": "y", "../outside.py": "z"})
    assert Tree(tmp_path, ["b.py", "gone.py", "../outside.py", "/etc/passwd", ""]).files == ("b.py",)


def test_links_inside_are_listed_and_links_outside_are_not(tmp_path: Path) -> None:
    """A link never leads the look out of the repository, nor round in circles."""
    root = build(tmp_path / "repo", {"real/package.json": '{"name": "a"}', "real/a.js": "a = 1\n" * 50})
    (tmp_path / "secret.py").write_text("password = 1\n" * 500)
    for name, target in {
        "package.json": "real/package.json",
        "out.py": "../secret.py",
        "etc": "/etc",
        "loop": "loop",
        "up": "..",
        "gone": "nowhere",
        "folder": "real",
    }.items():
        (root / name).symlink_to(target)
    facts = look(root)
    assert facts.files == ("package.json", "real/a.js", "real/package.json")
    assert facts.primary == "JavaScript"
    assert look(root, os.listdir(root)).files == ("package.json",)
    assert Tree(root, ["out.py"]).text("out.py") == ""


def test_pipes_and_sockets_are_passed_over(tmp_path: Path) -> None:
    """Opening a named pipe would wait for ever."""
    build(tmp_path, {"a.sh": "echo\n"})
    os.mkfifo(tmp_path / "package.json")
    assert look(tmp_path).files == ("a.sh",)
    assert look(tmp_path, ["a.sh", "package.json"]).files == ("a.sh",)


HOSTILE: dict[str, str | bytes] = {
    "pyproject.toml": "[[[[",
    "package.json": '{"a":' * 90_000,
    "pom.xml": "<!DOCTYPE x [<!ENTITY a '" + "b" * 9_000 + "'>]>" + "<dependency>&a;" * 9_000,
    "pubspec.yaml": "a: &a [x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n? [1]\n: 2\n",
    "setup.py": "(" * 5_000 + "\0",
    "setup.cfg": "[[[\n=\n%(x)s",
    "Cargo.toml": b"\xff\xfe\x00\x00",
    "composer.json": "[]",
    "pnpm-workspace.yaml": "packages: {a: b}\n",
    "lerna.json": "null",
    "Gemfile": b"\xff\xfegem 'rails'",
    "CODEOWNERS": "[\n^[\n* @a # b\n\\\n[s] @d\nx\n",
    "go.mod": b"module \xff\n",
    "a.sln": "\x00",
    "big.h": b"class " * 200_000,
    "binary.mo": os.urandom(4_000),
    "weird\nname.py": "x = 1\n",
    "no_ext": b"#!" + b"/" * 5_000,
    "empty.m": "",
    "utf16.cs": "class A {}\n".encode("utf-16"),
    "notebook.ipynb": "[" * 9_000,
    "long.min.js": "a" * 900_000,
    "deep/" + "d/" * 60 + "a.go": "package a\n",
}


def test_hostile_contents_never_stop_the_look(tmp_path: Path) -> None:
    """Broken, binary, huge and endless files: there are always facts, and the same every time."""
    build(tmp_path, HOSTILE)
    (tmp_path / os.fsdecode(b"bad\xff.py")).write_text("import os\n")
    facts = look(tmp_path)
    assert facts == look(tmp_path)
    assert "weird\nname.py" in facts.files
    import_graph(tmp_path, facts)
    symbols_in(tmp_path, facts, ["A", "os.path", "(", "", "a" * 999, "x y"])


def test_unreadable_folders_and_files_are_passed_over(tmp_path: Path) -> None:
    """What may not be read is not part of the facts."""
    build(tmp_path, {"a.py": "x = 1\n", "shut/b.py": "", "package.json": "{}"})
    (tmp_path / "shut").chmod(0)
    (tmp_path / "package.json").chmod(0)
    try:
        assert "a.py" in look(tmp_path).files
    finally:
        (tmp_path / "shut").chmod(0o755)


@pytest.mark.parametrize("extension", RULES)
@pytest.mark.parametrize("unit", ["\n", " ", "a ", "(", ": ", "a:", "\\ ", "%\n", "a(b", "@", "<", "w/ "])
@pytest.mark.timeout(10)
def test_telling_languages_apart_ends_soon(extension: str, unit: str) -> None:
    """No head makes a content rule stall."""
    language_in(extension, unit * (4_096 // len(unit)))


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """The caller learns which path is wrong."""
    with pytest.raises(NotFound, match="nowhere"):
        look(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="not a folder"):
        look(tmp_path / "file")


def test_nothing_is_executed(tmp_path: Path) -> None:
    """Code that would leave a mark when run leaves none."""
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'w')\n"
    build(
        tmp_path,
        {
            "setup.py": code + "from setuptools import setup\nsetup(name='a')\n",
            "conftest.py": code,
            "noxfile.py": code,
        },
    )
    look(tmp_path)
    assert not mark.exists()
