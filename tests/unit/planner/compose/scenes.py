"""Synthetic repositories, and requests about them."""

from __future__ import annotations

from pathlib import Path

from agent_baton.agents.registry import load_registry
from agent_baton.app.planning import cast_for
from agent_baton.plan.model import Plan
from agent_baton.planner.compose import Options, Request, compose
from agent_baton.planner.compose.plain import task_text
from agent_baton.planner.facts import Evidence, Facts, Framework, GateCandidate, Language
from agent_baton.planner.understand import understand
from agent_baton.records import replace

NOWHERE = Path("/nonexistent")
REGISTRY = load_registry(NOWHERE, NOWHERE)
HERE = Evidence("ci.yml", 3, "pytest")


def _facts(
    *files: str, languages: tuple[str, ...] = ("Python",), frameworks: tuple[str, ...] = (), **more: object
) -> Facts:
    return replace(
        Facts(
            root="/repo",
            files=tuple(sorted(files)),
            languages=tuple(
                Language(name, "auxiliary" if place else "primary", 9, 900, 1 / len(languages))
                for place, name in enumerate(languages)
            ),
            frameworks=tuple(Framework(name, "web", HERE) for name in frameworks),
            docs=tuple(path for path in files if path.endswith(".md")),
            tests=tuple(path for path in files if "test" in path),
        ),
        **more,  # type: ignore[arg-type]
    )


EMPTY = _facts(languages=())
DOCS = _facts("README.md", "docs/guide.md", "docs/api.md", languages=("Markdown",))
LIBRARY = _facts(
    "README.md", "shop/__init__.py", "shop/cart.py", "shop/[odd]{name}*.py", "tests/test_cart.py", "shop/line\nbreak.py",
    generated=("shop/cart_pb2.py",),
)  # fmt: skip
UNTESTED = _facts("main.py", "cart.py")
SHOP = _facts(
    "README.md", "docs/api.md", "backend/app/api/orders.py", "backend/app/models/order.py", "backend/tests/test_orders.py",
    "backend/alembic/versions/1.py", "frontend/src/pages/Orders.tsx", "frontend/src/components/OrderList.tsx",
    languages=("Python", "TypeScript"), frameworks=("fastapi", "react"), migrations=("backend/alembic",),
)  # fmt: skip
HUGE = _facts(*(f"pkg{number % 40}/module_{number}.py" for number in range(3_000)), "tests/test_module_1.py")
REPOSITORIES = {
    "empty": EMPTY, "docs": DOCS, "library": LIBRARY, "untested": UNTESTED, "shop": SHOP, "huge": HUGE,
}  # fmt: skip
GATES = {
    "test": GateCandidate("test", "pytest -q", "", "high", HERE, "CI runs it."),
    "lint": GateCandidate("lint", "ruff check .", "", "high", HERE, "CI runs it."),
    "build": GateCandidate("build", "make dist", "", "low", HERE, "A guess."),
}


def request_for(text: str, facts: Facts, options: Options | None = None) -> Request:
    """What the application would compose from, without a disk."""
    options = options or Options()
    task = understand(task_text(text), facts)
    if options.task_type or options.complexity:
        task = replace(
            task,
            task_type=options.task_type or task.task_type,
            complexity=options.complexity or task.complexity,
        )
    tested = bool(facts.tests)
    return Request(
        task_id="task-a-0000",
        created_at="2026-01-01T00:00:00Z",
        facts=facts,
        task=task,
        cast=cast_for(facts, task, REGISTRY, options),
        gates=GATES if tested else {},
        missing_tests="" if tested else "There are no tests in this tree.",
        test_setup_command="" if tested else "python -m pytest tests",
        base_commit="0123456789abcdef",
        options=options,
    )


def planned(text: str, facts: Facts, options: Options | None = None) -> Plan:
    return compose(request_for(text, facts, options))
