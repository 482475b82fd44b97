"""Approvals and questions while nobody is there."""

from __future__ import annotations

import threading
from typing import Any

from tests.integration.run.conftest import Item, Runner
from tests.support.plans import phase, plan, step
from tests.support.running import GREEN, settings, wide, work

ASKS = {"step": "1.1", "do": [{"ask": {"question": "blue or red?", "options": ["blue", "red"]}}, *work()]}


def typed(runner: Runner, *words: str) -> None:
    """A person types a command in another terminal, while the run goes on."""
    threading.Thread(target=lambda: runner.repo.baton(*words)).start()


def test_an_approval_is_waited_for_and_wakes_the_run(runner: Runner) -> None:
    document = plan(phase(1, step("1.1", allowed_paths=["out/**"]), gate=GREEN, approval_required=True))
    task = runner.start(document)

    def decide(item: Item) -> None:
        if item["kind"] == "waiting":
            typed(runner, "approve", "--phase-id", "1", "--result", "approve")

    assert runner.run(task, on=decide, waits=True).kind == "complete"


def test_the_inbox_lists_what_waits_across_tasks(runner: Runner) -> None:
    """Each with the command that decides it."""
    one = runner.start(
        plan(phase(1, step("1.1"), gate=GREEN, approval_required=True), task_id="task-one-0001")
    )
    two = runner.start(wide(1, 1, "task-two-0002"))
    runner.run(two, {"do": [{"say": "QUESTION: which database?"}]})
    shown = runner.repo.baton("inbox").stdout
    assert f"baton approve --task-id {one} --phase-id 1 --result approve" in shown
    assert f"baton answer --task-id {two} --step-id 1.1" in shown
    assert "which database?" in shown
    assert [item["kind"] for item in runner.repo.json("inbox")["waiting"]] == ["approval", "question"]


def test_an_empty_inbox_says_so(runner: Runner) -> None:
    assert "nothing waits" in runner.repo.baton("inbox").stdout


def test_what_does_not_depend_on_a_question_goes_on(runner: Runner) -> None:
    """One step asks and ends; its siblings are done all the same; the answer is in its next prompt."""
    task = runner.start(wide(1, 4))
    asks = {"step": "1.1", "resumed": False, "do": [{"say": "I cannot know.\nQUESTION: blue or red?"}]}
    end = runner.run(task, asks)
    assert end.kind == "waiting"
    done = {e["step_id"] for e in runner.events(task, "StepFinished")}
    assert done == {"1.2", "1.3", "1.4"}
    runner.repo.baton("answer", "--step-id", "1.1", "--text", "blue it is")
    told = {"step": "1.1", "prompt": "blue it is", "do": work()}
    assert runner.run(task, told, asks).kind == "complete"


def test_a_question_of_an_agent_at_work_is_answered_from_any_terminal(runner: Runner) -> None:
    """It waits, gets the answer, and goes on in the same attempt."""
    task = runner.start(wide(1, 2))

    def reply(item: Item) -> None:
        if item["kind"] == "asks":
            waiting = runner.repo.json("inbox")["waiting"][0]
            assert waiting["text"].endswith("(blue | red)")
            typed(runner, "inbox", "answer", item["step"], item["request"], "red")

    assert runner.run(task, ASKS, on=reply).kind == "complete"
    assert len(runner.events(task, "StepDispatched")) == 2
    settled = runner.events(task, "RequestSettled")[0]
    assert (settled["allow"], settled["text"]) == (True, "red")


def permission(then: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "step": "1.1",
        "do": [{"permission": {"tool": "Bash", "input": {"command": "make install"}}}, *then],
    }


def test_a_permission_is_given_from_any_terminal(runner: Runner) -> None:
    task = runner.start(wide(1, 1))

    def allow(item: Item) -> None:
        if item["kind"] == "asks":
            assert "make install" in item["text"]
            typed(runner, "inbox", "allow", item["step"], item["request"])

    assert runner.run(task, permission(work()), on=allow).kind == "complete"
    assert runner.events(task, "RequestSettled")[0]["allow"] is True


def test_an_agent_that_waits_for_a_person_gives_up_its_place(runner: Runner) -> None:
    """Two places, two agents that wait for leave: the other steps are done before anybody comes to answer."""
    settings(runner.repo, approvals={"timeout_s": 30})
    task = runner.start(wide(1, 4))
    told: list[str] = []
    asked: list[Item] = []

    def watch(item: Item) -> None:
        if item["kind"] == "asks":
            asked.append(item)
        if item["kind"] in ("ends", "answered"):
            told.append(f"{item['kind']} {item['step']}")
        if item["kind"] == "ends" and item["step"] == "1.4":
            for one in asked:
                typed(runner, "inbox", "allow", one["step"], one["request"])

    asks = [{**permission(work()), "step": step_id} for step_id in ("1.1", "1.2")]
    assert runner.run(task, *asks, on=watch, max_parallel=2).kind == "complete"
    assert set(told[:2]) == {"ends 1.3", "ends 1.4"}
    assert {e["allow"] for e in runner.events(task, "RequestSettled")} == {True}


def test_not_every_step_may_wait_at_once(runner: Runner) -> None:
    """Agents that wait are processes all the same: at most three times as many as may be at work."""
    task = runner.start(wide(1, 5))
    alive: list[int] = [0]
    asked: list[Item] = []

    def watch(item: Item) -> None:
        if item["kind"] in ("starts", "ends"):
            alive.append(alive[-1] + (1 if item["kind"] == "starts" else -1))
        if item["kind"] == "asks":
            asked.append(item)
            for one in asked if len(asked) == 3 else asked[3:][-1:]:
                typed(runner, "inbox", "allow", one["step"], one["request"])

    asks = {**permission(work()), "step": "*"}
    assert runner.run(task, asks, on=watch, max_parallel=1).kind == "complete"
    assert max(alive) == 3


def test_silence_is_no_consent(runner: Runner) -> None:
    """Nobody answers: the permission is refused, and the journal says that nobody was there."""
    settings(runner.repo, approvals={"timeout_s": 0.3})
    task = runner.start(wide(1, 1))
    assert runner.run(task, permission(work())).kind == "complete"
    settled = runner.events(task, "RequestSettled")[0]
    assert (settled["allow"], settled["reason"]) == (False, "the time-out")


def test_an_approval_nobody_gives_is_a_rejection(runner: Runner) -> None:
    settings(runner.repo, approvals={"timeout_s": 0.3})
    task = runner.start(plan(phase(1, step("1.1"), gate=GREEN, approval_required=True)))
    end = runner.run(task, waits=True)
    assert end.kind == "failed"
    assert runner.events(task, "ApprovalDecided")[0]["result"] == "reject"
    assert runner.events(task, "StepDispatched") == []


def test_a_question_nobody_answers_is_a_no(runner: Runner) -> None:
    settings(runner.repo, approvals={"timeout_s": 0.3})
    task = runner.start(wide(1, 1))
    asks = {"resumed": False, "do": [{"say": "QUESTION: may I drop the table?"}]}
    assert runner.run(task, asks, waits=True).kind == "complete"
    assert "Take it as no" in runner.events(task, "QuestionAnswered")[0]["answer"]


def test_an_answer_to_nothing_is_refused(runner: Runner) -> None:
    runner.start(wide(1, 1))
    ran = runner.repo.baton("inbox", "allow", "1.1", "ask-9", code=4)
    assert "baton inbox" in ran.stderr


def test_a_pause_by_hand_lets_what_is_in_flight_finish(runner: Runner) -> None:
    """Nothing more is started; the run ends and says that it is paused; the next one goes on."""
    task = runner.start(wide(2, 1))

    def pause(item: Item) -> None:
        if item["kind"] == "began":
            runner.repo.baton("execute", "pause", "--reason", "lunch")

    end = runner.run(task, on=pause)
    assert (end.kind, end.text) == ("paused", "lunch")
    assert len(runner.events(task, "StepFinished")) == 1
    assert runner.run(task).kind == "complete"


def test_cancelling_ends_the_agents(runner: Runner) -> None:
    task = runner.start(wide(1, 1))

    def cancel(item: Item) -> None:
        if item["kind"] == "tool":
            typed(runner, "execute", "cancel", "--reason", "wrong idea")

    end = runner.run(task, {"do": [{"hang": "tool"}]}, on=cancel)
    assert end.kind == "cancelled"
