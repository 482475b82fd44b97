"""`baton execute`: drive a task. Each sub-command's module is imported when it is used."""

from __future__ import annotations

import click

from agent_baton.cli.app import LazyGroup
from agent_baton.cli.verbs import VERBS

_HOT = {
    verb.name: (f"agent_baton.cli.hot_commands:{'next_' if verb.name == 'next' else verb.name}", verb.help)
    for verb in VERBS.values()
}
COMMANDS = {
    "start": ("agent_baton.cli.begin:start", "Start the saved plan and print the first action."),
    **_HOT,
    "run": (
        "agent_baton.cli.run:run_task",
        "Drive a task unattended, to its end or to where a person is needed.",
    ),
    "complete": (
        "agent_baton.cli.begin:complete",
        "End a finished task: writes its trace and retrospective.",
    ),
    "resume": ("agent_baton.cli.begin:resume", "Take a task up again, in this session."),
    "list": ("agent_baton.cli.begin:list_", "List the tasks of this repository."),
    "switch": ("agent_baton.cli.begin:switch", "Print the line that binds this shell to a task."),
    "dry-run": (
        "agent_baton.cli.begin:dry_run",
        "Show the actions the saved plan leads to. Changes nothing.",
    ),
    "approve": ("agent_baton.cli.decisions:approve", "Decide a phase's approval."),
    "ask": ("agent_baton.cli.decisions:ask", "Put an agent's question to a person."),
    "answer": ("agent_baton.cli.decisions:answer_", "Answer an agent's question."),
    "waive": ("agent_baton.cli.decisions:waive", "Let a red gate or a veto pass, by name and with a reason."),
    "retry": ("agent_baton.cli.steering:retry", "Give a step fresh attempts, or a gate fresh repair rounds."),
    "skip": ("agent_baton.cli.steering:skip", "Leave a step out."),
    "reassign": ("agent_baton.cli.steering:reassign", "Give a step to another agent."),
    "amend": ("agent_baton.cli.steering:amend", "Change the plan under way; shown as a diff."),
    "interrupt": ("agent_baton.cli.steering:interrupt", "Give up attempts in flight."),
    "integrate": ("agent_baton.cli.steering:integrate", "Merge the branches of finished parallel steps."),
    "pause": ("agent_baton.cli.steering:pause", "Start nothing more until resume."),
    "cancel": ("agent_baton.cli.steering:cancel", "End a task unfinished."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
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
