"""The walk in the client's own terminal, as most people meet it."""

from __future__ import annotations

from tests.claude.shop import GUIDE, RIGHT, TASK, Shop, build, review, told_in_order
from tests.support.terminal import Terminal, bare


def test_a_task_from_plan_to_end(shop: Shop) -> None:
    """Typed, watched and approved; where agents run in the background, as they do in newer terminals, it ends the same."""
    with Terminal(shop) as terminal:
        terminal.until("❯")
        terminal.type(f"/baton {TASK}")
        terminal.until("Start, change or stop?")
        shop.plan(build(), review(approval_required=True))
        terminal.type("yes")
        terminal.until("You decide")
        terminal.type("approve")
        terminal.until("All done")
        shown = bare(terminal.raw)
        assert terminal.end() == 0
    assert "task-x-0001·phase1/2" in shown, "the status line"
    assert shop.files() == {"shop.py": RIGHT, "docs/discounts.md": GUIDE}
    assert shop.workers.started[:2] in (["1.1", "1.2"], ["1.2", "1.1"])
    told_in_order(shop.told(), "goes to", "passes (verified", "decides approve", "completed after")
    assert "ended: prompt_input_exit" in "\n".join(shop.told())
    spent = shop.repo.json("execute", "status", "--task-id", "task-x-0001")["spent_tokens"]
    assert spent == 120 * (4 + 4 + 1), "every answer of the three agents, the last ones included"
