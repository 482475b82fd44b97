"""Where a task stands, for a person at a terminal."""

from __future__ import annotations

from agent_baton.cli.call import Call
from agent_baton.cli.secret_signs import may_hold_secrets
from agent_baton.engine.brief import one_line, title
from agent_baton.engine.decide import decide
from agent_baton.engine.protocol import as_fields, clock
from agent_baton.engine.state import ALL_STATUSES
from agent_baton.fastjson import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agent_baton.engine.actions import Action
    from agent_baton.engine.state import Phase, State, Step, Task


def status(call: Call) -> tuple[int, str]:
    """The verb: exit code and text, without the secrets that stand in a plan's own words."""
    state = call.state()
    action = decide(state, call.now)[0]

    def shown(text: str) -> str:
        return call.need().redact(text) if may_hold_secrets(text) else text

    if call.json:
        return 0, dumps(status_fields(state, action, call.now, shown))
    return 0, status_text(state, action, call.now, shown)


MARKS = {
    "complete": "x", "skipped": "-", "dispatched": ">", "failed": "!", "exhausted": "!", "vetoed": "!", "asking": "?",
    "ready": " ", "pending": " ",
}  # fmt: skip
STEPS_SHOWN = 200
# characters of a description: its first line is shown, and no more of that than a title's length
READ = 1_000


def status_text(state: State, action: Action, now: float, shown: Callable[[str], str]) -> str:
    """`shown` takes secrets out of a text of the plan, of people or of agents: before it is cut, or half of one would stay."""
    head = state.head
    lines = [
        f"Task:     {title(shown(head.summary[:READ]))}",
        f"Task ID:  {head.task_id}",
        f"Status:   {head.status}" + (f" ({one_line(shown(head.reason))[:200]})" if head.reason else ""),
        f"Progress: {head.steps_done}/{head.steps_total} steps, {head.gates_passed}/{head.gates_total} gates"
        + (f" ({head.gates_reported} reported, not verified)" if head.gates_reported else ""),
        f"Cost:     {cost_text(state)}",
        *([f"Driving:  {driving_text(head)}"] if head.driving_tokens else []),
        f"Elapsed:  {duration(_elapsed(head, now))} since {clock(head.started_at)}",
    ]
    if head.false_claims:
        lines.append(f"Claims:   {head.false_claims} not true")
    for phase in state.phases():
        lines += ["", *_phase_lines(state, phase, shown)]
        if len(lines) > STEPS_SHOWN:
            lines.append("… (baton execute status --output json lists every step)")
            break
    fields = as_fields(action, state)
    if head.status not in ("complete", "cancelled"):
        detail = (
            fields.get("message")
            or fields.get("summary")
            or fields.get("command")
            or fields.get("context")
            or fields.get("question")
        )
        lines += ["", f"Next:     {fields['action']} {shown(detail or '')}"]
    return "\n".join(lines)


def _elapsed(head: Task, now: float) -> float:
    """Seconds; none when the clock was set back since."""
    return max(0.0, (head.ended_at or now) - head.started_at)


def cost_text(state: State) -> str:
    """Money and tokens as known; what nobody reported is said, never counted as nothing."""
    head = state.head
    known = []
    if head.spent_usd:
        known.append(
            f"${head.spent_usd:.2f}" + (f" of ${head.limit_usd:.2f}" if head.limit_usd is not None else "")
        )
    if head.spent_tokens:
        known.append(f"{head.spent_tokens:,} tokens")
    if head.upper_usd >= 0.005:
        known.append(f"at most ${head.upper_usd:.2f} more that was not measured")
    if head.unknown_costs:
        known.append(f"{head.unknown_costs} attempt{'s' if head.unknown_costs != 1 else ''} unknown")
    return ", ".join(known) or "nothing spent yet"


def driving_text(head: Task) -> str:
    """What the sessions that drove cost by themselves, besides what the steps cost."""
    known = [f"${head.driving_usd:.2f}"] if head.driving_usd else []
    known.append(f"{head.driving_tokens:,} tokens")
    if head.driving_unknown:
        known.append(f"{head.driving_unknown:,} of unknown price")
    return ", ".join(known)


def _phase_lines(state: State, phase: Phase, shown: Callable[[str], str]) -> list[str]:
    head = f"Phase {phase.phase_id}: {title(shown(phase.name))}"
    if phase.approval != "none":
        head += f" [approval {phase.approval}]"
    lines = [head]
    for number, step in enumerate(state.steps(phase.phase_id, *ALL_STATUSES)):
        if number == STEPS_SHOWN:
            return [*lines, "  …"]
        if step.status != "dropped":
            lines.append(_step_line(state, step, shown, _may_begin(state, phase)))
    if phase.gate != "none":
        source = f", {phase.gate_source}" if phase.gate_source and phase.gate != "running" else ""
        mark = {"passed": "x", "waived": "-", "exhausted": "!", "failed": "!"}.get(phase.gate, " ")
        command = one_line(shown(phase.gate_command))
        lines.append(f"  [{mark}] gate {phase.gate_type}: {command} ({phase.gate}{source})")
    return lines


def _may_begin(state: State, phase: Phase) -> bool:
    return phase.phase_id == state.head.phase_id and phase.approval in ("none", "approved")


def _step_line(state: State, step: Step, shown: Callable[[str], str], begun: bool) -> str:
    spec = state.spec(step.step_id)
    what = title(shown(spec.task_description[:READ])) if spec else ""
    tries = f", attempt {step.attempt}" if step.attempt > 1 else ""
    status = "pending" if step.status == "ready" and not begun else step.status
    return f"  [{MARKS[step.status]}] {step.step_id} {step.agent_name} ({status}{tries}) {what}"


def status_fields(state: State, action: Action, now: float, shown: Callable[[str], str]) -> dict[str, Any]:
    """The same as data: head, phases with their steps, and the next action. Its brief is whole: an agent works by it."""
    head = state.head
    return {
        "task_id": head.task_id,
        "status": head.status,
        "reason": shown(head.reason),
        "task_summary": shown(head.summary),
        "risk_level": head.risk_level,
        "phase_id": head.phase_id,
        "steps_done": head.steps_done,
        "steps_total": head.steps_total,
        "gates_passed": head.gates_passed,
        "gates_total": head.gates_total,
        "gates_reported": head.gates_reported,
        "false_claims": head.false_claims,
        "spent_usd": head.spent_usd,
        "spent_tokens": head.spent_tokens,
        "unknown_costs": head.unknown_costs,
        "driving_usd": round(head.driving_usd, 6),
        "driving_tokens": head.driving_tokens,
        "driving_unknown_tokens": head.driving_unknown,
        "started_at": clock(head.started_at),
        "elapsed_s": round(_elapsed(head, now), 3),
        "phases": [_phase_fields(state, phase, shown) for phase in state.phases()],
        "next": as_fields(action, state),
    }


def _phase_fields(state: State, phase: Phase, shown: Callable[[str], str]) -> dict[str, Any]:
    steps = [
        {
            "step_id": step.step_id,
            "agent": step.agent_name,
            "status": step.status,
            "attempt": step.attempt,
            "commit": step.commit,
            "outcome": shown(step.outcome),
        }
        for step in state.steps(phase.phase_id, *ALL_STATUSES)
        if step.status != "dropped"
    ]
    return {
        "phase_id": phase.phase_id,
        "name": shown(phase.name),
        "approval": phase.approval,
        "gate": phase.gate,
        "gate_source": phase.gate_source,
        "gate_command": shown(phase.gate_command),
        "steps": steps,
    }


def duration(seconds: float) -> str:
    """A length of time as people write it: 42s, 5m 07s, 2h 03m."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
