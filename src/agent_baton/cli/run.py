"""`baton execute run`, `baton run`, `baton inbox`: driving tasks unattended, and what they wait for a person with."""

from __future__ import annotations

import click

from agent_baton.app.run.orders import Orders
from agent_baton.app.run.plain import line
from agent_baton.app.run.run import execute
from agent_baton.app.run.runtimes import choose_runtime
from agent_baton.app.settings import read_settings
from agent_baton.cli.common import Desk, output_option, say, task_option
from agent_baton.fastjson import dumps


@click.command(name="run")
@click.option("--runtime", help="claude, scripted, scripted:FILE, codex, gemini, opencode, copilot.")
@click.option("--max-parallel", type=click.IntRange(min=1), help="Agents at work at the same time.")
@click.option("--no-wait", is_flag=True, help="End instead of waiting for a limit's end or for a person.")
@click.option("--take-over", is_flag=True, help="Give up what another session has in flight.")
@task_option
@output_option
def run_task(
    runtime: str | None,
    max_parallel: int | None,
    no_wait: bool,
    take_over: bool,
    task_id: str | None,
    output: str,
) -> int:
    """Drive a started task unattended, to its end or to where a person is needed.

    \b
    Example:
      baton execute run --runtime claude --max-parallel 4
    """
    desk = Desk(task_id)
    settings = read_settings(desk.site.checkout.top)
    orders = Orders(
        desk.task_id,
        choose_runtime(runtime or settings.runtime),
        settings,
        desk.actor,
        max_parallel or settings.max_parallel,
        not no_wait,
        take_over,
    )
    end = execute(desk.site, orders, _listener(output))
    return end.exit_code


def _listener(output: str):
    if output == "json":
        return lambda item: say(dumps(item))
    return lambda item: say(line(item))
