"""The engine as transcripts: commands in, events and actions out."""

from __future__ import annotations

from typing import Any

import pytest

from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Action
from agent_baton.engine.decide import decide
from agent_baton.engine.handle import handle
from agent_baton.engine.ledger import Ledger
from agent_baton.engine.state import State
from agent_baton.errors import NotFound, Refused, UserError
from tests.support.plans import phase, plan, step


class Play:
    """A task played command by command, one second apart."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.state = State()
        self.now = 1_000.0
        self.do(cmd.Start(document, {}, "s1", "c0", "main"))

    def do(self, command: cmd.Command) -> list[str]:
        self.now += 1
        ledger: Ledger = handle(self.state, command, self.now)
        self.state = ledger.state
        return [type(event).__name__ for event in ledger.events]

    def next(self, limit: int = 1) -> list[Action]:
        return decide(self.state, self.now, limit)

    @property
    def action(self) -> str:
        return str(self.next()[0])

    def done(self, *step_ids: str) -> None:
        for step_id in step_ids:
            self.do(cmd.RecordOutcome(step_id, "complete", outcome=f"did {step_id}"))


def test_a_two_phase_plan_runs_to_complete() -> None:
    """Steps, gate, next phase, gate, complete: in that order, each said by `decide`."""
    play = Play(plan(phase(1, step("1.1"), step("1.2", "1.1")), phase(2, step("2.1"))))
    assert play.action.startswith("Dispatch(step_id='1.1'")
    play.done("1.1")
    assert play.action.startswith("Dispatch(step_id='1.2'")
    play.done("1.2")
    assert play.action.startswith("Gate(phase_id=1")
    assert play.do(cmd.RecordGate(1, True, "verified")) == ["GateFinished", "PhaseFinished"]
    play.done("2.1")
    play.do(cmd.RecordGate(2, True, "reported"))
    assert (
        play.action
        == "Complete(summary='Steps: 3/3 | Gates passed: 2 (1 reported, not verified)', closed=False)"
    )
    assert play.do(cmd.CompleteTask()) == ["TaskCompleted"]
    assert play.do(cmd.CompleteTask()) == []


def test_steps_run_in_plan_order_past_nine() -> None:
    """1.10 comes after 1.9, not after 1.1."""
    ids = [f"1.{n}" for n in range(1, 13)]
    play = Play(plan(phase(1, *[step(i) for i in ids])))
    assert [a.step_id for a in play.next(99)] == ids  # type: ignore[attr-defined]


def test_next_is_a_query() -> None:
    """Asking twice gives the same answer and changes nothing."""
    play = Play(plan(phase(1, step("1.1"))))
    before = play.state.as_dict()
    assert play.next(5) == play.next(5)
    assert play.state.as_dict() == before


@pytest.mark.parametrize(
    ("command", "error", "words"),
    [
        (cmd.RecordGate(9, True, "reported"), NotFound, "no phase 9"),
        (cmd.RecordGate(1, True, "reported"), Refused, "a gate comes after its steps"),
        (cmd.RecordGate(2, True, "reported"), Refused, "has not been reached"),
        (cmd.StartGate(1), Refused, "comes after its steps"),
        (cmd.CompleteTask(), Refused, "is open"),
        (cmd.RecordOutcome("7.7", "complete"), NotFound, "no step '7.7'"),
        (cmd.RecordOutcome("1.2", "complete"), Refused, "waits for 1.1"),
        (cmd.RecordOutcome("2.1", "complete"), Refused, "has not been reached"),
        (cmd.RecordOutcome("1.1", "complete", agent_name="other"), Refused, "belongs to 'dev'"),
        (cmd.RecordOutcome("1.1", "done"), UserError, "complete or failed"),
        (cmd.RecordOutcome("1.1", "complete", verdict="veto"), Refused, "has no veto"),
        (cmd.Dispatched("1.2"), Refused, "waits for 1.1"),
        (cmd.Approve(1, "approve"), Refused, "needs no approval"),
        (cmd.Approve(1, "maybe"), UserError, "is not known"),
        (cmd.Answer("1.1", "x"), Refused, "asked nothing"),
        (cmd.Ask("1.2", "why?"), Refused, "waits for 1.1"),
        (cmd.Skip("1.1", " "), UserError, "needs a reason"),
        (cmd.Waive("because", phase_id=1), Refused, "waived after its steps"),
        (cmd.Waive("because", step_id="1.1"), Refused, "no veto"),
        (cmd.Amend((), "x"), UserError, "nothing to amend"),
        (cmd.Reassign("1.1", "dev", "x"), Refused, "already belongs"),
        (cmd.Interrupt("1.1", "x"), Refused, "no attempt in flight"),
        (cmd.Retry("x", phase_id=9), NotFound, "no phase 9"),
        (cmd.Start({}, {}, "s"), Refused, "resume"),
    ],
)
def test_out_of_order_is_refused(command: cmd.Command, error: type[Exception], words: str) -> None:
    """What the state does not allow is refused with the reason, and nothing is decided."""
    play = Play(plan(phase(1, step("1.1"), step("1.2", "1.1")), phase(2, step("2.1"))))
    before = play.state.as_dict()
    with pytest.raises(error, match=words):
        play.do(command)
    assert play.state.as_dict() == before


def test_the_same_record_again_is_acknowledged_and_a_contradiction_refused() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2"))))
    fact = cmd.RecordOutcome("1.1", "complete", outcome="x", commit="abc1234")
    play.do(fact)
    assert play.do(fact) == []
    assert play.do(fact.replace(commit="abc1234def")) == []
    for other in (fact.replace(status="failed"), fact.replace(commit="fff0000")):
        with pytest.raises(Refused, match="contradicting"):
            play.do(other)


def test_a_failed_step_is_tried_again_until_its_attempts_are_used_up() -> None:
    """Three attempts, then FAILED with ways on; `retry` opens it again."""
    play = Play(plan(phase(1, step("1.1"), step("1.2"))))
    for n in (1, 2):
        play.do(cmd.RecordOutcome("1.1", "failed", outcome=f"no {n}"))
        assert play.action.startswith(
            f"Dispatch(step_id='1.1', agent_name='dev', model='sonnet', attempt={n + 1}"
        )
    play.do(cmd.RecordOutcome("1.1", "failed", outcome="no 3"))
    assert play.action.startswith("Dispatch(step_id='1.2'"), "siblings go on"
    assert play.do(cmd.RecordOutcome("1.2", "complete"))[-1] == "TaskFailed"
    assert "failed 3 times; last: no 3" in play.action
    assert play.do(cmd.Retry("again", "1.1")) == ["TaskResumed", "StepRetried"]
    assert "attempt=4" in play.action


def test_the_same_failure_said_twice_uses_one_attempt() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.do(cmd.RecordOutcome("1.1", "failed", outcome="boom"))
    assert play.do(cmd.RecordOutcome("1.1", "failed", outcome="boom")) == []
    assert play.do(cmd.RecordOutcome("1.1", "failed", outcome="boom", attempt=2))[0] == "StepDispatched"


def test_a_late_answer_to_an_abandoned_attempt_is_void() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.do(cmd.Dispatched("1.1"))
    play.do(cmd.Interrupt("1.1", "hangs"))
    assert play.do(cmd.RecordOutcome("1.1", "complete", attempt=1)) == ["OutcomeVoided"]
    play.do(cmd.Dispatched("1.1"))
    assert play.do(cmd.RecordOutcome("1.1", "failed", attempt=1)) == ["OutcomeVoided"]
    assert play.do(cmd.RecordOutcome("1.1", "complete", attempt=2))[0] == "StepFinished"


def test_an_attempt_past_its_deadline_is_given_up_and_counts() -> None:
    """A wait ends: the next dispatch gives the silent attempt up, and that uses up an attempt."""
    play = Play(plan(phase(1, step("1.1", timeout_s=60, max_attempts=2))))
    play.do(cmd.Dispatched("1.1"))
    assert play.action.startswith("Wait(")
    play.now += 61
    assert "attempt=2, repair=False, expired=1" in play.action
    assert play.do(cmd.Dispatched("1.1"))[:2] == ["StepInterrupted", "StepDispatched"]
    assert play.state.step("1.1").failures == 1  # type: ignore[union-attr]


def test_a_red_gate_opens_a_bounded_repair() -> None:
    """Red, repaired, red with another failure, repaired, red: FAILED; siblings' results stay."""
    play = Play(plan(phase(1, step("1.1"))))
    play.done("1.1")
    red = cmd.RecordGate(1, False, "verified", reason="2 failed", output="E  boom", signature="a")
    assert play.do(red) == ["GateFinished", "RepairOpened"]
    assert play.action.startswith("Dispatch(step_id='1.r1'")
    assert "boom" in play.state.spec("1.r1").task_description  # type: ignore[union-attr]
    play.done("1.r1")
    assert play.do(red.replace(signature="b")) == ["GateFinished", "RepairOpened"]
    play.done("1.r2")
    assert play.do(red.replace(signature="c")) == ["GateFinished", "TaskFailed"]
    assert "red after 2 repairs" in play.action
    assert play.do(cmd.Waive("known flake", phase_id=1)) == ["TaskResumed", "GateWaived", "PhaseFinished"]


def test_the_same_failure_twice_ends_the_repairs_early() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.done("1.1")
    red = cmd.RecordGate(1, False, "verified", signature="same")
    play.do(red)
    play.done("1.r1")
    assert play.do(red) == ["GateFinished", "TaskFailed"]
    assert "same failure twice" in play.action


def test_an_approval_is_bound_to_what_was_shown() -> None:
    """Amending the phase takes the approval back; a stale subject is refused."""
    play = Play(plan(phase(1, step("1.1"), approval_required=True)))
    shown = play.state.phase(1).subject  # type: ignore[union-attr]
    with pytest.raises(Refused, match="waits for approval"):
        play.do(cmd.Dispatched("1.1"))
    change = {"op": "change_step", "step_id": "1.1", "fields": {"task_description": "Something else"}}
    assert play.do(cmd.Amend((change,), "")) == ["PlanAmended", "ApprovalRequested"]
    with pytest.raises(Refused, match="not what it was"):
        play.do(cmd.Approve(1, "approve", subject=shown))
    play.do(cmd.Approve(1, "approve-with-feedback", "mind the cache"))
    assert play.do(cmd.Approve(1, "approve")) == []
    assert play.action.startswith("Dispatch(step_id='1.1'")


def test_a_rejected_phase_fails_the_task_until_it_is_amended() -> None:
    play = Play(plan(phase(1, step("1.1"), approval_required=True)))
    assert play.do(cmd.Approve(1, "reject", "no")) == ["ApprovalDecided", "TaskFailed"]
    assert "was rejected" in play.action
    change = {"op": "change_step", "step_id": "1.1", "fields": {"task_description": "Smaller"}}
    assert play.do(cmd.Amend((change,), "smaller")) == ["TaskResumed", "PlanAmended", "ApprovalRequested"]


def test_a_question_waits_for_a_person_and_costs_no_attempt() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.do(cmd.Dispatched("1.1"))
    play.do(cmd.Ask("1.1", "Which port?"))
    assert play.action == "Question(step_id='1.1', question='Which port?')"
    play.do(cmd.Answer("1.1", "8080"))
    row = play.state.step("1.1")
    assert row is not None
    assert (row.failures, row.dialogue) == (0, ("Which port?", "8080"))


def test_a_veto_stops_completion_until_waived_by_name() -> None:
    play = Play(plan(phase(1, step("1.1", may_veto=True), gate=None)))
    assert (
        play.do(cmd.RecordOutcome("1.1", "complete", verdict="veto", outcome="leaks keys"))[-1]
        == "TaskFailed"
    )
    assert "vetoed: leaks keys" in play.action
    with pytest.raises(Refused, match="cannot be completed"):
        play.do(cmd.CompleteTask())
    play.do(cmd.Waive("accepted by the owner", step_id="1.1"))
    assert play.action.startswith("Complete(")


def test_nothing_is_taken_after_cancel() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.do(cmd.Cancel("changed my mind"))
    for command in (
        cmd.RecordOutcome("1.1", "complete"),
        cmd.Resume("s2"),
        cmd.Note("decision", "x"),
        cmd.CompleteTask(),
    ):
        with pytest.raises(Refused, match="was cancelled: changed my mind"):
            play.do(command)


def test_resume_in_another_session_gives_up_what_was_in_flight() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2"))))
    play.do(cmd.Dispatched("1.1", session="s1"))
    play.done("1.2")
    assert play.do(cmd.Resume("s2")) == ["TaskResumed", "StepInterrupted"]
    assert "attempt=2" in play.action
    assert play.state.head.steps_done == 1, "what was recorded stays"


def test_a_budget_is_checked_before_the_start() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2")), budget={"usd": 1.0}))
    play.do(cmd.RecordOutcome("1.1", "complete", usd=1.25))
    assert "the budget of the task is spent ($1.25 of $1.00)" in play.action
    with pytest.raises(Refused, match="not started"):
        play.do(cmd.Dispatched("1.2"))
    play.do(cmd.Amend(({"op": "change_task", "fields": {"budget": {"usd": 5.0}}},), "raise"))
    assert play.action.startswith("Dispatch(step_id='1.2'")


def test_amending_the_middle_of_a_phase_moves_nobodys_results() -> None:
    """Steps are added, changed and removed by id; ids are never given out twice."""
    play = Play(plan(phase(1, *[step(f"1.{n}") for n in range(1, 13)])))
    play.done("1.1", "1.5", "1.10")
    play.do(cmd.Amend(({"op": "remove_step", "step_id": "1.12"},), ""))
    added = plan(phase(1, step("1.1")))["phases"][0]["steps"][0]
    with pytest.raises(UserError, match=r"gets the id 1\.13"):
        play.do(cmd.Amend(({"op": "add_step", "phase_id": 1, "step": {**added, "step_id": "1.12"}},), ""))
    play.do(cmd.Amend(({"op": "add_step", "phase_id": 1, "step": {**added, "step_id": "1.13"}},), ""))
    assert [s.step_id for s in play.state.steps(1, "complete")] == ["1.1", "1.5", "1.10"]
    with pytest.raises(Refused, match="is complete"):
        play.do(cmd.Amend(({"op": "change_step", "step_id": "1.5", "fields": {"model": "opus"}},), ""))
    with pytest.raises(NotFound, match="no step"):
        play.do(cmd.RecordOutcome("1.12", "complete"))


def test_retry_runs_what_was_built_on_it_again() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2", "1.1"), step("1.3"))))
    play.done("1.1", "1.2")
    assert play.do(cmd.Retry("wrong", "1.1")) == ["StepRetried", "StepInvalidated"]
    assert [s.step_id for s in play.state.steps(1, "ready")] == ["1.1", "1.3"]
    assert [s.step_id for s in play.state.steps(1, "pending")] == ["1.2"]


def test_a_merge_conflict_goes_back_to_its_author() -> None:
    play = Play(plan(phase(1, step("1.1", agent="a"), step("1.2", agent="b"))))
    for step_id in ("1.1", "1.2"):
        play.do(cmd.Dispatched(step_id, branch=f"baton/t/{step_id}", worktree="/w"))
        play.done(step_id)
    assert play.action.startswith("Wait(reason='2 finished branches")
    play.do(cmd.Integrate("1.1", "c1"))
    assert play.do(cmd.Integrate("1.2", conflict_files=("x.py",), detail="<<<")) == [
        "IntegrationConflicted",
        "RepairOpened",
    ]
    assert play.action.startswith("Dispatch(step_id='1.r1', agent_name='b'")


def test_the_author_of_the_code_repairs_it_not_the_author_of_the_test() -> None:
    """Readers and testers come last: a red gate is mostly about the code."""
    play = Play(
        plan(
            phase(
                1,
                step("1.1", agent="architect", blocked_paths=["**"]),
                step("1.2", "1.1", agent="backend-engineer--go"),
                step("1.3", "1.2", agent="test-engineer"),
                step("1.4", "1.3", agent="auditor", may_veto=True),
            )
        )
    )
    play.done("1.1", "1.2", "1.3", "1.4")
    play.do(cmd.RecordGate(1, False, "verified"))
    assert "step_id='1.r1', agent_name='backend-engineer--go'" in play.action


# -- the small print ------------------------------------------------------------------------------------------


def test_the_digest_tells_what_later_briefs_should_know() -> None:
    """One line a finished or skipped step and a decision; discoveries stay in the story; the oldest fall out first."""
    play = Play(plan(phase(1, *[step(f"1.{n}") for n in range(1, 40)], step("1.40", may_veto=True))))
    play.do(cmd.RecordOutcome("1.1", "complete", outcome="made\n it"))
    play.do(cmd.Skip("1.2", "by hand"))
    play.do(cmd.Note("decision", "UTC everywhere"))
    play.do(cmd.Note("discovery", "tests are slow"))
    play.do(cmd.RecordOutcome("1.40", "complete", verdict="veto", outcome="leak"))
    play.do(cmd.Waive("known", step_id="1.40"))
    assert play.state.head.digest.splitlines() == [
        "1.1 dev: made it",
        "1.2 skipped: by hand",
        "decision: UTC everywhere",
        "1.40 veto waived: known",
    ]
    for n in range(3, 30):
        play.do(cmd.RecordOutcome(f"1.{n}", "complete", outcome="x" * 500))
    lines = play.state.head.digest.splitlines()
    assert len(play.state.head.digest) <= 1_800
    assert all(len(line) <= 220 for line in lines)
    assert lines[-1].startswith("1.29 dev: xxx")
    assert lines[-1].endswith("…")
    assert not any(line.startswith("1.1 ") for line in lines)


def test_attempts_cannot_be_skipped() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    with pytest.raises(Refused, match="attempt 2 was never dispatched"):
        play.do(cmd.RecordOutcome("1.1", "complete", attempt=2))
    assert play.do(cmd.RecordOutcome("1.1", "complete", attempt=1))[0] == "StepDispatched"


def test_gate_runs_are_numbered_and_say_who_ran_them() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.done("1.1")
    play.do(cmd.StartGate(1))
    play.do(cmd.StartGate(1))
    row = play.state.phase(1)
    assert row is not None
    assert (row.gate, row.runs) == ("running", 2)
    play.do(cmd.RecordGate(1, False, "verified", signature="a"))
    row = play.state.phase(1)
    assert row is not None
    assert (row.gate, row.runs, row.repairs, row.last_round, row.signature) == ("failed", 2, 1, 1, "a")
    assert play.do(cmd.RecordGate(1, False, "verified", signature="a")) == [], "the same fact again"
    with pytest.raises(Refused, match="comes after its steps"):
        play.do(cmd.RecordGate(1, True, "verified"))
    play.done("1.r1")
    play.do(cmd.RecordGate(1, True, "reported"))
    row = play.state.phase(1)
    assert row is not None
    assert (row.gate, row.runs, row.gate_source, row.signature) == ("passed", 3, "reported", "")
    assert (play.state.head.gates_passed, play.state.head.gates_reported) == (1, 1)
    assert play.do(cmd.RecordGate(1, True, "verified")) == []
    with pytest.raises(Refused, match="already recorded as passed"):
        play.do(cmd.RecordGate(1, False, "verified"))


def test_an_exhausted_gate_takes_the_same_fact_but_is_not_run() -> None:
    play = Play(plan(phase(1, step("1.1"), gate="x")))
    play.state.phase(1)
    play.do(cmd.Amend(({"op": "change_phase", "phase_id": 1, "fields": {"gate": _gate(max_repairs=0)}},), ""))
    play.done("1.1")
    assert play.do(cmd.RecordGate(1, False, "verified", reason="3 failed")) == ["GateFinished", "TaskFailed"]
    assert play.do(cmd.RecordGate(1, False, "verified")) == []
    assert "red after 0 repairs: 3 failed" in play.action
    with pytest.raises(Refused, match="no repair is left"):
        play.do(cmd.StartGate(1))
    assert play.do(cmd.Retry("again", phase_id=1)) == ["TaskResumed", "GateReopened"]
    assert play.do(cmd.Retry("again", phase_id=1)) == []


def _gate(**fields: Any) -> dict[str, Any]:
    gate = {
        "gate_type": "test",
        "command": "other",
        "description": "",
        "timeout_s": 5,
        "fail_on": ["boom"],
        "max_repairs": 2,
    }
    return {**gate, **fields}


def test_amending_a_phase_reaches_its_gate() -> None:
    play = Play(plan(phase(1, step("1.1"), gate=None), phase(2, step("2.1"))))
    play.do(
        cmd.Amend(
            (
                {
                    "op": "change_phase",
                    "phase_id": 1,
                    "fields": {"name": "New", "risk_level": "HIGH", "gate": _gate()},
                },
            ),
            "",
        )
    )
    row = play.state.phase(1)
    assert row is not None
    assert (row.name, row.risk_level, row.gate, row.gate_command, row.fail_on) == (
        "New",
        "HIGH",
        "pending",
        "other",
        ("boom",),
    )
    assert play.state.head.gates_total == 2
    play.do(cmd.Amend(({"op": "change_phase", "phase_id": 1, "fields": {"gate": None}},), ""))
    assert play.state.head.gates_total == 1
    play.do(cmd.Amend(({"op": "change_phase", "phase_id": 2, "fields": {"approval_required": True}},), ""))
    play.done("1.1")
    assert play.action.startswith("Approval(phase_id=2")
    play.do(cmd.Amend(({"op": "change_phase", "phase_id": 2, "fields": {"approval_required": False}},), ""))
    assert play.action.startswith("Dispatch(step_id='2.1'")
    with pytest.raises(Refused, match="is finished"):
        play.do(cmd.Amend(({"op": "change_phase", "phase_id": 1, "fields": {"name": "x"}},), ""))


def test_phases_are_added_and_removed_between_others() -> None:
    play = Play(plan(phase(1, step("1.1"), gate=None), phase(2, step("2.1"), gate=None)))
    new = plan(phase(3, step("3.1"), step("3.2", "3.1", "1.1")))["phases"][0]
    play.do(cmd.Amend(({"op": "add_phase", "after": 1, "phase": new},), ""))
    assert [row.phase_id for row in play.state.phases()] == [1, 3, 2]
    assert (play.state.head.steps_total, play.state.head.gates_total, play.state.head.last_phase_id) == (
        4,
        1,
        3,
    )
    with pytest.raises(UserError, match="gets the id 4, not 3"):
        play.do(cmd.Amend(({"op": "add_phase", "after": 1, "phase": new},), ""))
    play.done("1.1")
    assert play.action.startswith("Dispatch(step_id='3.1'")
    with pytest.raises(Refused, match="phase 3 has been reached"):
        play.do(
            cmd.Amend(
                (
                    {
                        "op": "add_phase",
                        "after": 1,
                        "phase": {**new, "phase_id": 4, "steps": [{**new["steps"][0], "step_id": "4.1"}]},
                    },
                ),
                "",
            )
        )
    play.do(cmd.Amend(({"op": "remove_phase", "phase_id": 3},), ""))
    assert [row.phase_id for row in play.state.phases()] == [1, 2]
    assert (play.state.head.phase_id, play.state.head.gates_total, play.state.head.steps_total) == (2, 0, 2)
    play.done("2.1")
    assert play.action.startswith("Complete(")
    last = {**new, "phase_id": 4, "steps": [{**new["steps"][0], "step_id": "4.1", "depends_on": []}]}
    play.do(cmd.Amend(({"op": "add_phase", "after": 2, "phase": last},), "more"))
    assert play.action.startswith("Dispatch(step_id='4.1'")
    with pytest.raises(Refused, match="has work on record"):
        play.do(cmd.Dispatched("4.1"))
        play.do(cmd.Amend(({"op": "remove_phase", "phase_id": 4},), ""))


def test_the_only_phase_stays() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    with pytest.raises(Refused, match="only phase"):
        play.do(cmd.Amend(({"op": "remove_phase", "phase_id": 1},), ""))


@pytest.mark.parametrize(
    ("op", "error", "words"),
    [
        (
            {"op": "change_step", "step_id": "1.1", "fields": {"depends_on": ["1.2"]}},
            UserError,
            "wait for itself",
        ),
        (
            {"op": "change_step", "step_id": "1.1", "fields": {"depends_on": ["2.1"]}},
            UserError,
            "later phase",
        ),
        (
            {"op": "change_step", "step_id": "1.1", "fields": {"depends_on": ["8.8"]}},
            NotFound,
            "does not exist",
        ),
        ({"op": "remove_step", "step_id": "1.1"}, Refused, "1.2 depend on it"),
        ({"op": "remove_phase", "phase_id": 2}, None, ""),
        ({"op": "remove_phase", "phase_id": 7}, NotFound, "no phase 7"),
    ],
)
def test_an_amendment_that_would_break_the_plan(
    op: dict[str, Any], error: type[Exception] | None, words: str
) -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2", "1.1")), phase(2, step("2.1"))))
    if error is None:
        play.do(cmd.Amend((op,), ""))
        return
    with pytest.raises(error, match=words):
        play.do(cmd.Amend((op,), ""))


def test_changed_dependencies_block_and_free() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2"), step("1.3", "1.1"))))
    play.do(cmd.Amend(({"op": "change_step", "step_id": "1.2", "fields": {"depends_on": ["1.1"]}},), ""))
    assert [row.step_id for row in play.state.steps(1, "pending")] == ["1.2", "1.3"]
    play.do(
        cmd.Amend(
            (
                {
                    "op": "change_step",
                    "step_id": "1.3",
                    "fields": {"depends_on": [], "agent_name": "qa", "max_attempts": 9},
                },
            ),
            "",
        )
    )
    row = play.state.step("1.3")
    assert row is not None
    assert (row.status, row.waiting, row.agent_name, row.max_attempts) == ("ready", 0, "qa", 9)
    play.do(cmd.Dispatched("1.3"))
    assert play.do(
        cmd.Amend(
            (
                {
                    "op": "change_step",
                    "step_id": "1.3",
                    "fields": {"budget": {"usd": 1.0, "tokens": 5}, "team": [], "allowed_paths": ["a/**"]},
                },
            ),
            "",
        )
    ) == ["StepInterrupted", "PlanAmended"]
    row = play.state.step("1.3")
    assert row is not None
    assert (row.limit_usd, row.limit_tokens, row.limited, row.members) == (1.0, 5, True, ())
    play.done("1.1")
    assert [row.step_id for row in play.state.steps(1, "ready")] == ["1.2", "1.3"]


def test_a_step_has_a_budget_of_its_own() -> None:
    play = Play(plan(phase(1, step("1.1", budget={"tokens": 100}), step("1.2"))))
    assert play.do(cmd.RecordOutcome("1.1", "failed", outcome="x", tokens=100)) == [
        "StepDispatched",
        "StepFinished",
        "BudgetCharged",
        "BudgetExceeded",
    ]
    assert play.action.startswith("Dispatch(step_id='1.2'"), "siblings go on"
    assert (play.state.head.spent_tokens, play.state.head.unknown_costs) == (100, 0)
    assert play.do(cmd.RecordOutcome("1.2", "complete"))[-1] == "TaskFailed"
    assert "step 1.1 is spent (100 of 100 tokens)" in play.action
    assert play.state.head.unknown_costs == 1


def test_a_pause_holds_and_lifts() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.do(cmd.Pause("freeze", 9_000.0))
    assert (
        play.action
        == "Wait(reason='the task is paused: freeze; baton execute resume', since=None, until=9000.0)"
    )
    assert play.do(cmd.Pause("again")) == []
    assert play.do(cmd.Resume("s1")) == ["TaskResumed"]
    assert play.state.head.paused_until is None
    assert play.do(cmd.Resume("s1")) == []


def test_a_team_member_may_record() -> None:
    play = Play(plan(phase(1, step("1.1", team=[{"agent_name": "qa", "role": "tests"}]))))
    play.do(cmd.RecordOutcome("1.1", "complete", agent_name="qa"))
    assert play.state.step("1.1").status == "complete"  # type: ignore[union-attr]


def test_reassigning_gives_fresh_attempts() -> None:
    play = Play(plan(phase(1, step("1.1", max_attempts=1))))
    play.do(cmd.RecordOutcome("1.1", "failed", outcome="no"))
    assert play.do(cmd.Reassign("1.1", "debugger", "bisect")) == ["TaskResumed", "StepReassigned"]
    assert "agent_name='debugger'" in play.action
    assert play.state.step("1.1").failures == 0  # type: ignore[union-attr]


def test_skipping_frees_what_waits_and_ends_what_flies() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2", "1.1"))))
    play.do(cmd.Dispatched("1.1"))
    assert play.do(cmd.Skip("1.1", "done by hand")) == ["StepInterrupted", "StepSkipped"]
    assert play.do(cmd.Skip("1.1", "done by hand")) == []
    assert play.action.startswith("Dispatch(step_id='1.2'")
    play.done("1.2")
    with pytest.raises(Refused, match="is complete"):
        play.do(cmd.Skip("1.2", "x"))


def test_waiving_a_gate_drops_its_open_repairs() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    play.done("1.1")
    play.do(cmd.RecordGate(1, False, "verified", signature="a"))
    play.do(cmd.Dispatched("1.r1"))
    assert play.do(cmd.Waive("flaky", phase_id=1)) == [
        "StepInterrupted",
        "StepSkipped",
        "GateWaived",
        "PhaseFinished",
    ]


def test_cancelling_gives_up_what_is_in_flight() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2"))))
    play.do(cmd.Dispatched("1.1"))
    assert play.do(cmd.Cancel("enough")) == ["StepInterrupted", "TaskCancelled"]
    assert play.state.head.ended_at == play.now
    assert play.action == "Failed(reason='the task was cancelled: enough', ways=())"


def test_several_steps_side_by_side_are_said_in_plan_order() -> None:
    play = Play(plan(phase(1, step("1.1"), step("1.2"), step("1.3"))))
    play.do(cmd.Dispatched("1.2"))
    assert [action.step_id for action in play.next(9)] == ["1.1", "1.3"]  # type: ignore[attr-defined]
    assert len(play.next(1)) == 1
    play.do(cmd.Dispatched("1.1"))
    play.do(cmd.Dispatched("1.3"))
    assert "step 1.1 (attempt 1) is with dev and 2 more" in play.action
    with pytest.raises(Refused, match="already dispatched to 'dev'"):
        play.do(cmd.Dispatched("1.1", agent_name="eve"))
    assert play.do(cmd.Dispatched("1.1", agent_name="dev")) == []


def test_evidence_that_contradicts_is_counted() -> None:
    play = Play(plan(phase(1, step("1.1"))))
    evidence = {"verdict": "mismatch", "commit": "f" * 40, "mismatches": ("one", "two")}
    play.do(cmd.RecordOutcome("1.1", "complete", commit="ffff", evidence=evidence, tip="abc"))
    assert play.state.head.false_claims == 2
    assert play.state.head.tip == "abc"
    assert play.state.step("1.1").commit == "f" * 40  # type: ignore[union-attr]
