"""docs/plan-file.md, held against the code it describes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from agent_baton.plan import brief, check
from agent_baton.plan.finding import Code
from agent_baton.plan.globs import Globs
from agent_baton.plan.imports import import_plan

PAGE = (Path(__file__).parents[3] / "docs" / "plan-file.md").read_text(encoding="utf-8")


def block(language: str, holding: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (found,) = [text for text in blocks if holding in text]
    return found


@pytest.mark.parametrize(
    ("language", "holding", "source"),
    [
        ("json", "task-logging-a3f9", "plan.json"),
        ("markdown", "# Rotate the signing keys", "brief.md"),
        ("yaml", "task_summary: Rotate", "plan.yaml"),
    ],
)
def test_the_examples_are_plans_without_errors(language: str, holding: str, source: str) -> None:
    """What is copied from the page works."""
    plan = import_plan(block(language, holding).encode(), source, "2026-11-21T10:00:00Z")
    assert [finding for finding in check.check(plan) if finding.severity == "error"] == []


def test_every_code_of_the_lint_is_explained_and_no_other() -> None:
    """The table is complete. (A plan whose fields are invalid is never linted.)"""
    table = PAGE[PAGE.index("| code | what it means |") : PAGE.index("The overlap of patterns is decided")]
    first_cells = "".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))
    assert set(re.findall(r"`([a-z-]+)`", first_cells)) == set(get_args(Code)) - {"invalid"}


def test_every_field_of_a_brief_is_explained() -> None:
    """One name of each field stands in the page."""
    for fields in (brief._STEP_FIELDS, brief._GATE_FIELDS, brief._PHASE_FIELDS):
        for target in {name for name, _, _ in fields.values()}:
            names = [key for key, (name, _, _) in fields.items() if name == target]
            assert any(f"`{key}`" in PAGE or f"`{key.capitalize()}:" in PAGE for key in names), names


def test_the_table_of_patterns_says_what_happens() -> None:
    """Its claims, tried."""
    assert Globs(["src/*.py"]).matches("src/a.py") and not Globs(["src/*.py"]).matches("src/a/b.py")
    assert Globs(["{src,lib}/api"]).matches("lib/api/x") and Globs(["."]).matches("x")
    assert Globs(["app/[id]/page.tsx"]).matches("app/[id]/page.tsx")
