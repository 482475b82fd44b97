"""What a run was asked to do, and how it ended."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from agent_baton.app.run.ends import Wish
from agent_baton.app.run.runtimes import Choice
from agent_baton.app.settings import Settings

EndKind = Literal["complete", "failed", "cancelled", "paused", "waiting", "stopped"]
EXIT_CODES: dict[EndKind, int] = {
    "complete": 0,
    "failed": 1,
    "cancelled": 1,
    "paused": 4,
    "waiting": 4,
    "stopped": 130,
}
REFUSED = 4


@dataclass(frozen=True)
class Clock:
    """Time and chance, given from outside so that tests own them."""

    now: Callable[[], float] = time.time  # seconds since the epoch
    chance: Callable[[], float] = random.random
    tick_s: float = 1.0  # how often the journal is looked at for what others wrote


@dataclass(frozen=True)
class Orders:
    task_id: str
    choice: Choice
    settings: Settings
    actor: str
    max_parallel: int = 4
    waits: bool = True  # for persons and for limits to end; else the run ends and says for what
    takes_over: bool = False  # give up what another session has in flight
    wish: Wish = "branch"  # what becomes of the finished work
    clock: Clock = field(default_factory=Clock)


@dataclass(frozen=True)
class End:
    """How a run ended: what it means for the shell, and what a person should read."""

    kind: EndKind
    text: str
    until: float | None = None  # when a pause ends by itself
    branch: str = ""
    ways: tuple[str, ...] = ()
    unmet: bool = False  # it was to be merged, or to become a pull request, and is not

    @property
    def exit_code(self) -> int:
        """A branch that is not where it was wished is no success for a script that goes on with it."""
        return REFUSED if self.unmet else EXIT_CODES[self.kind]
