"""Which agents there are, whose definition wins, and what an unknown name is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.agents.registry import load_registry
from agent_baton.errors import NotFound

SHIPPED = len(load_registry())


def write(root: Path, name: str, text: str = "", where: str = ".claude/agents") -> Path:
    path = root / where / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or f"---\nname: {name}\ndescription: {root.name}'s own\n---\nBrief.\n")
    return path


def test_project_wins_over_user_over_shipped(tmp_path: Path) -> None:
    """Of three definitions of one name the project's counts, then the user's; others stay as shipped."""
    home, project = tmp_path / "home", tmp_path / "project"
    write(home, "auditor")
    write(home, "debugger")
    write(project, "auditor")
    registry = load_registry(project, home)
    assert (registry.get("auditor").origin, registry.get("debugger").origin) == ("project", "user")
    assert registry.get("architect").origin == "shipped"
    assert len(registry) == SHIPPED


def test_a_bad_file_is_a_problem_and_hides_nothing(tmp_path: Path) -> None:
    """A broken override is reported with its line, and the shipped agent stays in force."""
    path = write(tmp_path, "auditor", "---\nname: auditor\ndescription: x y\nmodle: opus\n---\nBrief.\n")
    registry = load_registry(tmp_path, None)
    assert registry.get("auditor").origin == "shipped"
    assert [str(problem) for problem in registry.problems] == [
        f"{path}:4: error: unknown key 'modle'; Claude Code ignores it; did you mean 'model'?"
    ]


def test_folders_below_count_and_a_readme_does_not(tmp_path: Path) -> None:
    """Agents may lie in folders, as Claude Code finds them there; a README among them is none."""
    write(tmp_path, "payments", where=".claude/agents/team")
    write(tmp_path, "README", "About our agents.")
    registry = load_registry(tmp_path, None)
    assert "payments" in registry
    assert registry.problems == ()


def test_the_same_name_twice_in_one_place(tmp_path: Path) -> None:
    """Of two files with one name the first in path order counts, and the other is reported."""
    write(tmp_path, "a", "---\nname: twin\ndescription: first one\n---\nBrief.\n")
    write(tmp_path, "b", "---\nname: twin\ndescription: second one\n---\nBrief.\n")
    registry = load_registry(tmp_path, None)
    assert registry.get("twin").description == "first one"
    assert "name 'twin' is taken by" in registry.problems[0].message


def test_home_as_project_is_read_once(tmp_path: Path) -> None:
    """Working in the home directory does not make each of the user's agents a duplicate."""
    write(tmp_path, "mine")
    registry = load_registry(tmp_path, tmp_path)
    assert registry.get("mine").origin == "user"
    assert registry.problems == ()


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("code-revewer", "code-reviewer"),
        ("backend-python", "backend-engineer--python"),
        ("python-backend-engineer", "backend-engineer--python"),
        ("Auditor", "auditor"),
        ("databse-engineer", "database-engineer"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(asked: str, meant: str) -> None:
    """A typo and a name with its words in another order lead to the right agent."""
    with pytest.raises(NotFound, match=f"no agent '{asked}'; did you mean .*'{meant}'"):
        load_registry().get(asked)


def test_nothing_near_is_not_guessed() -> None:
    """Without a near name, the list is named instead."""
    with pytest.raises(NotFound, match="no agent 'zzz'; all of them: baton agents list"):
        load_registry().get("zzz")
