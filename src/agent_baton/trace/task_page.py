"""What a task's own page shows: phase graph, timeline, claims beside evidence, gates with their output, cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from agent_baton.engine.brief import clean
from agent_baton.engine.protocol import clock
from agent_baton.redact import redact
from agent_baton.trace import amounts, svg
from agent_baton.trace.facts import task_facts
from agent_baton.trace.history import Attempt, GateRunHistory, History, PhaseHistory, StepHistory
from agent_baton.trace.measures import measures
from agent_baton.trace.retro_facts import totals
from agent_baton.trace.retrospective import advice
from agent_baton.trace.words import short

OUTPUT = 1_500  # characters of a red gate's output, its end
GREEN_OUTPUT = 300
LANES = 120  # rows of a timeline
BOXES = 60  # steps of a phase in the graph
ATTEMPTS = 300  # rows of the table of claims, the newest
FILES = 30

# what a step's or an attempt's end looks like, as a class of the page
KINDS = {
    "complete": "ok", "failed": "bad", "veto": "bad", "changes": "warn", "interrupted": "warn", "asked": "warn", "in flight": "now", "open": "none",
    "skipped": "none", "removed": "none",
}  # fmt: skip


class FileChange(NamedTuple):
    path: str
    added: int | None
    removed: int | None


def task_page(history: History, now: float, changes: list[FileChange] | None) -> dict[str, Any]:
    """Values for the template. `changes` is what git says of the task's commits, None when it cannot say."""
    facts = task_facts(history)
    counts = totals(history)
    end = history.ended_at or history.last_at
    rows = [row for step in history.steps for row in _attempts(step)]
    return {
        "id": history.task_id,
        "summary": facts["summary"],
        "status": history.status,
        "kind": {"complete": "ok", "failed": "bad", "cancelled": "none"}.get(history.status, "now"),
        "reason": short(history.reason),
        "facts": [
            ("Type", history.plan["task_type"]),
            ("Risk", history.plan["risk_level"]),
            ("Began", f"{clock(history.started_at)} by {history.by}"),
            ("Took", amounts.duration(end - history.started_at)),
            ("Steps", f"{facts['done']}/{facts['steps']}"),
            ("Attempts", str(counts.attempts)),
            ("Branch", f"{short(history.branch or 'none')} from {str(history.base_commit)[:12]}"),
            ("Cost", amounts.cost_sentence(counts)),
        ],
        "waits": [(w["kind"], w["where"], clock(w["since"]), w["text"]) for w in facts["waits"]],
        "graph": Markup(_graph(history)),
        "timeline": Markup(_timeline(history, now)),
        "attempts": rows[-ATTEMPTS:],
        "attempts_left_out": max(0, len(rows) - ATTEMPTS),
        "gates": [_gate(phase, run) for phase in history.phases for run in phase.gates],
        "waivers": [
            (phase.phase_id, phase.waived_by, short(phase.waived)) for phase in history.phases if phase.waived
        ],
        "changes": _changes(changes),
        "advice": [short(line) for line in advice(history)],
        "notes": [(item["kind"], short(item["text"])) for item in history.notes],
    }


def _graph(history: History) -> str:
    columns = [(f"{phase.phase_id} {short(phase.name)}", list(_boxes(phase))) for phase in history.phases]
    return svg.graph(columns, f"Phases and steps of {history.task_id}")


def _boxes(phase: PhaseHistory) -> Iterator[svg.Box]:
    steps = [step for step in phase.steps if step.status != "removed"]
    for step in steps[:BOXES]:
        tries = f", {len(step.attempts)} attempts" if len(step.attempts) > 1 else ""
        title = f"step {step.step_id}: {step.agent_name}, {step.status}{tries}. {short(step.description, 80)}"
        label = f"{step.step_id} {step.agent_name}"
        yield svg.Box(step.step_id, label, KINDS.get(step.status, "now"), title, step.depends_on)
    if len(steps) > BOXES:
        yield svg.Box(f"more {phase.phase_id}", f"… {len(steps) - BOXES} more steps", "none", "left out here")
    if phase.gate or phase.gates:
        last = next((run.finished for run in reversed(phase.gates) if run.finished is not None), None)
        kind = "none" if last is None else "ok" if last.ok else "bad"
        state = "waived" if phase.waived else {"none": "not run", "ok": "green", "bad": "red"}[kind]
        title = f"gate of phase {phase.phase_id}: {state}"
        yield svg.Box(
            f"gate {phase.phase_id}", f"gate: {state}", f"{'warn' if phase.waived else kind} gate", title
        )


def _timeline(history: History, now: float) -> str:
    end = history.ended_at or (now if history.status == "running" else history.last_at)
    lanes = [lane for phase in history.phases for lane in _lanes(phase)]
    label = f"Timeline of {history.task_id}: {len(lanes)} rows of attempts and gate runs"
    return svg.timeline(lanes[:LANES], history.started_at, max(end, history.started_at), label)


def _lanes(phase: PhaseHistory) -> Iterator[svg.Lane]:
    for step in phase.steps:
        if step.attempts:
            pieces = [
                svg.Bar(a.started_at, a.ended_at, KINDS.get(a.end, "now"), _bar_title(step, a))
                for a in step.attempts
            ]
            yield svg.Lane(f"{step.step_id} {step.agent_name}", pieces)
    if phase.gates:
        yield svg.Lane(f"gate {phase.phase_id}", [_gate_bar(run) for run in phase.gates])


def _bar_title(step: StepHistory, attempt: Attempt) -> str:
    took = amounts.duration(attempt.seconds) if attempt.seconds is not None else "at work"
    return f"{step.step_id} attempt {attempt.number}: {attempt.end}, {took}"


def _gate_bar(run: GateRunHistory) -> svg.Bar:
    event = run.finished
    kind = "now" if event is None else "ok" if event.ok else "bad"
    start = run.started_at
    if event is not None and event.duration_s is not None and run.ended_at is not None:
        start = min(start, run.ended_at - event.duration_s)
    result = "at work" if event is None else "green" if event.ok else "red"
    return svg.Bar(start, run.ended_at, f"{kind} gate", f"gate run {run.run}: {result}")


def _attempts(step: StepHistory) -> Iterator[dict[str, Any]]:
    for attempt in step.attempts:
        evidence = attempt.evidence
        counts = measures(step, attempt)
        yield {
            "step": step.step_id,
            "number": attempt.number,
            "agent": attempt.agent_name,
            "model": attempt.model,
            "end": attempt.end,
            "kind": KINDS.get(attempt.end, "now"),
            "claim": short(attempt.outcome, 240),
            "commit": attempt.commit[:12],
            "verdict": evidence.verdict if evidence else "not checked",
            "files": evidence.changed_count if evidence else None,
            "false": [short(line) for line in evidence.mismatches] if evidence else [],
            "time": amounts.duration(attempt.seconds) if attempt.seconds is not None else "–",
            "tokens": amounts.tokens(counts) if not counts.tokens_unknown else "unknown",
            "usd": amounts.usd(counts) if not counts.usd_unknown else "unknown",
        }


def _gate(phase: PhaseHistory, run: GateRunHistory) -> dict[str, Any]:
    event = run.finished
    if event is None:
        return {"phase": phase.phase_id, "run": run.run, "result": "at work", "kind": "now"}
    limit = GREEN_OUTPUT if event.ok else OUTPUT
    output = redact(clean(event.output))
    return {
        "phase": phase.phase_id,
        "run": run.run,
        "result": "green" if event.ok else "red",
        "kind": "ok" if event.ok else "bad",
        "source": event.source,
        "reason": short(event.reason),
        "command": short(event.command),
        "exit": "" if event.exit_code is None else str(event.exit_code),
        "time": f"{event.duration_s:.1f} s" if event.duration_s is not None else "unknown",
        "output": output if len(output) <= limit else f"…{output[-limit:]}",
        "failures": [short(name) for name in event.failures[:10]],
        "tampering": [short(name) for name in event.tampering],
        "tree": event.tree[:12],
    }


def _changes(changes: list[FileChange] | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    return {
        "files": len(changes),
        "added": sum(change.added or 0 for change in changes),
        "removed": sum(change.removed or 0 for change in changes),
        "rows": [(short(change.path, 90), change.added, change.removed) for change in changes[:FILES]],
        "more": max(0, len(changes) - FILES),
    }
