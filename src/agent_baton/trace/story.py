"""What happened to a task, told in order: one line an event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agent_baton.engine import events as ev
from agent_baton.engine.brief import counted
from agent_baton.engine.protocol import clock
from agent_baton.trace.words import short

WIDTH = 160


def story(recorded: Iterable[ev.Recorded]) -> list[str]:
    """Lines `time  sentence`, oldest first."""
    return [f"{clock(item.at)}  {sentence(item)}" for item in recorded]


def sentence(item: ev.Recorded, width: int = WIDTH) -> str:
    """One event in words: one line, cut, without secrets."""
    return short(SENTENCES[type(item.event)](item.event, item.actor), width)


def _finished(e: ev.StepFinished, by: str) -> str:
    commit = f" [{e.commit[:12]}]" if e.commit else ""
    verdict = {"veto": " with a VETO", "changes": " and asks for changes"}.get(e.verdict, "")
    forced = " (forced: not the plan's agent)" if e.forced else ""
    return f"step {e.step_id}: {e.agent_name} reports {e.status}{verdict} at attempt {e.attempt}{commit}{forced}: {e.outcome or 'no word'}"


def _evidence(e: ev.EvidenceGathered, by: str) -> str:
    if e.mismatches:
        return f"step {e.step_id}: the claim is NOT what git says: {'; '.join(e.mismatches)}"
    return f"step {e.step_id}: evidence {e.verdict}, {counted(e.changed_count, 'file')} changed"


def _gate(e: ev.GateFinished, by: str) -> str:
    took = f" in {e.duration_s:.1f} s" if e.duration_s is not None else ""
    result = "passes" if e.ok else f"is RED: {e.reason}"
    more = f"; tests weakened: {'; '.join(e.tampering)}" if e.tampering else ""
    return f"gate of phase {e.phase_id} {result} ({e.source}, run {e.run}{took}){more}"


def _charged(e: ev.BudgetCharged, by: str) -> str:
    if e.source == "unknown":
        return f"step {e.step_id}: cost of attempt {e.attempt} unknown"
    parts = ([f"{e.tokens} tokens"] if e.tokens is not None else []) + (
        [f"${e.usd:.4f}"] if e.usd is not None else []
    )
    return f"step {e.step_id}: attempt {e.attempt} cost {', '.join(parts)} ({e.source})"


SENTENCES: dict[type[ev.Event], Any] = {
    ev.TaskStarted: lambda e, by: (
        f"{by} starts the task on {e.branch} at {str(e.base_commit)[:12]}: {e.plan['task_summary']}"
    ),
    ev.BaselineGathered: lambda e, by: (
        f"before any work the gate of phase {e.phase_id} is {'green' if e.ok else 'RED: ' + e.reason}"
    ),
    ev.StepDispatched: lambda e, by: f"step {e.step_id}: attempt {e.attempt} goes to {e.agent_name}",
    ev.StepFinished: _finished,
    ev.OutcomeVoided: lambda e, by: (
        f"step {e.step_id}: late answer of attempt {e.attempt} ({e.status}) is void"
    ),
    ev.StepInterrupted: lambda e, by: f"step {e.step_id}: attempt {e.attempt} is given up: {e.reason}",
    ev.StepSkipped: lambda e, by: f"step {e.step_id} is skipped by {by}: {e.reason}",
    ev.StepReassigned: lambda e, by: f"step {e.step_id} goes to {e.agent_name}, says {by}: {e.reason}",
    ev.StepRetried: lambda e, by: f"step {e.step_id} gets fresh attempts from {by}: {e.reason}",
    ev.StepInvalidated: lambda e, by: f"step {e.step_id} must run again: {e.reason}",
    ev.EvidenceGathered: _evidence,
    ev.StepIntegrated: lambda e, by: (
        f"step {e.step_id}: branch merged as {e.commit[:12]}{' ' + e.note if e.note else ''}"
    ),
    ev.IntegrationConflicted: lambda e, by: f"step {e.step_id}: merge conflict in {', '.join(e.files)}",
    ev.GateStarted: lambda e, by: f"gate of phase {e.phase_id} runs (run {e.run}): {e.command}",
    ev.GateFinished: _gate,
    ev.GateReopened: lambda e, by: f"gate of phase {e.phase_id} gets fresh repairs from {by}: {e.reason}",
    ev.GateWaived: lambda e, by: f"gate of phase {e.phase_id} is WAIVED by {by}: {e.reason}",
    ev.RepairOpened: lambda e, by: (
        f"repair {e.step['step_id']} is opened for {e.step['agent_name']}: {e.cause}"
    ),
    ev.ApprovalRequested: lambda e, by: f"phase {e.phase_id} waits for approval ({e.subject[:12]})",
    ev.ApprovalDecided: lambda e, by: (
        f"phase {e.phase_id}: {by} decides {e.result}{': ' + e.feedback if e.feedback else ''}"
    ),
    ev.QuestionAsked: lambda e, by: f"step {e.step_id} asks: {e.question}",
    ev.RequestRaised: lambda e, by: f"step {e.step_id}: its agent waits for a person ({e.kind}): {e.text}",
    ev.RequestSettled: lambda e, by: (
        f"step {e.step_id}: {'allowed' if e.allow else 'refused'} by {e.reason or by}"
        + (f": {e.text}" if e.text else "")
    ),
    ev.QuestionAnswered: lambda e, by: f"step {e.step_id} is answered by {by}: {e.answer}",
    ev.VetoWaived: lambda e, by: f"the veto of step {e.step_id} is WAIVED by {by}: {e.reason}",
    ev.PlanAmended: lambda e, by: (
        f"{by} amends the plan: {', '.join(told(op) for op in e.ops)}{' — ' + e.reason if e.reason else ''}"
    ),
    ev.BudgetCharged: _charged,
    ev.BudgetExceeded: lambda e, by: f"budget: {e.limit}",
    ev.PhaseFinished: lambda e, by: f"phase {e.phase_id} is finished",
    ev.TaskPaused: lambda e, by: (
        f"paused by {by}{': ' + e.reason if e.reason else ''}{' until ' + clock(e.until) if e.until else ''}"
    ),
    ev.TaskResumed: lambda e, by: f"taken up again by {by}: {e.reason}",
    ev.TaskCancelled: lambda e, by: f"cancelled by {by}{': ' + e.reason if e.reason else ''}",
    ev.TaskFailed: lambda e, by: f"nothing more can run: {e.reason}",
    ev.TaskCompleted: lambda e, by: f"completed after {e.elapsed_s:.0f} s",
    ev.SessionBound: lambda e, by: (
        f"session {e.session or 'without a name'} drives the task{': ' + e.reason if e.reason else ''}"
    ),
    ev.SessionNoted: lambda e, by: f"session {e.session}: {e.what}{': ' + e.detail if e.detail else ''}",
    ev.SessionCharged: lambda e, by: (
        f"session {e.session}: driving took {e.tokens} tokens, {f'${e.usd:.4f}' if e.usd is not None else 'price unknown'}"
    ),
    ev.AgentSpawned: lambda e, by: (
        f"step {e.step_id}: {'helper ' if e.helper else ''}{e.agent_name} is at work"
        if e.step_id
        else f"{e.agent_name} was started; no step asked for it"
    ),
    ev.AgentMeasured: lambda e, by: (
        f"step {e.step_id}: attempt {e.attempt} used {counted(e.tool_uses, 'tool')} and edited {counted(len(e.edits), 'file')}"
    ),
    ev.ReportReturned: lambda e, by: (
        f"step {e.step_id}: the report of attempt {e.attempt} goes back: {'; '.join(e.reasons)}"
    ),
    ev.NoteAdded: lambda e, by: f"{e.kind} noted by {by if e.source == 'person' else 'an agent'}: {e.text}",
}


def told(op: dict[str, Any]) -> str:
    """One change of an amendment in a few words, as in `add step 2.3`."""
    what = op["op"].replace("_", " ")
    return f"{what} {op.get('step_id') or op.get('step', {}).get('step_id') or op.get('phase_id') or op.get('phase', {}).get('phase_id') or ''}".strip()
