"""`baton learn` and `baton scores`, through the command line, on made-up histories."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.histories import write_journal
from tests.support.repo import Repo

LEARNED = ".claude/baton.learned.yaml"


@pytest.fixture
def past(repo: Repo) -> Repo:
    """A repository with a year of tasks behind it, in which one gate fails the same way again and again."""
    repo.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\ndependencies = ["pytest"]\n')
    repo.write("shop/__init__.py", "")
    repo.write("tests/test_shop.py", "def test_shop():\n    assert True\n")
    repo.commit("shop")
    state = repo.path / ".claude/team-context"
    state.mkdir(parents=True)
    (state / ".gitignore").write_text("*\n")
    write_journal(state / "baton.db", 60, steps=6, failures=1)
    return repo


def proposals(repo: Repo, *args: str) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in repo.json("learn", *args)["proposals"]}


def test_a_fresh_repository_has_nothing_to_learn(repo: Repo) -> None:
    """No journal, no proposals, no files."""
    assert repo.baton("learn").stdout == "nothing to propose from 0 ended tasks\n"
    assert repo.baton("scores").stdout == "no finished task yet\n"
    assert repo.baton("learn", "list").stdout == "nothing was decided yet\n"
    assert not (repo.path / ".claude").exists()


def test_from_proposal_to_plan_and_back(past: Repo) -> None:
    """Shown with its effect on past plans, applied, at work in the next plan with the reason, reverted, gone."""
    task = ("plan", "Add a discount to the shop", "--task-type", "new-feature", "--json")
    before = past.baton(*task).stdout
    found = proposals(past)
    chosen = next(item for item in found.values() if item["kind"] == "brief")
    shown = past.json("learn", "show", chosen["id"], "--replay", "30")
    assert len(shown["replay"]) == 30 and any(item["changes"] for item in shown["replay"])
    assert not (past.path / LEARNED).exists()

    past.baton("learn", "apply", chosen["id"])
    document = yaml.safe_load((past.path / LEARNED).read_text())
    assert [(entry["id"], entry["status"], entry["by"]) for entry in document["learned"]] == [
        (chosen["id"], "applied", "ann")
    ]
    assert chosen["id"] not in proposals(past)
    after = past.baton(*task).stdout
    assert "Learned: step" in after and "it failed in earlier tasks with: 1 failed" in after
    assert "Learned:" not in before

    past.baton("learn", "revert", chosen["id"], "--reason", "fixed")
    assert "Learned:" not in past.baton(*task).stdout
    assert chosen["id"] in proposals(past)
    past.baton("learn", "revert", chosen["id"], code=4)


def test_what_was_rejected_is_not_proposed_again(past: Repo) -> None:
    """The reason is kept with it, without the secrets in it: the file is for git."""
    chosen = next(iter(proposals(past)))
    past.baton("learn", "reject", chosen, "--reason", "known and fine, password=correcthorse99")
    assert chosen not in proposals(past)
    assert "known and fine, password=[redacted:password]" in (past.path / LEARNED).read_text()


def test_applied_things_are_scored(past: Repo) -> None:
    """Right after, there is too little to say."""
    chosen = next(item["id"] for item in proposals(past).values() if item["kind"] == "brief")
    past.baton("learn", "apply", chosen)
    listed = past.json("learn", "list")["learned"]
    assert listed[0]["score"]["verdict"] == "too few to say" and listed[0]["score"]["before"]["hits"] >= 3
    assert "too few to say" in past.baton("learn", "list").stdout


def test_auto_applies_calibration_only(past: Repo) -> None:
    """Whatever else is proposed waits."""
    kinds = {item["kind"] for item in proposals(past).values()}
    answer = past.json("learn", "--auto")
    assert {item["kind"] for item in answer["applied"]} == kinds & {"forecast"}
    assert {item["kind"] for item in answer["proposals"]} == kinds - {"forecast"}


def test_scores_are_alphabetical_and_say_what_is_too_little(past: Repo) -> None:
    """No ranking; every share comes with its interval."""
    agents = past.json("scores")["agents"]
    assert [item["agent"] for item in agents] == sorted(item["agent"] for item in agents) and agents
    assert all(item["interval"][0] <= item["hits"] / item["total"] <= item["interval"][1] for item in agents)


@pytest.mark.parametrize(
    "text", ["version: 2\nlearned: []\n", "learned: [", "version: 1\nlearned: [{id: x}]\n", "- 1\n"]
)
def test_a_learned_file_that_baton_did_not_write(past: Repo, text: str) -> None:
    """It is named and nothing is planned by half of it."""
    past.write(LEARNED, text)
    assert LEARNED in past.baton("plan", "Add a discount", "--save", code=2).stderr
    assert LEARNED in past.baton("learn", code=2).stderr


def test_unknown_ids(past: Repo) -> None:
    """Exit 3, with where to look."""
    assert "baton learn` lists them" in past.baton("learn", "apply", "nonsense", code=3).stderr
    past.baton("learn", "revert", "nonsense", code=3)
