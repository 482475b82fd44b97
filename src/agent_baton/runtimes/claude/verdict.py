"""What a Claude Code run came to. Pure.

Success is a final `result` without `is_error`, and nothing else: the exit code is 0 for an interrupted run and for
an unmet schema, `subtype` is "success" for a failed request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from agent_baton.redact import redact
from agent_baton.runtimes.claude.stream import Message, Transcript
from agent_baton.runtimes.dialogue import ProcessEnd
from agent_baton.runtimes.endings import CUT_SHORT, died
from agent_baton.runtimes.faults import Fault, classify
from agent_baton.runtimes.protocol import Assignment, Conversation, Denial, Outcome, Usage
from agent_baton.runtimes.wording import TEXT_LIMIT, summary

LAST_PER_RUN_VERSION = (
    2,
    1,
    197,
)  # up to here, after --resume, total_cost_usd was the run's and not the session's


def conclude(
    transcript: Transcript,
    assignment: Assignment,
    conversation: Conversation | None,
    end: ProcessEnd,
    now: datetime,
) -> Outcome:
    """Judge a run by its last result, or by how its process ended if there is none."""
    result = transcript.results[-1] if transcript.results and not transcript.in_turn else None
    denials = _denials(transcript)
    if result is not None and not result.get("is_error"):
        fault, text = _completed(transcript, assignment, denials), str(result.get("result") or "")
    elif end.by in CUT_SHORT:
        fault, text = Fault(CUT_SHORT[end.by]), transcript.said
    elif result is not None:
        fault, text = _failed(transcript, result, now)
    else:
        fault, text = died(end, started=bool(transcript.version), now=now)
    return Outcome(
        reason=fault.reason,
        advice=fault.advice,
        text=redact(text[:TEXT_LIMIT]),
        session_id=transcript.session_id,
        usage=_usage(transcript, conversation),
        structured=_structured(transcript),
        denials=tuple(Denial(str(d.get("tool_name")), summary(d.get("tool_input"))) for d in denials),
        turns=sum(int(r.get("num_turns") or 0) for r in transcript.results),
        resets_at=fault.resets_at,
        duration_s=end.duration_s,
        exit_code=end.exit_code,
        killed_children=end.killed_children,
        stderr=end.stderr,
    )


def _completed(transcript: Transcript, assignment: Assignment, denials: list[Mapping[str, Any]]) -> Fault:
    if assignment.schema is not None and _structured(transcript) is None:
        return Fault("schema-unmet")
    undecided = [d for d in denials if d.get("tool_use_id") not in transcript.decided]
    if undecided and not assignment.tolerate_denials:
        return Fault("permission-denied")
    return Fault("done")


def _failed(transcript: Transcript, result: Message, now: datetime) -> tuple[Fault, str]:
    errors = result.get("errors") or ()
    text = str(result.get("result") or "\n".join(map(str, errors)))
    subtype, terminal = result.get("subtype"), result.get("terminal_reason")
    if subtype == "error_max_turns":
        return Fault("max-turns"), text
    if subtype == "error_max_budget_usd":
        return Fault("budget"), text
    if terminal in ("prompt_too_long", "blocking_limit"):
        return Fault("prompt-too-long"), text
    status = result.get("api_error_status")
    fault = classify(text, status if isinstance(status, int) else None, now)
    if fault.reason == "api-error" and terminal != "api_error":
        return Fault("failed"), text  # it says so itself, and it is not the API's doing
    return _limited(transcript, fault), text


def _limited(transcript: Transcript, fault: Fault) -> Fault:
    """A limit the stream told about beforehand knows its end better than the error's text."""
    if fault.reason not in ("rate-limit", "usage-limit") or transcript.limit is None:
        return fault
    resets = transcript.limit.get("resetsAt")
    moment = datetime.fromtimestamp(resets, timezone.utc) if isinstance(resets, (int, float)) else None
    return Fault("usage-limit", moment or fault.resets_at)


def _structured(transcript: Transcript) -> Any:
    given = [r["structured_output"] for r in transcript.results if "structured_output" in r]
    return given[-1] if given else None


def _denials(transcript: Transcript) -> list[Mapping[str, Any]]:
    found = {
        str(d.get("tool_use_id")): d for r in transcript.results for d in r.get("permission_denials") or ()
    }
    return list(found.values())


def _usage(transcript: Transcript, conversation: Conversation | None) -> Usage:
    """The run's own usage: results count a session since its beginning, and leave out subagents here and there."""
    if not transcript.results:
        return transcript.seen
    deltas = [r.get("model_usage_since_last_result") for r in transcript.results]
    if all(isinstance(delta, Mapping) for delta in deltas):
        return _sum([usage for delta in deltas if delta for usage in delta.values()])
    return replace(_reported(transcript.results), usd=_cost(transcript, conversation))


def _sum(by_model: list[Mapping[str, Any]]) -> Usage:
    def total(key: str) -> int:
        return sum(int(usage.get(key) or 0) for usage in by_model)

    return Usage(
        total("inputTokens"),
        total("cacheReadInputTokens"),
        total("cacheCreationInputTokens"),
        total("outputTokens"),
        sum((float(usage.get("costUSD") or 0) for usage in by_model), 0.0),
        exact=True,
    )


def _reported(results: list[Message]) -> Usage:
    def total(key: str) -> int:
        return sum(int((r.get("usage") or {}).get(key) or 0) for r in results)

    return Usage(
        total("input_tokens"),
        total("cache_read_input_tokens"),
        total("cache_creation_input_tokens"),
        total("output_tokens"),
        exact=True,
    )


def _cost(transcript: Transcript, conversation: Conversation | None) -> float | None:
    """What this run added to the session's cost; not known when the client does not say."""
    total = transcript.results[-1].get("total_cost_usd")
    if not isinstance(total, (int, float)):
        return None
    if conversation is None or total < conversation.spent_usd or _per_run(transcript.version):
        return float(total)
    return float(total) - conversation.spent_usd


def _per_run(version: str) -> bool:
    parts = version.split(".")
    return all(map(str.isdigit, parts)) and tuple(map(int, parts)) <= LAST_PER_RUN_VERSION and version != ""
