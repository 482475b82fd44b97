"""Sessions that are lost in the middle: killed, compacted, cut off from the model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claude.shop import ALONE, CODER, GATE, GUIDE, JOBS, RIGHT, Shop, told_in_order
from tests.support import plans
from tests.support.conversation import Conversation
from tests.support.literal import Job
from tests.support.model_server import Turn

FULL = {"input_tokens": 985_000}  # the client compacts before its next request


def test_a_session_killed_while_an_agent_works(shop: Shop) -> None:
    """A new session takes the task up: what was recorded stays, what was in flight is done anew, nothing twice."""
    shop.jobs({"1.1": [Job(turns=[{"hang": True}]), *JOBS["1.1"]]})
    shop.begin()
    with shop.open() as session:
        session.type("go on")
        assert shop.server.hung.wait(60)
        session.until(lambda event: event.get("subtype") == "task_notification")  # the other agent is back
        session.kill()
    ran = shop.drive("/baton-resume")
    assert ran.text.startswith("All done: ")
    assert sorted(shop.workers.started) == ["1.1", "1.1", "1.2"], "1.2 had reported: it is not done twice"
    told_in_order(shop.told(), "step 1.1: attempt 1 goes", "step 1.1: attempt 2 goes", "completed after")
    assert shop.files() == {"shop.py": RIGHT, "docs/discounts.md": GUIDE}
    shop.repo.baton("journal", "verify")


def test_compaction_between_any_two_actions(shop: Shop) -> None:
    """The context is thrown away after each kind of action, and the task is driven on from what hooks put back.

    Only at the pinned version: 2.1.191 does not compact on the usage that is reported to it.
    """
    lost_after: list[str] = []

    def full(_talk: Conversation, turn: Turn) -> Turn | None:
        # not more often: the client gives up when it has to compact three times within three turns each
        if len(shop.driver.turns) % 4 != 1 or not isinstance(turn, dict):
            return None
        lost_after.append("spawn" if "blocks" in turn else str(turn["run"]).split()[2])
        return {**turn, "usage": FULL}

    shop.driver.twist = full
    phases = [plans.phase(n, plans.step(f"{n}.1", agent=CODER), gate=GATE) for n in range(1, 5)]
    shop.begin(*phases)
    ran = shop.drive()
    assert ran.text.startswith("All done: ")
    assert set(lost_after) == {"spawn", "next", "gate", "complete"}
    assert sum(event.get("subtype") == "compact_boundary" for event in ran.events) == len(lost_after)
    assert shop.workers.started == ["1.1", "2.1", "3.1", "4.1"]


def failing(status: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"error": {"status": status, "type": kind, "message": "scripted", **more}}


def test_a_passing_api_error_in_an_agent(shop: Shop) -> None:
    """The client tries again by itself; nothing of it is seen."""
    passing = failing(429, "rate_limit_error", times=1, headers={"retry-after": "0"})
    shop.jobs({"1.1": [Job(turns=[passing | {"run": "true"}])]})
    shop.begin(ALONE)
    assert shop.drive().text.startswith("All done: ")
    assert shop.workers.started == ["1.1"]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, "rate_limit_error"), (500, "api_error"), (529, "overloaded_error")]
)
def test_an_agent_that_dies_of_an_api_error(shop: Shop, status: int, kind: str) -> None:
    """Its attempt is recorded as what it was, and the step is dispatched again."""
    shop.jobs({"1.1": [Job(turns=[failing(status, kind)]), Job({"shop.py": RIGHT})]})
    shop.begin(ALONE)
    assert shop.drive(CLAUDE_CODE_MAX_RETRIES="0").text.startswith("All done: ")
    assert shop.workers.started == ["1.1", "1.1"]
    told_in_order(
        shop.told(), "step 1.1: attempt 1 goes", "API", "step 1.1: attempt 2 goes", "completed after"
    )
    assert shop.files()["shop.py"] == RIGHT


def test_a_driver_that_dies_of_an_api_error(shop: Shop) -> None:
    """The session ends; the next one goes on where it stood."""
    broken: list[Turn] = []

    def fail(talk: Conversation, turn: Turn) -> Turn | None:
        if "gate" in str(turn) and len(broken) < 1:
            broken.append(turn)
            return failing(529, "overloaded_error")
        return None

    shop.driver.twist = fail
    shop.jobs({"1.1": [Job()]})
    shop.begin(ALONE)
    first = shop.drive(CLAUDE_CODE_MAX_RETRIES="0")
    assert first.exit_code == 1
    assert shop.drive().text.startswith("All done: ")
    assert shop.workers.started == ["1.1"]
