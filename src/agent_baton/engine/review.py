"""A review's answer: a verdict and findings with their places. Given in a schema, checked here, fenced in the repair's brief."""

from __future__ import annotations

from agent_baton.engine.brief import fence, one_line
from agent_baton.errors import UserError
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERDICTS = ("approve", "changes", "veto")
SEVERITIES = ("blocker", "major", "minor")
MOST_FINDINGS = 50
TEXT_LIMIT = 600  # characters of one finding

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["verdict", "summary", "findings"],
    "properties": {
        "verdict": {
            "enum": list(VERDICTS),
            "description": "approve, ask for changes, or veto (auditors only)",
        },
        "summary": {
            "type": "string",
            "description": "what was looked at and what came of it, in three sentences",
        },
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["file", "line", "severity", "text"],
                "properties": {
                    "file": {"type": "string"},
                    "line": {"type": "integer", "minimum": 0, "description": "0: the file as a whole"},
                    "severity": {"enum": list(SEVERITIES)},
                    "text": {"type": "string", "description": "what is wrong, and what would be right"},
                },
            },
        },
    },
}


class Finding(Record):
    file: str
    line: int
    severity: str
    text: str


class Review(Record):
    verdict: str
    summary: str
    findings: tuple[Finding, ...]


def review_of(answer: object) -> Review:
    """The review an answer stands for. Raises UserError saying what is wrong with it."""
    if not isinstance(answer, dict) or answer.get("verdict") not in VERDICTS:
        raise UserError(f"a review needs a verdict: {', '.join(VERDICTS)}")
    found = answer.get("findings", [])
    if not isinstance(found, list):
        raise UserError("a review's findings are a list")
    findings = tuple(_finding(item) for item in found[:MOST_FINDINGS])
    if answer["verdict"] == "changes" and not any(item.severity != "minor" for item in findings):
        raise UserError("a review that asks for changes names at least one finding that is not minor")
    return Review(answer["verdict"], one_line(str(answer.get("summary", "")))[:TEXT_LIMIT], findings)


def _finding(item: object) -> Finding:
    if (
        not isinstance(item, dict)
        or item.get("severity") not in SEVERITIES
        or not isinstance(item.get("text"), str)
    ):
        raise UserError(f"a finding has file, line, severity ({', '.join(SEVERITIES)}) and text")
    line = item.get("line")
    return Finding(
        one_line(str(item.get("file", "")))[:300],
        line if isinstance(line, int) and line > 0 else 0,
        item["severity"],
        one_line(item["text"])[:TEXT_LIMIT],
    )


def as_lines(findings: tuple[Finding, ...]) -> list[str]:
    """A line each, the gravest first: `major app/db.py:40 the query is built from the name`."""
    ranked = sorted(findings, key=lambda item: SEVERITIES.index(item.severity))
    return [
        f"{item.severity} {item.file}{f':{item.line}' if item.line else ''} {item.text}" for item in ranked
    ]


def repair_brief(step_id: str, review: Review) -> str:
    """What the author is asked to do about a review. The reviewer's words are fenced: they are no instructions of ours."""
    lines = [f"The review {step_id} asks for changes: {review.summary}", *as_lines(review.findings)]
    return (
        f"Review {step_id} asks for changes. Settle each finding that is right; where one is wrong, say why in the report. "
        f"Change nothing else.\n\nFindings:\n{fence(chr(10).join(lines))}"
    )
