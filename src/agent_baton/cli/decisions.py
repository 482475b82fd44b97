"""What a person decides: approvals, questions, waivers, notes."""

from __future__ import annotations

import click

from agent_baton.cli.common import Desk, output_option, task_option
from agent_baton.cli.following import next_option, one_of, reason_option, then
from agent_baton.engine import commands as cmd
from agent_baton.redact import redact


@click.command()
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
    desk.perform(cmd.Approve(phase_id, result, redact(feedback), subject))
    fields = {"phase": phase_id, "result": result, "by": desk.actor}
    return then(
        desk, output, f"Approval recorded: phase {phase_id} — {result} (by {desk.actor})", fields, follow
    )


@click.command()
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
    desk.perform(cmd.Ask(step_id, redact(question)))
    return then(
        desk, output, f"Question recorded: step {step_id}", {"step": step_id, "status": "asking"}, False
    )


@click.command(name="answer")
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
    desk.perform(cmd.Answer(step_id, redact(text)))
    return then(
        desk, output, f"Answer recorded: step {step_id}", {"step": step_id, "status": "answered"}, follow
    )


@click.command()
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
    one_of(step_id, phase_id)
    desk = Desk(task_id)
    desk.perform(cmd.Waive(redact(reason), phase_id, step_id or ""))
    what = f"veto of step {step_id}" if step_id else f"gate of phase {phase_id}"
    return then(desk, output, f"Waived: {what} (by {desk.actor})", {"waived": what, "by": desk.actor}, follow)
