"""What changes between two plans."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_baton.plan.contract import validated
from agent_baton.plan.diff import Change, diff_plans
from agent_baton.plan.load import parse_plan, read_plan
from agent_baton.plan.model import Budget, Gate, Phase, Plan
from agent_baton.plan.render import render_diff

from .golden import FOLDER, check_golden
from .strategies import plan_of, plans, step

PLAN = read_plan(FOLDER / "plan.json")


def edited(*edits: tuple[str, Any]) -> Plan:
    """The golden plan with fields set: `edited(("phases.0.steps.1.model", "opus"))`."""
    plan = copy.deepcopy(PLAN)
    for path, value in edits:
        *way, last = path.split(".")
        here: Any = plan
        for key in way:
            here = here[int(key)] if key.isdigit() else getattr(here, key)
        setattr(here, last, value)
    return plan


@settings(max_examples=25, deadline=None)
@given(plans(), plans())
def test_no_changes_means_equal(one: Plan, other: Plan) -> None:
    """The diff is empty exactly when the plans are equal, and an empty diff prints nothing."""
    assert diff_plans(one, one) == [] and render_diff([]) == ""
    changes = diff_plans(one, other)
    assert bool(changes) == (one != other)
    assert bool(render_diff(changes)) == bool(changes)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("risk_level", "HIGH", "~ plan risk_level: MEDIUM → HIGH"),
        ("budget.usd", 6.0, "~ plan budget.usd: 5 → 6"),
        ("budget", None, "~ plan budget: usd 5; wall_s 3,600 → (none)"),
        ("stack.frameworks", ["django"], "~ plan stack.frameworks: - fastapi, + django"),
        ("stack.languages", ["Shell", "Python"], "~ plan stack.languages: [Python, Shell] → [Shell, Python]"),
        ("forecast.steps.0.usd.high", 2.0, "~ plan forecast.steps.1.1.usd.high: 1 → 2"),
        ("phases.0.name", "Work", "~ phase 1 name: Implementation → Work"),
        ("phases.1.approval_required", False, "~ phase 7 approval_required: yes → no"),
        ("phases.0.gate.command", "make test", "~ phase 1 gate.command: uv run pytest -q → make test"),
        ("phases.0.steps.0.agent_name", "architect",
         "~ step 1.1 agent_name: backend-engineer--python → architect"),
        ("phases.0.steps.2.team.0.role", "leads", "~ step 1.3 team.architect.role: reads along → leads"),
        ("phases.0.steps.2.team", [], "~ step 1.3 team.architect: agent_name architect; role reads along;"),
        ("phases.2.steps.0.depends_on", ["7.1"], "~ step 3.1 depends_on: + 7.1"),
        ("created_at", "", '~ plan created_at: 2026-11-21T10:00:00Z → ""'),
    ],
)  # fmt: skip
def test_one_edit_is_one_line(path: str, value: object, said: str) -> None:
    """What was edited is said by id and field, and nothing else is."""
    changes = diff_plans(PLAN, edited((path, value)))
    assert len(changes) == 1
    assert render_diff(changes).startswith(said)
    assert render_diff(changes).count("\n") == 1


def test_long_texts_are_shown_by_lines() -> None:
    """Only the lines that differ, with their neighbours."""
    text = PLAN.phases[0].steps[0].task_description.replace("own logger", "logger")
    assert render_diff(diff_plans(PLAN, edited(("phases.0.steps.0.task_description", text)))) == (
        "~ step 1.1 task_description:\n\n    - Use the app's own logger.\n    + Use the app's logger.\n"
        "      # this is no heading\n"
    )


def test_a_difference_no_line_shows_is_spelled_out() -> None:
    """Other line breaks are a difference too."""
    assert render_diff(diff_plans(plan_of(shared_context="a\nb"), plan_of(shared_context="a\r\nb"))) == (
        '~ plan shared_context:\n    - "a\\nb"\n    + "a\\r\\nb"\n'
    )


def test_phases_and_steps_come_go_and_move_by_id() -> None:
    """Taking one out does not make all that follow look changed; moving one moves one."""
    without = copy.deepcopy(PLAN)
    del without.phases[0].steps[0]
    without.phases[0].steps[0].depends_on = without.phases[0].steps[1].depends_on = []
    assert [(c.kind, c.what, c.id, c.field) for c in diff_plans(PLAN, without)] == [
        ("removed", "step", "1.1", ""),
        ("changed", "step", "1.2", "depends_on"),
        ("changed", "step", "1.3", "depends_on"),
    ]
    moved = copy.deepcopy(PLAN)
    moved.phases.insert(0, moved.phases.pop())
    assert diff_plans(PLAN, moved) == [Change("moved", "phase", "3", "", "7", None)]
    moved.phases[1].steps.append(moved.phases[1].steps.pop(0))
    assert diff_plans(PLAN, moved)[1:] == [Change("moved", "step", "1.1", "", None, "1.3")]


def test_what_is_added_and_removed_comes_whole() -> None:
    """An amendment can be made from the changes: they carry what they add."""
    fewer = copy.deepcopy(PLAN)
    gone = fewer.phases.pop()
    (added,), (removed,) = diff_plans(fewer, PLAN), diff_plans(PLAN, fewer)
    assert validated(Phase, added.new) == validated(Phase, removed.old) == gone
    assert (added.kind, removed.kind, added.what, added.id) == ("added", "removed", "phase", "3")


def test_the_text_of_many_changes_reads_as_the_golden_file() -> None:
    """A whole amendment, as the person sees it who has to agree."""
    new = edited(
        ("risk_level", "HIGH"), ("budget", Budget(usd=9)), ("phases.0.gate", None),
        ("phases.1.gate", Gate(command="make lint", max_repairs=0)),
        ("phases.0.steps.0.allowed_paths", ["src/**"]),
        ("phases.0.steps.0.task_description", "Something else\x60; rm -rf /\u202e"), ("shared_context", ""),
    )  # fmt: skip
    new.phases.pop()
    new.phases.reverse()
    new.phases[1].steps.insert(1, step("1.4", task_description="A new step\nwith two lines"))
    extra = Phase(phase_id=8, name="Extra", steps=[step("8.1", model="opus")], gate=Gate(command="true"))
    new.phases.insert(1, extra)
    check_golden("diff.txt", render_diff(diff_plans(PLAN, new)))


@given(st.permutations(range(1, 8)), st.permutations(range(1, 8)))
def test_a_new_order_is_told_with_as_few_moves_as_possible(one: list[int], other: list[int]) -> None:
    """What is not said to have moved stands in the same order in both."""
    phases = {n: Phase(phase_id=n, name="p", steps=[step(f"{n}.1")]) for n in range(1, 8)}
    plan = plan_of(phases=[phases[n] for n in one])
    changes = diff_plans(plan, plan_of(phases=[phases[n] for n in other]))
    moved = {int(change.id) for change in changes}
    assert all(change.kind == "moved" for change in changes)
    assert [n for n in one if n not in moved] == [n for n in other if n not in moved]
    assert bool(moved) == (one != other)


def test_the_diff_acts_on_no_terminal() -> None:
    """Changed text is shown, not obeyed."""
    text = "a\u202e\nb\nc"
    shown = render_diff(diff_plans(plan_of(), plan_of(task_summary=text, shared_context=text)))
    assert "\u202e" not in shown and "\\u202e" in shown


def test_a_plan_file_written_by_hand_can_be_compared() -> None:
    """Absent keys mean their defaults on both sides."""
    raw = b'{"task_id": "a", "task_summary": "x", "phases": [{"phase_id": 1, "name": "n", "steps": '
    raw += b'[{"step_id": "1.1", "agent_name": "a", "task_description": "d"%s}]}]}'
    assert (
        diff_plans(parse_plan(raw % b"", "a"), parse_plan(raw % b', "max_attempts": 3, "team": []', "b"))
        == []
    )
