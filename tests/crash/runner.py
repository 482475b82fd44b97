"""Runs baton commands that die by SIGKILL at a named point: `python -m tests.crash.runner`, requests on stdin.

A request is a point and a command's words. The points lie before and after everything that makes a fact
durable. Point `none` only runs the command.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import Any

from agent_baton.app import outcomes
from agent_baton.cli import hot
from agent_baton.cli.entry import main
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
GATE_POINTS = ("gate-started", "gate-speaking", "gate-ended", "before-file", "after-file", "before-print")
MERGE_POINTS = ("before-merge", "before-move", "after-move", "after-merge", "merge-recorded", "before-print")


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


PRELOADED = (
    "agent_baton.cli.app",
    "agent_baton.cli.execute",
    "agent_baton.cli.begin",
    "agent_baton.cli.powers",
)


def slow(*names: str) -> list[Any]:
    """Modules that the hot path goes without."""
    return [importlib.import_module(f"agent_baton.{name}") for name in names]


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
        for owner in (outcomes, *slow("app.context", "app.gating")):
            around(owner, "write_durably", point == "before-file", point == "after-file")
        around(outcomes, "spill", point == "before-file", point == "after-file")
    if point in ("before-print", "after-print"):
        for printer in (hot, *slow("cli.output")):
            around(printer, "emit", point == "before-print", point == "after-print")
    if point in INSIDE:
        module, name, before = INSIDE[point]
        around(*slow(module), name, before, not before)


# point → what is wrapped, and whether to die before it rather than after
INSIDE: dict[str, tuple[str, str, bool]] = {
    "gate-started": ("app.gating", "run_gate", True),
    "gate-speaking": ("cli.powers", "_stream", True),
    "gate-ended": ("app.gating", "run_gate", False),
    "before-merge": ("app.parallel", "merge", True),
    "before-move": ("workspace.integrate", "move_forward", True),
    "after-move": ("workspace.integrate", "move_forward", False),
    "after-merge": ("app.parallel", "merge", False),
    "merge-recorded": ("app.parallel", "_record", False),
}


def serve() -> None:
    """Answer requests, a line of JSON each, from children forked off: an interpreter is started once, not 500 times."""
    for module in PRELOADED:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as place:
        paths = [os.path.join(place, name) for name in ("out", "err")]
        for line in sys.stdin:
            point, *args = json.loads(line)
            child = os.fork()
            if child == 0:
                be_the_command(point, args, paths)
            status = os.waitpid(child, 0)[1]
            texts = [open(path, encoding="utf-8").read() for path in paths]  # noqa: SIM115
            print(json.dumps([os.waitstatus_to_exitcode(status), *texts]), flush=True)


def be_the_command(point: str, args: list[str], paths: list[str]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for fd, path in enumerate(paths, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), fd)
    sys.argv = ["baton", *args]
    try:
        arm(point)
        main()
    except BaseException:  # noqa: BLE001 - nothing may run on into the server this was forked from
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(70)  # main ends the process itself


if __name__ == "__main__":
    serve()
