"""What an agent's end means: every reason a runtime knows."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agent_baton.app.run.verdict import History, Seen, settle
from agent_baton.runtimes.protocol import Denial, Outcome, Reason, Usage

WORKED = Seen("c" * 40, 3, "t1", "", True)
AGAIN = History(failures=1, failure="the tests are red", tree="t0")


def outcome(reason: Reason, text: str = "", **fields: Any) -> Outcome:
    return Outcome(reason, "retry", text, "s", Usage(), **fields)


def test_every_reason_has_a_settlement() -> None:
    for reason in get_args(Reason):
        assert settle(outcome(reason), WORKED, History()).kind in (
            "complete",
            "failed",
            "interrupted",
            "question",
        )


@pytest.mark.parametrize(
    ("reason", "kind", "effect"),
    [
        ("done", "complete", "fine"),
        ("failed", "failed", "fine"),
        ("no-result", "failed", "fine"),
        ("silent", "failed", "fine"),
        ("usage-limit", "interrupted", "limit"),
        ("overloaded", "interrupted", "trouble"),
        ("rate-limit", "interrupted", "trouble"),
        ("auth", "interrupted", "halt"),
        ("billing", "interrupted", "halt"),
        ("not-started", "interrupted", "halt"),
        ("permission-denied", "question", "fine"),
        ("budget", "interrupted", "fine"),
    ],
)
def test_reasons_and_what_follows(reason: Reason, kind: str, effect: str) -> None:
    found = settle(outcome(reason, "words"), WORKED, History())
    assert (found.kind, found.effect) == (kind, effect)


def test_passing_trouble_uses_up_no_attempt_and_keeps_the_conversation() -> None:
    found = settle(outcome("overloaded"), WORKED, History())
    assert (found.counts, found.goes_on) == (False, True)


def test_turns_used_up_use_up_an_attempt_and_keep_the_conversation() -> None:
    found = settle(outcome("max-turns"), WORKED, History())
    assert (found.counts, found.goes_on) == (True, True)


@pytest.mark.parametrize("reason", ["bad-request", "prompt-too-long"])
def test_what_will_be_the_same_next_time_is_final(reason: Reason) -> None:
    assert settle(outcome(reason), WORKED, History()).final


@pytest.mark.parametrize("reason", ["no-session", "prompt-too-long"])
def test_a_conversation_that_cannot_go_on_begins_anew(reason: Reason) -> None:
    found = settle(outcome(reason), WORKED, History(resumed=True))
    assert (found.kind, found.goes_on, found.final) == ("interrupted", False, False)


def test_a_report_of_failure_is_a_failure() -> None:
    found = settle(outcome("done", "STATUS: failed\nDONE: the parser is too slow"), WORKED, History())
    assert (found.kind, found.text) == ("failed", "the parser is too slow")


def test_a_question_is_asked_unless_the_work_is_done() -> None:
    asks = settle(outcome("done", "QUESTION: v1 or v2?"), WORKED, History())
    assert (asks.kind, asks.text) == ("question", "v1 or v2?")
    assert (
        settle(outcome("done", "STATUS: complete\nQUESTION: anything else?"), WORKED, History()).kind
        == "complete"
    )


def test_done_without_a_change_is_a_failure_where_one_is_expected() -> None:
    nothing = Seen("c" * 40, 0, "t0", "", True)
    assert settle(outcome("done", "all done"), nothing, History()).kind == "failed"
    reads = Seen("c" * 40, 0, "t0", "", False)
    assert settle(outcome("done", "all read"), reads, History()).kind == "complete"


def test_a_tree_that_cannot_be_taken_is_a_failure() -> None:
    spoilt = Seen("c" * 40, 3, "t1", "it left its branch", True)
    assert settle(outcome("done", "STATUS: complete"), spoilt, History()).kind == "failed"


def test_the_same_failure_twice_is_final_whatever_its_numbers() -> None:
    past = History(failures=1, failure="failed: timeout after 31.2 s in src/b.py:17", tree="t0")
    found = settle(outcome("failed", "timeout after 4.8 s in src/b.py:99"), WORKED, past)
    assert found.final
    assert "same failure twice" in found.text


def test_another_failure_with_progress_is_not_final() -> None:
    assert not settle(outcome("failed", "now the linter complains"), WORKED, AGAIN).final


def test_two_failures_that_leave_the_same_files_are_final() -> None:
    stuck = Seen("c" * 40, 0, "t0", "", True)
    found = settle(outcome("failed", "now the linter complains"), stuck, AGAIN)
    assert found.final
    assert "same files" in found.text


def test_an_unmet_schema_still_counts_when_the_words_say_what_was_done() -> None:
    told = settle(outcome("schema-unmet", "STATUS: complete\nDONE: wrote the parser"), WORKED, History())
    assert told.kind == "complete"
    assert settle(outcome("schema-unmet", "bye"), WORKED, History()).kind == "failed"


def test_a_structured_answer_goes_before_words() -> None:
    answer = {"status": "failed", "summary": "no", "files": ["a.py"]}
    found = settle(outcome("done", "STATUS: complete", structured=answer), WORKED, History())
    assert (found.kind, found.text, found.report.files) == ("failed", "no", ("a.py",))


def test_what_we_stopped_ourselves_is_resumed() -> None:
    for wanted in ("pause", "budget"):
        found = settle(outcome("stopped"), WORKED, History(wanted=wanted))  # type: ignore[arg-type]
        assert (found.kind, found.goes_on, found.counts) == ("interrupted", True, False)


def test_what_got_nowhere_has_failed() -> None:
    found = settle(outcome("stopped"), WORKED, History(wanted="stalled", stalled_s=1800))
    assert (found.kind, "1800 s" in found.text) == ("failed", True)


def test_a_refusal_names_what_was_wanted() -> None:
    denied = outcome("permission-denied", denials=(Denial("Bash", "make install"),))
    assert "Bash: make install" in settle(denied, WORKED, History()).text
