"""Understanding a task as a whole: every text gets an answer, the same one each time."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_baton.errors import UserError
from agent_baton.plan.model import Complexity, RiskLevel, TaskType
from agent_baton.planner.facts import Facts
from agent_baton.planner.understand import family, understand
from agent_baton.planner.understand.model import SEVEN

PIECES = """add fix the users table readme drop 修复 テスト 로그인 é ß `x` a/b.py Foo.bar foo() ? . , - CVE-1 [docs] feat: 😀"""
WORDS = st.sampled_from([*PIECES.split(), "\n", "\x00"])


@settings(deadline=None)  # the first text loads the tables
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join)))
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Every text gives an Understanding in the plan's vocabulary; only one that says nothing is a UserError."""
    facts = Facts(root="/r", files=("README.md", "a/b.py"))
    if not any(map(str.isalnum, text)):
        with pytest.raises(UserError):
            understand(text, facts)
        return
    found = understand(text, facts, lambda names: dict.fromkeys(names, "a/b.py"))
    assert found.task_type in get_args(TaskType)
    assert found.complexity in get_args(Complexity)
    assert found.risk_level in get_args(RiskLevel)
    assert set(found.files) <= set(facts.files)
    assert found.type_signals
    assert found.complexity_signals
    assert understand(text, facts, lambda names: dict.fromkeys(names, "a/b.py")) == found


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "?!", "…", "—"])
def test_a_text_that_says_nothing_is_the_users_error(text: str) -> None:
    """An empty task is refused with a way on, and nothing else is."""
    with pytest.raises(UserError, match="write what is to be done"):
        understand(text)


@pytest.mark.parametrize("text", ["a" * 100_000, "-" * 50_000 + "a", "a_" * 30_000, "a." * 30_000, "Aa" * 30_000, "修" * 50_000,
                                  "please " * 10_000, "move from " * 5_000, "x" * 19_000 + "/" + "y" * 19_000, "1. add\n" * 9_000])  # fmt: skip
def test_a_huge_text_is_read_in_good_time(text: str) -> None:
    """No pattern runs away on a text made of one piece (the suite's timeout is the judge)."""
    understand(text, Facts(root="/r", files=("a.py",)), lambda _names: {})


def test_every_type_has_a_family_among_the_seven() -> None:
    """Whoever tells only seven types apart can place each of ours; those seven are their own family."""
    assert {family(kind) for kind in get_args(TaskType)} <= set(SEVEN)
    assert [family(kind) for kind in SEVEN] == list(SEVEN)
    assert [family(kind) for kind in ("dependency", "ci", "build")] == ["maintenance"] * 3


def test_files_and_symbols_need_a_place_to_be_looked_up() -> None:
    """Without a repository nothing is said to exist in it."""
    found = understand("Fix `Cart.total` in shop/cart.py")
    assert (found.files, found.symbols) == ((), ())
