"""A task's events gathered by phase, step, attempt and gate run: what every view is made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from agent_baton.engine import events as ev
from agent_baton.engine.amend import amended
from agent_baton.errors import JournalError
from agent_baton.trace.shapes import Attempt, Driving, GateRunHistory, History, PhaseHistory, StepHistory

__all__ = [
    "Attempt",
    "Driving",
    "GateRunHistory",
    "History",
    "Item",
    "PhaseHistory",
    "StepHistory",
    "gather",
    "gather_told",
]


class Item(Protocol):
    """An event and where it stands. `event` is one, or has the fields of one (see journal/bulk)."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> float: ...
    @property
    def actor(self) -> str: ...
    @property
    def event(self) -> Any: ...


class _Whole(NamedTuple):
    seq: int
    kind: str
    at: float
    actor: str
    event: Any


def gather(recorded: Iterable[ev.Recorded]) -> History:
    """The history of one task. The first event must be its TaskStarted."""
    return gather_told(
        _Whole(item.seq, type(item.event).__name__, item.at, item.actor, item.event) for item in recorded
    )


def gather_told(told: Iterable[Item]) -> History:
    """The same from events that were read in bulk. Raises JournalError where one cannot follow.

    A clock that was set back makes no time negative: no event is before the one before it.
    """
    history: History | None = None
    item: Item | None = None
    latest = 0.0
    try:
        for one in told:
            item = one if one.at >= latest else _Whole(one.seq, one.kind, latest, one.actor, one.event)
            latest = item.at
            if history is None:
                history = _begin(item, item.event)
            elif add := BY_NAME.get(item.kind):
                add(history, item, item.event)
    except (LookupError, AttributeError, AssertionError, StopIteration, TypeError) as error:
        at = f"event {item.seq} ({item.kind})" if item is not None else "an event"
        raise JournalError(
            f"{at} does not follow from the events before it: `baton journal verify` says whether the journal was changed; "
            "if not, this is a bug of baton"
        ) from error
    assert history is not None and item is not None, "a task has events"
    history.last_seq, history.last_at = item.seq, item.at
    return history


def _begin(item: Item, event: ev.TaskStarted) -> History:
    history = History(
        event.plan["task_id"], event.plan, event.plan, event.settings, item.at, event.base_commit, event.branch,
        by=item.actor, status_since=item.at,
    )  # fmt: skip
    for phase in event.plan["phases"]:
        history.add_phase(_phase(phase))
    return history


def _phase(phase: dict[str, Any]) -> PhaseHistory:
    return PhaseHistory(
        phase["phase_id"],
        phase["name"],
        phase.get("gate"),
        [_step(phase["phase_id"], step) for step in phase["steps"]],
    )


def _step(phase_id: int, step: dict[str, Any], cause: str = "") -> StepHistory:
    return StepHistory(
        step["step_id"],
        phase_id,
        step["agent_name"],
        step["task_description"],
        step["model"],
        bool(cause),
        cause,
        depends_on=tuple(step.get("depends_on") or ()),
    )


def _dispatched(history: History, item: Item, event: ev.StepDispatched) -> None:
    step = history.step(event.step_id)
    attempt = Attempt(event.attempt, event.agent_name, item.at, item.actor, step.model)
    attempt.session, attempt.worktree = event.session, event.worktree
    step.attempts.append(attempt)


def _finished(history: History, item: Item, event: ev.StepFinished) -> None:
    step = history.step(event.step_id)
    attempt = step.attempt(event.attempt)
    assert attempt is not None
    told = event.verdict if event.verdict in ("veto", "changes") else event.status
    attempt.ended_at, attempt.end = item.at, told
    attempt.agent_name, attempt.outcome, attempt.outcome_ref = (
        event.agent_name,
        event.outcome,
        event.outcome_ref,
    )
    attempt.commit, attempt.files, attempt.forced = event.commit, event.files, event.forced
    step.status = attempt.end


def _interrupted(history: History, item: Item, event: ev.StepInterrupted) -> None:
    step = history.step(event.step_id)
    attempt = step.attempt(event.attempt)
    assert attempt is not None
    attempt.ended_at, attempt.end, attempt.outcome = item.at, "interrupted", event.reason
    step.status = "open"


def _evidence(history: History, item: Item, event: ev.EvidenceGathered) -> None:
    attempt = history.step(event.step_id).attempt(event.attempt)
    assert attempt is not None
    attempt.evidence = event
    attempt.commit = event.commit or attempt.commit


def _charged(history: History, item: Item, event: ev.BudgetCharged) -> None:
    attempt = history.step(event.step_id).attempt(event.attempt)
    assert attempt is not None
    attempt.tokens, attempt.usd, attempt.cost_source = event.tokens, event.usd, event.source
    attempt.charged_at = item.at


def _skipped(history: History, item: Item, event: ev.StepSkipped) -> None:
    step = history.step(event.step_id)
    step.status, step.skipped, step.asked_at = "skipped", event.reason, None


def _reopened(history: History, item: Item, event: ev.StepRetried | ev.StepInvalidated) -> None:
    history.step(event.step_id).status = "open"


def _reassigned(history: History, item: Item, event: ev.StepReassigned) -> None:
    history.step(event.step_id).agent_name = event.agent_name


def _asked(history: History, item: Item, event: ev.QuestionAsked) -> None:
    step = history.step(event.step_id)
    step.questions.append((event.question, ""))
    step.asked_at = item.at
    attempt = step.attempt(event.attempt)
    assert attempt is not None
    attempt.ended_at, attempt.end = item.at, "asked"


def _answered(history: History, item: Item, event: ev.QuestionAnswered) -> None:
    step = history.step(event.step_id)
    step.questions[-1] = (step.questions[-1][0], event.answer)
    step.asked_at = None


def _gate_started(history: History, item: Item, event: ev.GateStarted) -> None:
    history.phase(event.phase_id).gates.append(GateRunHistory(event.run, item.at))


def _gate_finished(history: History, item: Item, event: ev.GateFinished) -> None:
    phase = history.phase(event.phase_id)
    run = next((run for run in phase.gates if run.run == event.run), None)
    if run is None:
        run = GateRunHistory(event.run, item.at)
        phase.gates.append(run)
    run.ended_at, run.finished = item.at, event


def _gate_waived(history: History, item: Item, event: ev.GateWaived) -> None:
    phase = history.phase(event.phase_id)
    phase.waived, phase.waived_by = event.reason, item.actor


def _repair(history: History, item: Item, event: ev.RepairOpened) -> None:
    history.add_step(_step(event.phase_id, event.step, event.cause))


def _approval_due(history: History, item: Item, event: ev.ApprovalRequested) -> None:
    history.phase(event.phase_id).approval_since = item.at


def _approved(history: History, item: Item, event: ev.ApprovalDecided) -> None:
    history.phase(event.phase_id).approval_since = None
    history.phase(event.phase_id).approvals.append(
        {
            "result": event.result,
            "by": item.actor,
            "at": item.at,
            "subject": event.subject,
            "feedback": event.feedback,
        }
    )


def _veto_waived(history: History, item: Item, event: ev.VetoWaived) -> None:
    history.step(event.step_id).status = "complete"


def _amended(history: History, item: Item, event: ev.PlanAmended) -> None:
    history.plan = amended(history.plan, event.ops)
    history.amendments.append(
        {"at": item.at, "by": item.actor, "reason": event.reason, "ops": list(event.ops)}
    )
    for op in event.ops:
        if op["op"] == "add_step":
            history.add_step(_step(op["phase_id"], op["step"]))
        elif op["op"] == "add_phase":
            place = next(i for i, phase in enumerate(history.phases) if phase.phase_id == op["after"])
            history.add_phase(_phase(op["phase"]), place + 1)
        elif op["op"] == "change_phase":
            phase = history.phase(op["phase_id"])
            phase.name, phase.gate = (
                op["fields"].get("name", phase.name),
                op["fields"].get("gate", phase.gate),
            )
            if op["fields"].get("approval_required") is False:
                phase.approval_since = None
        elif op["op"] == "remove_step":
            step = history.step(op["step_id"])
            step.status, step.asked_at = "removed", None
        elif op["op"] == "remove_phase":
            history.phases = [phase for phase in history.phases if phase.phase_id != op["phase_id"]]
        elif op["op"] == "change_step":
            step = history.step(op["step_id"])
            step.agent_name = op["fields"].get("agent_name", step.agent_name)
            step.description = op["fields"].get("task_description", step.description)
            step.model = op["fields"].get("model", step.model)


def _phase_finished(history: History, item: Item, event: ev.PhaseFinished) -> None:
    history.phase(event.phase_id).ended_at = item.at


def _ended(status: str) -> Any:
    def add(history: History, item: Item, event: Any) -> None:
        history.status, history.reason = status, getattr(event, "reason", "")
        history.status_since = item.at
        if status in ("complete", "cancelled"):
            history.ended_at = item.at
        elif status == "failed":
            history.failures.append({"at": item.at, "reason": event.reason})
        elif status == "paused":
            history.pauses.append({"at": item.at, "reason": event.reason})

    return add


def _noted(history: History, item: Item, event: ev.NoteAdded) -> None:
    history.notes.append({"at": item.at, "by": item.actor, **event.as_dict()})


def _voided(history: History, item: Item, event: ev.OutcomeVoided) -> None:
    history.voided.append({"at": item.at, **event.as_dict()})


def _merged(history: History, item: Item, event: ev.StepIntegrated) -> None:
    history.step(event.step_id).merged = event.commit


def _conflicted(history: History, item: Item, event: ev.IntegrationConflicted) -> None:
    history.step(event.step_id).conflicts.append(tuple(event.files))


def _stopped(history: History, item: Item, event: ev.BudgetExceeded) -> None:
    history.budget_stops.append({"at": item.at, **event.as_dict()})


def _driven(history: History, item: Item, event: ev.SessionCharged) -> None:
    history.driving.append(
        Driving(item.at, item.actor, event.session, event.tokens, event.usd, tuple(event.usage))
    )


def _spawned(history: History, item: Item, event: ev.AgentSpawned) -> None:
    history.helpers += event.helper
    if not event.step_id:
        history.strangers.append(event.agent_name)


def _measured(history: History, item: Item, event: ev.AgentMeasured) -> None:
    attempt = history.step(event.step_id).attempt(event.attempt)
    assert attempt is not None
    attempt.usage, attempt.tool_uses = tuple(event.usage), event.tool_uses


def _returned(history: History, item: Item, event: ev.ReportReturned) -> None:
    attempt = history.step(event.step_id).attempt(event.attempt)
    assert attempt is not None
    attempt.returned = tuple(event.reasons)


def _requested(history: History, item: Item, event: ev.RequestRaised) -> None:
    history.requests[event.request_id] = (item.at, event)
    if event.kind == "question":
        history.step(event.step_id).questions.append((event.text, ""))


def _settled(history: History, item: Item, event: ev.RequestSettled) -> None:
    _, raised = history.requests.pop(event.request_id, (0.0, None))
    if raised is not None and raised.kind == "question":
        questions = history.step(event.step_id).questions
        place = max(n for n, (asked, _) in enumerate(questions) if asked == raised.text)
        questions[place] = (raised.text, event.text)


def _baseline(history: History, item: Item, event: ev.BaselineGathered) -> None:
    history.baseline.append(event)


ADD: dict[type[ev.Event], Any] = {
    ev.StepDispatched: _dispatched,
    ev.StepFinished: _finished,
    ev.StepInterrupted: _interrupted,
    ev.EvidenceGathered: _evidence,
    ev.BudgetCharged: _charged,
    ev.StepSkipped: _skipped,
    ev.StepRetried: _reopened,
    ev.StepInvalidated: _reopened,
    ev.StepReassigned: _reassigned,
    ev.QuestionAsked: _asked,
    ev.QuestionAnswered: _answered,
    ev.GateStarted: _gate_started,
    ev.GateFinished: _gate_finished,
    ev.GateWaived: _gate_waived,
    ev.RepairOpened: _repair,
    ev.ApprovalRequested: _approval_due,
    ev.ApprovalDecided: _approved,
    ev.StepIntegrated: _merged,
    ev.IntegrationConflicted: _conflicted,
    ev.BudgetExceeded: _stopped,
    ev.SessionCharged: _driven,
    ev.AgentSpawned: _spawned,
    ev.AgentMeasured: _measured,
    ev.ReportReturned: _returned,
    ev.RequestRaised: _requested,
    ev.RequestSettled: _settled,
    ev.VetoWaived: _veto_waived,
    ev.PlanAmended: _amended,
    ev.PhaseFinished: _phase_finished,
    ev.TaskPaused: _ended("paused"),
    ev.TaskResumed: _ended("running"),
    ev.TaskCancelled: _ended("cancelled"),
    ev.TaskFailed: _ended("failed"),
    ev.TaskCompleted: _ended("complete"),
    ev.NoteAdded: _noted,
    ev.OutcomeVoided: _voided,
    ev.BaselineGathered: _baseline,
}
BY_NAME = {kind.__name__: add for kind, add in ADD.items()}
