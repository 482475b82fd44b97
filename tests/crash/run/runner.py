"""A baton command in this process, killed by SIGKILL at its nth journal write: `python -m tests.crash.run.runner N ARGS…`.

Odd numbers die before the write is durable, even ones right after it. 0 lives. Waits between looks at the journal are
short, so that tests are.
"""

from __future__ import annotations

import functools
import itertools
import os
import signal
import sys
from typing import Any

from agent_baton.app.run import breaker
from agent_baton.app.run.orders import Clock, Orders
from agent_baton.cli import run as command
from agent_baton.cli.entry import main
from agent_baton.journal.sqlite import SqliteJournal


def kill_at(number: int) -> None:
    inner, count = SqliteJournal._write, itertools.count(1)

    def write(self: SqliteJournal, *args: Any) -> None:
        here = next(count)
        inner(self, *args)
        if here == number and number % 2:
            os.kill(os.getpid(), signal.SIGKILL)

    SqliteJournal._write = write  # type: ignore[method-assign]
    whole = SqliteJournal.commit
    written = itertools.count(1)

    def commit(self: SqliteJournal, *args: Any) -> Any:
        decision = whole(self, *args)
        if decision.events and next(written) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return decision

    SqliteJournal.commit = commit  # type: ignore[method-assign]


if __name__ == "__main__":
    breaker.BASE_S = 0.05
    command.Orders = functools.partial(Orders, clock=Clock(tick_s=0.05))  # type: ignore[assignment,misc]
    if int(sys.argv[1]):
        kill_at(int(sys.argv[1]))
    sys.argv = ["baton", *sys.argv[2:]]
    sys.exit(main())
