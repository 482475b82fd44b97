"""Run one baton command and die by SIGKILL at a named point of it: `python -m tests.crash.runner POINT ARGS…`.

The points lie before and after everything that makes a fact durable. POINT `none` only runs the command.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from agent_baton.app import context, driver, outcomes
from agent_baton.cli import hot, output
from agent_baton.journal.sqlite import SqliteJournal

POINTS = (
    "before-commit",
    "after-lock",
    "after-insert",
    "before-sql-commit",
    "after-commit",
    "before-file",
    "after-file",
    "before-print",
    "after-print",
)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, before: bool, after: bool) -> None:
    inner: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any, **named: Any) -> Any:
        if before:
            die()
        result = inner(*args, **named)
        if after:
            die()
        return result

    setattr(owner, name, wrapped)


def arm(point: str) -> None:
    if point in ("before-commit", "after-commit"):
        around(SqliteJournal, "commit", point == "before-commit", point == "after-commit")
    if point == "after-lock":
        around(SqliteJournal, "_transact", True, False)
    if point == "after-insert":
        around(SqliteJournal, "_write", False, True)
    if point == "before-sql-commit":
        original = SqliteJournal._run

        def run(self: SqliteJournal, db: Any, statement: str) -> None:
            if statement == "COMMIT":
                die()
            original(self, db, statement)

        SqliteJournal._run = run  # type: ignore[method-assign]
    if point in ("before-file", "after-file"):
        for owner in (outcomes, context):
            around(owner, "write_durably", point == "before-file", point == "after-file")
        around(driver, "spill", point == "before-file", point == "after-file")
    if point in ("before-print", "after-print"):
        for printer in (output, hot):
            around(printer, "emit", point == "before-print", point == "after-print")


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.argv = ["baton", *sys.argv[2:]]
    from agent_baton.cli.entry import main

    main()
