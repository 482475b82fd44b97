"""What driving costs, counted in the requests the real CLI sends. `-s` prints the table of docs/driving-cost.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.claude.shop import CODER, GATE, Shop
from tests.support import plans
from tests.support.claude import Ran
from tests.support.conversation import Conversation, said, text_of
from tests.support.literal import Job
from tests.support.model_server import Request, Turn

STEPS = ("1.1", "1.2", "2.1", "2.2")
GATES = 2
LIMIT = 1_200  # bytes of engine text a step, besides the agents' own reports
HOOK = re.compile(
    r"(?:PostToolUse|PreToolUse|Stop)[:\w]* hook (?:additional context|feedback): (.*?)(?=\n\n|\Z)", re.DOTALL
)
ENTRY = re.compile(r"SessionStart hook additional context: (.*?)\n\n", re.DOTALL)


@dataclass(frozen=True)
class Cost:
    """Of a driving session, its agents left out."""

    requests: int
    sent: int  # bytes of all requests together
    calls: int
    context: int  # bytes of the conversation in the last request, without what the client itself says first
    engine: int  # of these, what baton printed and its hooks said after the start

    def row(self, name: str) -> str:
        each = f"{self.engine / len(STEPS):.0f}" if self.engine else "–"
        return f"| {name} | {self.requests} | {self.calls} | {self.context:,} | {each} | {self.sent:,} |"


def cost(shop: Shop, ran: Ran) -> Cost:
    """As if the project lay in /home/user/shop: how long a path is where tests run must not decide."""

    def size(text: str) -> int:
        return len(text.replace(str(shop.repo.path), "/home/user/shop").encode())

    requests = shop.server.requests
    own = [request for request in requests if not request.talk.is_subagent]
    talk = own[-1].talk
    begun = next(i for i, message in enumerate(talk.messages) if message.get("role") == "assistant")
    after = talk.messages[begun:]
    context = sum(size(said(message)) + sum(map(size, _inputs(message))) for message in after)
    engine = sum(map(size, _printed(talk))) + sum(size(text) for m in after for text in HOOK.findall(said(m)))
    return Cost(len(own), sum(one.size for one in own), len(ran.calls(child=False)), context, engine)


def _blocks(message: Any, kind: str) -> Iterator[Any]:
    content = message.get("content")
    return (
        (block for block in content if block.get("type") == kind) if isinstance(content, list) else iter(())
    )


def _inputs(message: Any) -> Iterator[str]:
    return (str(value) for call in _blocks(message, "tool_use") for value in call["input"].values())


def _printed(talk: Conversation) -> Iterator[str]:
    """What baton's commands printed."""
    calls = [call for message in talk.messages for call in _blocks(message, "tool_use")]
    mine = {call["id"] for call in calls if str(call["input"].get("command", "")).startswith("baton ")}
    for message in talk.messages:
        for result in _blocks(message, "tool_result"):
            if result["tool_use_id"] in mine:
                yield text_of(result["content"])


def phases() -> list[dict[str, Any]]:
    """Two phases of two steps, one after the other, each phase with a gate."""
    return [
        plans.phase(n, *(_step(f"{n}.{k}", *([f"{n}.1"] if k == 2 else [])) for k in (1, 2)), gate=GATE)
        for n in (1, 2)
    ]


def _step(step_id: str, *depends_on: str) -> dict[str, Any]:
    task = (
        f"Write part {step_id} of the discounts: what a code is worth, and what is said when it is not known."
    )
    return plans.step(step_id, *depends_on, agent=CODER, task_description=task)


def bare(prompts: Sequence[str]) -> Callable[[Conversation, Turn], Turn]:
    """A session without an engine: it writes each brief itself, and runs the gate after every second agent."""
    turns: list[Turn] = []
    for number, prompt in enumerate(prompts, 1):
        spawn = {"description": f"part {number}", "subagent_type": CODER, "prompt": prompt}
        turns.append({"tool": "Agent", "input": {**spawn, "run_in_background": False}})
        if number % 2 == 0:
            turns.append({"run": GATE})
    return lambda talk, _turn: turns[talk.turn] if talk.turn < len(turns) else "All done: it is."


def test_driving_is_cheap(shop: Shop) -> None:
    """Two calls a step and one a gate, and at most 1.2 kB of engine text a step; beside it a bare session's numbers."""
    shop.jobs({step_id: [Job()] for step_id in STEPS})
    shop.begin(*phases())
    ran = shop.drive()
    assert ran.text.startswith("All done: ")
    driven, entry = cost(shop, ran), _entry(shop.server.requests[0])
    briefs = [(shop.repo.path / f".claude/team-context/briefs/task-x-0001/{s}.md").read_text() for s in STEPS]
    shop.server.requests.clear()
    shop.driver.twist = bare(briefs)
    alone = _bare(shop)
    print(
        "\n| session | requests | tool calls | own context, bytes | engine text a step | sent in all, bytes |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    print(driven.row("driven"), alone.row("bare, the same agents"), sep="\n")
    print(f"once a session: {entry} bytes at its start")
    assert driven.engine <= LIMIT * len(STEPS)
    assert driven.calls == 2 * len(STEPS) + GATES + 2, "spawn and next; a gate; the first next; complete"
    assert entry <= LIMIT
    assert driven.context < alone.context


def _entry(request: Request) -> int:
    found = ENTRY.search("\n".join(map(said, request.talk.messages)))
    assert found is not None
    return len(found[1].encode())


def _bare(shop: Shop) -> Cost:
    shop.settings({})  # no hooks, no engine
    ran = shop.drive("do it")
    assert ran.text == "All done: it is."
    return cost(shop, ran)
