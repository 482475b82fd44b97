"""What the hot path leaves to the full commands: redaction, worktrees, merging, running gates."""

from __future__ import annotations

import sys

from agent_baton.app import gating, parallel
from agent_baton.app.whereabouts import where_the_work_is
from agent_baton.cli.call import Call
from agent_baton.cli.output import emit
from agent_baton.cli.writes import gate_recorded
from agent_baton.engine.actions import Action
from agent_baton.engine.protocol import Place
from agent_baton.engine.transitions import UNSETTLED
from agent_baton.errors import Refused
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.redact import redact

TAIL_BYTES = 800


class FullPowers:
    """What the hot path leaves to us."""

    def redact(self, text: str) -> str:
        return redact(text)

    def integrate(self, call: Call) -> None:
        journal = SqliteJournal(call.site.db_path)  # the verb itself may only read
        try:
            parallel.integrate(call.site, journal, call.task_id, call.now, call.actor)
        except Refused:
            phase = call.state().current_phase()
            if phase is None or not call.state().any(phase.phase_id, *UNSETTLED):
                raise  # else there may be steps that need none of it, and the answer says what waits for a merge
        finally:
            journal.close()

    def place(self, call: Call, actions: list[Action]) -> dict[str, Place]:
        return parallel.places(call.site, call.task_id, call.state(), actions)

    def run_gate(self, call: Call, phase_id: int) -> tuple[int, str]:
        hooked = call.env.get("BATON_BRIEFS") == "hooks"
        tail = Tail()
        listen = tail.take if hooked else _stream
        site = where_the_work_is(call.site, call.state())
        if site.checkout.top != call.site.checkout.top:
            emit(f"the gate is run in {site.checkout.top}, where the work of this task is", sys.stderr)
        result = gating.run_phase_gate(site, call.journal, call.task_id, phase_id, call.actor, listen)
        if hooked and not result.ok:
            _stream(tail.text(result.output_ref))
        return (0 if result.ok else 1), gate_recorded(call, phase_id, result.ok, "verified", result.reason)


class Tail:
    """The end of a gate's output, for a model: all of it would be read again with each of its later requests."""

    def __init__(self) -> None:
        self._kept = b""
        self._cut = False

    def take(self, chunk: bytes) -> None:
        self._cut |= len(self._kept) + len(chunk) > TAIL_BYTES
        self._kept = (self._kept + chunk)[-TAIL_BYTES:]

    def text(self, name: str) -> bytes:
        """What is kept, from a whole line on, and the name of the file that holds the rest."""
        if not self._cut:
            return self._kept
        lines = self._kept.partition(b"\n")[2] or self._kept
        return f"… all of it: .claude/team-context/{name}\n".encode() + lines


def _stream(chunk: bytes) -> None:
    """A gate's output as it comes, on stderr: stdout is for the answer."""
    sys.stderr.buffer.write(chunk)
    sys.stderr.flush()
