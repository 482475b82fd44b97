"""`baton plan check`, `show`, `diff` and `schema`: look at plans."""

from __future__ import annotations

from pathlib import Path

import click

from agent_baton.app.amend import current_plan
from agent_baton.app.plan_files import plan_path
from agent_baton.app.plan_lint import findings as findings_of
from agent_baton.app.site import Site
from agent_baton.cli.common import Desk, answer, note, output_option, put, say
from agent_baton.cli.plan_options import finding_text, here
from agent_baton.plan.diff import diff_plans
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Plan
from agent_baton.plan.render import render_diff, render_html, render_text, render_tree
from agent_baton.plan.schema import schema_text
from agent_baton.plan.write import json_text

file_argument = click.argument("file", required=False, type=click.Path(dir_okay=False))


def _plan_at(site: Site, file: str | None) -> Plan:
    return read_plan(plan_path(site, file))


def _plan_of(task_id: str | None) -> Plan:
    desk = Desk(task_id)
    return current_plan(desk.journal, desk.task_id)


@click.command()
@file_argument
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def check(file: str | None, as_json: bool, output: str) -> int:
    """Lint a plan: cycles, unknown agents, missing gates, parallel steps that share files …

    Exit 2 when it could not be driven, 0 otherwise.

    \b
    Example:
      baton plan check
    """
    site = here()
    findings = findings_of(site, _plan_at(site, file))
    errors = sum(finding.severity == "error" for finding in findings)
    text = "\n".join(finding_text(item) for item in findings) or "the plan is sound"
    fields = [
        {"severity": f.severity, "code": f.code, "where": f.where, "message": f.message, "hint": f.hint}
        for f in findings
    ]
    answer("json" if as_json else output, text, {"ok": errors == 0, "findings": fields})
    return 2 if errors else 0


@click.command()
@file_argument
@click.option("--html", "html", type=click.Path(dir_okay=False), help="Write a page that draws the plan.")
@click.option("--explain", is_flag=True, help="The whole plan with its reasons instead of the tree.")
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")
@click.option("--running", is_flag=True, help="The plan of the task under way, amendments included.")
@click.option("--task-id", metavar="ID", help="The plan of this task, amendments included.")
def show(
    file: str | None, html: str | None, explain: bool, as_json: bool, running: bool, task_id: str | None
) -> int:
    """Show a plan as a tree.

    \b
    Example:
      baton plan show --html plan.html
    """
    made = _plan_of(task_id) if running or task_id else _plan_at(here(), file)
    if html:
        put(html, render_html(made).encode())
        note(f"written: {html}")
        return 0
    say(json_text(made) if as_json else render_text(made, explain=True) if explain else render_tree(made))
    return 0


@click.command()
@click.argument("old", type=click.Path(dir_okay=False))
@click.argument("new_file", metavar="NEW", type=click.Path(dir_okay=False))
@output_option
def diff(old: str, new_file: str, output: str) -> int:
    """Say what differs between two plans, by ids. Exit 1 when something does.

    \b
    Example:
      baton plan diff before.json .claude/team-context/plan.json
    """
    changes = diff_plans(read_plan(Path(old)), read_plan(Path(new_file)))
    text = render_diff(changes).removesuffix("\n")
    answer(output, text or "no difference", {"changes": text.splitlines()})
    return 1 if changes else 0


@click.command()
def schema() -> int:
    """Print the JSON Schema of plan.json.

    \b
    Example:
      baton plan schema > plan.schema.json
    """
    say(schema_text().removesuffix("\n"))
    return 0
