"""What the commands share: options, and finding the site, the journal and the task."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from agent_baton.app.places import housed
from agent_baton.app.site import Site, find_site, pick_task
from agent_baton.cli.call import actor_of
from agent_baton.cli.output import emit
from agent_baton.errors import UserError
from agent_baton.fastjson import dumps
from agent_baton.loading import load

if TYPE_CHECKING:
    from agent_baton.engine.commands import Command
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import State
    from agent_baton.journal.sqlite import SqliteJournal

F = TypeVar("F", bound=Callable[..., Any])


class Desk:
    """A command's place of work."""

    def __init__(self, task_id: str | None = None) -> None:
        self.site: Site = find_site(os.getcwd(), os.environ)
        self.journal: SqliteJournal = load("agent_baton.journal.sqlite:SqliteJournal")(self.site.db_path)
        self.now = round(time.time(), 3)
        self.actor = actor_of(os.environ)
        self._wanted = task_id or ""
        click.get_current_context().call_on_close(self.journal.close)

    @property
    def task_id(self) -> str:
        return pick_task(self.journal, self._wanted, os.environ)

    @property
    def task_site(self) -> Site:
        """The site as the task meant sees it: with its own work tree, when it has one."""
        return housed(self.site, self.task_id)

    def state(self) -> State:
        return self.journal.state(self.task_id)

    def perform(self, command: Command) -> Ledger:
        """A command on the task meant, by whoever drives it or by a person. Refused to any other session."""
        driver = load("agent_baton.app.driver:perform")
        ledger: Ledger = driver(self.journal, self.task_id, command, self.now, self.actor, self.site.session)
        return ledger


def task_option(command: F) -> F:
    return click.option(
        "--task-id", metavar="ID", help="The task; else BATON_TASK_ID, else the only open one."
    )(command)


def task_argument(command: F) -> F:
    """`[TASK_ID]`, for looking at a task; `--task-id ID` says the same, as wherever something is done to one."""

    @wraps(command)
    def merged(*args: Any, task_id: str | None, named: str | None, **options: Any) -> Any:
        if task_id and named and task_id != named:
            raise UserError(f"two tasks are named, {task_id!r} and --task-id {named!r}; name one")
        return command(*args, task_id=task_id or named, **options)

    option = click.option(
        "--task-id",
        "named",
        metavar="ID",
        help="The same as TASK_ID; else BATON_TASK_ID, else the only open one.",
    )
    return click.argument("task_id", required=False)(option(cast("F", merged)))


def output_option(command: F) -> F:
    option = click.option(
        "--output", type=click.Choice(["text", "json"]), default="text", help="How to print."
    )
    return option(json_option(command))


def json_option(command: F) -> F:
    return click.option("--json", "output", flag_value="json", help="Short for --output json.")(command)


def put(target: str | Path, data: bytes) -> None:
    """Write what was asked for into a file, making its directory. Raises UserError where that cannot be."""
    try:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_bytes(data)
    except OSError as error:
        raise UserError(f"cannot write {target}: {error.strerror}") from error


def say(text: str) -> None:
    """Print an answer on stdout."""
    emit(text, sys.stdout)


def note(text: str) -> None:
    """Print a diagnostic on stderr."""
    emit(text, sys.stderr)


def answer(output: str, text: str, fields: dict[str, Any]) -> None:
    """Print either form of one answer."""
    say(dumps(fields) if output == "json" else text)


class _Finite(click.FloatRange):
    """A number that can be added up: not NaN, not infinity."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


FINITE = _Finite(min=0)
