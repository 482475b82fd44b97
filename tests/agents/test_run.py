"""`baton execute run` with real codex, gemini, opencode and copilot over ACP, on a scripted model on loopback.

scripts/test --agents [-k gemini]
"""

from __future__ import annotations

import pytest

from agent_baton.runtimes.sandbox import missing
from tests.agents.conftest import DEADLINE_S, Bell, Shop
from tests.agents.hands import commit, edit
from tests.agents.kinds import CODEX
from tests.support.processes import is_over

WRONG = (
    "def total(prices):\n    return sum(prices)",
    "def total(prices, off=0):\n    return sum(prices) + off",
)
RIGHT = "def total(prices, off=0):\n    return sum(prices) - off"


def test_an_edit_a_commit_a_red_gate_and_its_repair(shop: Shop) -> None:
    """Nobody is asked for an edit or a commit; the gate refuses the first, the author mends it; the checkout is as it was."""
    jobs = {
        "1.1": [*edit("shop.py", *WRONG), commit("shop.py", "Add a discount")],
        "1.r1": [*edit("shop.py", WRONG[1], RIGHT), commit("shop.py", "Take the discount off")],
    }
    task_id = shop.task(jobs, permission=shop.kind.permission)
    shop.run(task_id)
    assert shop.shop(task_id) == RIGHT + "\n"
    assert shop.subjects(task_id) == ["Take the discount off", "Add a discount"]
    assert [gate["ok"] for gate in shop.of(task_id, "GateFinished")] == [False, True]
    assert shop.repo.git("rev-parse", "HEAD") == shop.before
    assert shop.repo.git("status", "--porcelain") == ""
    assert shop.of(task_id, "RequestRaised") == []
    assert shop.left_running() == []


@pytest.mark.parametrize("shop", [CODEX], ids=["codex"], indirect=True)
def test_a_sandbox_that_lets_no_commit_through(shop: Shop) -> None:
    """Under `edit` codex may write in the work tree and not below .git: what it leaves is committed for it."""
    if missing():
        pytest.skip(f"codex can have no sandbox here: {missing()}")
    task_id = shop.task({"1.1": [*edit("shop.py", WRONG[0], RIGHT), commit("shop.py", "Mine")]})
    shop.run(task_id)
    assert shop.shop(task_id) == RIGHT + "\n"
    assert shop.subjects(task_id) == ["1.1: left uncommitted by attempt 1"]
    assert shop.of(task_id, "RequestRaised") == []


def test_a_driver_killed_while_a_tool_runs(shop: Shop, bell: Bell) -> None:
    """Its agent and the tool go with it; the next run takes up the same conversation, or begins one with what is there."""
    half = [*edit("shop.py", *WRONG), {"run": bell.command}]
    rest = [*edit("shop.py", WRONG[1], RIGHT), commit("shop.py", "Add a discount")]
    task_id = shop.task({"1.1": half, "1.1 again": rest, "1.1 anew": rest}, permission="full")
    driver = shop.begun(task_id)
    tool = bell.wait()
    driver.kill()
    driver.wait()
    assert is_over(tool), "the tool outlived its driver"
    shop.run(task_id)
    shop.went_on()
    assert shop.shop(task_id) == RIGHT + "\n"
    assert len(shop.of(task_id, "StepFinished")) == 1
    assert shop.left_running() == []


def test_an_agent_killed_while_a_tool_runs(shop: Shop, bell: Bell) -> None:
    """Its tool goes with it; that was a failed attempt, and the next one begins anew in the same tree."""
    half = [*edit("shop.py", *WRONG), {"run": bell.command}]
    rest = [*edit("shop.py", WRONG[1], RIGHT), commit("shop.py", "Add a discount")]
    task_id = shop.task({"1.1": half, "1.1 2": rest}, permission="full")
    driver = shop.begun(task_id)
    tool = bell.wait()
    shop.kill_agent(tool)
    assert is_over(tool), "the tool outlived its agent"
    assert driver.wait(DEADLINE_S) == 0, shop.why(task_id)
    assert shop.shop(task_id) == RIGHT + "\n"
    assert [step["status"] for step in shop.of(task_id, "StepFinished")] == ["failed", "complete"]
    assert shop.left_running() == []


def test_a_rate_limit_is_waited_out(shop: Shop) -> None:
    """429 in the middle of the work: backed off, no attempt used up, the same conversation goes on."""
    half = [*edit("shop.py", *WRONG), {"error": shop.kind.rate_limit}]
    rest = [*edit("shop.py", WRONG[1], RIGHT), commit("shop.py", "Add a discount")]
    task_id = shop.task({"1.1": half, "1.1 again": rest, "1.1 anew": rest}, permission="full")
    assert "rate-limit" in shop.run(task_id)
    interrupted = shop.of(task_id, "StepInterrupted")[0]
    assert interrupted["reason"].startswith("rate-limit") and not interrupted["counts"]
    shop.went_on()
    assert shop.shop(task_id) == RIGHT + "\n"
    assert len(shop.of(task_id, "StepFinished")) == 1
    assert shop.left_running() == []


def test_a_usage_limit_pauses_the_task(shop: Shop) -> None:
    """The plan's quota is used up: PAUSED until a time, which stands in the journal; then the conversation goes on."""
    half = [*edit("shop.py", *WRONG), {"error": shop.kind.usage_limit}]
    rest = [*edit("shop.py", WRONG[1], RIGHT), commit("shop.py", "Add a discount")]
    jobs = {"1.1": half, "1.1 again": rest, "1.1 anew": rest}
    task_id = shop.task(jobs, permission="full", limits={"unknown_reset_s": 5})
    assert "PAUSED" in shop.run(task_id)
    (paused,) = shop.of(task_id, "TaskPaused")
    assert paused["until"] and "usage limit" in paused["reason"]
    shop.went_on()
    assert shop.shop(task_id) == RIGHT + "\n"
    assert len(shop.of(task_id, "StepFinished")) == 1
    assert shop.left_running() == []
