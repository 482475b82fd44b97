"""The walk through `/baton` in a real session: plan, two agents at once, a red gate, an approval, a question, the end."""

from __future__ import annotations

import pytest

from tests.claude.shop import (
    ASKS,
    CODER,
    GUIDE,
    JOBS,
    RIGHT,
    TASK,
    WRITER,
    WRONG,
    Shop,
    build,
    review,
    told_in_order,
)
from tests.support.claude import every
from tests.support.conversation import Conversation
from tests.support.literal import Job
from tests.support.model_server import Turn


@pytest.mark.parametrize("binary", every())
def test_the_walk(shop: Shop) -> None:
    """A model that only obeys reaches COMPLETE; journal, commits and files are as they should be."""
    shop.jobs(
        {"1.1": [Job({"shop.py": WRONG})], "1.r1": [Job({"shop.py": RIGHT})], "2.1": [ASKS, *JOBS["2.1"]]}
    )
    with shop.open() as session:
        shown = session.say(f"/baton {TASK}")
        assert "Start, change or stop?" in shown["result"]
        assert shop.repo.json("execute", "list", "--all")["tasks"] == []
        shop.plan(build(), review(approval_required=True))
        session.say("yes")
        assert "You decide" in session.ran.text
        session.say("approve")
        assert "Keep the old price list?" in session.ran.text
        session.say("Yes, until March.")
    assert session.ran.text.startswith("All done: ")
    told_in_order(
        shop.told(),
        "step 1.1: attempt 1 goes to",
        "gate of phase 1 is RED",
        "step 1.r1: attempt 1 goes to",
        "gate of phase 1 passes (verified",
        "phase 2: ann decides approve",
        "Keep the old price list?",
        "Yes, until March.",
        "gate of phase 2 passes (verified",
        "completed after",
    )
    assert shop.files() == {"shop.py": RIGHT, "docs/discounts.md": GUIDE}
    driver = session.ran.calls(child=False)
    both = next(call["blocks"] for call in shop.driver.turns if isinstance(call, dict) and "blocks" in call)
    assert [spawn["input"]["subagent_type"] for spawn in both] == [CODER, WRITER], "two agents in one message"
    assert not [call for call in driver if "record" in str(call["input"])], (
        "reports are recorded for the driver"
    )
    merged = shop.repo.git("log", "--format=%s", "HEAD")
    assert {"step 1.1", "step 1.2", "step 1.r1"} <= set(merged.splitlines())
    assert shop.repo.git("status", "--porcelain") == ""
    assert len(shop.repo.git("worktree", "list").splitlines()) == 1, (
        "worktrees are gone when their work is in"
    )
    assert shop.workers.sent_back == []
    shop.repo.baton("journal", "verify")


@pytest.mark.parametrize("binary", every())
def test_without_hooks(shop: Shop) -> None:
    """The printed protocol alone leads to COMPLETE: the driver records, and what it forgets is asked for again."""
    shop.repo.baton("install", "--no-hooks", "--yes")
    forgotten: list[Turn] = []

    def forget(_talk: Conversation, turn: Turn) -> Turn | None:
        if isinstance(turn, dict) and " record --step-id 1.1 " in turn.get("run", "") and not forgotten:
            forgotten.append(turn)
            return {"run": "baton execute next"}
        if isinstance(turn, dict) and "blocks" in turn and len(forgotten) == 1 and len(shop.driver.turns) > 2:
            forgotten.append(turn)
            return forgotten[
                0
            ]  # as the card says of a step that is asked for again though its agent has reported
        return None

    shop.driver.twist = forget
    shop.begin()
    ran = shop.drive("/baton-resume")
    assert ran.text.startswith("All done: ")
    assert len(forgotten) == 2
    assert shop.workers.started == ["1.1", "1.2"]
    assert [c for c in ran.calls(child=False) if " record " in str(c["input"])]
    assert shop.files() == {"shop.py": RIGHT, "docs/discounts.md": GUIDE}
