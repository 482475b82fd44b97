"""A judge apart from the worker: findings become repairs, rounds are bounded, vetoes hold."""

from __future__ import annotations

from typing import Any

import pytest

from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Dispatch, Failed, Gate
from agent_baton.engine.brief import brief
from agent_baton.engine.decide import decide
from agent_baton.engine.handle import handle
from agent_baton.engine.report import read_report
from agent_baton.engine.review import (
    MOST_FINDINGS,
    SCHEMA,
    SEVERITIES,
    TEXT_LIMIT,
    VERDICTS,
    Finding,
    Review,
    as_report,
    findings_in,
    repair_brief,
    retold,
    review_of,
    verdict_of,
)
from agent_baton.engine.state import State
from agent_baton.errors import Refused, UserError
from tests.support.invariants import check_invariants
from tests.support.plans import phase, plan, step

FOUND = "VERDICT: changes\nFINDINGS:\n- major app/db.py:40 the query is built from the name\n- minor README.md a typo"


def begin(*phases: dict[str, Any]) -> State:
    return say(State(), cmd.Start(plan(*phases), {}, "s", "a" * 40, "main"))


def say(state: State, *commands: cmd.Command) -> State:
    for command in commands:
        state = handle(state, command, 1_000.0 + state_seq(state)).state
        check_invariants(state, 2_000.0)
    return state


def state_seq(state: State) -> int:
    task = state.task()
    return task.seq if task else 0


def judged() -> State:
    """A step, and a review of it that only reads."""
    work = step("1.1", acceptance=["names are bound"])
    return begin(phase(1, work, step("1.2", "1.1", agent="code-reviewer", blocked_paths=["**"])))


def record(step_id: str, outcome: str = "done", **fields: Any) -> cmd.RecordOutcome:
    return cmd.RecordOutcome(step_id, "complete", outcome=outcome, **fields)


CHANGES = record("1.2", FOUND, verdict="changes")


def next_step(state: State) -> Dispatch:
    action = decide(state, 2_000.0)[0]
    assert isinstance(action, Dispatch), action
    return action


def test_findings_become_a_repair_and_the_review_is_done_again() -> None:
    """The author gets the findings, fenced; then the reviewer gets its own findings back; then the gate."""
    state = say(judged(), record("1.1"), CHANGES)
    repair = next_step(state)
    assert (repair.step_id, repair.agent_name, repair.repair) == ("1.r1", "dev", True)
    row = state.step("1.r1")
    assert row is not None
    assert "> major app/db.py:40 the query is built from the name\n> minor README.md a typo" in brief(
        state, row
    )
    state = say(state, record("1.r1"))
    again = next_step(state)
    assert (again.step_id, again.attempt) == ("1.2", 2)
    row = state.step("1.2")
    assert row is not None
    assert "You asked for changes" in brief(state, row) and "> - major app/db.py:40" in brief(state, row)
    state = say(state, record("1.2", "VERDICT: approve", verdict="approve"))
    assert isinstance(decide(state, 2_000.0)[0], Gate)


def test_a_gate_has_repairs_of_its_own() -> None:
    """What reviews sent back does not use up the gate's rounds."""
    state = say(judged(), record("1.1"), CHANGES, record("1.r1"), record("1.2", verdict="approve"))
    row = state.phase(1)
    assert row is not None
    assert row.repairs == 0
    state = say(state, cmd.RecordGate(1, False, "verified", reason="red", signature="a"))
    assert next_step(state).step_id == "1.r2"


def test_rounds_are_bounded() -> None:
    """The third time a person decides; retrying gives it another look."""
    state = say(judged(), record("1.1"), CHANGES, record("1.r1"), CHANGES, record("1.r2"), CHANGES)
    failed = decide(state, 2_000.0)[0]
    assert isinstance(failed, Failed)
    assert "step 1.2 (code-reviewer)" in failed.reason
    assert state.step("1.r3") is None
    state = say(state, cmd.Retry("look again", "1.2"))
    assert next_step(state).step_id == "1.2"


def test_the_same_changes_said_twice_are_one() -> None:
    """A repeated record opens no second repair; a late one of the same attempt neither."""
    state = say(judged(), record("1.1"), CHANGES)
    assert say(state, CHANGES).step("1.r2") is None
    state = say(state, record("1.r1"))
    assert say(state, CHANGES.replace(attempt=1)).head.seq == state.head.seq


def test_the_review_of_an_earlier_phases_work() -> None:
    """The nearest author before it repairs."""
    state = begin(
        phase(1, step("1.1", agent="coder"), gate=None),
        phase(2, step("2.1", "1.1", agent="auditor", blocked_paths=["**"], may_veto=True), gate=None),
    )
    state = say(state, record("1.1"), record("2.1", FOUND, verdict="changes"))
    assert (next_step(state).step_id, next_step(state).agent_name) == ("2.r1", "coder")


def test_a_reviewer_by_name_alone_may_send_work_back() -> None:
    """A plan written by hand need not close every path to it; nor is it asked to repair."""
    state = begin(phase(1, step("1.1"), step("1.2", "1.1", agent="code-reviewer")))
    assert next_step(say(state, record("1.1"), CHANGES)).agent_name == "dev"


def test_a_red_gate_goes_to_who_wrote_the_code() -> None:
    """Not to who wrote its tests or its documentation, whatever order they stand in."""
    state = begin(
        phase(
            1,
            step("1.1", agent="coder"),
            step("1.2", agent="technical-writer"),
            step("1.3", agent="test-engineer"),
        )
    )
    state = say(
        state,
        record("1.1"),
        record("1.2"),
        record("1.3"),
        cmd.RecordGate(1, False, "verified", signature="a"),
    )
    assert next_step(state).agent_name == "coder"


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (record("1.1", FOUND, verdict="changes"), Refused, "may write, so it judges nothing"),
        (record("1.2", "VERDICT: changes", verdict="changes"), UserError, "at least one finding"),
        (record("1.2", "FINDINGS:\n- minor a.py:1 a typo", verdict="changes"), UserError, "not minor"),
        (record("1.2", verdict="maybe"), UserError, "not known"),
        (record("1.2", verdict="veto"), Refused, "no veto in the plan"),
        (
            cmd.RecordOutcome("1.2", "failed", verdict="changes", outcome=FOUND),
            UserError,
            "--status complete",
        ),
    ],
)
def test_verdicts_that_are_refused(command: cmd.Command, error: type[Exception], said: str) -> None:
    state = judged() if command.step_id == "1.1" else say(judged(), record("1.1"))  # type: ignore[attr-defined]
    with pytest.raises(error, match=said):
        say(state, command)


def test_the_brief_of_a_judge_holds_the_acceptance_it_judges_by() -> None:
    """The whole change, what was to be true of the work, and the words to answer with."""
    state = say(judged(), record("1.1"))
    row = state.step("1.2")
    assert row is not None
    text = brief(state, row)
    assert "`git diff aaaaaaaaaaaa`" in text and "- 1.1: names are bound" in text
    assert "VERDICT: approve|changes, and FINDINGS:" in text


def test_a_schema_answer_and_a_report_say_the_same() -> None:
    """What a runtime returns as data is recorded as the report that a person could have typed."""
    answer = {
        "verdict": "changes",
        "summary": "looked at all of it",
        "findings": [
            {"file": "README.md", "line": 0, "severity": "minor", "text": "a typo"},
            {
                "file": "app/db.py",
                "line": 40,
                "severity": "major",
                "text": "the query is built\nfrom the name",
            },
        ],
    }
    report = as_report(review_of(answer))
    assert findings_in(report) == [
        {"file": "app/db.py", "line": 40, "severity": "major", "text": "the query is built from the name"},
        {"file": "README.md", "line": 0, "severity": "minor", "text": "a typo"},
    ]
    assert set(answer) == set(SCHEMA["required"])
    assert as_report(Review("approve", "fine", ())).endswith("FINDINGS: none")


@pytest.mark.parametrize(
    "junk",
    [
        None,
        [],
        {},
        {"verdict": "fine"},
        {"verdict": "approve", "findings": "none"},
        {"verdict": "changes", "findings": [{"severity": "huge", "text": "x"}]},
    ],
)
def test_answers_that_are_no_review(junk: object) -> None:
    with pytest.raises(UserError):
        review_of(junk)


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("- **blocker** `a b.py`:3 — no", None),
        ("* Major app.py:3-9 — wrong", Finding("app.py", 3, "major", "wrong")),
        ("1 major app.py:3 wrong", None),
        ("- nit app.py:3 wrong", None),
        ("- blocker app.py wrong all over", Finding("app.py", 0, "blocker", "wrong all over")),
    ],
)
def test_how_findings_are_read(line: str, finding: Finding | None) -> None:
    """Severity, place, words, however decorated; what is not that is prose."""
    found = findings_in(f"FINDINGS:\n{line}")
    if finding is not None:
        assert found == [finding.as_dict()]
    else:
        assert all(item["severity"] in ("blocker", "major", "minor") for item in found)


def test_the_schema_asks_for_what_a_review_is_made_of() -> None:
    """Every part of a review and of a finding is asked for, in its words, and nothing else may be answered."""
    properties = SCHEMA["properties"]
    item = properties["findings"]["items"]
    for part, kind in ((SCHEMA, Review), (item, Finding)):
        assert part["type"] == "object" and part["additionalProperties"] is False
        assert part["required"] == list(part["properties"]) == list(kind._fields)
    assert properties["verdict"]["enum"] == list(VERDICTS) and item["properties"]["severity"]["enum"] == list(
        SEVERITIES
    )
    types = {
        name: each["type"] for name, each in (properties | item["properties"]).items() if "enum" not in each
    }
    assert types == {
        "summary": "string",
        "findings": "array",
        "file": "string",
        "line": "integer",
        "text": "string",
    }


NO_VETO = ("", "it vetoed, and has no veto in the plan")
NO_FINDING = ("", "it asked for changes and named no finding: FINDINGS:, a line each")


@pytest.mark.parametrize(
    ("said", "may_veto", "reads", "verdict"),
    [
        ("veto", True, True, ("veto", "")),
        ("vetoed.", False, True, NO_VETO),
        ("approve", False, True, ("approve", "")),
        ("Accepted", False, True, ("approve", "")),
        ("passed", False, True, ("approve", "")),
        ("LGTM", False, True, ("approve", "")),
        ("approve", False, False, ("", "")),
        ("unsure", False, True, ("", "")),
        ("changes", False, True, NO_FINDING),
        ("requested changes", False, True, NO_FINDING),
        ("rejected", False, True, NO_FINDING),
        ("changes\nFINDINGS:\n- minor a.py x", False, True, NO_FINDING),
        ("changes\nFINDINGS:\n- [Major]: a.py x", False, True, ("changes", "")),
        ("changes\nFINDINGS:\n- *blocker* a.py x", False, True, ("changes", "")),
        ("changes\nFINDINGS:\n- major a.py x", False, False, ("", "")),
    ],
)
def test_which_verdict_counts(said: str, may_veto: bool, reads: bool, verdict: tuple[str, str]) -> None:
    """Of a step that only reads; changes need a finding that is not minor, a veto needs to be the step's to give."""
    assert verdict_of(read_report(f"VERDICT: {said}"), may_veto, reads) == verdict


def test_how_a_review_is_told_again() -> None:
    report = read_report(
        "DONE: looked at it\nVERDICT: changes\nFINDINGS:\n- major a.py:3 wrong\n- minor b.py odd"
    )
    assert (
        retold(report) == "looked at it\nVERDICT: changes\nFINDINGS:\n- major a.py:3 wrong\n- minor b.py odd"
    )
    assert retold(read_report("DONE: looked at it\nVERDICT: approve")) == "looked at it\nVERDICT: approve"
    review = Review("changes", "", (Finding("b.py", 0, "minor", "odd"), Finding("a.py", 3, "major", "wrong")))
    assert repair_brief("1.2", review) == (
        "Settle the findings of review 1.2\n\nMend each finding that is right; where one is wrong, say why in the report. "
        "Change nothing else.\n\nFindings:\n> major a.py:3 wrong\n> minor b.py odd"
    )
    assert as_report(review) == (
        "STATUS: complete\nDONE: \nVERDICT: changes\nFINDINGS:\n- major a.py:3 wrong\n- minor b.py odd"
    )


def test_a_review_has_bounds() -> None:
    """So many findings of so many characters; what is no place or line is none."""
    item = {"file": "f" * 301, "line": -1, "severity": "major", "text": "t\n" + "t" * 5_000}
    review = review_of({"verdict": "changes", "summary": "s" * 5_000, "findings": [item] * 200})
    assert len(review.findings) == MOST_FINDINGS
    assert review.findings[0] == Finding("f" * 300, 0, "major", "t " + "t" * (TEXT_LIMIT - 2))
    assert review.summary == "s" * TEXT_LIMIT
    assert (MOST_FINDINGS, TEXT_LIMIT) == (50, 600)
    assert review_of({"verdict": "approve"}) == Review("approve", "", ())
    with pytest.raises(UserError, match=r"a review's findings are a list"):
        review_of({"verdict": "approve", "findings": "none"})
    with pytest.raises(UserError, match=r"severity \(blocker, major, minor\) and text"):
        review_of({"verdict": "approve", "findings": [{"severity": "minor"}]})
    with pytest.raises(UserError, match="approve, changes, veto"):
        review_of({"verdict": "fine"})
