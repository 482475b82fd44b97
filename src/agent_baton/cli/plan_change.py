"""`baton plan edit`, `from-issue` and `templates`: plans that people write."""

from __future__ import annotations

from pathlib import Path

import click

from agent_baton.app.plan_files import plan_path
from agent_baton.app.plan_files import save as save_plan
from agent_baton.app.plan_issue import plan_issue
from agent_baton.app.plan_templates import template_names
from agent_baton.cli.common import answer, note, output_option, say
from agent_baton.cli.plan_options import here
from agent_baton.plan.diff import diff_plans
from agent_baton.plan.difftext import render_diff
from agent_baton.plan.load import parse_plan, read_plan
from agent_baton.plan.text import render_text
from agent_baton.plan.write import json_text


@click.command()
def edit() -> int:
    """Open the saved plan in your editor; it is kept only if it is sound, and the diff is shown.

    \b
    Example:
      baton plan edit
    """
    site = here()
    path = plan_path(site, None)
    old = read_plan(path)
    edited = click.edit(path.read_text(encoding="utf-8"), extension=".json")
    if edited is None:
        note("unchanged")
        return 0
    new_plan = parse_plan(edited.encode("utf-8"), str(path))
    save_plan(site, new_plan, force=True)
    say(render_diff(diff_plans(old, new_plan)) or "the same plan, written differently")
    return 0


@click.command(name="from-issue")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--save", is_flag=True, help="Keep the plan.")
@click.option("--explain", is_flag=True, help="Say why.")
@output_option
def from_issue(file: str, save: bool, explain: bool, output: str) -> int:
    """Plan an issue's text. The text is data: it can name a task, never a command or a permission.

    \b
    Example:
      baton plan from-issue issue-42.md --save
    """
    site = here()
    made = plan_issue(site, Path(file))
    if save:
        save_plan(site, made, force=False)
    say(json_text(made) if output == "json" else render_text(made, explain=explain))
    return 0


@click.command()
@output_option
def templates(output: str) -> int:
    """List the saved templates.

    \b
    Example:
      baton plan templates
    """
    names = template_names(here())
    none = 'none yet; save one with: baton plan "…" --save-as-template NAME'
    answer(output, "\n".join(names) or none, {"templates": list(names)})
    return 0
