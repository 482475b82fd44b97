"""`baton gates` in real repositories: what it lists, what a trial run says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from agent_baton.app.try_gates import gates_to_try, repository_gates, try_gates
from agent_baton.planner.facts import Evidence, Facts, GateCandidate
from agent_baton.planner.gatefind import choose_gates
from tests.support.repo import Repo

WIDTH = 80


def write_python(repo: Repo, body: str = "self.assertTrue(True)") -> None:
    repo.write("pkg/__init__.py", "")
    repo.write("tests/__init__.py", "")
    repo.write(
        "tests/test_a.py",
        f"import unittest\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        {body}\n",
    )
    repo.commit("Add a package")


def gate(command: str, kind: str = "test") -> GateCandidate:
    return GateCandidate(kind, command, "", "high", Evidence("Makefile", 1, ""), "Because.")  # type: ignore[arg-type]


def test_the_look_and_the_search_agree(repo: Repo) -> None:
    """Facts of a real look carry the gates, with evidence that really stands in the named line."""
    write_python(repo)
    repo.write(
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  t:\n    steps:\n      - run: python -m unittest discover -s tests\n",
    )
    facts = repository_gates(str(repo.path))
    best = choose_gates(facts)["test"]
    assert best.command == "python -m unittest discover -s tests"
    assert (best.evidence.path, best.evidence.line) == (".github/workflows/ci.yml", 5)
    assert best.evidence.text == "- run: python -m unittest discover -s tests"


def test_the_list_fits_a_terminal(repo: Repo) -> None:
    """Every line of the listing is within 80 columns; --json has every field."""
    write_python(repo)
    repo.write(
        "Makefile",
        "test:\n\tpython -m unittest discover -s tests -t . --a-long-option-"
        + "x" * 60
        + "\nlint:\n\tpyflakes pkg\n",
    )
    shown = repo.baton("gates")
    assert shown.returncode == 0
    assert "make test" in shown.stdout
    assert all(len(line) <= WIDTH for line in shown.stdout.splitlines())
    listed = json.loads(repo.baton("gates", "--json").stdout)
    assert {each["kind"] for each in listed["gates"]} >= {"test", "lint"}
    assert listed["missing_tests"] is None
    assert set(listed["gates"][0]) == {"kind", "command", "member", "confidence", "evidence", "reason"}


def test_a_repository_without_tests_is_told_so(repo: Repo) -> None:
    """No test: the list begins with what a plan would set up."""
    repo.write("pkg/__init__.py", "x = 1\n")
    shown = repo.baton("gates")
    assert "There are no Python tests" in shown.stdout
    assert json.loads(repo.baton("gates", "--json").stdout)["missing_tests"]["framework"] == "pytest"


def test_trying_a_green_and_a_red_gate(repo: Repo) -> None:
    """Exit code 0 when all are green, 1 with the end of the output when one is not."""
    write_python(repo)
    repo.write("Makefile", f"test:\n\t{sys.executable} -m unittest discover -s tests -t .\n")
    green = repo.baton("gates", "try", "--kind", "test")
    assert (green.returncode, green.stdout.split(":")[0]) == (0, "green")
    write_python(repo, "self.fail('broken here')")
    red = repo.baton("gates", "try", "--kind", "test", "--json", code=1)
    trial = json.loads(red.stdout)["trials"][0]
    assert (red.returncode, trial["verdict"]) == (1, "red")
    assert "broken here" in trial["tail"]


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("no-such-program-anywhere", "missing-tool"),
        ("python -m no_such_module_anywhere", "missing-tool"),
        ("python -m unittest discover -s empty", "no-tests"),
        ("exit 3", "red"),
        ("true", "green"),
    ],
)
def test_what_a_trial_says(command: str, verdict: str, tmp_path: Path) -> None:
    """Each way a run can end has its word."""
    (tmp_path / "empty").mkdir()
    command = command.replace("python ", f"{sys.executable} ", 1)
    (trial,) = try_gates(Facts(str(tmp_path), ()), [gate(command)], 60)
    assert trial.verdict == verdict


def test_a_gate_that_hangs_is_ended(tmp_path: Path) -> None:
    """A gate beyond its time is ended with everything it started."""
    (trial,) = try_gates(Facts(str(tmp_path), ()), [gate("sleep 600 & sleep 600")], 0.2)
    assert trial.verdict == "timed-out"


def test_only_the_asked_kinds_are_tried(repo: Repo) -> None:
    """--kind narrows what is run; the order stays test, lint, types, build."""
    write_python(repo)
    repo.write("Makefile", "test:\n\tpython -m unittest discover -s tests -t .\nlint:\n\tpyflakes pkg\n")
    facts = repository_gates(str(repo.path))
    assert [each.kind for each in gates_to_try(facts)] == ["test", "lint"]
    assert [each.command for each in gates_to_try(facts, ["lint"])] == ["make lint"]


def test_outside_of_a_repository_it_is_refused(repo: Repo, tmp_path: Path) -> None:
    """No repository, no gates: exit code 3 and a message, no traceback."""
    outside = tmp_path / "outside"
    outside.mkdir()
    shown = repo.baton("gates", code=3, cwd=outside)
    assert shown.returncode == 3
    assert "Traceback" not in shown.stderr
