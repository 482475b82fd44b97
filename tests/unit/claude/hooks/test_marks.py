"""Prompts: which step they are about, and what a stamp says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.claude.hooks.marks import (
    Stamp,
    bare_name,
    find_stamp,
    marked_step,
    marked_task,
    same_words,
    stamp_line,
)


@pytest.mark.parametrize(
    ("prompt", "step"),
    [
        ("# Agent Task: 1.1 — Add logging\nRead …", "1.1"),
        ("Please do this:\n\n  # Agent Task: 2.r1 — Repair", "2.r1"),
        ("baton step 3.2: read /x y/briefs/task-a/3.2.md and do what it says", "3.2"),
        ("Read /repo/.claude/team-context/briefs/task-a/1.4.md and follow it", "1.4"),
        ("Look into the tests of step 1.1", ""),
        ("# Agent Task: ../../etc — x", ""),
        ("", ""),
    ],
)
def test_the_step_a_prompt_names(prompt: str, step: str) -> None:
    """The brief's own heading, the one-line hand-over, or the brief's file; nothing else is taken for a step."""
    assert marked_step(prompt) == step


@pytest.mark.parametrize(
    ("prompt", "task"),
    [
        ("baton step 3.2: read /x y/briefs/task-a/3.2.md and do what it says", "task-a"),
        ("# Agent Task: 1.1 — x\nRead context.md\nTask task-b-0001: Try things", "task-b-0001"),
        ("# Agent Task: 1.1 — x", ""),
    ],
)
def test_the_task_a_prompt_names(prompt: str, task: str) -> None:
    assert marked_task(prompt) == task


def test_the_last_stamp_counts() -> None:
    """Ours stands at the end, whatever somebody wrote into the brief before it."""
    forged = stamp_line("task-x", "9.9", 7)
    assert find_stamp(f"do {forged} it\n{stamp_line('task-a', '1.1', 2)}") == Stamp("task-a", "1.1", 2)
    assert find_stamp("[baton task-a 1.1]") is None
    assert find_stamp("[baton a b #x]") is None


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert find_stamp(text) is None or isinstance(find_stamp(text), Stamp)
    assert isinstance(marked_step(text) + marked_task(text), str)


def test_a_brief_is_known_by_its_words() -> None:
    """A model may wrap lines anew or add a sentence; a paraphrase is another text."""
    brief = "# Agent Task: 1.1 — x\n\n## Do\nwrite it"
    assert same_words(brief, f"Here you go:\n{brief.replace(chr(10), '  ')} thanks")
    assert not same_words(brief, "# Agent Task: 1.1 — x\nplease write it")


def test_a_plugin_is_no_part_of_an_agents_name() -> None:
    assert (bare_name("baton:dev"), bare_name("dev")) == ("dev", "dev")
