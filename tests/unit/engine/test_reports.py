"""Reports: what is read out of them, and what they lack."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.engine.brief import RULES
from agent_baton.engine.report import ASKED, LABELS, missing, read_report, status_of

WHOLE = """STATUS: complete
DONE: Requests are logged as JSON.
FILES: app/log.py, app/main.py (new), tests/test_log.py — the tests
COMMIT: 3f9c2ab4d7e1f00d (one of two)
CHECKS:
- pytest -q → exit 0, 48 passed
NOTES:
decision: middleware, not decorator
warning: /health is noisy"""


def test_a_report_as_asked_for() -> None:
    report = read_report(WHOLE)
    assert (report.status, report.commit) == ("complete", "3f9c2ab4d7e1f00d")
    assert report.files == ("app/log.py", "app/main.py", "tests/test_log.py")
    assert "48 passed" in report.checks
    assert report.notes == (("decision", "middleware, not decorator"), ("warning", "/health is noisy"))
    assert missing(report, writes=True) == []


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace("STATUS:", "**STATUS:**").replace("FILES:", "**FILES**:"),
        "\n".join(
            f"## {line}" if ":" in line and line.isupper() else f"- {line}" for line in WHOLE.splitlines()
        ),
        WHOLE.replace("STATUS: complete", "## Status\n\nComplete.").replace("DONE:", "Done:"),
        WHOLE.replace("STATUS:", "STATUS").replace("COMMIT:", "COMMIT"),
    ],
)
def test_decoration_is_no_part_of_it(text: str) -> None:
    """Models put headings, bullets and stars around what they were asked for."""
    report = read_report(text)
    assert (report.status, report.commit, len(report.files)) == ("complete", "3f9c2ab4d7e1f00d", 3)


def test_what_is_missing_is_named() -> None:
    assert [line.partition(":")[0] for line in missing(read_report("I did it all!"), writes=True)] == [
        "STATUS", "FILES", "COMMIT", "CHECKS"
    ]  # fmt: skip
    assert [line.partition(":")[0] for line in missing(read_report("STATUS: complete"), writes=False)] == [
        "DONE"
    ]
    assert missing(read_report("STATUS: failed\nDONE: no database here"), writes=True) == []
    assert missing(read_report("QUESTION: which one?"), writes=True) == []
    assert missing(read_report("VERDICT: approve\nread everything"), writes=False) == []


def test_nothing_is_an_answer() -> None:
    report = read_report("STATUS: complete\nDONE: looked at it\nFILES: none\nCOMMIT: none\nCHECKS: none")
    assert (report.files, report.commit) == ((), "")
    assert missing(report, writes=True) == []


def test_prose_and_quotes_are_no_labels() -> None:
    """A sentence that begins with such a word, a quoted report and a code block stay what they are."""
    text = "Done with it now.\n> STATUS: failed\n```\nSTATUS: failed\n```\nSTATUS: complete"
    assert read_report(text).status == "complete"
    assert status_of(read_report("Status unknown, I fear")) == ""


def test_the_last_word_counts() -> None:
    assert read_report("STATUS: failed\nno wait\nSTATUS: complete").status == "complete"


def test_what_the_brief_asks_for_is_what_is_read() -> None:
    """One definition: every label named in the brief is one the reader knows."""
    assert ASKED in RULES
    named = {word.strip(";:.,|") for word in ASKED.split() if word.strip(";:.,|").isupper() and len(word) > 3}
    assert named
    assert named <= set(LABELS)


@given(st.text(max_size=300))
def test_any_text_is_a_report(text: str) -> None:
    report = read_report(text)
    assert isinstance(missing(report, writes=True), list)
    assert report.status in ("", "complete", "failed")
