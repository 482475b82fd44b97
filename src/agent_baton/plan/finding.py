"""One remark of the lint about a plan."""

from __future__ import annotations

from typing import Literal

from agent_baton.plan.problem import Broken
from agent_baton.records import Record

Severity = Literal["error", "warning", "note"]
# Stable names that scripts may rely on; explained in docs/plan-file.md.
Code = Literal[
    Broken, "agent-twice", "budget-above-plan", "budget-tight", "budget-too-small", "expected-outside-limits",
    "forecast-disordered", "forecast-of-nothing", "gate-always-fails", "gate-cannot-fail", "gate-not-found",
    "gate-unreadable", "hidden-text", "huge-brief", "long-context", "many-attempts", "missing-file", "no-acceptance",
    "no-approval", "no-gate", "no-path-limits", "nothing-depends", "outside-repository", "overlap",
    "overlap-not-checked", "repeated-dependency", "review-too-early", "single-attempt", "solo-with-steps",
    "unknown-agent", "unreachable",
]  # fmt: skip


class Finding(Record):
    """`error`: cannot run. `warning`: will probably not do what was meant. `note`: worth knowing."""

    severity: Severity
    code: Code
    where: str  # "step 1.2", "gate of phase 2", "plan"
    message: str  # what is the matter
    hint: str  # what to do about it; may be empty


def error(code: Code, where: str, message: str, hint: str) -> Finding:
    return Finding("error", code, where, message, hint)


def warning(code: Code, where: str, message: str, hint: str) -> Finding:
    return Finding("warning", code, where, message, hint)


def note(code: Code, where: str, message: str, hint: str) -> Finding:
    return Finding("note", code, where, message, hint)
