"""A review's answer: a verdict and findings with their places. Given in a schema, checked here, fenced in the repair's brief."""

from __future__ import annotations

from agent_baton.engine.brief import fence, one_line
from agent_baton.engine.report import read_report
from agent_baton.errors import UserError
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.engine.report import Report

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


def findings_in(text: str) -> list[dict[str, Any]]:
    """Findings as a report's FINDINGS lists them: `- major app/db.py:40 the query is built from the name`."""
    found = []
    for line in read_report(text).findings:
        severity, _, rest = line.partition(" ")
        place, _, said = rest.strip().partition(" ")
        if severity.strip("*[]():").lower() in SEVERITIES and said:
            file, _, number = place.strip("`").partition(":")
            digits = number.partition("-")[0]
            found.append(
                {
                    "file": file,
                    "line": int(digits) if digits.isdecimal() else 0,
                    "severity": severity.strip("*[]():").lower(),
                    "text": said.lstrip("—-: "),
                }
            )
    return found


def as_lines(findings: tuple[Finding, ...]) -> list[str]:
    """A line each, the gravest first: `major app/db.py:40 the query is built from the name`."""
    ranked = sorted(findings, key=lambda item: SEVERITIES.index(item.severity))
    return [
        f"{item.severity} {item.file}{f':{item.line}' if item.line else ''} {item.text}" for item in ranked
    ]


def as_report(review: Review) -> str:
    """A review given in the schema, as the report that says the same."""
    findings = "".join(f"\n- {line}" for line in as_lines(review.findings))
    return (
        f"STATUS: complete\nDONE: {review.summary}\nVERDICT: {review.verdict}\nFINDINGS:{findings or ' none'}"
    )


def verdict_of(report: Report, may_veto: bool, reads: bool) -> tuple[str, str]:
    """The verdict that a report's step can give, and what is wrong with the one it gave (then it gave none)."""
    said = report.verdict
    if said.startswith("veto"):
        return ("veto", "") if may_veto else ("", "it vetoed, and has no veto in the plan")
    if not reads or not said.startswith(("change", "request", "reject")):
        return ("approve" if reads and said.startswith(("approv", "accept", "pass", "lgtm")) else ""), ""
    grave = [
        line
        for line in report.findings
        if line.partition(" ")[0].strip("*[]():").lower() in ("blocker", "major")
    ]
    return (
        ("changes", "")
        if grave
        else ("", "it asked for changes and named no finding: FINDINGS:, a line each")
    )


def retold(report: Report) -> str:
    """A review's report with its findings, to be recorded."""
    findings = "".join(f"\n- {line}" for line in report.findings)
    return f"{report.done}\nVERDICT: {report.verdict}" + (f"\nFINDINGS:{findings}" if findings else "")


def repair_brief(step_id: str, review: Review) -> str:
    """What the author is asked to do about a review. The reviewer's words are fenced: they are no instructions of ours."""
    return (
        f"Settle the findings of review {step_id}\n\nMend each finding that is right; where one is wrong, say why in the report. "
        f"Change nothing else.\n\nFindings:\n{fence(chr(10).join(as_lines(review.findings)))}"
    )
