"""The walk through `/baton` in a real session: plan, two agents at once, a red gate, an approval, a question, the end."""

from __future__ import annotations

import pytest

from tests.claude.shop import (
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
from tests.support.literal import Job

ASKS = Job(
    report="STATUS failed\nQUESTION: Keep the old price list?\nFILES none\nCOMMIT none\nCHECKS none\nNOTES none"
)


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
