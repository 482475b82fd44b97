"""Routing on hand-labelled tasks: the right specialists, and no senseless one."""

# A case of a table is one line.

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_baton.agents.registry import load_registry
from agent_baton.agents.roles import SECURITY_SIGNALS
from agent_baton.agents.route import route, useful_agents
from agent_baton.agents.scene import Scene
from agent_baton.planner.understand.risk_rules import rules
from tests.unit.agents.crews import ALL, STACKS, TABLES, Pair

NAMES = load_registry().names
ENOUGH = 0.9


def scene(pair: Pair) -> Scene:
    stack = STACKS[pair.stack]
    return Scene(
        pair.task_type,
        pair.task,
        stack.languages,
        stack.frameworks,
        (),
        pair.risk,
        pair.complexity,
        stack.files,
    )


def faults(pair: Pair) -> list[str]:
    """What a senior engineer would object to in the crew."""
    crew = route(scene(pair), NAMES).crew
    roles = {one.role for one in crew}
    flavours = STACKS[pair.stack].flavours
    flavoured = {name.partition("--")[0] for name in flavours}
    return [
        *(f"nobody of {sorted(group)}" for group in pair.need if not group & roles),
        *(f"{role} makes no sense" for role in sorted(roles - pair.fine)),
        *(f"{one.agent_name} is the wrong flavour" for one in crew if one.role in flavoured and one.agent_name not in flavours),
    ]  # fmt: skip


@pytest.mark.parametrize("pairs", TABLES.values(), ids=TABLES)
def test_crews_that_a_senior_engineer_accepts(pairs: list[Pair]) -> None:
    """On at least nine of ten tasks the crew has everybody it needs and nobody without sense."""
    wrong = {f"{pair.stack}: {pair.task}": found for pair in pairs if (found := faults(pair))}
    assert 1 - len(wrong) / len(pairs) >= ENOUGH, wrong


def test_the_tables_are_large() -> None:
    """The score rests on enough tasks, in enough stacks."""
    assert len(TABLES["tuned"]) >= 100
    assert len(TABLES["second"]) >= 60
    assert len(ALL) >= 300
    assert len({pair.stack for pair in ALL}) >= 100


@pytest.mark.parametrize("pair", ALL, ids=lambda pair: f"{pair.stack}: {pair.task[:30]}")
def test_every_crew_exists_and_says_why(pair: Pair) -> None:
    """Whatever the task, somebody leads, every agent exists, and each has a reason; asked again, the answer is the same."""
    chosen = route(scene(pair), NAMES)
    assert chosen.agent_name in NAMES
    assert [one for one in chosen.crew if one.agent_name not in NAMES or not one.reason] == []
    assert set(chosen.alternatives) <= set(NAMES) - {chosen.agent_name}
    assert chosen == route(scene(pair), NAMES)


def test_order_is_design_build_review_audit() -> None:
    """A crew stands in the order of work."""
    crew = route(
        Scene("migration", "Split the monolith and drop all patient records", ("Python",), ("django",), (), "CRITICAL", "heavy"),
        NAMES,
    ).crew  # fmt: skip
    assert [one.part for one in crew] == ["design", "build", "review", "audit"]


def test_files_outweigh_words() -> None:
    """A named file decides who works, whatever the words suggest."""
    stack = STACKS["fullstack"]
    chosen = route(
        Scene("bug-fix", "The button label is wrong", stack.languages, stack.frameworks, ("api/labels.py",), files=stack.files),
        NAMES,
    )  # fmt: skip
    assert chosen.agent_name == "backend-engineer--python"


@pytest.mark.parametrize(
    ("signals", "reviewer"),
    [
        ((), "code-reviewer"), (("money",), "security-reviewer"), (("cryptography",), "security-reviewer"),
        (("schema-rewritten",), "code-reviewer"),
    ],
)  # fmt: skip
def test_risk_signals_choose_the_reviewer(signals: tuple[str, ...], reviewer: str) -> None:
    """Where the risk is one an attacker would use, the security reviewer looks at it, and otherwise the code reviewer."""
    chosen = route(
        Scene("bug-fix", "Round totals half-even", ("Java",), ("spring-boot",), (), "HIGH", signals=signals),
        NAMES,
    )
    assert [one.role for one in chosen.crew if one.part == "review"] == [reviewer]


def test_every_reason_for_a_security_review_is_one_that_is_given() -> None:
    """Signals are matched by name: one that the risk rules do not know would never bring the reviewer."""
    given = {rule.name for rule in rules()}
    assert {name for name in SECURITY_SIGNALS if name not in given} == set()


@pytest.mark.parametrize(
    ("task", "stack", "lead"),
    [
        ("Run the test suite against PyPy nightly once a week", Scene("test", "", ("Python",)), "devops-engineer"),
        ("Requests leak memory when the client disconnects", Scene("bug-fix", "", ("Go", "JavaScript", "HTML"), ("httprouter",)), "backend-engineer--go"),
        ("Editors cannot sort pictures with the keyboard", Scene("bug-fix", "", ("Python", "HTML"), ("django",)), "frontend-engineer"),
        ("Drop the Shippable and Wercker builds", Scene("build", "", ("Java",), ("maven",)), "devops-engineer"),
        ("The collector is never closed", Scene("bug-fix", "", ("Kotlin", "JavaScript"), ("akka",)), "backend-engineer--kotlin"),
    ],
)  # fmt: skip
def test_who_leads_in_repositories_seen_late(task: str, stack: Scene, lead: str) -> None:
    """A pipeline that runs tests, a client that is a peer, hands on a keyboard, a framework of a language nobody writes here."""
    assert route(replace(stack, text=task, risk="MEDIUM"), NAMES).agent_name == lead


@pytest.mark.parametrize(
    ("stack", "inside", "outside"),
    [
        ("fastapi", "backend-engineer--python database-engineer devops-engineer", "backend-engineer--go frontend-engineer mobile-engineer data-scientist"),
        ("react", "frontend-engineer--react technical-writer", "frontend-engineer--vue database-engineer mobile-engineer--flutter"),
        ("flutter", "mobile-engineer--flutter", "mobile-engineer--swift backend-engineer--dart frontend-engineer"),
        ("terraform", "devops-engineer--terraform", "backend-engineer--go frontend-engineer"),
        ("docs", "technical-writer code-reviewer", "backend-engineer frontend-engineer"),
    ],
)  # fmt: skip
def test_what_is_worth_installing(stack: str, inside: str, outside: str) -> None:
    """A repository is offered the agents that can occur in it, in its own flavours, and no others."""
    one = STACKS[stack]
    useful = set(useful_agents(Scene("", "", one.languages, one.frameworks, files=one.files), NAMES))
    assert set(inside.split()) <= useful
    assert not set(outside.split()) & useful
    assert len(useful) <= 22
