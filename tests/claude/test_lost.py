"""Sessions that are lost in the middle: killed, compacted, cut off from the model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claude.shop import ALONE, ASKS, CODER, GUIDE, JOBS, RIGHT, WRONG, Shop, review, told_in_order
from tests.support.claude import every
from tests.support.conversation import Conversation
from tests.support.literal import Job
from tests.support.model_server import Turn
from tests.support.terminal import Terminal

WINDOW = "100000"  # tokens; without it 2.1.191 compacts on no usage that is reported to it
FULL = {"input_tokens": 150_000}  # the client compacts before its next request


@pytest.mark.parametrize("binary", every())
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


@pytest.mark.parametrize("binary", every())
def test_compaction_between_any_two_actions(shop: Shop) -> None:
    """The context is thrown away after each kind of action, a person's decisions among them, and the task goes on."""
    # `!`: lost after it; spread out, for the client gives up when it has to compact thrice within three turns each
    course = ["blocks", "execute next!", "gate!", "approve!", "answer", "blocks!", "complete!"]
    losses = sum(item.endswith("!") for item in course)

    def full(_talk: Conversation, turn: Turn) -> Turn | None:
        if not (course and isinstance(turn, dict) and course[0].rstrip("!") in str(turn)):
            return None
        return {**turn, "usage": FULL} if course.pop(0).endswith("!") else None

    shop.driver.twist = full
    shop.jobs({"1.1": [Job({"shop.py": WRONG})], "1.r1": [Job({"shop.py": RIGHT})], "2.1": [ASKS, Job()]})
    shop.begin(ALONE, review(approval_required=True))
    with shop.open(CLAUDE_CODE_AUTO_COMPACT_WINDOW=WINDOW) as session:
        session.say("go on")
        assert "You decide" in session.ran.text
        session.say("/compact")
        session.say("approve")
        assert "Keep the old price list?" in session.ran.text
        session.say("/compact")
        session.say("Yes, until March.")
    assert session.ran.text.startswith("All done: ")
    compactions = sum(event.get("subtype") == "compact_boundary" for event in session.ran.events)
    assert compactions == losses + 2, "two more by hand"
    assert shop.workers.started == ["1.1", "1.r1", "2.1", "2.1"]
    told_in_order(
        shop.told(), "is RED", "passes (verified", "decides approve", "Yes, until March.", "completed"
    )


def failing(status: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"error": {"status": status, "type": kind, "message": "scripted", **more}}


@pytest.mark.parametrize("binary", every())
def test_a_passing_api_error_in_an_agent(shop: Shop) -> None:
    """The client tries again by itself; nothing of it is seen."""
    passing = failing(429, "rate_limit_error", times=1, headers={"retry-after": "0"})
    shop.jobs({"1.1": [Job(turns=[passing | {"run": "true"}])]})
    shop.begin(ALONE)
    assert shop.drive().text.startswith("All done: ")
    assert shop.workers.started == ["1.1"]


DEADLY = [(429, "rate_limit_error"), (500, "api_error"), (529, "overloaded_error")]


@pytest.mark.parametrize("binary", every())
@pytest.mark.parametrize(("status", "kind"), DEADLY)
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


def limited(shop: Shop) -> None:
    """Agents of step 1.1 may take eight turns; the first one never comes to an end."""
    path = shop.repo.path / f".claude/agents/{CODER}.md"
    path.write_text(path.read_text().replace("\n---\n", "\nmaxTurns: 8\n---\n", 1))
    shop.jobs({"1.1": [Job(turns=[{"run": "true"}] * 12), Job({"shop.py": RIGHT})]})


@pytest.mark.parametrize("binary", every())
def test_an_agent_at_its_turn_limit(shop: Shop) -> None:
    """No hook tells of it and its call says "completed": recorded as cut off, and the step is dispatched again."""
    limited(shop)
    shop.begin(ALONE)
    assert shop.drive().text.startswith("All done: ")
    assert shop.workers.started == ["1.1", "1.1"]
    told_in_order(shop.told(), "attempt 1 goes", "turn limit", "attempt 2 goes", "completed after")


def test_in_the_background_too(shop: Shop) -> None:
    """In a terminal, where only a prompt tells of it, while its sibling works on."""
    limited(shop)
    shop.begin()
    with Terminal(shop) as terminal:
        terminal.until("❯")
        terminal.type("go on")
        terminal.until("All done")
        assert terminal.end() == 0
    assert sorted(shop.workers.started) == ["1.1", "1.1", "1.2"]
    told_in_order(
        shop.told(), "step 1.1: attempt 1 goes", "turn limit", "step 1.1: attempt 2 goes", "completed"
    )
    assert shop.files() == {"shop.py": RIGHT, "docs/discounts.md": GUIDE}


@pytest.mark.parametrize("binary", every())
@pytest.mark.parametrize(("status", "kind"), DEADLY)
def test_a_driver_that_dies_of_an_api_error(shop: Shop, status: int, kind: str) -> None:
    """The session ends; the next one goes on where it stood."""
    broken: list[Turn] = []

    def fail(talk: Conversation, turn: Turn) -> Turn | None:
        if "gate" in str(turn) and len(broken) < 1:
            broken.append(turn)
            return failing(status, kind)
        return None

    shop.driver.twist = fail
    shop.jobs({"1.1": [Job()]})
    shop.begin(ALONE)
    first = shop.drive(CLAUDE_CODE_MAX_RETRIES="0")
    assert first.exit_code == 1
    assert shop.drive().text.startswith("All done: ")
    assert shop.workers.started == ["1.1"]
