"""`--max-budget-usd` counts one run of a conversation, in each version that is tested: so a limit is passed on as it is."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from agent_baton.runtimes.claude.runtime import ClaudeRuntime
from agent_baton.runtimes.protocol import Assignment, Conversation, Outcome
from tests.support.claude import World, every


def turn(tokens: int) -> dict[str, Any]:
    return {"run": "true", "usage": {"input_tokens": tokens}}


def run(world: World, conversation: Conversation | None, max_usd: float | None, *turns: Any) -> Outcome:
    async def follow() -> Outcome:
        prompt = f"do it <script>{json.dumps(turns)}</script>"
        assignment = Assignment(
            prompt, str(world.repo.path), str(uuid.uuid4()), permission="full", max_usd=max_usd, env=world.env
        )
        runtime = ClaudeRuntime([world.binary])
        starting = runtime.resume(assignment, conversation) if conversation else runtime.start(assignment)
        async with await starting as agent:
            return await agent.outcome()

    return asyncio.run(follow())


@pytest.mark.parametrize("binary", every())
def test_what_a_conversation_cost_before_does_not_count(world: World) -> None:
    """A dear first run; the second one has less to spend than that, spends less, and ends well; one that spends more ends for it."""
    first = run(world, None, None, turn(200_000), "ok")
    assert first.usage.usd is not None and first.usage.usd > 0.5
    conversation = Conversation(first.session_id, first.usage.usd)
    second = run(world, conversation, 0.5, turn(25_000), "ok")
    assert (second.reason, second.text) == ("done", "ok")
    assert second.usage.usd is not None and second.usage.usd < 0.5
    third = run(world, conversation, 0.5, turn(200_000), turn(200_000), "ok")
    assert third.reason == "budget"
