"""The small shop that real sessions work on: its plan, its agents' jobs, and a person who decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support import plans
from tests.support.claude import Ran, World
from tests.support.conversation import Conversation
from tests.support.literal import Job, Literal, Workers
from tests.support.model_server import ModelServer, Rule, Turn
from tests.support.repo import Repo

TASK = "Add discount codes to the shop and describe them"
CODER, WRITER, REVIEWER = "backend-engineer--python", "technical-writer", "code-reviewer"
PRICES = "def total(prices):\n    return sum(prices)\n"
RIGHT = "def total(prices, discount=0):\n    return sum(prices) - discount\n"
WRONG = RIGHT.replace("- discount", "+ discount  # BUG")
GUIDE = "# Discounts\n\nGive a code.\n"
GATE = "sh check.sh"
ALONE = plans.phase(1, plans.step("1.1", agent=CODER, task_description="Add the discount"), gate=GATE)
ASKS = Job(
    report="STATUS failed\nQUESTION: Keep the old price list?\nFILES none\nCOMMIT none\nCHECKS none\nNOTES none"
)
JOBS: dict[str, Sequence[Job]] = {
    "1.1": [Job({"shop.py": RIGHT})],
    "1.2": [Job({"docs/discounts.md": GUIDE})],
    "2.1": [Job()],
}


def founded(repo: Repo) -> None:
    """The project as its people have it, and baton installed."""
    repo.write("shop.py", PRICES)
    repo.write(
        "check.sh", "if grep -n BUG shop.py; then echo 'FAILED shop.py: a discount is added'; exit 1; fi\n"
    )
    repo.write("pyproject.toml", '[project]\nname = "shop"\nversion = "0.1"\n')
    repo.commit("A small shop")
    repo.baton("install", "--yes")
    repo.commit("Install baton")


def build(**fields: Any) -> dict[str, Any]:
    """Two agents at once, each with its own files, and a gate."""
    steps = (
        plans.step("1.1", agent=CODER, allowed_paths=["shop.py"], task_description="Add the discount"),
        plans.step("1.2", agent=WRITER, allowed_paths=["docs/**"], task_description="Describe it"),
    )
    return plans.phase(1, *steps, gate=GATE, **fields)


def review(**fields: Any) -> dict[str, Any]:
    step = plans.step("2.1", agent=REVIEWER, task_description="Review the change")
    return plans.phase(2, step, gate=GATE, **fields)


class Shop(World):
    """The shop, a driver and its agents."""

    def __init__(self, directory: Path, server: ModelServer, binary: str) -> None:
        super().__init__(directory, server, binary)
        self.driver = Literal()
        self.workers = Workers(dict(JOBS))
        self.server.script.rules = [Rule("", self.mind)]

    def mind(self, talk: Conversation) -> Turn:
        return self.workers(talk) if talk.is_subagent else self.driver(talk)

    def jobs(self, jobs: Mapping[str, Sequence[Job]]) -> None:
        self.workers.jobs = {**JOBS, **jobs}

    def plan(self, *phases: dict[str, Any], **fields: Any) -> str:
        """Save a plan, as a person who edited it; returns its task id."""
        document = plans.plan(*(phases or (build(),)), task_summary=TASK, **fields)
        self.repo.save_plan(document)
        return str(document["task_id"])

    def begin(self, *phases: dict[str, Any]) -> str:
        """Save a plan and start it outside any session."""
        task_id = self.plan(*phases)
        self.repo.baton("execute", "start", "--no-baseline")
        return task_id

    def drive(self, prompt: str = "go on", *args: str, **env: str) -> Ran:
        """One session, one prompt."""
        with self.open(*args, **env) as session:
            session.say(prompt)
        return session.ran

    def files(self) -> dict[str, str]:
        """What the task's branch holds now, of the files the jobs write."""
        names = ("shop.py", "docs/discounts.md")
        return {name: self.repo.git("show", f"HEAD:{name}") + "\n" for name in names if self._has(name)}

    def _has(self, name: str) -> bool:
        return name in self.repo.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()


def told_in_order(told: Sequence[str], *wanted: str) -> None:
    """Each wanted phrase is in a line after the one before it."""
    lines = iter(told)
    for phrase in wanted:
        assert any(phrase in line for line in lines), (
            f"{phrase!r} is not there, or too early, in:\n" + "\n".join(told)
        )
