"""Fold one recorded event into the state: `State = reduce(apply, events)`.

Applying never refuses for a reason a person could cause; an event that cannot follow is our bug and raises
IllegalTransition.
"""

from __future__ import annotations

from agent_baton.engine import sessions
from agent_baton.engine.rows import start_rows
from agent_baton.engine.transitions import APPROVAL, GATE, SETTLED, STEP, TASK, follow
from agent_baton.errors import IllegalTransition
from agent_baton.loading import later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agent_baton.engine import amend
    from agent_baton.engine import events as ev
    from agent_baton.engine.state import Phase, State, Step
else:
    amend = later("agent_baton.engine.amend")

DIGEST_LIMIT = 1_800  # characters of rolling summary kept for later briefs
LINE_LIMIT = 220  # characters of one finished step in it
OUTCOME_LIMIT = 400  # characters of the last outcome kept in the step's row
FAILURE_LIMIT = 2_000  # characters of a failure handed to the next attempt


def apply(state: State, event: ev.Event, at: float) -> None:
    """Change `state` by one event recorded at `at` (seconds since the epoch)."""
    APPLY[type(event).__name__](state, event, at)
    head = state.head
    seq = head.seq + 1
    told = seq if head.reminded == head.seq and type(event).__name__ in sessions.QUIET else head.reminded
    state.put(head.replace(seq=seq, last_at=at, reminded=told))


def fold(state: State, recorded: list[ev.Recorded]) -> State:
    """The state after all of `recorded`, starting from `state` (which is changed and returned)."""
    for item in recorded:
        apply(state, item.event, item.at)
    return state


# -- rows -----------------------------------------------------------------------------------------------------


def _step(state: State, step_id: str) -> Step:
    step = state.step(step_id)
    if step is None:
        raise IllegalTransition(f"step {step_id!r} is in the journal's events but not in its plan")
    return step


def _phase(state: State, phase_id: int) -> Phase:
    phase = state.phase(phase_id)
    if phase is None:
        raise IllegalTransition(f"phase {phase_id} is in the journal's events but not in its plan")
    return phase


def _move(state: State, step: Step, happening: str, **changes: Any) -> Step:
    """Move a step along the table, and with it the steps that wait for it."""
    after = follow(STEP, step.status, happening, f"step {step.step_id!r}")
    moved = step.replace(status=after, **changes)
    state.put(moved)
    was, now = step.status in SETTLED, after in SETTLED
    if was != now:
        _settle_dependents(state, moved, -1 if now else 1)
        head = state.head
        state.put(head.replace(steps_done=head.steps_done + (1 if now else -1)))
    return moved


def _settle_dependents(state: State, step: Step, change: int) -> None:
    for step_id in step.unblocks:
        dependent = _step(state, step_id)
        if dependent.status == "dropped":
            continue
        dependent = dependent.replace(waiting=dependent.waiting + change)
        state.put(dependent)
        if dependent.status == "pending" and dependent.waiting == 0:
            _move(state, dependent, "unblocked")
        elif dependent.status in ("ready", "failed") and dependent.waiting > 0:
            _move(state, dependent, "blocked")


def _gate(state: State, phase_id: int, happening: str, **changes: Any) -> Phase:
    phase = _phase(state, phase_id)
    after = follow(GATE, phase.gate, happening, f"gate of phase {phase_id}")
    moved = phase.replace(gate=after, **changes)
    state.put(moved)
    good = ("passed", "waived")
    if (phase.gate in good) != (after in good):
        head = state.head
        state.put(head.replace(gates_passed=head.gates_passed + (1 if after in good else -1)))
    return moved


def _task(state: State, happening: str, **changes: Any) -> None:
    head = state.head
    state.put(head.replace(status=follow(TASK, head.status, happening, f"task {head.task_id!r}"), **changes))


# -- steps ----------------------------------------------------------------------------------------------------


def _dispatched(state: State, event: ev.StepDispatched, at: float) -> None:
    _move(
        state,
        _step(state, event.step_id),
        "StepDispatched",
        attempt=event.attempt,
        agent_at_work=event.agent_name,
        session=event.session,
        dispatched_at=at,
        deadline_at=event.deadline_at,
        base_commit=event.base_commit,
        worktree=event.worktree,
        branch=event.branch,
        integrated=not event.branch,
        runtime=event.runtime,
        conversation="",
        conversation_usd=0.0,
        requests=(),
        tool_id=event.tool_id,
        helpers=(),
        recorded_by="",
        booked_tokens=0,
        booked_usd=0.0,
        unbooked=False,
    )


def _finished(state: State, event: ev.StepFinished, at: float) -> None:
    step = _step(state, event.step_id)
    common = {
        "claim": event.status,
        "outcome": event.outcome[:OUTCOME_LIMIT],
        "commit": event.commit,
        "recorded_by": event.source,
    }
    if event.tip:
        state.put(state.head.replace(tip=event.tip))
    if event.status == "failed":
        _used_up(state, step, "StepFinished", event.outcome, final=event.final, **common)
        return
    if event.verdict == "veto":
        _move(state, step, "StepFinished.veto", failure=event.outcome[:FAILURE_LIMIT], **common)
        return
    if event.verdict == "changes":
        _asked_for_changes(state, step, event, common)
        return
    _move(state, step, "StepFinished.complete", failure="", **common)
    if not step.integrated:
        _count_unintegrated(state, step, 1)
    _digest(state, f"{step.step_id} {event.agent_name}: {event.outcome}")


def _asked_for_changes(state: State, step: Step, event: ev.StepFinished, common: dict[str, Any]) -> None:
    rounds, found = step.rounds + 1, event.outcome[:FAILURE_LIMIT]
    if event.final:
        _used_up(state, step, "StepFinished", found, final=True, rounds=rounds, **common)
    else:
        _move(state, step, "StepFinished.changes", rounds=rounds, failure=found, **common)


def _count_unintegrated(state: State, step: Step, change: int) -> None:
    phase = _phase(state, step.phase_id)
    state.put(phase.replace(unintegrated=phase.unintegrated + change))


def _used_up(
    state: State, step: Step, event_name: str, failure: str, final: bool = False, **changes: Any
) -> None:
    failures = step.failures + 1
    kind = "exhausted" if final or failures >= step.max_attempts else "failed"
    _move(state, step, f"{event_name}.{kind}", failures=failures, failure=failure[:FAILURE_LIMIT], **changes)


def _digest(state: State, line: str) -> None:
    """Add a line to the rolling summary; the oldest fall out first."""
    head = state.head
    line = " ".join(line.split())
    if len(line) > LINE_LIMIT:
        line = line[: LINE_LIMIT - 1] + "…"
    digest = f"{head.digest}\n{line}" if head.digest else line
    while len(digest) > DIGEST_LIMIT:
        digest = digest.partition("\n")[2]
    state.put(head.replace(digest=digest))


def _interrupted(state: State, event: ev.StepInterrupted, at: float) -> None:
    step = _step(state, event.step_id)
    kept: dict[str, Any] = {
        "salvage": event.salvage or step.salvage,
        "conversation": event.conversation,
        "conversation_usd": event.conversation_usd,
        "requests": (),
        "recorded_by": "hook" if step.tool_id else step.recorded_by,
    }
    if event.counts:
        _used_up(state, step, "StepInterrupted", event.reason, **kept)
    else:
        _move(state, step, "StepInterrupted", **kept)


def _skipped(state: State, event: ev.StepSkipped, at: float) -> None:
    step = _move(state, _step(state, event.step_id), "StepSkipped", integrated=True)
    _digest(state, f"{step.step_id} skipped: {event.reason}")


def _reassigned(state: State, event: ev.StepReassigned, at: float) -> None:
    step = _step(state, event.step_id)
    _move(state, step, "StepReassigned", agent_name=event.agent_name, failures=0, conversation="")


def _retried(state: State, event: ev.StepRetried, at: float) -> None:
    _move(
        state,
        _step(state, event.step_id),
        "StepRetried",
        failures=0,
        claim="",
        conversation="",
        recorded_by="",
    )
    step = _step(state, event.step_id)
    if step.waiting:
        _move(state, step, "blocked")


def _invalidated(state: State, event: ev.StepInvalidated, at: float) -> None:
    step = _step(state, event.step_id)
    if step.status in SETTLED:
        step = _move(state, step, "StepInvalidated", failures=0, claim="", recorded_by="")
        if not step.waiting:
            _move(state, step, "unblocked")


def _evidence(state: State, event: ev.EvidenceGathered, at: float) -> None:
    step = _step(state, event.step_id)
    if event.commit and event.commit != step.commit:
        state.put(step.replace(commit=event.commit))
    if event.mismatches:
        head = state.head
        state.put(head.replace(false_claims=head.false_claims + len(event.mismatches)))


def _integrated(state: State, event: ev.StepIntegrated | ev.IntegrationConflicted, at: float) -> None:
    """The branch is merged, or its merge became a repair step: either way it no longer holds up the gate."""
    step = _step(state, event.step_id)
    state.put(step.replace(integrated=True))
    if step.status == "complete" and not step.integrated:
        _count_unintegrated(state, step, -1)


def _asked(state: State, event: ev.QuestionAsked, at: float) -> None:
    step = _step(state, event.step_id)
    kept = {"conversation": step.session, "requests": ()} if step.runtime else {}
    _move(state, step, "QuestionAsked", dialogue=(*step.dialogue, event.question), **kept)


def _answered(state: State, event: ev.QuestionAnswered, at: float) -> None:
    step = _step(state, event.step_id)
    _move(state, step, "QuestionAnswered", dialogue=(*step.dialogue, event.answer))


def _request_raised(state: State, event: ev.RequestRaised, at: float) -> None:
    step = _step(state, event.step_id)
    state.put(step.replace(requests=(*step.requests, event.request_id)))


def _request_settled(state: State, event: ev.RequestSettled, at: float) -> None:
    step = _step(state, event.step_id)
    state.put(step.replace(requests=tuple(one for one in step.requests if one != event.request_id)))


def _veto_waived(state: State, event: ev.VetoWaived, at: float) -> None:
    step = _move(state, _step(state, event.step_id), "VetoWaived")
    _digest(state, f"{step.step_id} veto waived: {event.reason}")


# -- gates and approvals --------------------------------------------------------------------------------------


def _gate_started(state: State, event: ev.GateStarted, at: float) -> None:
    _gate(state, event.phase_id, "GateStarted", runs=event.run)


def _gate_finished(state: State, event: ev.GateFinished, at: float) -> None:
    phase = _phase(state, event.phase_id)
    common = {"runs": event.run, "gate_source": event.source, "gate_reason": event.reason}
    if event.ok:
        _gate(state, event.phase_id, "GateFinished.pass", signature="", **common)
        if event.source == "reported":
            head = state.head
            state.put(head.replace(gates_reported=head.gates_reported + 1))
        return
    repeated = bool(event.signature) and event.signature == phase.signature
    spent = phase.repairs >= phase.max_repairs or repeated or bool(event.lacking)
    kind = "GateFinished.exhausted" if spent else "GateFinished.fail"
    _gate(state, event.phase_id, kind, signature=event.signature, **common)


def _gate_reopened(state: State, event: ev.GateReopened, at: float) -> None:
    _gate(state, event.phase_id, "GateReopened", repairs=0, signature="")


def _gate_waived(state: State, event: ev.GateWaived, at: float) -> None:
    _gate(state, event.phase_id, "GateWaived", gate_source="waived", gate_reason=event.reason)


def _repair_opened(state: State, event: ev.RepairOpened, at: float) -> None:
    phase = _phase(state, event.phase_id)
    amend.add_step(state, phase, event.step, repair=True)
    if event.review:
        amend.wait_for(state, event.review, event.step["step_id"])
        _move(state, _step(state, event.review), "RepairOpened")
    phase = _phase(state, event.phase_id)
    repairs = phase.repairs if event.review else phase.repairs + 1
    state.put(phase.replace(repairs=repairs, last_round=event.round))


def _approval(state: State, phase_id: int, happening: str, **changes: Any) -> None:
    phase = _phase(state, phase_id)
    after = follow(APPROVAL, phase.approval, happening, f"approval of phase {phase_id}")
    state.put(phase.replace(approval=after, **changes))


def _approval_requested(state: State, event: ev.ApprovalRequested, at: float) -> None:
    _approval(state, event.phase_id, "ApprovalRequested", subject=event.subject)


def _approval_decided(state: State, event: ev.ApprovalDecided, at: float) -> None:
    _approval(state, event.phase_id, f"ApprovalDecided.{event.result}", feedback=event.feedback)


# -- the task -------------------------------------------------------------------------------------------------


def _started(state: State, event: ev.TaskStarted, at: float) -> None:
    start_rows(state, event, at)


def _amended(state: State, event: ev.PlanAmended, at: float) -> None:
    for op in event.ops:
        amend.apply_op(state, op)


def _charged(state: State, event: ev.BudgetCharged, at: float) -> None:
    head, step = state.head, _step(state, event.step_id)
    tokens, usd = event.tokens or 0, event.usd or 0.0
    mine, unknown = event.attempt == step.attempt, event.source == "unknown"
    state.put(
        step.replace(
            spent_tokens=step.spent_tokens + tokens,
            spent_usd=step.spent_usd + usd,
            upper_tokens=step.upper_tokens + event.upper_tokens,
            upper_usd=step.upper_usd + event.upper_usd,
            booked_tokens=step.booked_tokens + tokens if mine else step.booked_tokens,
            booked_usd=step.booked_usd + usd if mine else step.booked_usd,
            unbooked=unknown if mine else step.unbooked,
        )
    )
    state.put(
        head.replace(
            spent_tokens=head.spent_tokens + tokens,
            spent_usd=head.spent_usd + usd,
            unknown_costs=head.unknown_costs + unknown - (mine and step.unbooked and not unknown),
            upper_tokens=head.upper_tokens + event.upper_tokens,
            upper_usd=head.upper_usd + event.upper_usd,
        )
    )


def _phase_finished(state: State, event: ev.PhaseFinished, at: float) -> None:
    phase = _phase(state, event.phase_id)
    state.put(phase.replace(done=True))
    state.put(state.head.replace(phase_id=phase.next_id))


def _paused(state: State, event: ev.TaskPaused, at: float) -> None:
    _task(state, "TaskPaused", reason=event.reason, paused_until=event.until, paused_at=at)


def _resumed(state: State, event: ev.TaskResumed, at: float) -> None:
    head = state.head
    stood_s = 0.0 if head.paused_at is None else at - head.paused_at
    if event.session and event.session != head.session:
        state.put(head.replace(process="", bound_at=at))
    _task(
        state,
        "TaskResumed",
        reason="",
        paused_until=None,
        paused_at=None,
        paused_s=head.paused_s + stood_s,
        session=event.session or head.session,
    )


def _cancelled(state: State, event: ev.TaskCancelled, at: float) -> None:
    _task(state, "TaskCancelled", reason=event.reason, ended_at=at)


def _failed(state: State, event: ev.TaskFailed, at: float) -> None:
    _task(state, "TaskFailed", reason=event.reason)


def _completed(state: State, event: ev.TaskCompleted, at: float) -> None:
    _task(state, "TaskCompleted", ended_at=at)


def _noted(state: State, event: ev.NoteAdded, at: float) -> None:
    if event.kind != "discovery" or event.origin:
        whose = f" (from {event.origin})" if event.origin else ""
        _digest(state, f"{event.kind}{whose}: {event.text}")


def _nothing(state: State, event: ev.Event, at: float) -> None:
    """Told in the story; changes no status."""


APPLY: dict[str, Callable[[State, Any, float], None]] = {
    "TaskStarted": _started,
    "BaselineGathered": _nothing,
    "StepDispatched": _dispatched,
    "StepFinished": _finished,
    "OutcomeVoided": _nothing,
    "StepInterrupted": _interrupted,
    "StepSkipped": _skipped,
    "StepReassigned": _reassigned,
    "StepRetried": _retried,
    "StepInvalidated": _invalidated,
    "EvidenceGathered": _evidence,
    "StepIntegrated": _integrated,
    "IntegrationConflicted": _integrated,
    "GateStarted": _gate_started,
    "GateFinished": _gate_finished,
    "GateReopened": _gate_reopened,
    "GateWaived": _gate_waived,
    "RepairOpened": _repair_opened,
    "ApprovalRequested": _approval_requested,
    "ApprovalDecided": _approval_decided,
    "QuestionAsked": _asked,
    "QuestionAnswered": _answered,
    "RequestRaised": _request_raised,
    "RequestSettled": _request_settled,
    "VetoWaived": _veto_waived,
    "PlanAmended": _amended,
    "BudgetCharged": _charged,
    "BudgetExceeded": _nothing,
    "PhaseFinished": _phase_finished,
    "TaskPaused": _paused,
    "TaskResumed": _resumed,
    "TaskCancelled": _cancelled,
    "TaskFailed": _failed,
    "TaskCompleted": _completed,
    "NoteAdded": _noted,
    "SessionBound": sessions.bound,
    "SessionNoted": sessions.noted,
    "SessionCharged": sessions.charged,
    "AgentSpawned": sessions.agent_spawned,
    "AgentMeasured": _nothing,
    "ReportReturned": sessions.report_returned,
}
