"""Text of agents and tools comes to the screen as it would read on paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.engine.brief import clean, one_line
from agent_baton.escapes import SIGNS, without_escapes
from agent_baton.plan import inert
from agent_baton.redact import redact
from agent_baton.trace.words import short

TOLD = {
    "a colour": ("a \x1b[31mred\x1b[0m word", "a red word"),
    "many colours": ("\x1b[1;38;5;196;48;2;0;0;0mbold\x1b[m", "bold"),
    "a cursor": ("one\x1b[2K\x1b[1Gtwo\x1b[?25h", "onetwo"),
    "eight bits": ("\x9b31mred\x9b0m", "red"),
    "a title": ("\x1b]0;you are root\x07done", "done"),
    "a link": ("see \x1b]8;;https://a.example/x\x1b\\here\x1b]8;;\x1b\\.", "see here."),
    "a title without an end": ("\x1b]0;tests failed", "0;tests failed"),
    "a device": ("\x1bP1$r0m\x1b\\ok\x1b_G1\x1b\\", "ok"),
    "a character set": ("\x1b(B\x1b[mok\x1b7\x1b8\x1bc", "ok"),
    "one inside another": ("\x1b\x1b[31m[31mred", "[31mred"),
    "cut": ("red\x1b[3", "red3"),
    "none": ("[31m is a colour; x[0] = 1", "[31m is a colour; x[0] = 1"),
}


@pytest.mark.parametrize(("text", "plain"), TOLD.values(), ids=TOLD)
def test_escapes_go_as_wholes(text: str, plain: str) -> None:
    """Nothing of a colour, a title or a link is left, nor anything of the text lost, wherever text passes."""
    assert without_escapes(text) == clean(text) == one_line(text) == short(text) == redact(text) == plain
    assert inert.clean(text) == plain


@given(st.text(st.sampled_from([*SIGNS, *"[](;0mB\\_\x07\x9c\n "])))
def test_once_is_enough(text: str) -> None:
    """What is left holds no escape, so that nothing comes together from its parts."""
    left = without_escapes(text)
    assert without_escapes(left) == left and not set(left) & set(SIGNS)


def test_a_secret_is_found_under_its_colours() -> None:
    """Grep and test runners colour what matches; neither a colour nor a stray control shields a secret."""
    token = "ghp_" + "Ab1" * 12
    for text in (
        f"\x1b[32m{token}\x1b[0m",
        f"{token[:9]}\x1b[01;31m{token[9:]}",
        f"pass\x1b[0mword: '{token}'",
    ):
        assert "Ab1" not in redact(text) and "Ab1" not in short(text)
    assert "Ab1" not in short(f"{token[:9]}\x00{token[9:]}")
