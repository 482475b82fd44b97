"""The scripted model behind the real agents: it does what the job of a step says, whatever tools it is offered."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.support.conversation import Conversation, said
from tests.support.model_server import Turn

STEP = re.compile(r"# Agent Task: (\d+\.r?\d+)")
PLACE = re.compile(r"Work only in (.+) \(branch (.+)\)\.")
FAILED = re.compile(r"Attempt \d+ failed")
PARTIAL = "## Partial work of an earlier attempt"
RESUMED = "You were interrupted at step"


@dataclass
class Hands:
    """Turns by step: `1.1` for the first attempt, `1.1 2` after a failed one, `1.1 again` for a conversation taken up
    again, `1.1 anew` for a new one that is offered what the interrupted one left.

    In a turn `{{place}}` is the step's work tree.
    """

    jobs: Mapping[str, Sequence[Turn]]
    begun: list[str] = field(default_factory=list)  # jobs, as their first turn was asked for
    histories: dict[str, str] = field(default_factory=dict)  # what the model was shown when a job began

    def __call__(self, talk: Conversation) -> Turn:
        if not talk.tools:
            return "A title"  # some clients have one made
        told = "\n".join(said(m) for m in talk.messages if m.get("role") != "assistant")
        step, place = STEP.findall(told), PLACE.findall(told)
        if not step or not place:
            return "I looked around."
        job = step[-1] + self._which(talk.prompt)
        if talk.turn == 0 and job not in self.histories:
            self.begun.append(job)
            self.histories[job] = told
        turns = self.jobs[job]
        return _placed(turns[talk.turn], place[-1][0]) if talk.turn < len(turns) else report()

    @staticmethod
    def _which(prompt: str) -> str:
        if RESUMED in prompt:
            return " again"
        if PARTIAL in prompt:
            return " anew"
        return " 2" if FAILED.search(prompt) else ""


def _placed(turn: Turn, place: str) -> Turn:
    if isinstance(turn, str):
        return turn.replace("{{place}}", place)
    if isinstance(turn, dict):
        return {key: _placed(value, place) for key, value in turn.items()}
    return turn


def edit(name: str, old: str, new: str) -> list[Turn]:
    """Look at a file, change it."""
    path = f"{{{{place}}}}/{name}"
    return [{"read": {"path": path}}, {"edit": {"path": path, "old": old, "new": new}}]


def commit(name: str, message: str) -> Turn:
    """The shell line with which agents commit."""
    return {"run": f"cd '{{{{place}}}}' && git add -- {name} && git commit -qm {shlex.quote(message)}"}


def report() -> str:
    return "STATUS: complete\nDONE: what was asked\nFILES: shop.py\nCHECKS: none run\nNOTES: none"
