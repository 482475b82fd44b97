"""`baton plan`: write, check, show and change plans. Each sub-command's module is imported when it is used."""

from __future__ import annotations

import click

from agent_baton.cli.app import LazyGroup

COMMANDS = {
    "new": ("agent_baton.cli.plan_new:new", "Write a plan for a task."),
    "check": ("agent_baton.cli.plan_read:check", "Lint a plan: what would go wrong with it, before it runs."),
    "show": ("agent_baton.cli.plan_read:show", "Show a plan as a tree."),
    "edit": (
        "agent_baton.cli.plan_change:edit",
        "Open the saved plan in your editor; it is kept only if it is sound.",
    ),
    "refine": ("agent_baton.cli.plan_refine:refine", "Change the saved plan and show the diff."),
    "diff": ("agent_baton.cli.plan_read:diff", "Say what differs between two plans, by ids."),
    "schema": ("agent_baton.cli.plan_read:schema", "Print the JSON Schema of plan.json."),
    "from-issue": ("agent_baton.cli.plan_change:from_issue", "Plan an issue's text."),
    "templates": ("agent_baton.cli.plan_change:templates", "List the saved templates."),
}


class TaskOrCommand(LazyGroup):
    """`baton plan "a task"` writes a plan; `baton plan check` and its like are commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.lazy and args[0] not in ("-h", "--help")):
            args = ["new", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Without `new`: a task in quotes is how it is written."""
        return [name for name in super().list_commands(ctx) if name != "new"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of writing a plan belong to `baton plan "…"` itself, so they are listed here."""
        task = self.get_command(ctx, "new")
        assert task is not None
        records = [record for param in task.params if (record := param.get_help_record(ctx)) is not None]
        with formatter.section('Options of baton plan "TASK"'):
            formatter.write_dl(records)
        super().format_options(ctx, formatter)


@click.group(cls=TaskOrCommand, lazy=COMMANDS)
def plan() -> None:
    """Write, check, show and change plans.

    \b
    Examples:
      baton plan "Add request logging middleware to the FastAPI app" --save --explain
      baton plan --import brief.md --save
      baton plan check
    """
