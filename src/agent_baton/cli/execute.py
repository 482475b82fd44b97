"""`baton execute`: drive a task."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from agent_baton.app import amend as amendments
from agent_baton.app import finish, gating, parallel, rehearse
from agent_baton.app import start as starting
from agent_baton.app.driver import perform
from agent_baton.app.outcomes import write_durably
from agent_baton.cli.app import LazyGroup
from agent_baton.cli.call import Call
from agent_baton.cli.common import Desk, answer, note, output_option, say, task_option
from agent_baton.cli.queries import show_next
from agent_baton.cli.verbs import VERBS, Option, Verb, run_verb
from agent_baton.cli.writes import gate_recorded
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Action
from agent_baton.engine.protocol import Place
from agent_baton.errors import UserError
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.redact import redact


@click.group(cls=LazyGroup)
def execute() -> None:
    """Drive a task: one journal, one action at a time.

    \b
    Example:
      baton execute start
      baton execute next
      baton execute record --step-id 1.1 --status complete --outcome "…" --commit SHA --next
      baton execute gate --phase-id 1 --run --next
      baton execute complete
    """


class FullPowers:
    """What the hot path leaves to us."""

    def redact(self, text: str) -> str:
        return redact(text)

    def integrate(self, call: Call) -> None:
        journal = SqliteJournal(call.site.db_path)  # the verb itself may only read
        try:
            parallel.integrate(call.site, journal, call.task_id, call.now, call.actor)
        finally:
            journal.close()

    def place(self, call: Call, actions: list[Action]) -> dict[str, Place]:
        return parallel.places(call.site, call.task_id, call.state(), actions)

    def brief_file(self, call: Call, step_id: str, text: str) -> str:
        path = call.site.file("briefs", call.task_id, f"{step_id}.md")
        write_durably(path, text.encode("utf-8", "backslashreplace"))
        return path

    def run_gate(self, call: Call, phase_id: int) -> tuple[int, str]:
        result = gating.run_phase_gate(call.site, call.journal, call.task_id, phase_id, call.actor, _stream)
        return (0 if result.ok else 1), gate_recorded(call, phase_id, result.ok, "verified", result.reason)


def _stream(chunk: bytes) -> None:
    """A gate's output as it comes, on stderr: stdout is for the answer."""
    sys.stderr.buffer.write(chunk)
    sys.stderr.flush()


def _click_option(option: Option) -> Any:
    kinds: dict[str, Any] = {"int": click.IntRange(min=0), "float": click.FloatRange(min=0), "text": str}
    if option.kind == "flag":
        return click.option(*option.flags, option.name, is_flag=True, help=option.help)
    kind = click.Choice(list(option.choices)) if option.choices else kinds[option.kind]
    return click.option(
        *option.flags,
        option.name,
        type=kind,
        required=option.required,
        default=option.default,
        help=option.help,
    )


def _verb_command(verb: Verb) -> click.Command:
    def body(**args: Any) -> int:
        code, text = run_verb(verb, args, os.getcwd(), os.environ, FullPowers())
        say(text)
        return code

    command = click.command(verb.name, help=f"{verb.help}\n\n\b\nExample:\n  {verb.example}")(body)
    for option in reversed(verb.options):
        command = _click_option(option)(command)
    return command


for _verb in VERBS.values():
    execute.add_command(_verb_command(_verb))


def _next_action(task_id: str, output: str) -> tuple[int, str]:
    """Exit code and text of the task's next action."""
    args = {"all": False, "brief_file": False, "output": output, "task_id": task_id}
    call = Call(args, os.getcwd(), os.environ, FullPowers(), SqliteJournal)
    try:
        return show_next(call, call.state())
    finally:
        call.journal.close()


def _then(desk: Desk, output: str, text: str, fields: dict[str, Any], follow: bool) -> int:
    """Print an answer, and the next action behind it when it was asked for."""
    answer(output, text, fields)
    if not follow:
        return 0
    code, action = _next_action(desk.task_id, output)
    say(action if output == "json" else f"\n{action}")
    return code


next_option = click.option("--next", "follow", is_flag=True, help="Print the next action too.")
reason_option = click.option("--reason", required=True, help="Why; kept in the journal.")


@execute.command()
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
    code, action = _next_action(started.task_id, output)
    binding = f"export BATON_TASK_ID={started.task_id}"
    if output == "json":
        say(f'{action[:-1]},"session_binding":"{binding}"}}')
    else:
        say(f"{action}\n\nSession binding: {binding}")
    return code


def _progress(text: str) -> None:
    note(text)


@execute.command()
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
    code, action = _next_action(chosen, output)
    binding = f"export BATON_TASK_ID={chosen}"
    say(
        f'{action[:-1]},"session_binding":"{binding}"}}'
        if output == "json"
        else f"{action}\n\nSession binding: {binding}"
    )
    return code


@execute.command(name="list")
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
            "summary": " ".join(t.summary.split()),
        }
        for t in tasks
    ]
    lines = [f"{row['task_id']:<34}{row['status']:<11}{row['steps']:<8}{row['summary'][:60]}" for row in rows]
    answer(
        output,
        "\n".join(lines) or "no tasks" + ("" if everything else " open here; --all lists ended ones"),
        {"tasks": rows},
    )


@execute.command()
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


@execute.command()
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
    answer(output, done.text(), done.fields())
    return 0


@execute.command()
@click.option("--phase-id", type=click.IntRange(min=0), required=True, help="The phase.")
@click.option("--result", required=True, help="approve, reject or approve-with-feedback.")
@click.option("--feedback", default="", help="What the agents of the phase should know.")
@click.option(
    "--subject", default="", help="The hash shown with the approval: refused when it is no longer that."
)
@next_option
@task_option
@output_option
def approve(
    phase_id: int, result: str, feedback: str, subject: str, follow: bool, task_id: str | None, output: str
) -> int:
    """Decide a phase's approval. Bound to what was shown; who decided is recorded.

    \b
    Example:
      baton execute approve --phase-id 2 --result approve-with-feedback --feedback "keep the old endpoint"
    """
    desk = Desk(task_id)
    perform(
        desk.journal,
        desk.task_id,
        cmd.Approve(phase_id, result, redact(feedback), subject),
        desk.now,
        desk.actor,
    )
    fields = {"phase": phase_id, "result": result, "by": desk.actor}
    return _then(
        desk, output, f"Approval recorded: phase {phase_id} — {result} (by {desk.actor})", fields, follow
    )


@execute.command()
@click.option("--step-id", required=True, help="The step whose agent asks.")
@click.option("--question", required=True, help="What only a person can decide.")
@task_option
@output_option
def ask(step_id: str, question: str, task_id: str | None, output: str) -> int:
    """Put an agent's question to a person; its step waits for the answer.

    \b
    Example:
      baton execute ask --step-id 1.2 --question "Keep the v1 endpoint?"
    """
    desk = Desk(task_id)
    perform(desk.journal, desk.task_id, cmd.Ask(step_id, redact(question)), desk.now, desk.actor)
    return _then(
        desk, output, f"Question recorded: step {step_id}", {"step": step_id, "status": "asking"}, False
    )


@execute.command(name="answer")
@click.option("--step-id", required=True, help="The step that asked.")
@click.option("--text", required=True, help="The answer; it is put into the agent's next brief.")
@next_option
@task_option
@output_option
def answer_(step_id: str, text: str, follow: bool, task_id: str | None, output: str) -> int:
    """Answer an agent's question.

    \b
    Example:
      baton execute answer --step-id 1.2 --text "yes, until March" --next
    """
    desk = Desk(task_id)
    perform(desk.journal, desk.task_id, cmd.Answer(step_id, redact(text)), desk.now, desk.actor)
    return _then(
        desk, output, f"Answer recorded: step {step_id}", {"step": step_id, "status": "answered"}, follow
    )


def _one_of(step_id: str | None, phase_id: int | None) -> None:
    if (step_id is None) == (phase_id is None):
        raise UserError("say which: either --step-id or --phase-id")


@execute.command()
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
    _one_of(step_id, phase_id)
    desk = Desk(task_id)
    perform(desk.journal, desk.task_id, cmd.Retry(reason, step_id or "", phase_id), desk.now, desk.actor)
    what = f"step {step_id}" if step_id else f"gate of phase {phase_id}"
    return _then(desk, output, f"Retry recorded: {what}", {"retried": what}, follow)


@execute.command()
@click.option("--step-id", help="A step that ended in a veto.")
@click.option("--phase-id", type=click.IntRange(min=0), help="A phase whose gate is red.")
@reason_option
@next_option
@task_option
@output_option
def waive(
    step_id: str | None, phase_id: int | None, reason: str, follow: bool, task_id: str | None, output: str
) -> int:
    """Let a red gate or a veto pass, by name and with a reason. It is shown as waived ever after.

    \b
    Example:
      baton execute waive --phase-id 1 --reason "flaky on CI, see the issue"
    """
    _one_of(step_id, phase_id)
    desk = Desk(task_id)
    perform(
        desk.journal, desk.task_id, cmd.Waive(redact(reason), phase_id, step_id or ""), desk.now, desk.actor
    )
    what = f"veto of step {step_id}" if step_id else f"gate of phase {phase_id}"
    return _then(
        desk, output, f"Waived: {what} (by {desk.actor})", {"waived": what, "by": desk.actor}, follow
    )


@execute.command()
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
    perform(desk.journal, desk.task_id, cmd.Skip(step_id, redact(reason)), desk.now, desk.actor)
    return _then(desk, output, f"Skipped: step {step_id}", {"skipped": step_id}, follow)


@execute.command()
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
    perform(desk.journal, desk.task_id, cmd.Reassign(step_id, agent, redact(reason)), desk.now, desk.actor)
    return _then(
        desk, output, f"Reassigned: step {step_id} to {agent}", {"step": step_id, "agent": agent}, follow
    )


@execute.command()
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
    ledger = perform(desk.journal, desk.task_id, cmd.Interrupt(step_id, redact(reason)), desk.now, desk.actor)
    given_up = len([event for event in ledger.events if type(event).__name__ == "StepInterrupted"])
    return _then(desk, output, f"Interrupted: {given_up} attempt(s)", {"interrupted": given_up}, follow)


@execute.command()
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
    perform(desk.journal, desk.task_id, cmd.Pause(redact(reason)), desk.now, desk.actor)
    return _then(desk, output, "Paused. Go on with: baton execute resume", {"status": "paused"}, False)


@execute.command()
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
    perform(desk.journal, chosen, cmd.Cancel(redact(reason)), desk.now, desk.actor)
    answer(output, f"Task {chosen} cancelled.", {"task_id": chosen, "status": "cancelled"})
    return 0


@execute.command()
@click.argument("text")
@click.option(
    "--kind", type=click.Choice(["decision", "discovery", "warning", "convention"]), default="decision"
)
@click.option("--step-id", default="", help="The step it belongs to.")
@task_option
@output_option
def note_(text: str, kind: str, step_id: str, task_id: str | None, output: str) -> int:
    """Add a note; decisions, warnings and conventions are put into later briefs.

    \b
    Example:
      baton execute note "timestamps are UTC everywhere" --kind convention
    """
    desk = Desk(task_id)
    perform(desk.journal, desk.task_id, cmd.Note(kind, redact(text), step_id), desk.now, desk.actor)
    starting.refresh_context(desk.site, desk.state())
    answer(output, f"Noted: {kind}", {"noted": kind})
    return 0


note_.name = "note"
execute.add_command(note_, "note")


@execute.command()
@task_option
@output_option
def integrate(task_id: str | None, output: str) -> int:
    """Merge the branches of finished parallel steps, in plan order. Conflicts become repair steps.

    \b
    Example:
      baton execute integrate
    """
    desk = Desk(task_id)
    merged = parallel.integrate(desk.site, desk.journal, desk.task_id, desk.now, desk.actor)
    text = "\n".join(f"{step}: {what}" for step, what in merged) or "nothing to merge"
    answer(output, text, {"integrated": dict(merged)})
    return 0


@execute.command(name="dry-run")
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


@execute.command()
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
    help="Change a step: with --task, --agent, --model, --depends-on.",
)
@click.option("--remove-step", "remove_step", metavar="STEP_ID", help="Take a step out.")
@click.option("--gate-command", help="The phase's new gate command, with --phase-id.")
@click.option("--phase-id", type=click.IntRange(min=0), help="The phase meant.")
@click.option("--after", type=click.IntRange(min=0), help="The phase a new one follows.")
@click.option("--agent", help="The agent of a new or changed step.")
@click.option("--model", help="The model of a new or changed step.")
@click.option("--task", "task_text", help="A changed step's new description.")
@click.option("--depends-on", help="Step ids separated by commas; empty for none.")
@click.option("--budget-usd", type=click.FloatRange(min=0), help="The task's new money limit.")
@click.option("--budget-tokens", type=click.IntRange(min=0), help="The task's new token limit.")
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
    amendments.apply(desk.journal, desk.task_id, change, desk.now, desk.actor)
    starting.refresh_context(desk.site, desk.state())
    return _then(
        desk,
        output,
        f"{change.text}\nAmended: {len(change.ops)} change(s)",
        {"changes": list(change.lines), "applied": True},
        follow,
    )
