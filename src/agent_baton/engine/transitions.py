"""The tables a status may move along: (status, what happened) -> the status that follows. Absent pairs are illegal.

The diagrams in docs/state-machine.md are drawn from these tables.
"""

from __future__ import annotations

from agent_baton.errors import IllegalTransition

# pending: waits for steps it depends on · ready: may be dispatched · dispatched: an agent is at work
# asking: waits for an answer · failed: will be tried again · exhausted: no attempts left · vetoed: stops completion
# returned: a review that asked for changes, until the repair it opened stands · complete, skipped: settled
# dropped: amended away
STEP: dict[tuple[str, str], str] = {
    ("pending", "unblocked"): "ready",
    ("ready", "blocked"): "pending",
    ("failed", "blocked"): "pending",
    ("ready", "StepDispatched"): "dispatched",
    ("failed", "StepDispatched"): "dispatched",
    ("dispatched", "StepFinished.complete"): "complete",
    ("dispatched", "StepFinished.changes"): "returned",
    ("returned", "RepairOpened"): "pending",
    ("dispatched", "StepFinished.veto"): "vetoed",
    ("dispatched", "StepFinished.failed"): "failed",
    ("dispatched", "StepFinished.exhausted"): "exhausted",
    ("dispatched", "StepInterrupted"): "ready",
    ("dispatched", "StepInterrupted.failed"): "failed",
    ("dispatched", "StepInterrupted.exhausted"): "exhausted",
    ("dispatched", "QuestionAsked"): "asking",
    ("asking", "QuestionAnswered"): "ready",
    ("pending", "StepSkipped"): "skipped",
    ("ready", "StepSkipped"): "skipped",
    ("failed", "StepSkipped"): "skipped",
    ("exhausted", "StepSkipped"): "skipped",
    ("asking", "StepSkipped"): "skipped",
    ("vetoed", "VetoWaived"): "complete",
    ("ready", "StepRetried"): "ready",
    ("failed", "StepRetried"): "ready",
    ("exhausted", "StepRetried"): "ready",
    ("vetoed", "StepRetried"): "ready",
    ("skipped", "StepRetried"): "ready",
    ("complete", "StepRetried"): "ready",
    ("complete", "StepInvalidated"): "pending",
    ("skipped", "StepInvalidated"): "pending",
    ("pending", "StepReassigned"): "pending",
    ("ready", "StepReassigned"): "ready",
    ("failed", "StepReassigned"): "ready",
    ("exhausted", "StepReassigned"): "ready",
    ("pending", "PlanAmended.changed"): "pending",
    ("ready", "PlanAmended.changed"): "ready",
    ("failed", "PlanAmended.changed"): "ready",
    ("exhausted", "PlanAmended.changed"): "ready",
    ("asking", "PlanAmended.changed"): "ready",
    ("pending", "PlanAmended.removed"): "dropped",
    ("ready", "PlanAmended.removed"): "dropped",
    ("failed", "PlanAmended.removed"): "dropped",
    ("exhausted", "PlanAmended.removed"): "dropped",
    ("asking", "PlanAmended.removed"): "dropped",
}

# none: the phase has no gate · failed: red, a repair is open · exhausted: red, no repair left
GATE: dict[tuple[str, str], str] = {
    ("pending", "GateStarted"): "running",
    ("failed", "GateStarted"): "running",
    ("running", "GateStarted"): "running",
    ("pending", "GateFinished.pass"): "passed",
    ("running", "GateFinished.pass"): "passed",
    ("failed", "GateFinished.pass"): "passed",
    ("pending", "GateFinished.fail"): "failed",
    ("running", "GateFinished.fail"): "failed",
    ("failed", "GateFinished.fail"): "failed",
    ("pending", "GateFinished.exhausted"): "exhausted",
    ("running", "GateFinished.exhausted"): "exhausted",
    ("failed", "GateFinished.exhausted"): "exhausted",
    ("pending", "GateWaived"): "waived",
    ("running", "GateWaived"): "waived",
    ("failed", "GateWaived"): "waived",
    ("exhausted", "GateWaived"): "waived",
    ("exhausted", "GateReopened"): "pending",
    ("failed", "GateReopened"): "pending",
    ("passed", "GateReopened"): "pending",
    ("waived", "GateReopened"): "pending",
    ("pending", "PlanAmended.gate"): "pending",
    ("failed", "PlanAmended.gate"): "pending",
    ("exhausted", "PlanAmended.gate"): "pending",
    ("none", "PlanAmended.gate"): "pending",
}

APPROVAL: dict[tuple[str, str], str] = {
    ("needed", "ApprovalRequested"): "requested",
    ("requested", "ApprovalRequested"): "requested",
    ("requested", "ApprovalDecided.approve"): "approved",
    ("requested", "ApprovalDecided.approve-with-feedback"): "approved",
    ("requested", "ApprovalDecided.reject"): "rejected",
    ("none", "PlanAmended.approval"): "needed",
    ("needed", "PlanAmended.approval"): "needed",
    ("requested", "PlanAmended.approval"): "needed",
    ("approved", "PlanAmended.approval"): "needed",
    ("rejected", "PlanAmended.approval"): "needed",
}

TASK: dict[tuple[str, str], str] = {
    ("running", "TaskPaused"): "paused",
    ("failed", "TaskPaused"): "paused",
    ("running", "TaskResumed"): "running",
    ("paused", "TaskResumed"): "running",
    ("failed", "TaskResumed"): "running",
    ("running", "TaskFailed"): "failed",
    ("running", "TaskCompleted"): "complete",
    ("running", "TaskCancelled"): "cancelled",
    ("paused", "TaskCancelled"): "cancelled",
    ("failed", "TaskCancelled"): "cancelled",
}

TABLES = {"step": STEP, "gate": GATE, "approval": APPROVAL, "task": TASK}

RUNNABLE = ("ready", "failed")
SETTLED = ("complete", "skipped")
UNSETTLED = ("pending", "ready", "dispatched", "returned", "asking", "failed", "exhausted", "vetoed")
STUCK = ("exhausted", "vetoed")


def follow(table: dict[tuple[str, str], str], status: str, happening: str, what: str) -> str:
    """The status that follows. Raises IllegalTransition, which names the item and both sides."""
    after = table.get((status, happening))
    if after is None:
        raise IllegalTransition(f"{what}: {happening} cannot follow status {status!r}")
    return after
