"""The door: hot commands go straight through, everything else through click; every expected error is printed here."""

from __future__ import annotations

import os
import sys

from agent_baton.cli.hot import try_hot


def main() -> None:
    """Console script `baton`. Never returns: the exit code tells what happened (see docs/cli.md)."""
    code = try_hot(sys.argv[1:])
    if code is None:
        from agent_baton.cli.app import run

        code = run()
    leave(code)


def leave(code: int) -> None:
    """End at once. What was written is flushed; the interpreter's own teardown would cost as much as a command."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = 141  # whoever read us has had enough, as with `| head`
    os._exit(code)
