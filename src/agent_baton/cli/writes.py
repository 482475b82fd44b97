"""`dispatched`, `record` and `gate`: what they append, and what they answer."""

from __future__ import annotations

from agent_baton.app import driver
from agent_baton.app.places import worktree_of
from agent_baton.cli.call import Call
from agent_baton.cli.queries import then_next
from agent_baton.cli.secret_signs import may_hold_secrets
from agent_baton.engine import commands as cmd
from agent_baton.engine.events import EvidenceGathered, OutcomeVoided, StepFinished
from agent_baton.errors import UserError
from agent_baton.fastjson import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.engine.ledger import Ledger

# -- dispatched -----------------------------------------------------------------------------------------------


def dispatched(call: Call) -> tuple[int, str]:
    command = cmd.Dispatched(call.args["step_id"], call.args["agent"] or "", force=call.args["force"])
    driver.dispatched(call.site, call.journal, call.task_id, command, call.now, call.actor)
    return 0, f'{{"status": "dispatched", "step_id": "{call.args["step_id"]}"}}'


# -- record ---------------------------------------------------------------------------------------------------


def record(call: Call) -> tuple[int, str]:
    args = call.args
    command = cmd.RecordOutcome(
        step_id=args["step_id"],
        status=args["status"],
        agent_name=args["agent"] or "",
        attempt=args["attempt"],
        outcome=_outcome(call),
        files=tuple(name.strip() for name in (args["files"] or "").split(",") if name.strip()),
        commit=args["commit"] or "",
        verdict=args["verdict"] or "",
        force=args["force"],
        tokens=args["tokens"],
        usd=args["cost_usd"],
    )
    if worktree_of(call.site, call.task_id, command.step_id)[0]:
        call.need()
    ledger = driver.record(call.site, call.journal, call.task_id, command, call.now, call.actor)
    return then_next(call, _recorded(call, command, ledger))


def _outcome(call: Call) -> str:
    outcome: str = call.args["outcome"] or ""
    if call.args["outcome_file"]:
        call.need()
        outcome = _read_outcome(call.args["outcome_file"])
    if may_hold_secrets(outcome):
        outcome = call.need().redact(outcome)
    return outcome


def _read_outcome(path: str) -> str:
    try:
        with open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
            return stream.read(50_000_000).decode("utf-8", "replace")
    except OSError as error:
        raise UserError(f"cannot read the outcome from {path}: {error.strerror}") from error


def _recorded(call: Call, command: cmd.RecordOutcome, ledger: Ledger) -> str:
    step = ledger.state.step(command.step_id)
    assert step is not None
    agent = command.agent_name or step.agent_at_work or step.agent_name
    voided = any(isinstance(event, OutcomeVoided) for event in ledger.events)
    fresh = any(isinstance(event, StepFinished) for event in ledger.events)
    evidence = next((event for event in ledger.events if isinstance(event, EvidenceGathered)), None)
    if call.json:
        fields: dict[str, Any] = {"recorded": fresh, "void": voided, "step": step.step_id, "agent": agent}
        fields |= {"status": command.status, "attempt": step.attempt}
        if evidence is not None:
            fields |= {"evidence": evidence.verdict, "mismatches": list(evidence.mismatches)}
        return dumps(fields)
    if voided:
        return f"Void: attempt {command.attempt} of step {step.step_id} was given up; its outcome is kept in the story and changes nothing"
    verdict = f", verdict {command.verdict}" if command.verdict else ""
    first = f"{'Recorded' if fresh else 'Already recorded'}: step {step.step_id} ({agent}) — {command.status}{verdict}"
    doubts = evidence.mismatches if evidence is not None else ()
    return "\n".join([first, *(f"  Evidence: {line}" for line in doubts)])


# -- gate -----------------------------------------------------------------------------------------------------


def gate(call: Call) -> tuple[int, str]:
    args = call.args
    if args["run"] == (args["result"] is not None):
        raise UserError("say either --run (the engine runs the gate) or --result pass|fail (you report it)")
    if args["run"]:
        code, text = call.need().run_gate(call, args["phase_id"])
        return then_next(call, text, code)
    output = (args["output_text"] or "").strip()
    if output:
        output = call.need().redact(output)
    ok = args["result"] == "pass"
    command = cmd.RecordGate(args["phase_id"], ok, "reported", output=output)
    driver.perform(call.journal, call.task_id, command, call.now, call.actor, call.site.session)
    return then_next(call, gate_recorded(call, args["phase_id"], ok, "reported"), 0 if ok else 1)


def gate_recorded(call: Call, phase_id: int, ok: bool, source: str, reason: str = "") -> str:
    result = "PASS" if ok else "FAIL"
    if call.json:
        return dumps({"phase": phase_id, "result": result.lower(), "source": source, "reason": reason})
    return f"Gate recorded: phase {phase_id} — {result}" + (f" ({reason})" if reason else "")
