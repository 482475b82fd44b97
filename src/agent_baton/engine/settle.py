"""What follows by itself from what was just decided: phases that end, approvals that are due, a task that is stuck."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.actions import Failed
from agent_baton.engine.decide import decide
from agent_baton.engine.transitions import UNSETTLED
from agent_baton.loading import later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine import gating
    from agent_baton.engine.ledger import Ledger
else:
    gating = later("agent_baton.engine.gating")


def settle(log: Ledger) -> None:
    """Add the events that follow. Afterwards `decide` never names a phase that is already over."""
    while log.head.status == "running":
        phase = log.state.current_phase()
        if phase is None:
            return
        if phase.approval == "needed":
            gating.request_approval(log, phase)
        elif phase.gate in ("none", "passed", "waived") and not _work_left(log, phase.phase_id):
            log.emit(ev.PhaseFinished(phase.phase_id))
        else:
            break
    if log.head.status == "running":
        action = decide(log.state, log.now, 1)[0]
        if isinstance(action, Failed):
            log.emit(ev.TaskFailed(action.reason))


def _work_left(log: Ledger, phase_id: int) -> bool:
    phase = log.phase(phase_id)
    return phase.unintegrated > 0 or log.state.any(phase_id, *UNSETTLED)
