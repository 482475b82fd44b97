"""The door: hot commands go straight through, everything else through click; every expected error is printed here."""

from __future__ import annotations

import os
import sys

from agent_baton.cli.hot import try_hot
from agent_baton.cli.output import report
from agent_baton.errors import NotFound


def main() -> None:
    """Console script `baton`. Never returns: the exit code tells what happened (see docs/cli.md)."""
    code = lost() or try_hot(sys.argv[1:])
    if code is None:
        from agent_baton.cli.app import run

        code = run()
    leave(code)


def lost() -> int | None:
    """Exit code when we were started in a directory that was removed since: nothing can be found from there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return report(NotFound("the current directory is gone; change into one that exists"))
    return None


def leave(code: int) -> None:
    """End at once. What was written is flushed; the interpreter's own teardown would cost as much as a command."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # None: closed by whoever started us
                stream.flush()
    except BrokenPipeError:
        code = 141  # whoever read us has had enough, as with `| head`
    except OSError:
        code = code or 2  # said already by the one who wrote it
    os._exit(code)
