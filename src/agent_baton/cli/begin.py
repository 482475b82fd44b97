"""Beginning, taking up, listing and ending tasks."""

from __future__ import annotations

import click

from agent_baton.app import finish, parallel, rehearse
from agent_baton.app import start as starting
from agent_baton.cli.common import Desk, answer, note, output_option, say, task_option
from agent_baton.cli.following import next_action
from agent_baton.engine.brief import one_line, title
from agent_baton.redact import redact


@click.command()
@click.option(
    "--plan", "plan_file", type=click.Path(dir_okay=False), help="A plan file other than the saved plan.json."
)
@click.option("--new", is_flag=True, help="Start the plan once more, as a new task with an id of its own.")
@click.option("--no-baseline", is_flag=True, help="Do not run the gates before the work begins.")
@output_option
def start(plan_file: str | None, new: bool, no_baseline: bool, output: str) -> int:
    """Start the saved plan and print the first action.

    The gates are run once before any work, so that a red gate later means a regression.

    \b
    Example:
      baton execute start --no-baseline
    """
    desk = Desk()
    started = starting.start(desk.site, desk.journal, plan_file, new, not no_baseline, desk.actor, _progress)
    code, action = next_action(started.task_id, output)
    binding = f"export BATON_TASK_ID={started.task_id}"
    if output == "json":
        say(f'{action[:-1]},"session_binding":"{binding}"}}')
    else:
        say(f"{action}\n\nSession binding: {binding}")
    return code


def _progress(text: str) -> None:
    note(text)


@click.command()
@task_option
@output_option
def resume(task_id: str | None, output: str) -> int:
    """Take a task up again, in this session: what a lost session had in flight is dispatched anew.

    \b
    Example:
      baton execute resume
    """
    desk = Desk(task_id)
    chosen = desk.task_id
    starting.resume(desk.site, desk.journal, chosen, desk.now, desk.actor)
    code, action = next_action(chosen, output)
    binding = f"export BATON_TASK_ID={chosen}"
    say(
        f'{action[:-1]},"session_binding":"{binding}"}}'
        if output == "json"
        else f"{action}\n\nSession binding: {binding}"
    )
    return code


@click.command(name="list")
@click.option("--all", "everything", is_flag=True, help="Ended tasks too.")
@output_option
def list_(everything: bool, output: str) -> None:
    """List the tasks of this repository.

    \b
    Example:
      baton execute list --all
    """
    desk = Desk()
    tasks = desk.journal.tasks(open_only=not everything)
    rows = [
        {
            "task_id": t.task_id,
            "status": t.status,
            "steps": f"{t.steps_done}/{t.steps_total}",
            "summary": one_line(redact(t.summary)),
        }
        for t in tasks
    ]
    lines = [
        f"{row['task_id']:<34}{row['status']:<11}{row['steps']:<8}{title(row['summary'], 60)}" for row in rows
    ]
    answer(
        output,
        "\n".join(lines) or "no tasks" + ("" if everything else " open here; --all lists ended ones"),
        {"tasks": rows},
    )


@click.command()
@click.argument("task_id")
@output_option
def switch(task_id: str, output: str) -> None:
    """Print the line that binds this shell to a task. Nothing is stored: two shells never share a current task.

    \b
    Example:
      eval "$(baton execute switch task-logging-a3f9)"
    """
    desk = Desk(task_id)
    desk.state()
    answer(
        output,
        f"export BATON_TASK_ID={task_id}",
        {"task_id": task_id, "session_binding": f"export BATON_TASK_ID={task_id}"},
    )


@click.command()
@task_option
@output_option
def complete(task_id: str | None, output: str) -> int:
    """End a finished task: writes its trace and retrospective.

    \b
    Example:
      baton execute complete
    """
    desk = Desk(task_id)
    done = finish.complete(desk.site, desk.journal, desk.task_id, desk.now, desk.actor)
    note(parallel.leave_home(desk.site, done.task_id))
    answer(output, done.text(), done.fields())
    return 0


@click.command(name="dry-run")
@click.option(
    "--plan", "plan_file", type=click.Path(dir_okay=False), help="A plan file other than the saved plan.json."
)
@output_option
def dry_run(plan_file: str | None, output: str) -> int:
    """Show the actions the saved plan leads to if every step and gate succeeds. Changes nothing.

    \b
    Example:
      baton execute dry-run
    """
    lines = rehearse.rehearse(Desk().site, plan_file)
    answer(output, "\n".join(lines), {"actions": lines})
    return 0
