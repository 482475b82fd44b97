"""What is understood of an agent's last message, however it is written."""

from __future__ import annotations

import pytest

from agent_baton.engine.report import (
    COMPLETE,
    FAILED,
    FILES_LIMIT,
    FINDINGS_LIMIT,
    LABELS,
    NOTE_LIMIT,
    NOTES_LIMIT,
    NOTHING,
    missing,
    read_report,
    status_of,
)
from agent_baton.engine.review import VERDICTS, findings_in, review_of, verdict_of
from agent_baton.errors import UserError

SHA = "0123456789abcdef0123456789abcdef01234567"
WHOLE = f"""Some words first.

## STATUS: complete
**DONE**: the middleware logs each request
FILES: `app/log.py`, app/main.py (one line) - and tests
- tests/test_log.py — new
COMMIT — {SHA} (HEAD)
- CHECKS: pytest: 0, 12 passed
> NOTES: quoted, not said
NOTES
- warning: the fixture is slow
- gossip: no kind of note
decision:  UTC   everywhere
VERDICT: approve.
FINDINGS:
- none
```
STATUS: failed
```
"""


def test_a_whole_report_is_taken_apart() -> None:
    report = read_report(WHOLE)
    assert (report.status, report.done) == ("complete", "the middleware logs each request")
    assert report.files == ("app/log.py", "app/main.py", "tests/test_log.py")
    assert (report.commit, report.checks) == (SHA, "pytest: 0, 12 passed")
    assert report.notes == (("warning", "the fixture is slow"), ("decision", "UTC everywhere"))
    assert (report.verdict, report.question) == ("approve", "")
    assert report.labels == ("CHECKS", "COMMIT", "DONE", "FILES", "FINDINGS", "NOTES", "STATUS", "VERDICT")


@pytest.mark.parametrize("word", [*COMPLETE, *FAILED])
def test_every_word_for_an_end(word: str) -> None:
    """Either list in full, in any spelling; another word is no status."""
    want = (
        "complete"
        if word in ("complete", "completed", "done", "success", "succeeded", "finished", "ok")
        else "failed"
    )
    assert read_report(f"STATUS: **{word.upper()}**, I think").status == want
    assert read_report(f"STATUS: x{word}").status == ""


def test_the_lists_of_words_are_these() -> None:
    assert FAILED == ("failed", "fail", "failure", "incomplete", "blocked", "error", "partial")
    assert COMPLETE == ("complete", "completed", "done", "success", "succeeded", "finished", "ok")
    assert NOTHING == ("none", "n/a", "na", "nothing", "-", "—", "no", "null")
    assert VERDICTS == ("approve", "changes", "veto")
    assert {name: label for name, label in LABELS.items() if name != label} == {
        "FILE": "FILES", "COMMITS": "COMMIT", "CHECK": "CHECKS", "TESTS": "CHECKS", "EVIDENCE": "CHECKS", "NOTE": "NOTES", "FINDING": "FINDINGS",
    }  # fmt: skip
    assert set(LABELS.values()) == {
        "STATUS",
        "DONE",
        "FILES",
        "COMMIT",
        "CHECKS",
        "NOTES",
        "VERDICT",
        "FINDINGS",
        "QUESTION",
    }


@pytest.mark.parametrize("label", LABELS)
def test_every_label_is_found_however_it_is_decorated(label: str) -> None:
    """With a colon in any case; without one in capitals or as a heading; in the middle of a line never."""
    for line in (
        f"{label}: x",
        f"- **{label}:** x",
        f"  # {label.lower()} : x",
        f"{label} x",
        f"{label} — x",
    ):
        assert read_report(line).labels == (LABELS[label],), line
    assert read_report(f"### {label.lower()}\nx").labels == (LABELS[label],)
    for line in (
        f"{label.lower()} x",
        f"see {label}: x",
        f"> {label}: x",
        f"```\n{label}: x\n```",
        f"# {label.lower()} x",
    ):
        assert read_report(line).labels == (), line


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("COMMIT: abcdef1", "abcdef1"), ("COMMIT: abcdef", ""), (f"COMMIT: (`{SHA}`)", SHA), (f"COMMIT: {SHA}{SHA}", ""), (f"COMMIT: {'a' * 64}", "a" * 64), (f"COMMIT: {'a' * 65}", ""),
        ("COMMIT: none, then abcdef12.", "abcdef12"), ("COMMIT: xbcdef12", ""), ("COMMIT: none", ""), ("COMMIT: ABCDEF12;", "abcdef12"),
    ],
)  # fmt: skip
def test_commits(said: str, found: str) -> None:
    assert read_report(said).commit == found


@pytest.mark.parametrize("nothing", [*NOTHING, "None.", "N/A", "NO"])
def test_no_files_are_no_files(nothing: str) -> None:
    assert read_report(f"FILES: {nothing}").files == ()
    assert read_report(f"FILES: a.py, {nothing}").files == ("a.py",)
    assert read_report("FILES: two words").files == ()


def test_a_report_is_bounded() -> None:
    """However much is named, so much is kept."""
    assert len(read_report("FILES: " + ", ".join(f"f{n}" for n in range(600))).files) == FILES_LIMIT == 500
    assert (
        len(read_report("FINDINGS:\n" + "\n".join(f"- f{n}" for n in range(60))).findings)
        == FINDINGS_LIMIT
        == 50
    )
    notes = read_report("NOTES:\n" + "\n".join(f"warning: {'w' * 400}" for _ in range(9))).notes
    assert len(notes) == NOTES_LIMIT == 5
    assert {len(text) for _, text in notes} == {NOTE_LIMIT} == {300}


@pytest.mark.parametrize(
    ("text", "writes", "lacks"),
    [
        ("", True, ["STATUS: complete or STATUS: failed", "DONE: what is true now", "FILES: the files changed, or none", "COMMIT: its full id, or none",
                    "CHECKS: each command you ran, its exit code, the line that matters"]),
        ("", False, ["STATUS: complete or STATUS: failed", "DONE: what is true now"]),
        ("STATUS: failed\nDONE: tried it", True, []), ("STATUS: failed\nDONE: tried i", True, ["DONE: what is true now"]), ("STATUS: failed\nDONE: tried", True, ["DONE: what is true now"]),
        ("QUESTION: which port?", True, []), ("VERDICT: approve", False, []), ("VERDICT: approve", True, ["STATUS: complete or STATUS: failed", "FILES: the files changed, or none", "COMMIT: its full id, or none",
                    "CHECKS: each command you ran, its exit code, the line that matters"]),
        ("VERDICT: changes", False, ["FINDINGS: a line each, blocker|major|minor FILE:LINE what is wrong"]), ("VERDICT: change\nFINDINGS:\n- major a x", False, []),
        (WHOLE, True, []),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_as_the_line_to_add(text: str, writes: bool, lacks: list[str]) -> None:
    assert missing(read_report(text), writes) == lacks


def test_a_verdict_alone_completes_a_review() -> None:
    assert [
        status_of(read_report(text)) for text in ("STATUS: failed\nVERDICT: veto", "VERDICT: veto", "words")
    ] == ["failed", "complete", ""]


@pytest.mark.parametrize(
    ("text", "may_veto", "reads", "want"),
    [
        ("VERDICT: veto", True, True, ("veto", "")), ("VERDICT: vetoed", False, True, ("", "it vetoed, and has no veto in the plan")), ("VERDICT: approved", False, True, ("approve", "")), ("VERDICT: LGTM", False, True, ("approve", "")),
        ("VERDICT: accept", False, True, ("approve", "")), ("VERDICT: pass", False, True, ("approve", "")), ("VERDICT: approve", False, False, ("", "")), ("VERDICT: maybe", False, True, ("", "")), ("", False, True, ("", "")),
        ("VERDICT: changes", False, True, ("", "it asked for changes and named no finding: FINDINGS:, a line each")), ("VERDICT: request\nFINDINGS:\n- **Major** a.py x", False, True, ("changes", "")),
        ("VERDICT: reject\nFINDINGS:\n- [blocker]: a.py x", False, True, ("changes", "")), ("VERDICT: changes\nFINDINGS:\n- minor a.py x", False, True, ("", "it asked for changes and named no finding: FINDINGS:, a line each")),
        ("VERDICT: changes\nFINDINGS:\n- major a.py x", False, False, ("", "")),
    ],
)  # fmt: skip
def test_verdicts(text: str, may_veto: bool, reads: bool, want: tuple[str, str]) -> None:
    assert verdict_of(read_report(text), may_veto, reads) == want


def test_findings_have_places() -> None:
    """Severity, file, line and words of each; lines that say less are left out."""
    text = "FINDINGS:\n- **major** `app/db.py:40-44` — the name\n- minor: README.md a typo\n- (blocker) a.py:x y\n- grave a.py z\n- major a.py\n"
    assert [tuple(found.values()) for found in findings_in(text)] == [
        ("app/db.py", 40, "major", "the name"), ("README.md", 0, "minor", "a typo"), ("a.py", 0, "blocker", "y"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "needs a verdict: approve, changes, veto"), ({}, "needs a verdict"), ({"verdict": "ok"}, "needs a verdict"), ({"verdict": "approve", "findings": {}}, "are a list"),
        ({"verdict": "approve", "findings": ["x"]}, "a finding has"), ({"verdict": "approve", "findings": [{"severity": "grave", "text": "x"}]}, "a finding has"),
        ({"verdict": "approve", "findings": [{"severity": "minor"}]}, "a finding has"), ({"verdict": "changes", "findings": [{"severity": "minor", "text": "x"}]}, "at least one finding that is not minor"),
    ],
)  # fmt: skip
def test_a_review_that_is_none(answer: object, words: str) -> None:
    with pytest.raises(UserError, match=words):
        review_of(answer)


def test_a_review_is_bounded_and_in_one_line_each() -> None:
    finding = {"file": "f" * 400, "line": -3, "severity": "major", "text": "a\nb" + "x" * 900}
    review = review_of({"verdict": "changes", "summary": "s\n" + "y" * 900, "findings": [finding] * 60})
    assert (len(review.findings), len(review.summary)) == (50, 600)
    first = review.findings[0]
    assert (len(first.file), first.line, len(first.text), first.text[:3]) == (300, 0, 600, "a b")
    assert review_of({"verdict": "approve"}).findings == ()
    assert (
        review_of({"verdict": "veto", "findings": [{"severity": "major", "text": "t", "line": 7}]})
        .findings[0]
        .line
        == 7
    )
