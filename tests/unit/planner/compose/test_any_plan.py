"""Whatever the text and the repository: a valid plan that passes its own lint, or a refusal."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_baton.errors import UserError
from agent_baton.plan.check import check
from agent_baton.plan.load import parse_plan
from agent_baton.plan.model import TaskType
from agent_baton.plan.write import dump_plan
from agent_baton.planner.compose import Options
from tests.unit.planner.compose.scenes import REGISTRY, REPOSITORIES, planned

ORDINARY = [
    "Fix typo in README",
    "Fix crash when the cart is empty",
    "Add an API endpoint to search orders and a search box on the orders page",
    "Refactor cart.py into smaller functions",
    "Drop the legacy_email column from users",
    "Fix SQL injection in the order search",
    "Speed up loading of orders, it is slow",
    "Why does the cart lose items?",
    "Bump requests to 2.32",
    "Add tests for the cart",
    "Run the tests on Python 3.13 in CI",
    "Delete all users from the production database",
    "Disable authentication on the production API",
    "Encrypt stored card numbers",
    "修复购物车为空时的崩溃",
    "Dokumentation der Schnittstelle überarbeiten",
    "Añadir un botón para cancelar pedidos",
    "Rewrite the whole billing engine as a service with event sourcing",
]
WORDS = [
    "add",
    "fix",
    "drop",
    "users",
    "payment",
    "README",
    "orders.py",
    "why",
    "slow",
    "test",
    "refactor",
    "production",
    "delete",
]
texts = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join),
    st.sampled_from(ORDINARY).flatmap(lambda text: st.text(max_size=40).map(lambda tail: f"{text} {tail}")),
)


@pytest.mark.parametrize("name", REPOSITORIES)
@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_task_gets_a_plan_without_a_warning(text: str, name: str) -> None:
    """Lint, agents and files included, has nothing to object to what we write ourselves."""
    facts = REPOSITORIES[name]
    found = check(planned(text, facts), agents=REGISTRY.names, files=facts.files)
    assert [str(finding) for finding in found if finding.severity != "note"] == []


@settings(max_examples=60, deadline=None)
@given(
    text=texts, name=st.sampled_from(sorted(REPOSITORIES)), kind=st.sampled_from([None, *get_args(TaskType)])
)
def test_any_text_gives_a_sound_plan_or_is_refused(text: str, name: str, kind: str | None) -> None:
    """Every plan is valid, passes the lint, is the same the second time, and survives its own file."""
    facts, options = REPOSITORIES[name], Options(task_type=kind)
    try:
        plan = planned(text, facts, options)
    except UserError:
        return
    assert [f for f in check(plan, agents=REGISTRY.names, files=facts.files) if f.severity != "note"] == []
    assert plan == planned(text, facts, options)
    assert parse_plan(dump_plan(plan), "plan.json") == plan


@pytest.mark.parametrize("agents", [("code-reviewer",), ("architect", "auditor"), ("technical-writer", "backend-engineer--python"),
                                    ("frontend-engineer", "frontend-engineer--react"), ("test-engineer",), ("orchestrator",)])  # fmt: skip
@pytest.mark.parametrize("kind", get_args(TaskType))
def test_any_agents_of_a_persons_choice_make_a_sound_plan(agents: tuple[str, ...], kind: str) -> None:
    """Also when nobody among them builds: judges alone look and change nothing."""
    plan = planned(
        "Add order search to the shop", REPOSITORIES["shop"], Options(agents=agents, task_type=kind)
    )
    found = check(plan, agents=REGISTRY.names, files=REPOSITORIES["shop"].files)
    assert [str(finding) for finding in found if finding.severity != "note"] == []


def test_a_text_longer_than_a_plan_is_refused_with_a_way_on() -> None:
    """Not cut in silence: what was cut might be the part that mattered."""
    with pytest.raises(UserError, match="in a file"):
        planned("add a word " * 3_000, REPOSITORIES["library"])


def test_escapes_and_hidden_marks_of_a_task_reach_no_plan() -> None:
    """A task copied from a web page cannot hide text from who reviews the plan."""
    plan = planned("Fix the\x1b[31m cart\u202e\r\nand the total", REPOSITORIES["library"])
    assert plan.task_summary == "Fix the [31m cart\nand the total"
