"""The door: hot commands go straight through, everything else through click; every expected error is printed here."""

from __future__ import annotations

import gc
import os
import sys

from agent_baton.cli.output import emit, report
from agent_baton.errors import NotFound
from agent_baton.loading import load


def main() -> None:
    """Console script `baton`. Never returns: the exit code tells what happened (see docs/cli.md)."""
    try:
        code = answer(sys.argv[1:])
    except KeyboardInterrupt:  # while still loading, or in a hot command
        emit("interrupted", sys.stderr)
        code = 130
    leave(code)


def answer(words: list[str]) -> int:
    """The exit code of what was asked for."""
    gc.disable()  # a hot command ends before there is much to collect
    code = try_hot(words) if words[:1] in (["hook"], ["statusline"]) else lost() or try_hot(words)
    if code is None:
        gc.enable()
        from agent_baton.cli.app import run

        code = run()
    return code


def lost() -> int | None:
    """Exit code when we were started in a directory that was removed since: nothing can be found from there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return report(NotFound("the current directory is gone; change into one that exists"))
    return None


def try_hot(argv: list[str]) -> int | None:
    """Run what is called often without click; None when the words are for click. Hooks load the least of all."""
    if argv[:1] == ["hook"] and argv[2:] in ([], ["--elsewhere"]) and argv[1:] and argv[1][:1] != "-":
        return int(load("agent_baton.cli.hook:run")(argv[1], os.environ, len(argv) > 2))
    if argv == ["statusline"]:
        return int(load("agent_baton.cli.statusline:run")(os.environ))
    code: int | None = load("agent_baton.cli.hot:try_hot")(argv)
    return code


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
