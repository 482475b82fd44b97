"""Policy packs, through the command line: what they add to plans, what they stop, and which packs are refused themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.repo import Repo

SHIPPED = ("personal-data", "production-infrastructure", "secure-coding")
PACK = """name: logs
description: log lines are read by the people who run it
enforcement: {enforcement}
when:
  words: [logging]
then:
  agents: [auditor]
  gates: [{{command: "grep -rq log ."}}]
  approval: plan
  evidence: strict
"""


def pack(repo: Repo, text: str, name: str = "logs") -> None:
    repo.write(f".claude/packs/{name}/pack.yaml", text)


def plan(repo: Repo, task: str) -> dict[str, Any]:
    repo.baton("plan", task, "--save", "--force")
    document: dict[str, Any] = json.loads((repo.path / ".claude/team-context/plan.json").read_text())
    return document


def agents(document: dict[str, Any]) -> list[str]:
    return [step["agent_name"] for phase in document["phases"] for step in phase["steps"]]


def test_a_required_pack_shapes_the_plan(repo: Repo) -> None:
    """Its agent, gate and approval are in the plan, with the reason; the plan passes its own lint; other tasks stay as they are."""
    pack(repo, PACK.format(enforcement="require"))
    made = plan(repo, "Add request logging to the service")
    assert agents(made)[-1] == "auditor"
    assert made["phases"][-1]["steps"][-1]["blocked_paths"] == ["**"]
    assert made["phases"][-1]["gate"]["command"].endswith("grep -rq log .")
    assert made["phases"][0]["approval_required"]
    assert any("Pack logs, as the task says 'logging'" in line for line in made["explanation"])
    assert "error" not in repo.baton("plan", "check").stdout
    other = plan(repo, "Fix a typo in the README")
    assert "auditor" not in agents(other) and not other["phases"][0]["approval_required"]


def test_an_advising_pack_only_speaks(repo: Repo) -> None:
    """`advise` changes nothing but the explanation."""
    pack(repo, PACK.format(enforcement="advise"))
    made = plan(repo, "Add request logging to the service")
    assert "auditor" not in agents(made)
    assert any(line.startswith("Pack logs advises") for line in made["explanation"])


def test_block_blocks(repo: Repo) -> None:
    """A plan without what a blocking pack demands is not started, and the refusal names each thing."""
    made = plan(repo, "Add request logging to the service")
    pack(repo, PACK.format(enforcement="block"))
    refused = repo.baton("execute", "start", "--no-baseline", code=4).stderr
    assert "demands a step by auditor" in refused
    assert "demands the gate `grep -rq log .`" in refused
    assert "demands approval before phase 1" in refused
    assert not (repo.path / ".claude/team-context/baton.db").exists()
    assert plan(repo, "Add request logging to the service") != made
    repo.baton("execute", "start", "--no-baseline")


def test_strict_evidence_comes_with_the_pack(repo: Repo) -> None:
    """A claim that git contradicts is refused where a pack says so, whatever the settings say."""
    pack(repo, PACK.format(enforcement="require"))
    repo.write(".claude/baton.yaml", "evidence: note\n")
    repo.commit("settings")
    step = plan(repo, "Add request logging to the service")["phases"][0]["steps"][0]
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "approve", "--phase-id", "1", "--result", "approve")
    repo.baton("execute", "dispatched", "--step-id", step["step_id"])
    claim = ("--status", "complete", "--files", "never.py")
    assert (
        "evidence: strict"
        in repo.baton("execute", "record", "--step-id", step["step_id"], *claim, code=4).stderr
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_packs_work(repo: Repo, name: str) -> None:
    """Each can be copied, is valid, does not touch everyday work, and is never overwritten."""
    repo.baton("packs", "init", name)
    assert repo.json("packs", "validate")["ok"]
    assert [item["name"] for item in repo.json("packs", "list")["packs"]] == [name]
    repo.baton("packs", "init", name, code=4)
    assert len(agents(plan(repo, "Fix a typo in the README"))) == 1


@pytest.mark.parametrize(
    ("name", "task", "agent"),
    [
        ("personal-data", "Store the patient's phone number with the order", "auditor"),
        ("production-infrastructure", "Move the load balancer to the new region", "auditor"),
        ("secure-coding", "Let users upload avatars", "security-reviewer"),
    ],
)
def test_the_shipped_packs_speak_where_they_should(repo: Repo, name: str, task: str, agent: str) -> None:
    """A task of their kind gets their agents, and the plan that baton makes can be started."""
    repo.baton("packs", "init", name)
    assert agent in agents(plan(repo, task))
    repo.baton("execute", "start", "--no-baseline")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: logs", "description is missing"),
        (PACK.format(enforcement="blok"), "'blok' is not one of"),
        (
            PACK.format(enforcement="block").replace("words: [logging]", 'paths: ["**"]'),
            "would block baton itself",
        ),
        (
            PACK.format(enforcement="block").replace("words: [logging]", "risk_at_least: LOW"),
            "would block baton itself",
        ),
        (PACK.format(enforcement="block").replace("auditor", "auditer"), "did you mean 'auditor'?"),
        (PACK.format(enforcement="block").replace("grep -rq log .", "baton execute next"), "wait for itself"),
        (PACK.format(enforcement="block").replace("grep -rq log .", "terraform apply"), "is no check"),
        (PACK.format(enforcement="block").replace("evidence", "evidense"), "did you mean 'evidence'?"),
        (PACK.format(enforcement="block").replace("words: [logging]", "words: []"), "about no task"),
        (
            PACK.format(enforcement="block") + "  rubric: ../../../README.md\n",
            "no file '../../../README.md' in the pack",
        ),
        ("name: [", "not valid YAML"),
        ("a" * 200_000, "must hold"),
    ],
)
def test_a_pack_that_cannot_be_relied_on(repo: Repo, text: str, said: str) -> None:
    """It is named with what is wrong; planning and starting are refused, and reading commands still work."""
    pack(repo, text)
    assert any(said in problem for problem in repo.json("packs", "validate", code=1)["problems"])
    assert said in repo.baton("plan", "Add request logging", "--save", code=2).stderr
    assert said in repo.baton("packs", "list").stdout
