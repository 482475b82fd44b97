"""A new agent's file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.agents.create import compose
from agent_baton.agents.definitions import AgentDefinition
from agent_baton.agents.parse import parse_text
from agent_baton.agents.registry import load_registry
from agent_baton.errors import UserError

BASES = load_registry()


def made(name: str, description: str, base: AgentDefinition, facts: tuple[str, ...] = ()) -> AgentDefinition:
    agent, problems = parse_text(compose(name, description, base, facts), Path("x.md"), "project")
    assert problems == []
    assert agent is not None
    return agent


@pytest.mark.parametrize("base", list(BASES), ids=lambda base: base.name)
def test_an_agent_can_be_made_from_every_shipped_one(base: AgentDefinition) -> None:
    """The new agent is valid, has the base's tools, model and brief, and no more rights than it."""
    agent = made("billing", 'Does "invoices": use it for billing/ #1', base, ("Languages: Python 90%",))
    assert (agent.name, agent.description) == ("billing", 'Does "invoices": use it for billing/ #1')
    assert (agent.tools, agent.model, agent.reads_only) == (base.tools, base.model, base.reads_only)
    assert base.body in agent.body
    assert "- Languages: Python 90%" in agent.body


@given(st.text(min_size=1, max_size=200), st.text(max_size=300))
def test_hostile_words_stay_in_their_place(description: str, fact: str) -> None:
    """Whatever a description or a repository says, it makes no second front matter, heading or key."""
    base = BASES.get("code-reviewer")
    try:
        agent = made("x", description, base, (fact,))
    except UserError:
        return
    assert agent.reads_only
    assert agent.tools == base.tools
    headings = [line for line in agent.body.splitlines() if line.startswith("## ")]
    assert len(headings) <= 5


@pytest.mark.parametrize("name", ["", "../x", "Big", "a b", "a_b", "a---b", "-a", "x" * 61, "a.md"])
def test_a_bad_name_is_refused(name: str) -> None:
    """A name is lower-case words joined by hyphens, so that it is a file name, and nothing else."""
    with pytest.raises(UserError, match="cannot be an agent's name"):
        compose(name, "does one thing well", BASES.get("debugger"), ())


def test_a_description_must_say_something() -> None:
    """A description of a word or two would never be matched, and is refused."""
    with pytest.raises(UserError, match="is too short"):
        compose("x", "helps out", BASES.get("debugger"), ())
