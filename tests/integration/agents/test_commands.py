"""`baton agents` and `baton route`, as a person and as Claude Code call them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.repo import Repo

GOLDEN = Path(__file__).parents[2] / "golden" / "agents"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A small FastAPI project."""
    made = Repo(tmp_path / "project", tmp_path / "home")
    made.write(
        "pyproject.toml",
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["fastapi", "sqlalchemy"]\n[project.optional-dependencies]\ntest = ["pytest"]\n'
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
    )
    made.write("shop/main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n")
    made.write("tests/test_main.py", "def test_app():\n    assert True\n")
    made.commit("A shop")
    return made


def golden(name: str, text: str) -> None:
    """Compare with the recorded text; BATON_GOLDEN=write records it anew."""
    path = GOLDEN / name
    if os.environ.get("BATON_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_check_names_file_line_and_cure(repo: Repo) -> None:
    """Faults are printed with file, line and what would be right; a file with an error makes exit 1."""
    repo.write(
        ".claude/agents/a.md",
        "---\nname: a\ndescription: does a\nmodle: opus\ntools: Read, Gerp\n---\nBrief.\n",
    )
    repo.write(".claude/agents/b.md", "---\nname: b\npermissionMode: wild\n---\nBrief.\n")
    repo.write(".claude/agents/c.md", "---\nname: c\ndescription: Use it: always\n---\nBrief.\n")
    golden("check.txt", repo.baton("agents", "check", ".claude/agents", code=1).stdout)
    answer = repo.json("agents", "check", ".claude/agents/c.md")
    assert [problem["severity"] for problem in answer["problems"]] == ["warning"]


def test_list_shows_where_an_agent_comes_from(repo: Repo) -> None:
    """The list has every agent once, with its origin, and problems on stderr only."""
    repo.write(
        ".claude/agents/auditor.md", "---\nname: auditor\ndescription: ours\ntools: Read\n---\nBrief.\n"
    )
    repo.write(".claude/agents/bad.md", "---\nname: bad\n---\nBrief.\n")
    ran = repo.baton("agents", "list")
    assert [line.split()[:3] for line in ran.stdout.splitlines() if line.startswith("auditor")] == [
        ["auditor", "project", "-"]
    ]
    assert "bad.md:1: error: missing required key 'description'" in ran.stderr
    agents = repo.json("agents", "list")["agents"]
    assert len({agent["name"] for agent in agents}) == len(agents)


def test_list_outside_a_repository(repo: Repo, tmp_path: Path) -> None:
    """Without a repository, the user's and the shipped agents are listed all the same."""
    (tmp_path / "home" / ".claude" / "agents").mkdir(parents=True)
    (tmp_path / "home" / ".claude" / "agents" / "mine.md").write_text(
        "---\nname: mine\ndescription: my own\n---\nBrief.\n"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert "mine" in repo.baton("agents", "list", cwd=elsewhere).stdout


def test_show_and_reference(repo: Repo) -> None:
    """An agent and a procedure are printed; an unknown one is exit 3 with the nearest."""
    assert "## What good looks like" in repo.baton("agents", "show", "debugger").stdout
    assert repo.baton("agents", "reference", "git").stdout.startswith("# Git")
    assert "did you mean 'debugger'" in repo.baton("agents", "show", "debuger", code=3).stderr
    assert "no reference 'gti'" in repo.baton("agents", "reference", "gti", code=3).stderr


def test_guard_speaks_claude_codes_hook_protocol(repo: Repo) -> None:
    """Exit 0 lets a reading command through; exit 2 refuses, with the reason on stderr, also for a broken call."""
    repo.baton("agents", "guard", stdin=json.dumps({"tool_input": {"command": "git diff | head"}}))
    refused = repo.baton("agents", "guard", stdin=json.dumps({"tool_input": {"command": "rm -rf ."}}), code=2)
    assert "this agent only reads: 'rm'" in refused.stderr
    assert refused.stdout == ""
    for broken in ("", "[]", '{"tool_input": {}}', '{"tool_input": {"command": 3}}'):
        repo.baton("agents", "guard", stdin=broken, code=2)


def test_create_writes_a_valid_agent_that_knows_the_repository(repo: Repo) -> None:
    """The new agent is made from the role's flavour of this stack, says what was read here, and passes the check."""
    ran = repo.baton(
        "agents", "create", "billing-engineer", "--role", "backend-engineer",
        "--description", "Implements and fixes invoices. Use for changes under billing/.",
    )  # fmt: skip
    text = (repo.path / ".claude" / "agents" / "billing-engineer.md").read_text()
    assert ran.stdout.startswith(text.rstrip())
    assert "(from backend-engineer--python)" in ran.stdout
    assert "fastapi" in text
    assert "pytest" in text
    repo.baton("agents", "check", ".claude/agents")
    shown = repo.json("agents", "show", "billing-engineer")
    assert (shown["origin"], shown["model"]) == ("project", "sonnet")


def test_create_never_overwrites(repo: Repo) -> None:
    """A second call with the same name is refused with exit 4, and the file stays as it was."""
    args = (
        "agents",
        "create",
        "checker",
        "--from",
        "code-reviewer",
        "--description",
        "Reviews our SQL for locks.",
    )
    repo.baton(*args)
    path = repo.path / ".claude" / "agents" / "checker.md"
    path.write_text(path.read_text() + "Mine.\n")
    before = path.read_bytes()
    assert "checker" in repo.baton(*args, code=4).stderr
    assert path.read_bytes() == before


def test_create_refuses_bad_input(repo: Repo) -> None:
    """A bad name, an unknown base or role, and a description that says nothing write no file."""
    says = ("--description", "Does one thing well.")
    repo.baton("agents", "create", "../evil", *says, code=2)
    repo.baton("agents", "create", "x", "--from", "backend-enginer", *says, code=3)
    repo.baton("agents", "create", "x", "--role", "wizard", *says, code=3)
    repo.baton("agents", "create", "x", "--description", "short", code=2)
    assert not (repo.path / ".claude" / "agents").exists()


def test_route_explains_the_crew(repo: Repo) -> None:
    """A task is shown its agents in the order of work, each with a reason; an empty task is exit 2."""
    golden("route.txt", repo.baton("route", "Add JWT authentication to the API").stdout)
    answer = repo.json("route", "Fix a typo in the README")
    assert [one["agent_name"] for one in answer["crew"]] == ["technical-writer"]
    assert all(one["reason"] for one in answer["crew"])
    repo.baton("route", "  ", code=2)


@pytest.mark.parametrize("command", [("agents",), ("agents", "create"), ("agents", "check"), ("route",)])
def test_help_has_an_example(repo: Repo, command: tuple[str, ...]) -> None:
    """Every help ends in something to type."""
    assert "Example:" in repo.baton(*command, "--help").stdout
