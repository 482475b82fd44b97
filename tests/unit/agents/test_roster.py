"""What is shipped: agents and references."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from agent_baton.agents.definitions import AgentDefinition
from agent_baton.agents.parse import parse_file
from agent_baton.agents.references import read_reference, reference_names
from agent_baton.agents.registry import load_registry
from agent_baton.agents.roles import PARTS
from agent_baton.agents.shipped import shipped_dir
from agent_baton.agents.sides import SIDE_ROLE
from agent_baton.agents.stacks import LANGUAGE_FLAVOUR

AGENTS = list(load_registry())
NAMES = {agent.name for agent in AGENTS}
READERS = {"architect", "code-reviewer", "security-reviewer", "auditor", "subject-matter-expert"}
SECTIONS = ("## What good looks like", "## Before you report", "## Never", "## Report")
# the one sentence that agents share: where the common rules are
SHARED = re.compile(r"^The brief's rules on commits, paths and reporting hold\.")


def each(agents: list[AgentDefinition]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("agent", agents, ids=lambda agent: agent.name)


@each(AGENTS)
def test_a_shipped_agent_is_flawless(agent: AgentDefinition) -> None:
    """No shipped agent has a fault, not even a small one; its file is named after it."""
    assert parse_file(agent.path, "shipped")[1] == []
    assert agent.path.stem == agent.name
    assert agent.model in ("haiku", "sonnet", "opus")
    assert agent.tools is not None


@each(AGENTS)
def test_a_shipped_agent_is_short(agent: AgentDefinition) -> None:
    """A file has at most 3.5 kB, a description, which every session carries, at most 300 characters."""
    assert len(agent.path.read_bytes()) <= 3_500
    assert 60 <= len(agent.description) <= 300


@each([agent for agent in AGENTS if agent.name != "orchestrator"])
def test_a_brief_says_good_check_never_report(agent: AgentDefinition) -> None:
    """Every brief says what good looks like, what to check, what never to do, and how to report."""
    places = [agent.body.find(section) for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)


@each([agent for agent in AGENTS if agent.name in READERS])
def test_who_judges_cannot_write(agent: AgentDefinition) -> None:
    """Who reviews, audits or designs gets no way to change a file, and a shell only behind the guard."""
    assert agent.reads_only
    assert not agent.can_write


def test_only_makers_write() -> None:
    """Whoever cannot write is a reader or the orchestrator; nobody gets tools beyond their work."""
    assert {agent.name for agent in AGENTS if not agent.can_write} == READERS | {"orchestrator"}
    with_notebooks = {agent.name for agent in AGENTS if agent.may_use("NotebookEdit")}
    assert with_notebooks == {"data-analyst", "data-scientist"}
    assert {agent.name for agent in AGENTS if agent.may_use("WebFetch")} == {"subject-matter-expert"}
    assert {agent.name for agent in AGENTS if agent.may_use("Agent")} == {"orchestrator"}


def test_no_boilerplate() -> None:
    """No line of substance stands in two briefs, but the one that says where the common rules are."""
    lines = Counter(
        line.strip()
        for agent in AGENTS
        for line in set(agent.body.splitlines())
        if len(line.strip()) > 40 and not SHARED.match(line.strip())
    )
    assert [line for line, count in lines.items() if count > 1] == []


def test_descriptions_differ() -> None:
    """No two agents claim the same work in the same words."""
    assert len({agent.description for agent in AGENTS}) == len(AGENTS)


def test_every_role_that_routing_names_is_shipped() -> None:
    """Routing never chooses a role without an agent, and every language's flavour exists."""
    assert set(PARTS) | set(SIDE_ROLE.values()) <= NAMES
    assert {f"backend-engineer--{flavour}" for flavour in LANGUAGE_FLAVOUR.values()} <= NAMES
    assert {agent.role for agent in AGENTS} <= NAMES


def test_references_that_agents_name_exist() -> None:
    """An agent is never sent to a procedure that is not there."""
    named = {
        word
        for agent in AGENTS
        for listed in re.findall(r"baton agents reference [\w-]+`? ?(?:\(([^)]*)\))?", agent.body)
        for word in re.findall(r"[a-z][a-z-]+", listed)
    } | {name for agent in AGENTS for name in re.findall(r"baton agents reference ([a-z-]+)", agent.body)}
    assert named - {"also"} <= set(reference_names())


@pytest.mark.parametrize("name", reference_names())
def test_a_reference_is_short(name: str) -> None:
    """A procedure costs at most 6 kB and begins with its title."""
    text = read_reference(name)
    assert len(text.encode()) <= 6_000
    assert text.startswith("# ")


def test_the_references_asked_for_are_there() -> None:
    """Git, gates, evidence, reporting, failure, review, planning, authoring agents, knowledge."""
    assert set(reference_names()) == {
        "git", "gates", "evidence", "reporting", "failure", "review", "planning", "authoring-agents",
        "knowledge",
    }  # fmt: skip


def test_shipped_dir_is_found() -> None:
    """Both kinds of resources are found where this code runs."""
    assert (shipped_dir("agents") / "architect.md").is_file()
    assert (shipped_dir("references") / "git.md").is_file()
