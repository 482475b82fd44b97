"""The hot verbs of `baton execute`: their options as data, and where each is done. Click and the hot path share both."""

from __future__ import annotations

from agent_baton.cli.call import Call
from agent_baton.loading import load
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from agent_baton.cli.call import Powers


class Option(Record):
    name: str
    flags: tuple[str, ...]
    kind: str  # text | int | float | flag
    help: str
    required: bool = False
    default: object = None
    choices: tuple[str, ...] = ()


class Verb(Record):
    name: str
    help: str
    example: str
    options: tuple[Option, ...]
    run: str  # "module:function", loaded when the verb is used
    journal: str = "agent_baton.journal.reader:SqliteReader"


def run_verb(
    verb: Verb, args: dict[str, Any], cwd: str, env: Mapping[str, str], powers: Powers | None
) -> tuple[int, str]:
    """Exit code and text of one verb. Raises BatonError, and Decline when `powers` are needed and absent."""
    call = Call(args, cwd, env, powers, load(verb.journal))
    try:
        result: tuple[int, str] = load(verb.run)(call)
        return result
    finally:
        call.journal.close()


DIGITS = 15  # of a number that can be given: one of many more would not fit the journal's columns
WRITING = "agent_baton.journal.sqlite:SqliteJournal"
TASK = Option("task_id", ("--task-id",), "text", "the task meant; else BATON_TASK_ID, else the only open one")
OUTPUT = Option("output", ("--output",), "text", "text or json", default="text", choices=("text", "json"))
NEXT = Option("next", ("--next",), "flag", "print the next action too", default=False)
STEP = Option("step_id", ("--step-id", "--step"), "text", "the step, as the action named it", required=True)
FORCE = Option(
    "force", ("--force",), "flag", "accept another agent than the plan's; recorded as forced", default=False
)

VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "next",
            "Say what to do next. A query: asking twice gives the same answer.",
            "baton execute next --all",
            (
                Option(
                    "all",
                    ("--all",),
                    "flag",
                    "every step that can run now, each with a worktree of its own",
                    default=False,
                ),
                Option(
                    "brief_file",
                    ("--brief-file",),
                    "flag",
                    "put the brief in a file and print its path",
                    default=False,
                ),
                TASK,
                OUTPUT,
            ),
            "agent_baton.cli.queries:next_",
        ),
        Verb(
            "dispatched",
            "Note that an agent was started on a step.",
            "baton execute dispatched --step-id 1.1 --agent backend-engineer--python",
            (STEP, Option("agent", ("--agent",), "text", "the agent that was started"), FORCE, TASK, OUTPUT),
            "agent_baton.cli.writes:dispatched",
            WRITING,
        ),
        Verb(
            "record",
            "Record a step's outcome; claims are checked against git.",
            'baton execute record --step-id 1.1 --status complete --outcome "added the middleware" --commit 3fa9c1d --next',
            (
                STEP,
                Option("status", ("--status",), "text", "complete or failed", required=True),
                Option("agent", ("--agent",), "text", "the agent that did it"),
                Option("outcome", ("--outcome",), "text", "what was done, or why it failed"),
                Option(
                    "outcome_file",
                    ("--outcome-file",),
                    "text",
                    "read the outcome from a file, - for standard input",
                ),
                Option("files", ("--files",), "text", "changed files, separated by commas"),
                Option("commit", ("--commit",), "text", "the commit that holds the work"),
                Option("attempt", ("--attempt",), "int", "which attempt this answers"),
                Option(
                    "verdict",
                    ("--verdict",),
                    "text",
                    "approve, changes (with FINDINGS in the outcome) or veto, from a step that only reads",
                ),
                Option("tokens", ("--tokens",), "int", "tokens the attempt used"),
                Option("cost_usd", ("--cost-usd",), "float", "what the attempt cost"),
                FORCE,
                NEXT,
                TASK,
                OUTPUT,
            ),
            "agent_baton.cli.writes:record",
            WRITING,
        ),
        Verb(
            "gate",
            "Run a phase's gate, or report its result.",
            "baton execute gate --phase-id 1 --run --next",
            (
                Option("phase_id", ("--phase-id", "--phase"), "int", "the phase", required=True),
                Option(
                    "run",
                    ("--run",),
                    "flag",
                    "run the command here and record what happened: verified",
                    default=False,
                ),
                Option(
                    "result",
                    ("--result",),
                    "text",
                    "report pass or fail: marked as reported",
                    choices=("pass", "fail"),
                ),
                Option(
                    "output_text",
                    ("--gate-output", "--notes"),
                    "text",
                    "output to hand to the repairing agent",
                ),
                NEXT,
                TASK,
                OUTPUT,
            ),
            "agent_baton.cli.writes:gate",
            WRITING,
        ),
        Verb(
            "status",
            "Show where the task stands.",
            "baton execute status",
            (TASK, OUTPUT),
            "agent_baton.cli.status:status",
        ),
    )
}
