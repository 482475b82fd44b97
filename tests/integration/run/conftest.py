"""A run in this process: a real repository, real git, scripted agents, time and chance of the test's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent_baton.app.run import breaker
from agent_baton.app.run.orders import Clock, End, Orders
from agent_baton.app.run.run import execute
from agent_baton.app.run.runtimes import Choice
from agent_baton.app.settings import read_settings
from agent_baton.app.site import find_site
from agent_baton.runtimes.scripted.runtime import ScriptedRuntime
from agent_baton.runtimes.scripted.script import Script
from tests.support.repo import Repo
from tests.support.running import begin, events, work

Item = dict[str, Any]


@dataclass
class Runner:
    """Runs tasks of one repository; what they told is in `items`."""

    repo: Repo
    items: list[Item] = field(default_factory=list)

    def start(self, document: dict[str, Any]) -> str:
        return begin(self.repo, document)

    def run(
        self,
        task_id: str,
        *rules: dict[str, Any],
        on: Callable[[Item], None] = lambda item: None,
        **options: Any,
    ) -> End:
        """Drive a task with agents that play the rules, and do honest work where none fits."""
        site = find_site(str(self.repo.path), {})
        self.items.clear()

        def listener(item: Item) -> None:
            self.items.append(item)
            on(item)

        runtime = options.pop("runtime", ScriptedRuntime)
        script = Script.model_validate({"rules": [*rules, {"do": work()}]})
        clock = options.pop("clock", Clock(tick_s=0.02, chance=lambda: 1.0))
        orders = Orders(
            task_id,
            Choice("scripted", runtime(script)),
            read_settings(site.checkout.top),
            "ann",
            options.pop("max_parallel", 4),
            options.pop("waits", False),
            clock=clock,
            **options,
        )
        return execute(site, orders, listener)

    def told(self, kind: str) -> list[Item]:
        return [item for item in self.items if item["kind"] == kind]

    def events(self, task_id: str, kind: str) -> list[dict[str, Any]]:
        return [row["data"] for row in events(self.repo, task_id) if row["type"] == kind]

    def in_branch(self, task_id: str, name: str) -> str:
        return self.repo.git("show", f"baton/{task_id}/task:{name}")


@pytest.fixture
def runner(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Runner:
    for name in list(os.environ):
        if name.startswith(("BATON_", "GIT_", "CLAUDE")):
            monkeypatch.delenv(name)
    for name, value in repo.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(breaker, "BASE_S", 0.01)
    return Runner(repo)
