"""Gates of monorepos, and which of them a step gets."""

from __future__ import annotations

import json
from pathlib import Path

from agent_baton.planner.gatefind import choose_gates, find_gates
from agent_baton.records import replace
from tests.unit.planner.gatefind.synthetic import facts_of

PACKAGES = {
    "package.json": json.dumps({"workspaces": ["packages/*"], "scripts": {"test": "npm test --workspaces"}}),
    "packages/a/package.json": '{"name": "a", "scripts": {"test": "node --test"}}',
    "packages/a/a.test.js": "",
    "packages/b/package.json": '{"name": "b", "scripts": {"test": "node --test", "lint": "standard"}}',
    "packages/b/b.test.js": "",
    "packages/c/package.json": '{"name": "c"}',
}
MEMBERS = {"packages/a": "a", "packages/b": "b", "packages/c": "c"}


def test_the_whole_by_default(tmp_path: Path) -> None:
    """Without a touched path the repository's own gates are chosen."""
    facts = facts_of(tmp_path, PACKAGES, "JavaScript", MEMBERS)
    assert choose_gates(facts)["test"].command == "npm test"
    assert choose_gates(facts)["test"].member == ""


def test_the_members_a_step_touches(tmp_path: Path) -> None:
    """A step inside one member is gated by it; inside two by both; else by the whole."""
    facts = facts_of(tmp_path, PACKAGES, "JavaScript", MEMBERS)
    one = choose_gates(facts, ["packages/a/x.js", "packages/a"])
    assert (one["test"].command, one["test"].member) == ("cd packages/a && npm test", "packages/a")
    two = choose_gates(facts, ["packages/a/x.js", "packages/b/y.js"])["test"]
    assert two.command == "(cd packages/a && npm test) && (cd packages/b && npm test)"
    assert choose_gates(facts, ["packages/a/x.js", "tools/y.js"])["test"].command == "npm test"
    assert choose_gates(facts, ["packages/c/x.js"])["test"].command == "npm test"


def test_members_together_when_the_root_offers_nothing(tmp_path: Path) -> None:
    """A few members without a root command are tested one after the other."""
    files = {
        "a/Rakefile": "task :test do\nend\n",
        "a/test/test_a.rb": "",
        "b/Rakefile": "task :test do\nend\n",
        "b/test/test_b.rb": "",
    }
    facts = facts_of(tmp_path, files, "Ruby", {"a": "a", "b": "b"})
    assert choose_gates(facts)["test"].command == "(cd a && rake test) && (cd b && rake test)"


def test_members_by_the_roots_tool(tmp_path: Path) -> None:
    """Gradle, Maven and Cargo run a member by its name."""
    gradle = {
        "gradlew": "",
        "settings.gradle": "",
        "libs/x/build.gradle": "",
        "libs/x/src/test/java/ATest.java": "",
    }
    facts = facts_of(tmp_path / "g", gradle, "Java", {"libs/x": "x"})
    assert choose_gates(facts, ["libs/x/A.java"])["test"].command == "./gradlew :libs:x:test"
    maven = {"pom.xml": "", "x/pom.xml": "", "x/src/test/java/ATest.java": ""}
    facts = facts_of(tmp_path / "m", maven, "Java", {"x": "x"})
    assert choose_gates(facts, ["x/A.java"])["test"].command == "mvn -pl x -am test"
    cargo = {"Cargo.toml": "[workspace]\n", "x/Cargo.toml": "", "x/src/lib.rs": "#[test]\n"}
    facts = facts_of(tmp_path / "c", cargo, "Rust", {"x": "x"})
    assert choose_gates(facts, ["x/src/lib.rs"])["test"].command == "cargo test -p x"


def test_projects_below_the_root_without_a_workspace(tmp_path: Path) -> None:
    """backend/ and frontend/ side by side still give a test gate."""
    files = {
        "backend/pyproject.toml": "[tool.pytest.ini_options]\n",
        "backend/tests/test_a.py": "import pytest\n",
    }
    assert (
        choose_gates(facts_of(tmp_path, files, "Python"))["test"].command
        == "cd backend && python -m pytest tests"
    )


def test_ready_made_candidates_are_used(tmp_path: Path) -> None:
    """Facts that already hold their gates are not searched again."""
    facts = facts_of(tmp_path, PACKAGES, "JavaScript", MEMBERS)
    only = find_gates(facts)[:1]
    assert choose_gates(replace(facts, gates=only)) == {only[0].kind: only[0]}


def test_same_repository_same_gates(tmp_path: Path) -> None:
    """The search is a function of the files: the same answer in the same order."""
    facts = facts_of(tmp_path, PACKAGES, "JavaScript", MEMBERS)
    assert find_gates(facts) == find_gates(facts)
