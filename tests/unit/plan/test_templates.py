"""Plans that are used again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from agent_baton.errors import UserError
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Gate, Plan
from agent_baton.plan.templates import TASK, from_template, to_template

from .golden import FOLDER, check_golden
from .strategies import plan_of, plans, step

PLAN = read_plan(FOLDER / "plan.json")


def again(plan: Plan, task: str) -> Plan:
    return from_template(to_template(plan), "t.yaml", task, "task-new-0001", "later")


def test_a_template_reads_as_the_golden_file() -> None:
    """What belongs to one task is gone; what makes the plan is there to be edited."""
    check_golden("template.yaml", to_template(PLAN).decode())


@settings(max_examples=40, deadline=None)
@given(plans())
def test_a_template_keeps_everything_that_is_not_of_one_task(plan: Plan) -> None:
    """Made and used with the same task, it gives the same plan but for what is cut."""
    assume(TASK not in to_template(plan_of()).decode().split("\n", 1)[1] and TASK not in repr(plan))
    steps_cut = [
        replace(phase, steps=[replace(s, expected_files=[]) for s in phase.steps]) for phase in plan.phases
    ]
    wanted = replace(
        plan,
        phases=steps_cut,
        forecast=None,
        explanation=[],
        task_id="task-new-0001",
        created_at="later",
    )
    assert again(plan, plan.task_summary) == wanted


def test_the_tasks_words_become_a_placeholder_and_the_next_task_takes_its_place() -> None:
    """In descriptions in full, in names and lists on one short line, and not at all in commands and paths."""
    task = "Add logging to the app"
    one = step(
        "1.1",
        task_description=f"First: {task}.\nThen more.",
        acceptance=[f"{task}: done"],
        allowed_paths=[task],
    )
    plan = plan_of(one, task_summary=task, phase={"gate": Gate(command=f"echo '{task}'", description=task)})
    new = again(plan, "Remove tracing\nfrom\x20everything")
    (phase,) = new.phases
    assert phase.steps[0].task_description == "First: Remove tracing\nfrom everything.\nThen more."
    assert phase.steps[0].acceptance == ["Remove tracing from everything: done"]
    assert phase.steps[0].allowed_paths == [task]
    assert phase.gate and phase.gate.command == f"echo '{task}'"
    assert phase.gate.description == "Remove tracing\nfrom everything"


def test_a_hand_written_template_needs_no_ids() -> None:
    """Short to write; the placeholder may stand anywhere in words, and a task's text cannot become a command."""
    raw = b"""
phases:
  - name: "Do: {{task}}"
    steps:
      - {agent_name: debugger, task_description: "{{task}}, carefully"}
    gate: {command: "run '{{task}}'"}
"""
    plan = from_template(raw, "t.yaml", "x'; rm -rf /", "task-a", "now")
    (phase,) = plan.phases
    assert phase.name == "Do: x'; rm -rf /" and phase.steps[0].step_id == "1.1"
    assert phase.gate and phase.gate.command == "run '{{task}}'"


def test_a_short_task_is_no_placeholder() -> None:
    """ "Fix it" stands in too many sentences by accident."""
    plan = plan_of(step("1.1", task_description="Fix it quickly"), task_summary="Fix it")
    assert TASK not in to_template(plan).decode().split("\n", 1)[1]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"- a", "is not a plan template"),
        (b"phases: []", "phases: must not be empty"),
        (b"phasen: []", "unknown key 'phasen'; did you mean 'phases'?"),
        (b"{{task}}" * 1_000, "repeats {{task}} too often for a task of 20,000 characters"),
        (b"x" * (1024 * 1024 + 1), "too large"),
    ],
)
def test_a_broken_template_is_refused(raw: bytes, said: str) -> None:
    """With its place, like every other plan."""
    with pytest.raises(UserError) as caught:
        from_template(raw, "t.yaml", "x" * 20_000, "task-a", "now")
    assert said in caught.value.message
