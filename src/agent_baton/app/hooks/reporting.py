"""The report of an agent that has ended: weighed against git, sent back once if need be, and recorded."""

from __future__ import annotations

from agent_baton.app.hooks.agents_here import only_reads
from agent_baton.app.hooks.costing import Measured
from agent_baton.app.outcomes import with_outcome_kept
from agent_baton.app.weighing import weigh
from agent_baton.engine import commands as cmd
from agent_baton.engine.report import missing, read_report, status_of
from agent_baton.loading import later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.hooks.acting import Acting
    from agent_baton.app.hooks.occasion import Found
    from agent_baton.claude.hooks import answers
    from agent_baton.engine import brief, repairs, review
    from agent_baton.engine.report import Report
    from agent_baton.engine.state import Step
    from agent_baton.workspace.changes import Look
else:  # what a plain report that git confirms does not need
    answers = later("agent_baton.claude.hooks.answers")
    brief = later("agent_baton.engine.brief")
    repairs = later("agent_baton.engine.repairs")
    review = later("agent_baton.engine.review")

NO_STATUS = "its report does not say whether it is complete"
TEXT_LIMIT = 200_000  # characters of a report; the journal keeps its beginning, a file the rest


def take_ended(occasion: Acting, found: Found, report: Report, begun: Look | None) -> str:
    """Send the report back if it is none, else record the step from it."""
    text = occasion.call.text("last_assistant_message")
    measured = Measured(occasion, found.step, occasion.call.agent_transcript, occasion.call.agent_id)
    may_return = not occasion.call.flag("stop_hook_active")
    return take(occasion, found, text, measured, may_return, report, begun)


def take(
    occasion: Acting,
    found: Found,
    text: str,
    measured: Measured,
    may_return: bool,
    report: Report | None = None,
    begun: Look | None = None,
) -> str:
    """Record a step from its agent's last message, or ask the agent for what is missing in it."""
    report = report or read_report(text)
    if report.question:
        _ask(occasion, found, report, measured)
        return ""
    verdict, complaint = _verdict(found, report) if report.verdict else ("", "")
    outcome = _outcome(occasion, found, report, text, measured, verdict, complaint, begun)
    wrong = missing(report, not only_reads(occasion, found.step.agent_at_work or found.step.agent_name))
    wrong += [complaint] if complaint else []
    wrong += (outcome.evidence or {}).get("mismatches", ())
    live = found.step.status == "dispatched" and found.attempt == found.step.attempt
    if wrong and may_return and live and found.step.returned != found.attempt:
        occasion.perform(found.state.head.task_id, cmd.ReturnReport(found.step.step_id, tuple(wrong)))
        return answers.go_on(sent_back(found.step, wrong))
    record(occasion, found, outcome)
    return ""


def _verdict(found: Found, report: Report) -> tuple[str, str]:
    reads = repairs.only_reads(found.step, found.state.spec(found.step.step_id))
    return review.verdict_of(report, found.step.may_veto, reads)


def sent_back(step: Step, wrong: list[str]) -> str:
    """What an agent whose report will not do is told."""
    lines = "\n".join(f"- {brief.one_line(reason)}" for reason in wrong)
    return (
        f"Your report on step {step.step_id} is not recorded yet. It lacks, or git does not confirm:\n{lines}\n"
        "Put right what is not done, then send the whole report again: STATUS, DONE, FILES, COMMIT, CHECKS, NOTES, "
        "a line each, `none` where there is nothing. Claim only what is true: STATUS: failed is an answer."
    )


def _outcome(
    occasion: Acting,
    found: Found,
    report: Report,
    text: str,
    measured: Measured,
    verdict: str,
    complaint: str,
    begun: Look | None,
) -> cmd.RecordOutcome:
    """The report as an outcome, with what git says of it. A verdict that cannot be given makes it a failure."""
    status = status_of(report)
    told = text.strip() if status else f"{NO_STATUS}; it says: {text.strip() or 'nothing'}"
    if complaint and status == "complete":
        status, told = "failed", f"{complaint}\n{told}"
    command = cmd.RecordOutcome(
        found.step.step_id,
        status or "failed",
        agent_name=found.step.agent_at_work,
        attempt=found.attempt,
        outcome=occasion.redact(told[:TEXT_LIMIT]),
        files=report.files or (measured.edits if status == "complete" else ()),
        commit=report.commit,
        verdict=verdict if status == "complete" else "",
        session=occasion.call.session,
        source="hook",
        tokens=measured.tokens,
        usd=measured.usd,
        force=True,  # who did it was settled when the agent was started
        measured=measured.fields,
    )
    return weigh(occasion.site, found.state, found.step, command, begun)


def record(occasion: Acting, found: Found, outcome: cmd.RecordOutcome) -> None:
    """Make an outcome durable. Strict evidence turns a false claim into a failure."""
    false = (outcome.evidence or {}).get("mismatches", ())
    if false and found.state.head.evidence == "strict" and outcome.status == "complete":
        why = "its claim and git disagree: " + "; ".join(false)
        outcome = outcome.replace(status="failed", verdict="", outcome=f"{why}\n{outcome.outcome}")
    task_id = found.state.head.task_id
    occasion.perform(task_id, with_outcome_kept(occasion.site.state_dir, task_id, found.step, outcome))


def _ask(occasion: Acting, found: Found, report: Report, measured: Measured) -> None:
    if found.step.status != "dispatched" or found.attempt != found.step.attempt:
        return
    question = occasion.redact(report.question)
    ask = cmd.Ask(
        found.step.step_id,
        question,
        charge=True,
        tokens=measured.tokens,
        usd=measured.usd,
        measured=measured.fields,
    )
    occasion.perform(found.state.head.task_id, ask)
