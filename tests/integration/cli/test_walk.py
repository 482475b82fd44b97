"""The walk of the contract on a FastAPI example, as a user types it, and what the screen says."""

from __future__ import annotations

import json
import os
import pwd
import re
from pathlib import Path

import pytest

from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "walk"
PYPROJECT = """[project]
name = "shop"
version = "0.1"
requires-python = ">=3.10"
dependencies = ["fastapi>=0.100", "uvicorn"]
[tool.pytest.ini_options]
testpaths = ["tests"]
"""
APP = """from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
"""
TEST = """from pathlib import Path


def test_the_app_logs():
    assert "print(" not in Path("app/main.py").read_text()
"""


@pytest.fixture
def shop(repo: Repo) -> Repo:
    repo.write("pyproject.toml", PYPROJECT)
    repo.write("app/__init__.py", "")
    repo.write("app/main.py", APP)
    repo.write("tests/test_app.py", TEST)
    repo.write(".gitignore", "__pycache__/\n.pytest_cache/\n")
    repo.commit("A small shop")
    return repo


def settled(text: str) -> str:
    """Without what differs from run to run: ids, commits, times."""
    for pattern, word in (
        (r"task-[a-z-]+-[0-9a-f]{4}", "TASK"),
        (r"\b[0-9a-f]{12,40}\b", "COMMIT"),
        (r"\d{4}-\d\d-\d\dT[\d:]+Z", "TIME"),
        (r"Elapsed: \d+s", "Elapsed: Ns"),
        (r"\(\d+\.\d s\)", "(N s)"),
        (r"in \d+\.\d\d?s?\b", "in N"),
        (r"after \d+ s", "after N s"),
        (r" in \d+\.\d s", " in N s"),
    ):
        text = re.sub(pattern, word, text)
    return text


def golden(name: str, text: str) -> None:
    """Compare with tests/golden/walk/NAME.txt; written there when it is missing."""
    path = GOLDEN / f"{name}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(settled(text), encoding="utf-8")
    assert settled(text) == path.read_text(encoding="utf-8")


def test_the_walk(shop: Repo) -> None:
    """Plan, start, dispatch, record, red gate, repair, green gate, review, complete."""
    planned = shop.baton(
        "plan", "Add request logging middleware to the FastAPI app", "--save", "--explain"
    ).stdout
    for words in (
        "Task: Add request logging",
        "Task ID: task-",
        "Risk: ",
        "Phase 1:",
        "1.1 backend-engineer--python [sonnet]",
        "Gate (test): ",
        "Why",
    ):
        assert words in planned
    assert "fastapi" in planned, "the framework is seen in pyproject.toml"
    document = json.loads((shop.path / ".claude/team-context/plan.json").read_text())
    markdown = (shop.path / ".claude/team-context/plan.md").read_text()
    assert document["task_id"] in markdown
    assert len(document["task_id"]) <= 32
    assert shop.git("status", "--porcelain") == "", "nothing of ours shows in git"
    steps = [step["step_id"] for phase in document["phases"] for step in phase["steps"]]

    started = shop.baton("execute", "start")
    golden(
        "start",
        re.sub(r"--- Delegation Prompt ---.*?--- End Prompt ---", "…", started.stdout, flags=re.DOTALL),
    )
    assert "baseline: green" in started.stderr
    golden(
        "dispatched",
        shop.baton("execute", "dispatched", "--step-id", "1.1", "--agent", "backend-engineer--python").stdout,
    )
    shop.write("app/main.py", APP.replace("    return", '    print("request")\n    return'))
    commit = shop.commit("log requests")
    recorded = shop.baton(
        "execute", "record", "--step-id", "1.1", "--agent", "backend-engineer--python", "--status", "complete",
        "--outcome", "added the middleware", "--files", "app/main.py,app/log.py", "--commit", commit,
    )  # fmt: skip
    golden("record", recorded.stdout)
    assert shop.baton("execute", "record", "--step-id", "1.1", "--status", "done", code=2).stdout == ""
    for step_id in [step_id for step_id in steps if step_id.startswith("1.")][1:]:
        shop.baton("execute", "record", "--step-id", step_id, "--status", "complete", "--outcome", "done")
    red = shop.baton("execute", "gate", "--phase-id", "1", "--run", code=1)
    golden("gate-red", red.stdout)
    assert "1 failed" in red.stderr, "the gate's own output is streamed"
    assert "(Build) is red, and it was green before: exit" in shop.json("execute", "next")["prompt"]
    repair = shop.baton("execute", "next").stdout
    assert "Step: 1.r1" in repair
    assert "test_the_app_logs" in repair
    shop.write("app/main.py", APP.replace("app = FastAPI()", "app = FastAPI()  # logs through middleware"))
    shop.commit("log through middleware")
    shop.baton(
        "execute", "record", "--step-id", "1.r1", "--status", "complete", "--outcome", "moved to middleware"
    )
    golden("gate-green", shop.baton("execute", "gate", "--phase-id", "1", "--run").stdout)
    finish(shop)


def finish(shop: Repo) -> None:
    """Drive what is left with the simplest obedience, then look back."""
    for _ in range(20):
        action = shop.json("execute", "next", code=None)
        if action["action"] == "DISPATCH":
            shop.baton(
                "execute",
                "record",
                "--step-id",
                action["step"],
                "--status",
                "complete",
                "--outcome",
                "looked at it",
            )
        elif action["action"] == "GATE":
            result = shop.baton(
                "execute", "gate", "--phase-id", str(action["phase"]), "--result", "pass"
            ).stdout
            golden("gate-reported", re.sub(r"phase \d+", "phase N", result))
        elif action["action"] == "APPROVAL":
            shop.baton("execute", "approve", "--phase-id", str(action["phase"]), "--result", "approve")
        else:
            break
    task_id = action["task_id"]
    done = shop.baton("execute", "complete").stdout
    assert re.fullmatch(
        rf"Task {task_id} completed\.\nSteps: (\d+)/\1 \| Gates passed: \d+( \(1 reported, not verified\))? \| Elapsed: \d+s\n"
        rf"Trace: (\S+)\nRetrospective: (\S+)\n",
        done,
    )
    trace = json.loads((shop.path / f".claude/team-context/traces/{task_id}.json").read_text())
    assert trace["status"] == "complete"
    assert [run["result"] for run in trace["phases"][0]["gate_runs"]] == ["fail", "pass"]
    assert trace["phases"][0]["steps"][0]["attempts"][0]["evidence"]["verdict"] == "mismatch"
    retrospective = (shop.path / f".claude/team-context/retrospectives/{task_id}.md").read_text()
    assert "claimed did not change: 'app/log.py'" in retrospective
    assert "gate of phase 1 red at run 1" in retrospective
    assert "evidence: strict" in retrospective
    assert "Claims" not in shop.baton("execute", "list", "--all").stdout
    assert shop.baton("journal", "verify").stdout.startswith("whole: 1 task,")
    story = shop.baton("story", task_id).stdout
    assert "the claim is NOT what git says" in story
    assert "backend-engineer--python" in shop.baton("dashboard").stdout
    assert json.loads(shop.baton("dashboard", "--json").stdout)["false_claims"] == 1


def test_strict_evidence_refuses_a_false_claim(shop: Repo) -> None:
    shop.write(".claude/baton.yaml", "evidence: strict\n")
    shop.baton("plan", "Add request logging middleware to the FastAPI app", "--save")
    shop.baton("execute", "start", "--no-baseline")
    ran = shop.baton(
        "execute", "record", "--step-id", "1.1", "--status", "complete", "--commit", "deadbeef", code=4
    )
    assert "evidence: strict" in ran.stderr
    assert (
        "Already"
        not in shop.baton(
            "execute", "record", "--step-id", "1.1", "--status", "failed", "--outcome", "no commit"
        ).stdout
    )


def test_a_task_goes_on_on_another_machine(shop: Repo, tmp_path: Path) -> None:
    """Exported, taken in elsewhere with its chain verified, and resumed there at the same step."""
    shop.baton("plan", "Add request logging middleware to the FastAPI app", "--save")
    shop.baton("execute", "start", "--no-baseline")
    shop.baton("execute", "dispatched", "--step-id", "1.1")
    task_id = shop.json("execute", "status")["task_id"]
    exported = tmp_path / "task.jsonl"
    shop.baton("journal", "export", task_id, "--to", str(exported))
    other = Repo(tmp_path / "other machine", tmp_path / "home2")
    assert "taken in" in other.baton("journal", "import", str(exported)).stdout
    assert "0 events taken in" in other.baton("journal", "import", str(exported)).stdout
    resumed = other.baton("execute", "resume", BATON_SESSION="there").stdout
    assert "Step: 1.1" in resumed
    assert "Attempt: 2" in resumed
    exported.write_text(exported.read_text().replace("request logging", "request jogging"))
    assert "not whole" in other.baton("journal", "import", str(exported), code=4).stderr


def test_a_red_gate_ends_with_1_also_when_what_comes_next_is_a_repair(repo: Repo) -> None:
    """A script that asks for the next action in the same breath still sees that the gate failed."""
    repo.save_plan(plan(phase(1, step("1.1"), gate="test -e made.txt"), phase(2, step("2.1"))))
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete")
    red = repo.baton("execute", "gate", "--phase-id", "1", "--run", "--next", code=1)
    assert "Step: 1.r1" in red.stdout
    told = repo.baton("execute", "status", USER="", LOGNAME="").stdout
    assert "2.1 dev (pending)" in told, "nothing can begin in a phase that is not due"


def test_a_phase_is_added_with_a_gate_of_its_own(repo: Repo) -> None:
    """And nobody's gate but its own."""
    repo.save_plan(plan(phase(1, step("1.1"))))
    repo.baton("execute", "start", "--no-baseline")
    added = ("--add-phase", "Docs", "--agent", "technical-writer", "--add-step", "Describe it")
    said = repo.baton("execute", "amend", *added, "--gate-command", "true", USER="", LOGNAME="").stdout
    assert "Amended: 1 change" in said
    first, second = repo.json("execute", "status")["phases"]
    assert (first["gate_command"], second["gate_command"]) == ("true-ish", "true")
    told = repo.baton("story").stdout
    assert f"{pwd.getpwuid(os.getuid()).pw_name} amends the plan: add phase 2" in told, (
        "an account has a name"
    )


def test_a_gate_named_anew_before_any_work_has_a_baseline_too(repo: Repo) -> None:
    """Red later is a regression, and what the agent is to make pass is the gate there is."""
    repo.write("whole.txt", "whole")
    repo.commit("whole")
    repo.save_plan(plan(phase(1, step("1.1", acceptance=["`sh none.sh` passes"]), gate="sh none.sh")))
    assert "RED before any work" in repo.baton("execute", "start").stderr
    said = repo.baton("execute", "amend", "--phase-id", "1", "--gate-command", "test -e whole.txt", "--next")
    assert "baseline: green" in said.stderr
    assert "- `test -e whole.txt` passes" in said.stdout
    repo.git("rm", "-q", "whole.txt")
    commit = repo.commit("broken")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", "--commit", commit)
    red = repo.baton("execute", "gate", "--phase-id", "1", "--run", code=1)
    assert "red, and it was green before" in red.stdout
    later = repo.baton("execute", "amend", "--phase-id", "1", "--gate-command", "true")
    assert "baseline" not in later.stderr, "what it says now is not how it was before any work"
