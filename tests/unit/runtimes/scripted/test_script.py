"""Scripts of scripted agents."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.errors import UserError
from agent_baton.runtimes.scripted.script import Deed, Situation, load, parse

SCRIPT = """
version: 1
rules:
  - step: "1.1"
    attempt: [1]
    do: [{result: {ok: false}}]
  - step: "1.*"
    agent: backend*
    do: [{say: "{{agent}} at {{step}}, {{attempt}}: {{unknown}}"}, {write: {"{{step}}.txt": x}}]
  - prompt: "(?i)review"
    do: [{exit: 0}]
  - resumed: true
    do: [{say: again}]
"""


@pytest.mark.parametrize(
    ("situation", "deeds"),
    [
        (Situation("1.1"), ["result"]),
        (Situation("1.1", "backend-engineer", 2), ["say", "write"]),
        (Situation("2.1", prompt="Please REVIEW"), ["exit"]),
        (Situation("2.1", resumed=True), ["say"]),
        (Situation("2.1"), ["say"]),
    ],
)
def test_the_first_rule_that_fits_is_played(situation: Situation, deeds: list[str]) -> None:
    """By step, specialist, attempt, prompt and whether it is resumed; without one the agent says "done"."""
    found = parse(SCRIPT).deeds(situation)
    assert [next(iter(deed.model_fields_set)) for deed in found] == deeds


def test_names_are_filled_in() -> None:
    """In keys too; what is no name stays as it is."""
    say, write = parse(SCRIPT).deeds(Situation("1.2", "backend", 3))
    assert say.say == "backend at 1.2, 3: {{unknown}}"
    assert write.write == {"1.2.txt": "x"}


def test_an_empty_script_is_one() -> None:
    """Every agent succeeds."""
    assert parse("").deeds(Situation()) == [Deed(say="done")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules: [", "not YAML"),
        ("rules: [{do: [{sya: hi}]}]", "sya"),
        ("rules: [{do: [{say: hi, run: ls}]}]", "exactly one thing, not ['run', 'say']"),
        ("rules: [{do: [{}]}]", "exactly one thing"),
        ("rules: [{prompt: '(', do: []}]", "regular expression"),
        ("version: 2", "version"),
        ("[]", "not a script"),
    ],
)
def test_a_fault_in_a_script_is_told_with_its_place(text: str, words: str) -> None:
    """A script that is not understood is refused, never played in part."""
    with pytest.raises(UserError) as refused:
        parse(text, "play.yaml")
    assert "play.yaml" in refused.value.message
    assert words in refused.value.message


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    """The message names it."""
    with pytest.raises(UserError, match=r"none\.yaml"):
        load(str(tmp_path / "none.yaml"))
