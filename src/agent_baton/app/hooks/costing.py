"""What agents and sessions cost, from their transcripts."""

from __future__ import annotations

import os

from agent_baton.app.prices import read_price_file, usd
from agent_baton.claude.hooks.transcript import Spent, count, last_usage, started_by, total
from agent_baton.engine import commands as cmd
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import Step, Task

TRANSCRIPTS_LIMIT = 2_000  # agents of one session that are looked through


class Measured:
    """What an attempt cost and did, its agent's helpers counted in."""

    def __init__(
        self,
        occasion: Acting,
        step: Step,
        transcript: str,
        agent_id: str,
        answer: dict[str, Any] | None = None,
    ) -> None:
        spent = [count(path) for path in (transcript, *_helpers(transcript, step.helpers)) if path]
        usage = tuple(row for one in spent for row in one.usage)
        if answer is not None and (not spent or spent[0].open_end or not spent[0].tokens):
            usage += last_usage(answer)  # Claude Code writes transcripts a little later than it calls hooks
        self.tokens = total(usage) or None
        self.usd = usd(usage, read_price_file(occasion.site.state_dir))
        self.edits = tuple(dict.fromkeys(path for one in spent for path in one.edits))
        self.fields: dict[str, Any] = {
            "agent_id": agent_id,
            "usage": usage,
            "edits": self.edits,
            "tool_uses": sum(one.tool_uses for one in spent),
            "duration_s": round(occasion.now - step.dispatched_at, 3) if step.dispatched_at else None,
        }


def transcript_of(session_transcript: str, tool_id: str) -> str:
    """The transcript of the agent that a tool call started; empty when there is none."""
    folder = os.path.join(session_transcript.removesuffix(".jsonl"), "subagents")
    return next(iter(_started(folder, (tool_id,))), "") if tool_id else ""


def _helpers(transcript: str, tool_ids: tuple[str, ...]) -> list[str]:
    return _started(os.path.dirname(transcript), tool_ids) if tool_ids else []


def _started(folder: str, tool_ids: tuple[str, ...]) -> list[str]:
    try:
        names = sorted(os.listdir(folder))[-2 * TRANSCRIPTS_LIMIT :]
    except OSError:
        return []
    paths = [os.path.join(folder, name) for name in names if name.endswith(".jsonl")]
    return [path for path in paths if started_by(path) in tool_ids]


def charge_session(occasion: Acting, task: Task) -> Spent:
    """Book what driving has cost this session since it was last asked, or since it took the task up."""
    again = task.charged_session == occasion.call.session
    known = task.read_to if again else 0
    spent: Spent = count(
        occasion.call.text("transcript_path"),
        known,
        task.last_message if again else "",
        "" if again else load("agent_baton.engine.protocol:clock")(task.bound_at or task.started_at),
    )
    if spent.tokens:
        price = usd(spent.usage, read_price_file(occasion.site.state_dir))
        command = cmd.ChargeSession(
            occasion.call.session, spent.tokens, price, spent.usage, spent.read_to, spent.last_message, known
        )
        occasion.perform(task.task_id, command)
    return spent
