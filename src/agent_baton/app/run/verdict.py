"""What an agent's end means for its step, for its account and for the task. Pure.

An outcome is a claim. What git says is in `Seen`; both together make the settlement the driver records.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from agent_baton.engine.report import Report, read_report, status_of
from agent_baton.engine.review import as_report, retold, review_of
from agent_baton.errors import UserError
from agent_baton.gates.signature import signature
from agent_baton.runtimes.protocol import Outcome, Reason

Effect = Literal["fine", "trouble", "limit", "halt", "none"]  # on the account the agent was started with
FAILURE_LIMIT = 2_000  # characters of a failure the journal keeps in the step's row

OF_THE_SIDE: tuple[Reason, ...] = ("rate-limit", "overloaded", "connection", "api-error")
FOR_A_PERSON: tuple[Reason, ...] = ("auth", "billing", "not-started")
GO_ON: tuple[Reason, ...] = ("max-turns", "out-of-time")  # the same conversation may finish what it began
REPEATS: tuple[Reason, ...] = ("bad-request", "prompt-too-long")


@dataclass(frozen=True, slots=True)
class Seen:
    """What git says of an attempt's work tree at its end."""

    commit: str = ""  # what its branch ends with
    changed: int = 0  # files that differ from where the step began
    tree: str = ""  # of everything in it
    problem: str = ""  # why it cannot be taken as it is: the next attempt gets a fresh tree
    expected: bool = False  # the step is to change something


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the step's earlier attempts."""

    resumed: bool = False
    failures: int = 0
    failure: str = ""
    tree: str = ""  # what the last failed attempt left
    wanted: Literal["", "pause", "budget", "stalled"] = ""  # why we ended it ourselves
    stalled_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to record: an outcome, an interruption, or a question."""

    kind: Literal["complete", "failed", "interrupted", "question"]
    text: str
    effect: Effect = "none"
    report: Report = field(default_factory=Report)
    final: bool = False
    counts: bool = False  # an interruption that uses up an attempt
    goes_on: bool = False  # the next attempt may resume the conversation


def settle(outcome: Outcome, seen: Seen, past: History) -> Settlement:
    """Judge an agent's end."""
    if past.wanted in ("pause", "budget"):
        return Settlement("interrupted", _stopped(past), goes_on=True)
    if past.wanted == "stalled":
        return _failed(f"stopped: no new file, commit or tool call in {past.stalled_s:.0f} s", seen, past)
    reason = outcome.reason
    if reason in ("done", "schema-unmet"):
        return _claimed(outcome, seen, past)
    if reason == "usage-limit":
        return Settlement("interrupted", _said("usage limit", outcome), "limit", goes_on=True)
    if reason in OF_THE_SIDE:
        return Settlement("interrupted", _said(reason, outcome), "trouble", goes_on=True)
    if reason in FOR_A_PERSON:
        return Settlement("interrupted", _said(reason, outcome), "halt", goes_on=past.resumed)
    return _otherwise(outcome, seen, past)


def _otherwise(outcome: Outcome, seen: Seen, past: History) -> Settlement:
    reason = outcome.reason
    if past.resumed and reason in ("no-session", "prompt-too-long"):
        return Settlement("interrupted", f"{_said(reason, outcome)}; it begins anew", "none")
    if reason in ("permission-denied", "unanswered"):
        refused = "; ".join(f"{denial.tool}: {denial.summary}" for denial in outcome.denials[:5])
        asked = f"It needed what it may not do by itself: {refused or outcome.text}. How is it to go on?"
        return Settlement("question", asked, "fine")
    if reason == "budget":
        return Settlement("interrupted", "its share of the budget is used", "fine", goes_on=True)
    if reason == "stopped":
        return Settlement("interrupted", "it was stopped", goes_on=True)
    if reason in GO_ON and not _same_again(_said(reason, outcome), seen, past):
        return Settlement("interrupted", _said(reason, outcome), "fine", counts=True, goes_on=True)
    return _failed(_said(reason, outcome), seen, past, final=reason in REPEATS or reason == "no-session")


def _claimed(outcome: Outcome, seen: Seen, past: History) -> Settlement:
    try:
        report = reported(outcome)
    except UserError as wrong:
        return _failed(f"its review cannot be read: {wrong.message}", seen, past)
    if report.question and status_of(report) != "complete":
        return Settlement("question", report.question, "fine", report)
    text = retold(report) if report.verdict else report.done or outcome.text.strip() or "no word"
    if status_of(report) == "failed":
        return _failed(text, seen, past, report)
    if outcome.reason == "schema-unmet" and not status_of(report):
        return _failed(f"it ended without a report: {text}", seen, past, report)
    if seen.problem:
        return _failed(seen.problem, seen, past, report)
    if seen.expected and not seen.changed:
        return _failed(f"it says it is done, and changed nothing: {text}", seen, past, report)
    return Settlement("complete", text, "fine", report)


def reported(outcome: Outcome) -> Report:
    """The agent's report: from its structured answer where there is one, else from its last words."""
    given = outcome.structured
    if not isinstance(given, dict):
        return read_report(outcome.text)
    if "findings" in given:
        return read_report(as_report(review_of(given)))
    return Report(
        status=str(given.get("status", "")),
        done=str(given.get("summary", "")),
        files=tuple(str(name) for name in given.get("files") or ()),
        commit=str(given.get("commit", "")),
        checks=str(given.get("checks", "")),
        verdict=str(given.get("verdict", "")),
        question=str(given.get("question", "")),
    )


def _failed(
    text: str, seen: Seen, past: History, report: Report | None = None, final: bool = False
) -> Settlement:
    again = _same_again(text, seen, past)
    why = f"{text}\n{again}; another attempt would only repeat it" if again else text
    return Settlement("failed", why, "fine", report or Report(), final=final or bool(again))


def _same_again(text: str, seen: Seen, past: History) -> str:
    """Why this failure is the last one's again, or nothing."""
    if not past.failures:
        return ""
    if signature(text[:FAILURE_LIMIT]) == signature(past.failure[:FAILURE_LIMIT]):
        return "The same failure twice"
    if seen.tree and seen.tree == past.tree:
        return "Two attempts in a row left the same files"
    return ""


def _stopped(past: History) -> str:
    return "stopped, to be resumed" if past.wanted == "pause" else "a limit was passed; stopped"


def _said(what: str, outcome: Outcome) -> str:
    words = outcome.text.strip() or outcome.stderr.strip()
    return f"{what}: {words}" if words and words != what else what
