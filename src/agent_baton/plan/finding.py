"""One remark of the lint about a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`error`: cannot run. `warning`: will probably not do what was meant. `note`: worth knowing."""

    severity: Severity
    code: str  # kebab-case and stable: "unknown-agent"
    where: str  # "step 1.2", "gate of phase 2", "plan"
    message: str  # what is the matter
    hint: str  # what to do about it; may be empty


def error(code: str, where: str, message: str, hint: str) -> Finding:
    return Finding("error", code, where, message, hint)


def warning(code: str, where: str, message: str, hint: str) -> Finding:
    return Finding("warning", code, where, message, hint)


def note(code: str, where: str, message: str, hint: str) -> Finding:
    return Finding("note", code, where, message, hint)
