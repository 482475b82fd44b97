"""Two sessions in one repository at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.claude.shop import CODER, GATE, RIGHT, Shop, told_in_order
from tests.support import plans
from tests.support.claude import Session, every
from tests.support.conversation import Conversation, said
from tests.support.literal import Job, Workers
from tests.support.model_server import Turn


def begin(shop: Shop, number: int) -> None:
    step = plans.step("1.1", agent=CODER, task_description=f"Write number {number}")
    phase = plans.phase(1, step, gate=GATE)
    shop.repo.save_plan(plans.plan(phase, task_id=f"task-{number}", task_summary=f"Number {number}"))
    shop.repo.baton("execute", "start", "--no-baseline")


def result(event: dict[str, Any]) -> bool:
    return bool(event["type"] == "result")


def heard(shop: Shop, session: Session) -> str:
    """All that was ever said to one session's model."""
    mine = session.ran.init()["session_id"]
    talks = [one.talk for one in shop.server.requests if one.session == mine and not one.talk.is_subagent]
    return "\n".join(said(message) for talk in talks for message in talk.messages)


@pytest.mark.parametrize("binary", every())
def test_different_tasks(shop: Shop) -> None:
    """Each drives its own while the other does; no report, action or word of the one reaches the other."""
    for number in (1, 2):
        begin(shop, number)
    crews = {f"Number {n}": Workers({"1.1": [Job({f"{n}.txt": f"{n}\n"})]}) for n in (1, 2)}
    both_at_work = threading.Barrier(2, timeout=60)

    def work(talk: Conversation) -> Turn:
        told = "\n".join(map(said, talk.messages))
        turn = next(crew for name, crew in crews.items() if f": {name}" in told)(talk)
        if isinstance(turn, dict) and turn.get("tool") == "Write":
            both_at_work.wait()
        return turn

    shop.workers = work  # type: ignore[assignment]
    with shop.open() as one, shop.open() as two:
        one.type("resume task-1")
        two.type("resume task-2")
        for session in (one, two):
            assert str(session.until(result)["result"]).startswith("All done: Steps: 1/1")
    for session, mine, other in ((one, "task-1", "task-2"), (two, "task-2", "task-1")):
        after = heard(shop, session).partition(f"resume --task-id {mine}")[2]
        assert other not in after.replace(f"{other} (running)", "")
    for number in (1, 2):
        told = shop.repo.baton("story", f"task-{number}").stdout.splitlines()
        told_in_order(
            told, "goes to", f"FILES: {number}.txt", "evidence confirmed", "passes (verified", "completed"
        )
        assert not [line for line in told if f"FILES: {3 - number}.txt" in line]


@pytest.mark.parametrize("binary", every())
def test_the_same_task(shop: Shop) -> None:
    """The second is told who drives and starts nothing; when it takes over, the first's late report is void."""
    late, anew = threading.Event(), threading.Event()
    slow = Job({"late.txt": "late\n"}, turns=[{"run": "true", "wait": late}])
    shop.jobs({"1.1": [slow, Job({"shop.py": RIGHT}, turns=[{"run": "true", "wait": anew}])]})
    begin(shop, 1)
    with shop.open() as first:
        first.type("go on")
        shop.server.wait_for(lambda request: request.talk.is_subagent)
        with shop.open() as second:
            second.say("go on")
            assert "is driven by another session" in heard(shop, second)
            assert "is driven by session" in second.ran.text
            assert shop.workers.started == ["1.1"]
            second.type("/baton-resume")
            shop.server.wait_for(lambda _: len(shop.workers.started) == 2)
            late.set()
            first.until(result)
            anew.set()
            assert str(second.until(result)["result"]).startswith("All done: ")
    refused = [str(r["content"]) for r in first.ran.tool_results() if r.get("is_error")]
    assert sum("attempt 1 of step 1.1 was given up" in words for words in refused) == 2, (
        "its file, its commit"
    )
    assert not (shop.repo.path / "late.txt").exists()
    told_in_order(
        shop.told(), "attempt 1 is given up", "attempt 2 goes to", "void", "at attempt 2", "completed"
    )
