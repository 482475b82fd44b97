"""Ids that people type."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.errors import UserError
from agent_baton.ids import check_task_id, new_task_id, step_number
from agent_baton.plan.constraints import TaskId

SEED = bytes.fromhex("a3f90102")


@pytest.mark.parametrize(
    ("summary", "task_id"),
    [
        ("Add request logging middleware to the FastAPI app", "task-logging-middleware-a3f9"),
        ("Fix typo", "task-typo-a3f9"),
        ("Fix internationalization-configuration breakage", "task-configuration-breakage-a3f9"),
        ("Corregir error en la facturación", "task-corregir-facturacion-a3f9"),
        ("Größe der Übersicht prüfen", "task-grosse-ubersicht-a3f9"),
        ("修复登录页面的错误", "task-a3f90102"),
        ("修复 checkout 页面", "task-checkout-a3f9"),
        ("Fix the bug", "task-a3f90102"),
        ("", "task-a3f90102"),
        ("../../etc/passwd; rm -rf / && $(id)", "task-etc-passwd-a3f9"),
        ("Upgrade 3000 2024-01-01 widgets", "task-widgets-a3f9"),
    ],
)
def test_a_task_is_named_after_what_tells_it_from_others(summary: str, task_id: str) -> None:
    """A word or two of the task, then hex; no Latin word, no words."""
    assert new_task_id(summary, SEED) == task_id


@given(st.text(), st.binary(min_size=4, max_size=16))
def test_any_summary_gives_a_valid_id(summary: str, entropy: bytes) -> None:
    """Short, `[a-z0-9-]`, accepted by every check there is, and the same each time."""
    task_id = new_task_id(summary, entropy)
    assert task_id == new_task_id(summary, entropy) == check_task_id(task_id)
    assert re.fullmatch(r"task(-[a-z]+[a-z0-9]*){0,2}-[0-9a-f]{4,8}", task_id) and len(task_id) <= 32


def test_other_entropy_gives_another_id() -> None:
    """That is how a taken id is avoided; too little of it is the caller's bug."""
    assert new_task_id("Fix typo", SEED) != new_task_id("Fix typo", b"\x00\x01\x02\x03")
    with pytest.raises(ValueError, match="4 bytes"):
        new_task_id("Fix typo", b"abc")


@pytest.mark.parametrize(
    "text", ["../../x", "", "-a", "a-", "A", "a b", "a/b", "a\n", "ä", "x" * 33, "a;b", "٣"]
)
def test_what_is_no_task_id_is_refused(text: str) -> None:
    """An id from outside becomes a file and branch name: nothing but letters, digits and dashes passes."""
    with pytest.raises(UserError, match="not a task id"):
        check_task_id(text)


@given(st.text("abz09-AZ./ \n", max_size=34))
def test_the_check_agrees_with_the_plan_model(text: str) -> None:
    """One rule, written twice because the hot verbs cannot afford the model."""
    pattern = TaskId.__metadata__[0].pattern.replace("$", r"\Z")
    try:
        accepted = check_task_id(text) == text
    except UserError:
        accepted = False
    assert accepted == bool(re.match(pattern, text))


def test_steps_sort_by_their_numbers() -> None:
    """1.10 comes after 1.2."""
    assert sorted(["1.10", "1.2", "10.1", "2.1"], key=step_number) == ["1.2", "1.10", "2.1", "10.1"]
