"""The shapes: ceremony by risk, by what the words bear out, and who may write."""

from __future__ import annotations

import re

import pytest

from agent_baton.plan.globs import Globs
from agent_baton.plan.model import Plan, TaskType
from agent_baton.planner.compose import Options, compose
from agent_baton.planner.compose.shape import ACTS
from agent_baton.planner.understand.risk_rules import rules
from agent_baton.records import replace
from tests.unit.planner.compose.scenes import GATES, HUGE, LIBRARY, SHOP, UNTESTED, planned, request_for

SEARCH = "Add an API endpoint to search orders and a search box on the orders page"


def shape(plan: Plan) -> str:
    return next(line for line in plan.explanation if line.startswith("Shape ")).split()[1].rstrip(":")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fix typo in README", "docs"),
        ("Why does the cart lose items?", "investigation"),
        ("Delete all users from the production database", "operation"),
        ("Fix path traversal in the download of invoices", "security"),
    ],
)
def test_the_shape_follows_the_task(text: str, expected: str) -> None:
    """Each kind of work has its own order of doing."""
    assert shape(planned(text, LIBRARY)) == expected


@pytest.mark.parametrize(
    ("text", "believed", "expected"),
    [
        ("Cookies are lost in a streamed response", "performance", "fix"),
        ("Loading orders is slow", "performance", "performance"),
        ("Store the tokens in the keyring", "bug-fix", "feature"),
        ("Switch the key derivation to Argon2id", "bug-fix", "feature"),
        ("Fix the keyring", "bug-fix", "fix"),
        ("Run the tests on Node 22 in CI", "test", "feature"),
        ("Rotate the signing keys every month", "security", "feature"),
        ("Use a smaller base image", "refactor", "feature"),
        ("Kekse gehen verloren", "performance", "performance"),
    ],
)
def test_a_type_is_believed_where_the_words_bear_it_out(text: str, believed: str, expected: str) -> None:
    """A benchmark for a lost cookie would waste a day; a foreign sentence is not judged by English words."""
    request = request_for(text, LIBRARY)
    language = "de" if text.startswith("Kekse") else "en"
    task = replace(
        request.task,
        task_type=believed,
        complexity="medium",
        risk_level="MEDIUM",
        language=language,
        risk_signals=(),
    )
    assert shape(compose(replace(request, task=task))) == expected


def test_every_reason_for_an_operation_is_one_that_is_given() -> None:
    """Acts are told by the names of risk rules: each that destroys, or acts on what is live, is among them."""
    acts = {
        rule.name for rule in rules() if rule.level in ("HIGH", "CRITICAL") and re.search(ACTS, rule.name)
    }
    assert {
        "live-system",
        "destroyed-in-production",
        "backups-destroyed",
        "whole-fleet",
        "mass-destruction",
    } <= acts
    assert not acts & {"money", "login", "cryptography", "public-contract"}


def test_a_readme_edit_is_one_agent_and_one_gate() -> None:
    """No ceremony for words, and no way to touch anything else."""
    plan = planned("Fix typo in README", LIBRARY)
    [phase] = plan.phases
    [step] = phase.steps
    assert plan.execution_mode == "solo"
    assert phase.gate is not None
    assert Globs(step.allowed_paths).matches("README.md")
    assert not Globs(step.allowed_paths).matches("shop/cart.py")


def test_a_critical_task_is_approved_before_anything_and_audited_with_a_veto() -> None:
    """The plan itself, then the act; the auditor comes last and changes nothing."""
    plan = planned("Delete all users from the production database", SHOP)
    assert plan.risk_level == "CRITICAL"
    assert [phase.approval_required for phase in plan.phases[:2]] == [True, True]
    last = plan.phases[-1].steps[-1]
    assert (last.agent_name, last.may_veto, last.blocked_paths) == ("auditor", True, ["**"])


def test_a_person_sees_the_design_before_approving_what_is_built() -> None:
    """HIGH: approval stands between design and building, not before both."""
    agents = ("architect", "backend-engineer--python", "security-reviewer")
    plan = planned("Add login with two factors", LIBRARY, Options(agents=agents))
    assert plan.risk_level == "HIGH"
    assert [(phase.name, phase.approval_required) for phase in plan.phases] == [
        ("Design", False),
        ("Build", True),
        ("Review", False),
    ]


def test_a_review_is_one_step_that_changes_nothing() -> None:
    """Its findings become repairs while it runs; the gate after it judges the settled work, lint included."""
    agents = ("backend-engineer--python", "code-reviewer")
    review = planned(
        "Fix crash when the cart is empty", LIBRARY, Options(agents=agents, complexity="medium")
    ).phases[-1]
    assert [(step.agent_name, step.blocked_paths) for step in review.steps] == [("code-reviewer", ["**"])]
    assert review.gate is not None
    assert review.gate.command == "(ruff check .) && (pytest -q)"


def test_makers_whose_files_are_apart_work_side_by_side_within_their_ground() -> None:
    """Known, disjoint directories: parallel, each kept inside its own, and said so."""
    plan = planned(SEARCH, SHOP, Options(agents=("backend-engineer--python", "frontend-engineer--react")))
    back, front = plan.phases[0].steps
    assert (back.depends_on, front.depends_on) == ([], [])
    assert (back.allowed_paths, front.allowed_paths) == (["backend/**"], ["frontend/**"])
    assert any(line.startswith("Side by side") for line in plan.explanation)


@pytest.mark.parametrize(
    "agents",
    [("backend-engineer--python", "devops-engineer"), ("frontend-engineer", "frontend-engineer--react")],
)
def test_makers_whose_files_are_not_known_to_be_apart_wait(agents: tuple[str, ...]) -> None:
    """Nothing predicted for one of them, or two of a kind: one after the other."""
    plan = planned(SEARCH, SHOP, Options(agents=agents))
    first, second = plan.phases[0].steps
    assert second.depends_on == [first.step_id]
    assert (first.allowed_paths, second.allowed_paths) == ([], [])


def test_a_repository_without_tests_makes_them_first_and_is_judged_by_them() -> None:
    """The first gate that can fail on a regression is the first thing made, and the approval is not spent on it."""
    plan = planned("Fix the wrong total of a payment with stored card data", UNTESTED)
    assert plan.phases[0].name == "Make the missing tests"
    assert {phase.gate.command for phase in plan.phases if phase.gate} == {"python -m pytest tests"}


def test_a_name_with_wildcards_is_expected_as_that_name_only() -> None:
    """`[odd]{name}*.py` is a file here, not a pattern."""
    name = "shop/[odd]{name}*.py"
    request = request_for("Fix crash when the cart is empty", LIBRARY)
    plan = compose(replace(request, task=replace(request.task, files=(name,))))
    expected = {
        one for phase in plan.phases for step in phase.steps for one in step.expected_files if "odd" in one
    }
    assert expected
    for pattern in expected:
        assert Globs([pattern]).matches(name)
        assert not Globs([pattern]).matches("shop/o{name}x.py")


def test_a_guessed_build_is_no_gate() -> None:
    """Low confidence is good enough for a hint, not for stopping sound work."""
    request = request_for("Fix crash when the cart is empty", LIBRARY)
    plan = compose(replace(request, gates={"build": GATES["build"]}))
    commands = [phase.gate.command for phase in plan.phases if phase.gate]
    assert commands
    assert "make dist" not in commands


def test_what_is_both_lint_and_types_runs_once() -> None:
    """`make lint` may be the gate of two kinds; after a review it is run once, before the tests."""
    request = request_for("Fix the wrong total of a payment with stored card data", LIBRARY)
    lint = replace(GATES["build"], command="make lint", confidence="high")
    gates = {**request.gates, "lint": replace(lint, kind="lint"), "types": replace(lint, kind="types")}
    commands = [phase.gate.command for phase in compose(replace(request, gates=gates)).phases if phase.gate]
    assert [command.count("make lint") for command in commands if "make lint" in command] == [1]


def test_a_word_of_every_file_predicts_nothing() -> None:
    """3,000 modules hold the word; naming eight of them would be noise."""
    step = planned("Add a module for currencies", HUGE).phases[0].steps[0]
    assert step.expected_files == []


def believed_to_be(task_type: TaskType, text: str) -> Plan:
    """The plan of a medium task that was taken for this type."""
    request = request_for(text, LIBRARY)
    return compose(replace(request, task=replace(request.task, task_type=task_type, complexity="medium")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Move the build from Maven to Gradle", "feature"),
        ("Port the service from Flask to FastAPI", "refactor"),
        ("Move the orders from MongoDB to PostgreSQL", "migration"),
    ],
)
def test_only_stored_data_is_migrated_with_a_way_back(text: str, expected: str) -> None:
    """A port keeps behaviour and is pinned by tests; a build tool has nothing to rehearse."""
    assert shape(believed_to_be("migration", text)) == expected


def test_what_takes_something_away_keeps_no_behaviour() -> None:
    """Removing an option is not pinned as behaviour that must stay."""
    assert shape(believed_to_be("refactor", "Remove the deprecated option --fast")) == "feature"


def test_a_question_is_not_judged_by_what_was_changed_before() -> None:
    """The gate of a question leaves out files with unsaved changes, by name and not by pattern."""
    request = replace(
        request_for("Why does the cart lose items?", LIBRARY), unsaved=("a b.py", "app/[id].ts")
    )
    gate = compose(request).phases[0].gate
    assert gate is not None
    assert gate.command.endswith("-- . ':(exclude,literal)a b.py' ':(exclude,literal)app/[id].ts'")


def test_code_is_predicted_before_what_explains_it() -> None:
    """A bug in the header code is not looked for in the recipe about headers."""
    files = ("lib/header.py", "docs/header.md", "examples/header_demo.py")
    facts = replace(LIBRARY, files=(*LIBRARY.files, *files), docs=(*LIBRARY.docs, "docs/header.md"))
    wanted = {
        path
        for phase in planned("Fix the crash on an empty header", facts).phases
        for step in phase.steps
        for path in step.expected_files
    }
    assert "lib/header.py" in wanted
    assert not wanted & {"docs/header.md", "examples/header_demo.py"}


def test_a_test_is_shown_before_what_tests_share() -> None:
    """Whoever writes a test follows a test, not the module of helpers that stands before it in the alphabet."""
    facts = replace(LIBRARY, tests=("tests/common.py", "tests/test_cart.py"))
    plan = compose(replace(request_for("Add a cheaper shipping option", LIBRARY), facts=facts))
    assert "Tests live like tests/test_cart.py, tests/common.py." in plan.phases[0].steps[0].task_description


def test_words_inside_of_code_are_corrected_where_they_stand() -> None:
    """A docstring is in a source file: the step may change it, and the gate would see it broken."""
    task = "Fix a typo in the docstring of Cart.total"
    request = request_for(task, LIBRARY)
    calm = replace(
        request.task, task_type="documentation", complexity="light", risk_level="LOW", risk_signals=()
    )
    [phase] = compose(replace(request, task=calm)).phases
    assert phase.steps[0].allowed_paths == []
    assert phase.gate is not None
    assert phase.gate.command == GATES["test"].command


def test_an_applied_migration_is_not_changed() -> None:
    """A new column is a new migration after the newest; the old ones, however near their names, are nobody's to edit."""
    migrations = tuple(f"shop/migrations/{number}_add_cost_column.py" for number in ("0002", "0010", "0009"))
    facts = replace(SHOP, files=(*SHOP.files, *migrations), migrations=("shop/migrations",))
    for task in ("Add a cost column to orders", "Show the cost column of the orders table"):
        steps = [step for phase in planned(task, facts).phases for step in phase.steps]
        said = "".join(step.task_description + "".join(step.acceptance) for step in steps)
        assert not [
            path for step in steps for path in step.expected_files if path.startswith("shop/migrations")
        ]
        assert "shop/migrations/0010_add_cost_column.py" in said
        assert "0009" not in said


@pytest.mark.parametrize(
    ("task", "file"),
    [
        ("Pin GitHub actions by commit hash", ".github/workflows/ci.yml"),
        ("Upgrade the build to Gradle 8", "build.gradle"),
        ("Use a smaller base image", "Dockerfile"),
    ],
)
def test_machinery_is_looked_for_where_it_is_kept(task: str, file: str) -> None:
    """A step about the pipeline names the pipeline's files, not nothing."""
    facts = replace(LIBRARY, files=(*LIBRARY.files, ".github/workflows/ci.yml", "build.gradle", "Dockerfile"))
    steps = [step for phase in planned(task, facts).phases for step in phase.steps]
    assert any(file in step.expected_files for step in steps)
