"""What the hot path leaves to the full commands: redaction, worktrees, merging, running gates."""

from __future__ import annotations

import sys

from agent_baton.app import gating, parallel
from agent_baton.cli.call import Call
from agent_baton.cli.writes import gate_recorded
from agent_baton.engine.actions import Action
from agent_baton.engine.protocol import Place
from agent_baton.engine.transitions import UNSETTLED
from agent_baton.errors import Refused
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.redact import redact


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
        result = gating.run_phase_gate(call.site, call.journal, call.task_id, phase_id, call.actor, _stream)
        return (0 if result.ok else 1), gate_recorded(call, phase_id, result.ok, "verified", result.reason)


def _stream(chunk: bytes) -> None:
    """A gate's output as it comes, on stderr: stdout is for the answer."""
    sys.stderr.buffer.write(chunk)
    sys.stderr.flush()
