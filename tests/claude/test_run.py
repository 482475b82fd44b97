"""`baton run` with real Claude Code agents: edits, commits, a red gate that is repaired, a limit, a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.claude.shop import GUIDE, RIGHT, WRONG, Shop, build, told_in_order
from tests.support.claude import every
from tests.support.literal import Job
from tests.support.model_server import Rule

DRIVER = [sys.executable, "-c", "from agent_baton.cli.entry import main; main()"]


def unattended(shop: Shop, **jobs: Sequence[Job]) -> str:
    """The plan of the shop, started, and a model that plays its agents; the task id."""
    shop.jobs({name.replace("_", "."): given for name, given in jobs.items()})
    shop.server.script.rules = [Rule("", shop.workers)]
    return shop.begin(build())


def run(shop: Shop, task_id: str, *args: str, code: int = 0) -> str:
    """One `baton execute run`, to its end."""
    environment = {**shop.env, "PATH": f"{os.path.dirname(shop.binary)}:{shop.env['PATH']}"}
    line = [*DRIVER, "execute", "run", "--runtime", "claude", "--task-id", task_id, *args]
    ran = subprocess.run(
        line, cwd=shop.repo.path, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert ran.returncode == code, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def in_branch(shop: Shop, task_id: str) -> dict[str, str]:
    names = ("shop.py", "docs/discounts.md")
    return {name: shop.repo.git("show", f"baton/{task_id}/task:{name}") + "\n" for name in names}


@pytest.mark.parametrize("binary", every())
def test_from_plan_to_branch(shop: Shop) -> None:
    """Two real agents at once, each in a tree of its own; a red gate, its repair; measured cost; the checkout untouched."""
    task_id = unattended(shop, **{"1_1": [Job({"shop.py": WRONG})], "1_r1": [Job({"shop.py": RIGHT})]})
    before = shop.repo.git("rev-parse", "HEAD")
    run(shop, task_id)
    assert in_branch(shop, task_id) == {"shop.py": RIGHT, "docs/discounts.md": GUIDE}
    assert shop.repo.git("rev-parse", "HEAD") == before and shop.repo.git("status", "--porcelain") == ""
    told_in_order(
        shop.told(),
        "gate of phase 1 is RED",
        "step 1.r1",
        "gate of phase 1 passes (verified",
        "completed after",
    )
    status = shop.repo.json("execute", "status", "--task-id", task_id)
    assert status["status"] == "complete"
    assert shop.told("SessionBound") == [] and shop.told("SessionCharged") == [], "its agents are no drivers"
    assert shop.told("BudgetCharged") and not any("unknown" in line for line in shop.told("BudgetCharged"))


def test_a_passing_rate_limit_is_waited_out(shop: Shop) -> None:
    """429 while an agent works: tried again, nothing lost, nothing done twice."""
    limited = Job({"shop.py": RIGHT}, turns=[{"error": {"status": 429, "times": 4}, "text": "on it"}])
    task_id = unattended(shop, **{"1_1": [limited, Job({"shop.py": RIGHT})]})
    run(shop, task_id)
    assert in_branch(shop, task_id)["shop.py"] == RIGHT
    assert any("rate" in line or "429" in line for line in shop.told("StepInterrupted"))


def test_a_driver_killed_in_the_middle(shop: Shop) -> None:
    """Killed while an agent is at work; run again, it ends with the same files and no agent is left behind."""
    stays = Job({"shop.py": RIGHT}, turns=[{"run": "echo $$ > ../pid; exec tail -f /dev/null"}])
    task_id = unattended(shop, **{"1_1": [stays, Job({"shop.py": RIGHT})]})
    environment = {**shop.env, "PATH": f"{os.path.dirname(shop.binary)}:{shop.env['PATH']}"}
    line = [*DRIVER, "execute", "run", "--runtime", "claude", "--task-id", task_id]
    driver = subprocess.Popen(
        line,
        cwd=shop.repo.path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    shop.server.wait_for(
        lambda request: "tail -f" in str(request.body.get("messages")) or "1.1" in shop.workers.started
    )
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    run(shop, task_id)
    assert in_branch(shop, task_id) == {"shop.py": RIGHT, "docs/discounts.md": GUIDE}
