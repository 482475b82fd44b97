"""`baton detect`, as a person and as a program see it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent_baton.cli.detect import detect
from agent_baton.planner.facts import Facts
from tests.support.repositories import build

SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = [\n  "fastapi>=0.110",\n]\n',
    "uv.lock": "version = 1\n",
    "src/shop/api.py": "x = 1\n" * 40,
    "tests/test_api.py": "x = 1\n",
    "ignored.txt": "",
    ".gitignore": "ignored.txt\n",
}


def run(*args: str) -> str:
    result = CliRunner().invoke(detect, list(args), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_a_person_reads_it_in_eighty_columns(tmp_path: Path) -> None:
    """Each verdict with the file and line it rests on; long lines are cut."""
    long = {f"docs/{'long-name-' * 9}{number}.md": "a\n" for number in range(20)}
    printed = run(str(build(tmp_path, SHOP | long)))
    assert "Python  100.0%  2 files  primary" in printed
    assert "  uv  Python  uv.lock\n" in printed
    assert 'fastapi  web  pyproject.toml:4  "fastapi>=0.110",' in printed
    assert "Documentation (20)" in printed
    assert "… and 12 more; --json has all" in printed
    assert max(map(len, printed.splitlines()[1:])) < 80


def test_a_program_reads_every_fact(tmp_path: Path) -> None:
    """The keys are those of the facts; the gates are another command's."""
    facts = json.loads(run(str(build(tmp_path, SHOP)), "--json"))
    assert set(facts) == set(Facts._fields) - {"gates"}
    assert facts["languages"][0]["name"] == "Python"
    assert facts["package_managers"][0]["evidence"] == {"path": "uv.lock", "line": 0, "text": "uv.lock"}
    assert "ignored.txt" not in facts["files"]


def test_in_a_repository_git_lists_the_files(tmp_path: Path) -> None:
    """A tracked file counts although it is ignored, and a folder below the root shows its own part."""
    build(tmp_path, SHOP | {"api/go.mod": "module a\n", "api/main.go": "package main\n"})
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "add", "-f", "ignored.txt"], check=True)
    assert "ignored.txt" in json.loads(run(str(tmp_path), "--json"))["files"]
    below = json.loads(run(str(tmp_path / "api"), "--json"))
    assert (below["files"], below["languages"][0]["name"]) == (["go.mod", "main.go"], "Go")


def test_strange_names_never_reach_the_terminal(tmp_path: Path) -> None:
    """Control characters are shown in words, and names that are no text are still printed."""
    build(tmp_path, {"\x1b[31mred\n.md": "a\n"})
    (tmp_path / os.fsdecode(b"bad\xff.md")).write_text("a\n")
    printed = run(str(tmp_path))
    assert "\x1b" not in printed
    assert "\\x1b[31mred\\n.md" in printed
    assert len(json.loads(run(str(tmp_path), "--json"))["files"]) == 2


@pytest.mark.parametrize("below", ["", "a" * 60, "a" * 60 + "/" + "b" * 90])
def test_an_empty_folder_is_no_error(tmp_path: Path, below: str) -> None:
    """There is nothing to say, and that is said: a long path loses its beginning, never the count."""
    (tmp_path / below).mkdir(parents=True, exist_ok=True)
    said = run(str(tmp_path / below))
    assert said.endswith(": 0 files\n")
    assert len(said.rstrip("\n")) < 80
