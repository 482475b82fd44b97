"""Changing the course of a task: retry, skip, reassign, interrupt, pause, cancel, integrate, amend."""

from __future__ import annotations

from typing import Any

import click

from agent_baton.app import amend as amendments
from agent_baton.app import parallel
from agent_baton.app import start as starting
from agent_baton.cli.common import FINITE, Desk, answer, note, output_option, task_option
from agent_baton.cli.following import next_option, one_of, reason_option, then
from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import counted
from agent_baton.redact import redact


@click.command()
@click.option("--step-id", help="A step whose attempts are used up, or that should run again.")
@click.option("--phase-id", type=click.IntRange(min=0), help="A phase whose gate is red for good.")
@click.option("--reason", default="retried by hand", help="Why; kept in the journal.")
@next_option
@task_option
@output_option
def retry(
    step_id: str | None, phase_id: int | None, reason: str, follow: bool, task_id: str | None, output: str
) -> int:
    """Give a step fresh attempts, or a gate fresh repair rounds. Finished steps that build on it run again too.

    \b
    Example:
      baton execute retry --step-id 1.2 --next
    """
    one_of(step_id, phase_id)
    desk = Desk(task_id)
    desk.perform(cmd.Retry(redact(reason), step_id or "", phase_id))
    what = f"step {step_id}" if step_id else f"gate of phase {phase_id}"
    return then(desk, output, f"Retry recorded: {what}", {"retried": what}, follow)


@click.command()
@click.option("--step-id", required=True, help="The step.")
@reason_option
@next_option
@task_option
@output_option
def skip(step_id: str, reason: str, follow: bool, task_id: str | None, output: str) -> int:
    """Leave a step out; what depends on it goes on.

    \b
    Example:
      baton execute skip --step-id 1.3 --reason "done by hand"
    """
    desk = Desk(task_id)
    desk.perform(cmd.Skip(step_id, redact(reason)))
    return then(desk, output, f"Skipped: step {step_id}", {"skipped": step_id}, follow)


@click.command()
@click.option("--step-id", required=True, help="The step.")
@click.option("--agent", required=True, help="Who does it from now on.")
@reason_option
@next_option
@task_option
@output_option
def reassign(step_id: str, agent: str, reason: str, follow: bool, task_id: str | None, output: str) -> int:
    """Give a step that is not at work to another agent.

    \b
    Example:
      baton execute reassign --step-id 1.2 --agent debugger --reason "needs a bisect"
    """
    desk = Desk(task_id)
    amendments.require_agent(desk.site, agent)
    desk.perform(cmd.Reassign(step_id, agent, redact(reason)))
    return then(
        desk, output, f"Reassigned: step {step_id} to {agent}", {"step": step_id, "agent": agent}, follow
    )


@click.command()
@click.option("--step-id", default="", help="One step; without it, everything in flight.")
@click.option("--reason", default="interrupted by hand", help="Why; kept in the journal.")
@next_option
@task_option
@output_option
def interrupt(step_id: str, reason: str, follow: bool, task_id: str | None, output: str) -> int:
    """Give up attempts in flight; they are dispatched again, and late answers to them are void.

    \b
    Example:
      baton execute interrupt --step-id 1.2 --reason "agent hangs"
    """
    desk = Desk(task_id)
    ledger = desk.perform(cmd.Interrupt(step_id, redact(reason)))
    given_up = len([event for event in ledger.events if type(event).__name__ == "StepInterrupted"])
    return then(
        desk, output, f"Interrupted: {counted(given_up, 'attempt')}", {"interrupted": given_up}, follow
    )


@click.command()
@click.option("--reason", default="", help="Why.")
@task_option
@output_option
def pause(reason: str, task_id: str | None, output: str) -> int:
    """Start nothing more until `resume`; what is in flight may still be recorded.

    \b
    Example:
      baton execute pause --reason "release freeze"
    """
    desk = Desk(task_id)
    desk.perform(cmd.Pause(redact(reason)))
    return then(desk, output, "Paused. Go on with: baton execute resume", {"status": "paused"}, False)


@click.command()
@click.option("--reason", default="", help="Why.")
@task_option
@output_option
def cancel(reason: str, task_id: str | None, output: str) -> int:
    """End a task unfinished. Its record and every commit stay; nothing more is taken.

    \b
    Example:
      baton execute cancel --reason "not needed any more"
    """
    desk = Desk(task_id)
    chosen = desk.task_id
    desk.perform(cmd.Cancel(redact(reason)))
    note(parallel.leave_home(desk.site, chosen))
    answer(output, f"Task {chosen} cancelled.", {"task_id": chosen, "status": "cancelled"})
    return 0


@click.command()
@task_option
@output_option
def integrate(task_id: str | None, output: str) -> int:
    """Merge the branches of finished parallel steps, in plan order. Conflicts become repair steps.

    \b
    Example:
      baton execute integrate
    """
    desk = Desk(task_id)
    merged = parallel.integrate(desk.task_site, desk.journal, desk.task_id, desk.now, desk.actor)
    text = "\n".join(f"{step}: {what}" for step, what in merged) or "nothing to merge"
    answer(output, text, {"integrated": dict(merged)})
    return 0


@click.command()
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False),
    help="The whole plan, edited; ids say what is what.",
)
@click.option("--add-step", "add_step", metavar="TEXT", help="A new step, with --phase-id and --agent.")
@click.option(
    "--add-phase", "add_phase", metavar="NAME", help="A new phase, with --after, --agent and --add-step."
)
@click.option(
    "--change-step",
    "change_step",
    metavar="STEP_ID",
    help="Change a step: with --task, --agent, --model, --depends-on, --budget-….",
)
@click.option("--remove-step", "remove_step", metavar="STEP_ID", help="Take a step out.")
@click.option("--gate-command", help="The phase's new gate command, with --phase-id.")
@click.option("--phase-id", type=click.IntRange(min=0), help="The phase meant.")
@click.option("--after", type=click.IntRange(min=0), help="The phase a new one follows.")
@click.option("--agent", help="The agent of a new or changed step.")
@click.option("--model", help="The model of a new or changed step.")
@click.option("--task", "task_text", help="A changed step's new description.")
@click.option("--depends-on", help="Step ids separated by commas; empty for none.")
@click.option("--budget-usd", type=FINITE, help="The new money limit, of the task or of the changed step.")
@click.option(
    "--budget-tokens",
    type=click.IntRange(min=0),
    help="The new token limit, of the task or of the changed step.",
)
@click.option("--budget-wall-s", type=FINITE, help="The task's new limit of time, pauses left out.")
@click.option("--reason", default="", help="Why; kept in the journal.")
@click.option("--dry-run", "preview", is_flag=True, help="Show the diff and change nothing.")
@next_option
@task_option
@output_option
def amend(task_id: str | None, output: str, follow: bool, preview: bool, **wanted: Any) -> int:
    """Change the plan under way; shown as a diff. Finished work keeps its results, ids never move.

    \b
    Example:
      baton execute amend --add-step "Document the new flag" --phase-id 2 --agent technical-writer
      baton execute amend --plan edited.json --dry-run
    """
    desk = Desk(task_id)
    change = amendments.prepare(desk.site, desk.journal, desk.task_id, amendments.Wanted(**wanted))
    if preview:
        amendments.check(desk.journal, desk.task_id, change, desk.now)
        answer(output, change.text, {"changes": list(change.lines), "applied": False})
        return 0
    amendments.apply(desk.journal, desk.task_id, change, desk.now, desk.actor, desk.site.session)
    amendments.measure_new_gates(desk.task_site, desk.journal, desk.task_id, desk.actor, note)
    starting.refresh_context(desk.site, desk.state())
    return then(
        desk,
        output,
        f"{change.text}\nAmended: {counted(len(change.ops), 'change')}",
        {"changes": list(change.lines), "applied": True},
        follow,
    )
