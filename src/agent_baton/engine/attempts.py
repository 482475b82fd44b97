"""Commands about one attempt at a step: its start, its outcome, what it costs, what it asks."""

from __future__ import annotations

from agent_baton.engine import events as ev
from agent_baton.engine.apply import OUTCOME_LIMIT
from agent_baton.engine.limits import expired, over_budget, raise_limit, require_driver
from agent_baton.engine.sessions import attach
from agent_baton.engine.transitions import RUNNABLE, SETTLED
from agent_baton.errors import Refused, UserError
from agent_baton.loading import later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine import commands as cmd
    from agent_baton.engine import repairs, report
    from agent_baton.engine import review as reviews
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import Step
else:  # most outcomes hold neither a verdict nor a note
    repairs = later("agent_baton.engine.repairs")
    report = later("agent_baton.engine.report")
    reviews = later("agent_baton.engine.review")

MOST_ROUNDS = 2  # times that a review may send the work back; the next time a person decides
AGENT_NOTE_S = 30 * 86_400.0  # what an agent noted is forgotten after this, unless a person promotes it


def dispatched(log: Ledger, command: cmd.Dispatched) -> None:
    step = log.step(command.step_id)
    if not command.runtime:
        require_driver(log.head, command.session)
    if step.status == "dispatched" and not expired(step, log.now):
        _same_dispatch(step, command)
        attach(log, step, command)
        return
    _require_agent(step, command.agent_name, command.force, "dispatched")
    _dispatch(log, step, command)


def _same_dispatch(step: Step, command: cmd.Dispatched) -> None:
    agent = command.agent_name or step.agent_at_work
    if agent != step.agent_at_work:
        raise Refused(
            f"step {step.step_id!r} is already dispatched to {step.agent_at_work!r} (attempt {step.attempt})"
        )


def _dispatch(log: Ledger, step: Step, command: cmd.Dispatched | cmd.RecordOutcome) -> None:
    """Start the next attempt; the one before, if its time ran out, is given up first."""
    if step.status == "dispatched":
        log.emit(ev.StepInterrupted(step.step_id, step.attempt, "no report before its deadline", counts=True))
        step = log.step(step.step_id)
    _require_runnable(log, step)
    log.emit(
        ev.StepDispatched(
            step_id=step.step_id,
            attempt=step.attempt + 1,
            agent_name=command.agent_name or step.agent_name,
            session=command.session or log.head.session,
            deadline_at=log.now + step.timeout_s,
            base_commit=getattr(command, "base_commit", None),
            worktree=getattr(command, "worktree", ""),
            branch=getattr(command, "branch", ""),
            tool_id=getattr(command, "tool_id", ""),
            runtime=getattr(command, "runtime", ""),
        )
    )


def _require_runnable(log: Ledger, step: Step) -> None:
    phase = log.phase(step.phase_id)
    log.require_current(phase, f"step {step.step_id!r}")
    if phase.approval not in ("none", "approved"):
        raise Refused(
            f"step {step.step_id!r}: phase {phase.phase_id} waits for approval; "
            f"baton execute approve --phase-id {phase.phase_id} --result approve"
        )
    if step.status not in RUNNABLE:
        raise Refused(f"step {step.step_id!r} cannot be started: {why_not(log, step)}")
    over = over_budget(log.head, step, log.now)
    if over:
        raise Refused(f"step {step.step_id!r} is not started: {over}; {raise_limit(log.head, step, log.now)}")


def why_not(log: Ledger, step: Step) -> str:
    if step.status == "pending":
        spec = log.state.spec(step.step_id)
        waits = [d for d in (spec.depends_on if spec else ()) if log.step(d).status not in SETTLED]
        return f"it waits for {', '.join(waits)}"
    return {
        "exhausted": f"all {step.max_attempts} attempts failed; baton execute retry --step-id {step.step_id}",
        "asking": f"it waits for an answer; baton execute answer --step-id {step.step_id} --text …",
        "vetoed": f"it ended in a veto; baton execute waive --step-id {step.step_id} --reason …",
        "dispatched": f"attempt {step.attempt} is in flight",
    }.get(step.status, f"it is {step.status}")


def _require_agent(step: Step, agent: str, force: bool, what: str) -> None:
    known = (step.agent_name, step.agent_at_work, *step.members)
    if agent and agent not in known and not force:
        raise Refused(
            f"{what}: step {step.step_id!r} belongs to {step.agent_name!r}, not {agent!r}; "
            "--force records it all the same, or `baton execute reassign` changes the owner"
        )


def record(log: Ledger, command: cmd.RecordOutcome) -> None:
    """Record an outcome. The same fact again is acknowledged; a contradicting one is refused."""
    if command.status not in ("complete", "failed"):
        raise UserError(f"status {command.status!r} is not known; it is complete or failed")
    step = log.step(command.step_id)
    if command.attempt is not None and not 1 <= command.attempt <= step.attempt + 1:
        raise Refused(
            f"step {step.step_id!r} is at attempt {step.attempt}; attempt {command.attempt} was never dispatched"
        )
    if command.attempt is not None and _given_up(step, command.attempt):
        log.emit(ev.OutcomeVoided(step.step_id, command.attempt, command.status, command.outcome[:2000]))
        if command.tokens is not None or command.usd is not None:
            _charge(log, step.replace(attempt=command.attempt), command, command.cost_source)
        return
    if _already(step, command):
        return
    if command.source != "runtime":
        require_driver(log.head, command.session)
    _require_agent(step, command.agent_name, command.force, "record")
    _require_ended(step, command)
    review = _reviewed(log, step, command)
    if step.status != "dispatched":
        _refuse_contradiction(step, command)
        _dispatch(log, step, command)
        step = log.step(step.step_id)
    _finish(log, step, command)
    if review is not None and log.step(step.step_id).status == "returned":
        repairs.open_review_repair(log, log.step(step.step_id), review)


def _require_ended(step: Step, command: cmd.RecordOutcome) -> None:
    """Refuse a driver's word for an agent at work that its session's hooks started: they will record what it says."""
    if command.source != "driver" or command.status != "complete" or not command.session or command.force:
        return
    if step.status == "dispatched" and step.tool_id and step.session == command.session:
        raise Refused(
            f"step {step.step_id!r}: attempt {step.attempt} is with its agent, whose report is recorded when it ends. End "
            "your turn: you will be told. If it has ended and that did not happen, record it with --force"
        )


def _given_up(step: Step, attempt: int) -> bool:
    """The attempt was abandoned: a later one was started, or it was interrupted without an outcome."""
    return attempt < step.attempt or (attempt == step.attempt and step.status == "ready" and not step.claim)


def _already(step: Step, command: cmd.RecordOutcome) -> bool:
    """Whether this is the fact on record, said again."""
    if command.status == "failed" and _told_by_hook(step, command):
        return True
    if step.status == "dispatched" or step.claim != command.status:
        return False
    if command.verdict == "changes" and step.rounds:
        return step.status == "pending" if command.attempt is None else command.attempt == step.attempt
    if command.attempt is not None and command.attempt != step.attempt:
        return False
    if step.status == "failed" and command.attempt is None:
        return command.outcome[:OUTCOME_LIMIT] == step.outcome
    if step.status not in ("complete", "failed", "exhausted", "vetoed"):
        return False
    return not (command.commit and step.commit and not _same_commit(command.commit, step.commit))


def _told_by_hook(step: Step, command: cmd.RecordOutcome) -> bool:
    """A session's hooks recorded the last attempt and noted no other start since: the session can only mean that one."""
    return (
        step.recorded_by == "hook"
        and step.status in RUNNABLE
        and command.source == "driver"
        and command.session != ""
        and command.attempt in (None, step.attempt)
    )


def _same_commit(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


def _refuse_contradiction(step: Step, command: cmd.RecordOutcome) -> None:
    if _told_by_hook(step, command):
        raise Refused(
            f"attempt {step.attempt} of step {step.step_id!r} is on record as "
            f"{step.claim or 'interrupted'} from the session's own hooks; a contradicting record is refused. "
            "What to do instead: baton execute next"
        )
    if step.status in ("complete", "exhausted", "vetoed", "skipped"):
        on_record = f"{step.claim or step.status} at attempt {step.attempt}" + (
            f", commit {step.commit[:12]}" if step.commit else ""
        )
        raise Refused(
            f"step {step.step_id!r} is already recorded as {on_record}; "
            f"a contradicting record is refused. To run it again: baton execute retry --step-id {step.step_id}"
        )


def _reviewed(log: Ledger, step: Step, command: cmd.RecordOutcome) -> reviews.Review | None:
    """The review that asks for changes, if that is what is recorded. Refuses verdicts the step cannot give."""
    if not command.verdict:
        return None
    if command.verdict not in reviews.VERDICTS:
        known = ", ".join(reviews.VERDICTS)
        raise UserError(f"verdict {command.verdict!r} is not known; it is {known} or not given")
    if command.status != "complete":
        raise UserError(
            "a verdict comes with --status complete: a review that found something has done its work"
        )
    if command.verdict == "changes":
        if not repairs.only_reads(step, log.state.spec(step.step_id)):
            raise Refused(
                f"step {step.step_id!r} may write, so it judges nothing; only reviewing steps ask for changes"
            )
        found = reviews.findings_in(command.outcome)
        return reviews.review_of({"verdict": "changes", "summary": "", "findings": found})
    if command.verdict == "veto" and not step.may_veto:
        raise Refused(
            f"step {step.step_id!r} has no veto in the plan (may_veto is false); record it as failed instead"
        )
    return None


def _finish(log: Ledger, step: Step, command: cmd.RecordOutcome) -> None:
    agent = command.agent_name or step.agent_at_work
    log.emit(
        ev.StepFinished(
            step_id=step.step_id,
            attempt=step.attempt,
            agent_name=agent,
            status=command.status,
            outcome=command.outcome,
            outcome_ref=command.outcome_ref,
            files=command.files,
            commit=command.commit,
            verdict=command.verdict,
            forced=agent not in (step.agent_name, *step.members),
            source=command.source,
            tip=command.tip,
            final=command.final or (command.verdict == "changes" and step.rounds >= MOST_ROUNDS),
        )
    )
    if command.measured is not None:
        log.emit(ev.AgentMeasured(step_id=step.step_id, attempt=step.attempt, **command.measured))
    if command.evidence is not None:
        log.emit(ev.EvidenceGathered(step_id=step.step_id, attempt=step.attempt, **command.evidence))
    if "NOTE" in command.outcome:
        for kind, text in report.read_report(command.outcome).notes:
            log.emit(ev.NoteAdded(kind, text, step.step_id, "agent", round(log.now + AGENT_NOTE_S, 3)))
    _charge(log, step, command, command.cost_source)


def _charge(
    log: Ledger,
    step: Step,
    command: cmd.RecordOutcome | cmd.Interrupt | cmd.Ask | cmd.TopUp,
    source: str,
) -> None:
    """Book what an attempt cost, and say so when a limit is passed. Unknown cost is booked as unknown."""
    unknown = command.tokens is None and command.usd is None
    log.emit(
        ev.BudgetCharged(
            step.step_id,
            step.attempt,
            command.tokens,
            command.usd,
            "unknown" if unknown else source,
            command.upper_usd,
            command.upper_tokens,
        )
    )
    over = over_budget(log.head, log.step(step.step_id), log.now)
    if over:
        log.emit(ev.BudgetExceeded("task" if "of the task" in over else "step", over, "", step.step_id))


def top_up(log: Ledger, command: cmd.TopUp) -> None:
    """Book what the last attempt turned out to cost beyond what is on record; nothing when it is all there."""
    step = log.step(command.step_id)
    tokens = command.tokens - step.booked_tokens
    if step.attempt != command.attempt or step.status == "dispatched" or tokens <= 0:
        return
    if command.measured is not None:
        log.emit(ev.AgentMeasured(step_id=step.step_id, attempt=step.attempt, **command.measured))
    usd = None if command.usd is None else max(0.0, round(command.usd - step.booked_usd, 6))
    _charge(log, step, command.replace(tokens=tokens, usd=usd), "measured")


def interrupt(log: Ledger, command: cmd.Interrupt) -> None:
    """Give up attempts in flight; their partial work stays where it is."""
    if command.step_id:
        step = log.step(command.step_id)
        if step.status != "dispatched":
            raise Refused(f"step {step.step_id!r} has no attempt in flight; it is {step.status}")
        if command.attempt not in (None, step.attempt):
            raise Refused(f"step {step.step_id!r} is at attempt {step.attempt}, not {command.attempt}")
        steps = [step]
    else:
        phase = log.state.current_phase()
        steps = list(log.state.steps(phase.phase_id, "dispatched")) if phase else []
    for step in steps:
        log.emit(
            ev.StepInterrupted(
                step.step_id,
                step.attempt,
                command.reason,
                command.counts,
                command.salvage,
                command.conversation,
                command.conversation_usd,
            )
        )
        if command.charge:
            _charge(log, step, command, "measured")


def raise_request(log: Ledger, command: cmd.RaiseRequest) -> None:
    step = log.step(command.step_id)
    if step.status != "dispatched" or step.attempt != command.attempt:
        raise Refused(f"step {step.step_id!r}: attempt {command.attempt} is not in flight")
    if command.request_id not in step.requests:
        log.emit(
            ev.RequestRaised(
                step.step_id,
                step.attempt,
                command.request_id,
                command.kind,
                command.text,
                command.options,
            )
        )


def settle_request(log: Ledger, command: cmd.SettleRequest) -> None:
    step = log.step(command.step_id)
    if command.request_id not in step.requests:
        raise Refused(
            f"step {step.step_id!r} does not wait for an answer to {command.request_id!r}; `baton inbox` lists what waits"
        )
    log.emit(ev.RequestSettled(step.step_id, command.request_id, command.allow, command.text, command.reason))


def ask(log: Ledger, command: cmd.Ask) -> None:
    step = log.step(command.step_id)
    if not command.question.strip():
        raise UserError("the question is empty")
    if step.status == "asking" and step.dialogue[-1] == command.question:
        return
    if step.status in RUNNABLE:
        _require_runnable(log, step)
        log.emit(
            ev.StepDispatched(
                step.step_id, step.attempt + 1, step.agent_name, log.head.session, log.now + step.timeout_s
            )
        )
        step = log.step(step.step_id)
    if step.status != "dispatched":
        raise Refused(f"step {step.step_id!r} cannot ask: {why_not(log, step)}")
    log.emit(ev.QuestionAsked(step.step_id, step.attempt, command.question))
    if command.measured is not None:
        log.emit(ev.AgentMeasured(step_id=step.step_id, attempt=step.attempt, **command.measured))
    if command.charge:
        _charge(log, step, command, "measured")
