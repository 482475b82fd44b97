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


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("complete completed done success succeeded finished ok Complete **DONE** ok.", "complete"),
        ("failed fail failure incomplete blocked error partial FAILED `error`!", "failed"),
        ("maybe uncomplete okay", ""),
    ],
)
def test_what_a_status_may_be_called(words: str, status: str) -> None:
    assert {read_report(f"STATUS: {word} so far").status for word in words.split()} == {status}


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("DONE", "done"), ("FILE", "files"), ("FILES", "files"), ("COMMIT", "commit"), ("COMMITS", "commit"),
        ("CHECK", "checks"), ("CHECKS", "checks"), ("TESTS", "checks"), ("EVIDENCE", "checks"), ("VERDICT", "verdict"),
        ("FINDING", "findings"), ("FINDINGS", "findings"), ("QUESTION", "question"), ("NOTE", "notes"), ("NOTES", "notes"),
    ],
)  # fmt: skip
def test_every_label_fills_its_part(label: str, part: str) -> None:
    """And nothing else, whether a colon, a dash or a heading sets it off."""
    value = "warning: 1234567" if part == "notes" else "1234567"
    for line in (f"{label}: {value}", f"{label} — {value}", f"### {label}\n{value}"):
        found = read_report(line)
        filled = {name for name, held in found.as_dict().items() if held and name not in ("labels", "done")}
        assert filled == ({part} - {"done"}), line
        assert found.labels == (LABELS[label],)
        told = getattr(found, part)
        assert told in ("1234567", ("1234567",), (("warning", "1234567"),)), line


def test_a_word_of_prose_is_no_label() -> None:
    found = read_report(
        "done with it\n```\nSTATUS: failed\n```\n> DONE: quoted\nchecks were made\nSTATUS: ok"
    )
    assert found.labels == ("STATUS",)
    assert found.done == "done with it\n```\nSTATUS: failed\n```\nchecks were made"


def test_files_and_commits_are_told_from_words() -> None:
    found = read_report(
        "FILES: - `a.py` — new, *b.py*, c d.py, e.py (moved), f.py - gone\n• g.py\n\nCOMMIT: see (3F9C2AB, main)"
    )
    assert found.files == ("a.py", "b.py", "e.py", "f.py", "g.py")
    assert found.commit == "3f9c2ab"
    for none in ("none", "n/a", "NA", "nothing", "-", "—", "No.", "null", "None."):
        assert read_report(f"FILES: {none}").files == ()
    for none in ("none", "abcdef", "a" * 65, "1234567g"):
        assert read_report(f"COMMIT: {none}").commit == ""
    assert read_report(f"COMMIT: {'a' * 64}").commit == "a" * 64


def test_a_report_has_bounds() -> None:
    found = read_report(
        "FILES: " + ", ".join(f"{n}.py" for n in range(501))
        + "\nFINDINGS:\n" + "\n".join(f"- minor {n}.py x" for n in range(51))
        + "\nNOTES:\nso much for prose\n" + "\n".join(f"- *{kind}*:  a   {'b' * 400}" for kind in ("decision", "Discovery", "warning", "convention", "decision", "warning", "hint"))
    )  # fmt: skip
    assert (len(found.files), len(found.findings), len(found.notes)) == (500, 50, 5)
    assert [kind for kind, _ in found.notes] == ["decision", "discovery", "warning", "convention", "decision"]
    assert found.notes[0][1] == "a " + "b" * 298


@pytest.mark.parametrize(
    ("text", "writes", "lacking"),
    [
        ("STATUS: complete\nDONE: all done", True, ["FILES: the files changed, or none", "COMMIT: its full id, or none", "CHECKS: each command you ran, its exit code, the line that matters"]),
        ("STATUS: failed\nDONE: a test is red", True, []),
        ("STATUS: ok\nDONE: short", False, ["DONE: what is true now"]),
        ("it is all done", False, ["STATUS: complete or STATUS: failed"]),
        ("VERDICT: approve", False, []),
        ("VERDICT: approve", True, ["STATUS: complete or STATUS: failed", "FILES: the files changed, or none", "COMMIT: its full id, or none", "CHECKS: each command you ran, its exit code, the line that matters"]),
        ("VERDICT: changes", False, ["FINDINGS: a line each, blocker|major|minor FILE:LINE what is wrong"]),
        ("QUESTION: which port?", True, []),
    ],
)  # fmt: skip
def test_all_that_is_missing_is_named(text: str, writes: bool, lacking: list[str]) -> None:
    assert missing(read_report(text), writes) == lacking
