"""What writing a plan loads: speed is kept by what is not imported, which a busy machine cannot blur."""

from __future__ import annotations

import subprocess
import sys

from tests.support.repo import Repo

# Each costs ten milliseconds or more, or leads to others that do.
HEAVY = (
    "pydantic", "agent_baton.plan.contract", "agent_baton.plan.load", "agent_baton.plan.templates",
    "agent_baton.plan.check", "agent_baton.plan.diff", "agent_baton.plan.page",
    "yaml", "pathspec", "_sqlite3", "importlib.resources", "configparser", "agent_baton.trace.history",
    "agent_baton.journal.sqlite", "agent_baton.app.past", "agent_baton.app.model_planner", "agent_baton.runtimes.protocol", "agent_baton.planner.bounds",
)  # fmt: skip
LOADED = """
import sys
sys.argv = ["baton", "plan", "Add request logging to the API", "--save"]
from agent_baton.cli.app import run
code = run()
print(*sys.modules, file=sys.stderr)
sys.exit(code)
"""


PYPROJECT = """[project]
name = "shop"
dependencies = ["fastapi"]
[tool.pytest.ini_options]
testpaths = ["tests"]
"""


def test_writing_a_plan_loads_neither_pydantic_nor_what_other_commands_need(repo: Repo) -> None:
    """In a small Python repository without a past, `baton plan "…" --save` loads no model, lint, template, page or runtime,
    no parser of YAML, no database and no view of past tasks."""
    repo.write("pyproject.toml", PYPROJECT)
    repo.write("src/shop/api.py", "def total(cart):\n    return sum(cart)\n")
    repo.write("tests/test_api.py", "def test_total():\n    assert True\n")
    repo.write(".gitignore", "*.pyc\n")
    repo.commit("A shop")
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=repo.path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stderr.split())
    assert "agent_baton.planner.compose.plan" in loaded
    assert [name for name in HEAVY if name in loaded] == []
