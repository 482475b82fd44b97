"""One command at work: where, on what, when, by whom."""

from __future__ import annotations

import os
import time

from agent_baton.app.places import housed
from agent_baton.app.site import find_site, pick_task
from agent_baton.loading import later

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Mapping
    from typing import Any, Protocol

    from agent_baton.app.site import Site
    from agent_baton.engine.actions import Action
    from agent_baton.engine.protocol import Place
    from agent_baton.engine.state import State
    from agent_baton.journal.reader import SqliteReader
    from agent_baton.journal.sqlite import SqliteJournal

    class Powers(Protocol):
        """What the hot path does without: redaction, worktrees, merging."""

        def redact(self, text: str) -> str: ...
        def integrate(self, call: Call) -> None: ...
        def place(self, call: Call, actions: list[Action]) -> dict[str, Place]: ...
        def run_gate(self, call: Call, phase_id: int) -> tuple[int, str]: ...
else:  # what only an environment without names needs
    pwd = later("pwd")


class Decline(Exception):
    """This needs more than the hot path has; nothing was written yet."""


class Call:
    """One command at work: where, on what, when, by whom."""

    def __init__(
        self,
        args: dict[str, Any],
        cwd: str,
        env: Mapping[str, str],
        powers: Powers | None,
        journal: type[SqliteReader],
    ) -> None:
        self.args = args
        self.powers = powers
        self.now = round(time.time(), 3)
        self.actor = actor_of(env)
        self.site: Site = find_site(cwd, env)
        # a verb that only reads is given the reader, and asks no more of it
        self.journal: SqliteJournal = journal(self.site.db_path)  # type: ignore[assignment]
        self.task_id = pick_task(self.journal, args.get("task_id") or "", env)
        self.site = housed(self.site, self.task_id)
        self.env = env

    @property
    def json(self) -> bool:
        return self.args.get("output") == "json"

    def state(self) -> State:
        return self.journal.state(self.task_id)

    def need(self) -> Powers:
        """What only the full command has. On the hot path the whole command goes over to it."""
        if self.powers is None:
            raise Decline
        return self.powers


def actor_of(env: Mapping[str, str]) -> str:
    """Who is asking, for the record."""
    return env.get("BATON_ACTOR") or env.get("USER") or env.get("LOGNAME") or _account()


def _account() -> str:
    """The name of the account, where the environment does not say it."""
    try:
        return str(pwd.getpwuid(os.getuid()).pw_name)
    except KeyError:
        return f"uid-{os.getuid()}"
