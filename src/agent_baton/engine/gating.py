"""Commands about a phase: its gate, its approval, its repairs."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.brief import fence
from agent_baton.engine.repairs import open_repair
from agent_baton.engine.steps import reopen, require_reason, retry_step, waive_veto
from agent_baton.engine.transitions import SETTLED, UNSETTLED
from agent_baton.errors import Refused, UserError
from agent_baton.hashing import sha256_hex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine import commands as cmd
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import Phase, State

RESULTS = ("approve", "reject", "approve-with-feedback")
OUTPUT_IN_BRIEF = 2_000  # characters of a red gate's output handed to the repairing agent


def start_gate(log: Ledger, command: cmd.StartGate) -> None:
    phase = _due(log, command.phase_id)
    log.emit(ev.GateStarted(phase.phase_id, phase.runs + 1, phase.gate_command))


def _due(log: Ledger, phase_id: int) -> Phase:
    """The phase, if its gate may be run now."""
    phase = log.phase(phase_id)
    if phase.gate == "none":
        raise Refused(f"phase {phase_id} ({phase.name}) has no gate")
    log.require_current(phase, f"gate of phase {phase_id}")
    if phase.gate == "exhausted":
        raise Refused(
            f"gate of phase {phase_id} is red and no repair is left; baton execute retry --phase-id {phase_id}, or waive it"
        )
    opened = next(log.state.steps(phase_id, *UNSETTLED), None)
    if opened is not None:
        raise Refused(
            f"gate of phase {phase_id}: step {opened.step_id!r} is {opened.status}; a gate comes after its steps"
        )
    if phase.unintegrated:
        raise Refused(
            f"gate of phase {phase_id}: {phase.unintegrated} finished branches are not merged yet; baton execute integrate"
        )
    return phase


def record_gate(log: Ledger, command: cmd.RecordGate) -> None:
    phase = log.phase(command.phase_id)
    if phase.gate in ("passed", "waived"):
        _acknowledge(phase, command)
        return
    if not command.ok and _red_already(log, phase):
        return
    phase = _due(log, command.phase_id)
    run = phase.runs if phase.gate == "running" else phase.runs + 1
    log.emit(
        ev.GateFinished(
            phase_id=phase.phase_id,
            run=run,
            ok=command.ok,
            source=command.source,
            reason=command.reason or ("" if command.ok else "reported as failed"),
            command=phase.gate_command,
            exit_code=command.exit_code,
            duration_s=command.duration_s,
            output=command.output,
            output_ref=command.output_ref,
            signature=command.signature,
            failures=command.failures,
            new_failures=command.new_failures,
            tree=command.tree,
            changed_files=command.changed_files,
            tampering=command.tampering,
            lacking=command.lacking,
        )
    )
    phase = log.phase(phase.phase_id)
    if phase.gate == "failed":
        open_repair(log, phase, _gate_cause(command), _gate_brief(phase, command))


def _red_already(log: Ledger, phase: Phase) -> bool:
    """The gate is on record as red and nothing was repaired since: the same fact said again."""
    if phase.gate == "exhausted":
        return True
    return phase.gate == "failed" and log.state.any(phase.phase_id, *UNSETTLED)


def _acknowledge(phase: Phase, command: cmd.RecordGate) -> None:
    if not command.ok:
        raise Refused(
            f"gate of phase {phase.phase_id} is already recorded as {phase.gate}; a contradicting result is refused"
        )


def _gate_cause(command: cmd.RecordGate) -> str:
    return f"gate: {command.reason or 'failed'}"


def _red(reason: str) -> str:
    """`red: 1 test failed`; a reason that compares with how it was before says red itself."""
    return reason if reason.startswith("red") else f"red: {reason}"


def _gate_brief(phase: Phase, command: cmd.RecordGate) -> str:
    output = command.output[-OUTPUT_IN_BRIEF:].strip() or "(no output was kept)"
    lines = [
        f"The gate of phase {phase.phase_id} ({phase.name}) is {_red(command.reason or 'failed')}.",
        f"Gate command: {phase.gate_command}",
    ]
    if command.new_failures:
        lines.append(f"Newly failing: {', '.join(command.new_failures[:20])}")
    if command.changed_files:
        lines.append(
            f"The gate changed tracked files: {', '.join(command.changed_files[:20])}. A gate may only read."
        )
    lines.append("Find the cause and repair the code. Do not weaken, skip or delete the check that failed.")
    return "\n".join(lines) + "\n\nOutput of the gate:\n" + fence(output)


def integrate(log: Ledger, command: cmd.Integrate) -> None:
    step = log.step(command.step_id)
    if step.integrated:
        return
    if not command.conflict_files:
        log.emit(ev.StepIntegrated(step.step_id, command.commit, command.note))
        return
    log.emit(ev.IntegrationConflicted(step.step_id, command.conflict_files, command.detail))
    brief = (
        f"Merging branch {step.branch} (step {step.step_id}) conflicts with the work of its siblings in: "
        f"{', '.join(command.conflict_files)}.\nMerge that branch into the checked-out branch, keep what both sides "
        f"meant, run the checks, and commit the merge.\n\nBoth sides:\n{fence(command.detail)}"
    )
    open_repair(log, log.phase(step.phase_id), f"merge conflict of step {step.step_id}", brief, step)


def retry(log: Ledger, command: cmd.Retry) -> None:
    if command.step_id:
        retry_step(log, command)
    else:
        _retry_gate(log, command)


def _retry_gate(log: Ledger, command: cmd.Retry) -> None:
    assert command.phase_id is not None
    phase = log.phase(command.phase_id)
    if phase.gate == "pending":
        return
    log.require_current(phase, f"gate of phase {phase.phase_id}")
    if phase.gate not in ("failed", "exhausted"):
        raise Refused(f"gate of phase {phase.phase_id} is {phase.gate}; only a red gate is retried")
    reopen(log, command)
    log.emit(ev.GateReopened(phase.phase_id, command.reason))


def waive(log: Ledger, command: cmd.Waive) -> None:
    if command.step_id:
        waive_veto(log, command)
    else:
        _waive_gate(log, command)


def _waive_gate(log: Ledger, command: cmd.Waive) -> None:
    assert command.phase_id is not None
    require_reason(command.reason, "waive")
    phase = log.phase(command.phase_id)
    if phase.gate == "waived":
        return
    if phase.gate in ("none", "passed"):
        raise Refused(f"gate of phase {phase.phase_id} is {phase.gate}; there is nothing to waive")
    log.require_current(phase, f"gate of phase {phase.phase_id}")
    for step in log.state.steps(phase.phase_id, *UNSETTLED):
        if not step.repair:
            raise Refused(
                f"gate of phase {phase.phase_id}: step {step.step_id!r} is {step.status}; a gate is waived after its steps"
            )
    reopen(log, command)
    _drop_repairs(log, phase, command.reason)
    log.emit(ev.GateWaived(phase.phase_id, command.reason))


def _drop_repairs(log: Ledger, phase: Phase, reason: str) -> None:
    for step in list(log.state.steps(phase.phase_id, *UNSETTLED)):
        if step.status == "dispatched":
            log.emit(ev.StepInterrupted(step.step_id, step.attempt, f"gate waived: {reason}"))
        log.emit(ev.StepSkipped(step.step_id, f"gate waived: {reason}"))


def approve(log: Ledger, command: cmd.Approve) -> None:
    if command.result not in RESULTS:
        raise UserError(f"result {command.result!r} is not known; it is {', '.join(RESULTS)}")
    if command.result == "approve-with-feedback" and not command.feedback.strip():
        raise UserError('approve-with-feedback needs the feedback: --feedback "…"')
    phase = log.phase(command.phase_id)
    if phase.approval in ("approved", "rejected"):
        _same_decision(phase, command)
        return
    if phase.approval == "none":
        raise Refused(f"phase {phase.phase_id} ({phase.name}) needs no approval")
    log.require_current(phase, f"approval of phase {phase.phase_id}")
    current = subject_of(log.state, phase)
    seen = command.subject or phase.subject
    if not current.startswith(seen) or len(seen) < 8:
        raise Refused(
            f"phase {phase.phase_id} is not what it was when it was shown ({seen[:12]}, now {current[:12]}); "
            "look again with `baton execute next` and decide anew"
        )
    log.emit(ev.ApprovalDecided(phase.phase_id, command.result, current, command.feedback))


def _same_decision(phase: Phase, command: cmd.Approve) -> None:
    decided = "reject" if phase.approval == "rejected" else "approve"
    if not command.result.startswith(decided):
        raise Refused(f"phase {phase.phase_id} is already {phase.approval}; amend it to have it decided anew")


def request_approval(log: Ledger, phase: Phase) -> None:
    log.emit(ev.ApprovalRequested(phase.phase_id, subject_of(log.state, phase)))


def subject_of(state: State, phase: Phase) -> str:
    """Hash of what an approval is for: the phase as planned, after so much finished work."""
    parts = [
        str(phase.phase_id),
        phase.name,
        phase.risk_level,
        phase.gate_type,
        phase.gate_command,
        str(state.head.steps_done),
    ]
    for step in state.steps(phase.phase_id, *UNSETTLED, *SETTLED):
        spec = state.spec(step.step_id)
        parts += [step.step_id, step.agent_name, step.model]
        if spec is not None:
            parts += [repr(value) for value in spec]
    return sha256_hex("\x1f".join(parts))
