"""What an adapter is: one vendor's protocol without any input or output of its own.

`Conducted` (process.py) owns the process, the pipes and the clocks; a dialogue turns lines into events and
answers into lines, knows whose turn it is, and says at the end how it went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from agent_baton.runtimes.protocol import Answer, Event, Outcome, WaitingFor

EndedBy = Literal["itself", "stop", "silent", "tool-stuck", "unanswered", "out-of-time", "linger"]


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """How the process behind a dialogue ended."""

    by: EndedBy
    duration_s: float
    exit_code: int | None = None
    signal: int | None = None
    killed_children: int = 0
    stderr: str = ""  # its tail, redacted
    not_started: str = ""


class Dialogue(Protocol):
    @property
    def session_id(self) -> str: ...

    @property
    def waiting_for(self) -> WaitingFor:
        """Whose silence this is: it decides how long it may last."""
        ...

    @property
    def finished(self) -> bool:
        """Nothing more is expected: the process has only to end. May become False again."""
        ...

    def output(self) -> tuple[bytes, bool]:
        """What is to be written to the process now, and whether its input is to be closed after that."""
        ...

    def feed(self, line: bytes) -> list[Event]:
        """Take in one line, without its end."""
        ...

    def answer(self, request_id: str, answer: Answer) -> None: ...

    def cancel(self) -> None:
        """Say that it is over, where the protocol has words for that; the process is ended anyway."""
        ...

    def conclude(self, end: ProcessEnd) -> Outcome: ...
