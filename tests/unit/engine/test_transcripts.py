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
