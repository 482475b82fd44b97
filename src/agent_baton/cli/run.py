"""`baton execute run` and `baton run`: driving tasks unattended."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

from agent_baton.app.plan_files import save
from agent_baton.app.planning import make_plan
from agent_baton.app.run.ends import Wish
from agent_baton.app.run.orders import End, Orders
from agent_baton.app.run.pick import to_run
from agent_baton.app.run.plain import line, wrapped
from agent_baton.app.run.run import execute
from agent_baton.app.run.runtimes import choose_runtime
from agent_baton.app.run.screen import Screen
from agent_baton.app.run.watch import follow
from agent_baton.app.settings import read_settings
from agent_baton.app.start import start
from agent_baton.cli.common import Desk, note, output_option, say, task_option
from agent_baton.errors import UserError
from agent_baton.fastjson import dumps
from agent_baton.plan.text import render_text
from agent_baton.planner.compose import Options

Listener = Callable[[dict[str, Any]], None]


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--pr", is_flag=True, help="Push the finished branch and open a pull request, with gh."),
        click.option(
            "--merge",
            is_flag=True,
            help="Fast-forward the branch the task began on; only in a clean checkout.",
        ),
        click.option("--take-over", is_flag=True, help="Give up what another session has in flight."),
        click.option(
            "--no-wait", is_flag=True, help="End instead of waiting for a limit's end or for a person."
        ),
        click.option("--max-parallel", type=click.IntRange(1, 256), help="Agents at work at the same time."),
        click.option(
            "--runtime", help="claude, scripted, scripted:FILE, codex, gemini, opencode, copilot, claude-acp."
        ),
    ):
        command = option(command)
    return command


@click.command(name="run")
@run_options
@click.option("--watch", "watching", is_flag=True, help="Only look at a run that goes on elsewhere.")
@click.option("--no-baseline", is_flag=True, help="Do not run the gates before the work begins.")
@task_option
@output_option
def run_task(task_id: str | None, output: str, watching: bool, no_baseline: bool, **wanted: Any) -> int:
    """Drive a task unattended: one that was started, else the saved plan. To its end, or to where a person is needed.

    Ctrl-C once finishes what is in flight and begins nothing; twice stops everything, to be resumed later.

    \b
    Example:
      baton execute run --max-parallel 4
      baton execute run --watch
    """
    desk = Desk(task_id)
    if watching:
        return _watch(desk, output)
    chosen = to_run(desk.site, desk.journal, task_id or "", os.environ)
    if chosen is None:
        chosen = start(desk.site, desk.journal, None, False, not no_baseline, desk.actor, _told).task_id
    return _drive(desk, chosen, output, wanted)


@click.command(name="run")
@click.argument("task")
@run_options
@click.option("--yes", is_flag=True, help="Do not ask before starting.")
@click.option("--no-baseline", is_flag=True, help="Do not run the gates before the work begins.")
@click.option("--force", is_flag=True, help="Replace a saved plan that was edited since baton wrote it.")
@output_option
def run_new(task: str, output: str, yes: bool, no_baseline: bool, force: bool, **wanted: Any) -> int:
    """Plan a task, show the plan, ask, and drive it unattended.

    \b
    Example:
      baton run "Add request logging to the API" --max-parallel 4
    """
    desk = Desk()
    plan = make_plan(desk.site, task, Options()).plan
    note(render_text(plan, explain=False))
    if not yes and not _agreed():
        note("not started; nothing was saved")
        return 0
    save(desk.site, plan, force)
    chosen = start(desk.site, desk.journal, None, False, not no_baseline, desk.actor, _told).task_id
    return _drive(desk, chosen, output, wanted)


def _told(text: str) -> None:
    """What is done before the first agent is started, fit for the terminal."""
    columns = shutil.get_terminal_size().columns
    note(wrapped(text, columns, 2) if sys.stderr.isatty() else text)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UserError("nobody is here to agree to the plan; add --yes to run it as it is")
    return click.confirm("\nRun this plan?", err=True)


def _drive(desk: Desk, task_id: str, output: str, wanted: dict[str, Any]) -> int:
    settings = read_settings(desk.site.checkout.top)
    orders = Orders(
        task_id,
        choose_runtime(wanted["runtime"] or settings.runtime),
        settings,
        desk.actor,
        wanted["max_parallel"] or settings.max_parallel,
        not wanted["no_wait"],
        wanted["take_over"],
        _wish(wanted["merge"], wanted["pr"]),
    )
    with _listening(output) as listener:
        end = execute(desk.site, orders, listener)
    if output != "json":
        say(_ways_on(end))
    return end.exit_code


def _wish(merge: bool, pr: bool) -> Wish:
    if merge and pr:
        raise UserError("--merge and --pr are two ends; say one")
    return "merge" if merge else "pr" if pr else "branch"


def _listening(output: str) -> AbstractContextManager[Listener]:
    """A screen on a terminal, plain lines elsewhere, JSON lines when asked for."""
    if output == "json":
        return nullcontext(lambda item: say(dumps(item)))
    if sys.stdout.isatty():
        return Screen()
    return nullcontext(lambda item: say(line(item)))


def _ways_on(end: End) -> str:
    """What can be done now, and where the work is; how it ended was the last line of the run."""
    words = [f"  {way}" for way in end.ways]
    if end.branch:
        words.append(f"Branch: {end.branch}")
    return "\n".join(words)


def _watch(desk: Desk, output: str) -> int:
    with _listening(output) as listener:
        for item in follow(desk.site, desk.task_id):
            listener(item)
    return 0
