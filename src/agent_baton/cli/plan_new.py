"""`baton plan "a task"`: write a plan."""

from __future__ import annotations

import math
from typing import Any, get_args

import click

from agent_baton.app.plan_files import PLAN_JSON, save, task_type
from agent_baton.app.planning import make_plan
from agent_baton.app.site import Site
from agent_baton.cli.app import loaded
from agent_baton.cli.common import note, say
from agent_baton.cli.plan_options import here, planner_options
from agent_baton.errors import UserError
from agent_baton.plan.model import Budget, BudgetTier, Plan
from agent_baton.plan.text import render_text
from agent_baton.plan.write import json_text
from agent_baton.planner.compose import Options

# What only some plans need, and what would cost all others the time of importing it.
WAYS = {
    "source": "agent_baton.cli.plan_ways:imported",
    "template": "agent_baton.cli.plan_ways:from_template",
    "template_name": "agent_baton.cli.plan_ways:as_template",
    "planner": "agent_baton.cli.plan_ways:by_model",
}


@click.command(hidden=True)
@click.argument("task", required=False, default="")
@click.option("--save", is_flag=True, help="Write .claude/team-context/plan.json and plan.md.")
@click.option("--explain", is_flag=True, help="Say why: every choice with its reason.")
@click.option("--dry-run", is_flag=True, help="Show the plan and write nothing, also with --save.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.option(
    "--import",
    "source",
    type=click.Path(dir_okay=False),
    help="A brief in Markdown or YAML, or a plan in JSON.",
)
@click.option("--template", metavar="NAME", help="Fill a saved template with this task.")
@click.option(
    "--save-as-template", "template_name", metavar="NAME", help="Keep the plan's shape for other tasks."
)
@click.option("--agents", metavar="A,B", help="These specialists and no others.")
@click.option("--complexity", type=click.Choice(["light", "medium", "heavy"]), help="Overrule the planner.")
@click.option("--task-type", metavar="TYPE", help="Overrule the planner: new-feature, bug-fix, refactor …")
@click.option("--model", metavar="NAME", help="One model for every step.")
@click.option("--budget", metavar="TIER|USD", help="lean, standard or full; or a limit in dollars.")
@click.option(
    "--knowledge", multiple=True, metavar="PATH", help="A document for every step to read; may be repeated."
)
@click.option("--force", is_flag=True, help="Replace a saved plan that was edited since baton wrote it.")
@planner_options
def new(task: str, **wanted: Any) -> int:
    """Write a plan for a task."""
    site = here()
    as_json = wanted["as_json"] or wanted["output"] == "json"
    made = _make(site, task, wanted)
    if wanted["template_name"]:
        loaded(WAYS["template_name"])(site, wanted["template_name"], made)
    if wanted["save"] and not wanted["dry_run"]:
        save(site, made, wanted["force"])
    if as_json:
        say(json_text(made))
        return 0
    say(render_text(made, explain=wanted["explain"]))
    if wanted["save"] and not wanted["dry_run"]:
        say(f"\nSaved: {PLAN_JSON} and plan.md. Next: baton execute start")
    elif not wanted["dry_run"]:
        note("not saved; add --save to keep it")
    return 0


def _make(site: Site, task: str, wanted: dict[str, Any]) -> Plan:
    if wanted["planner"] and (wanted["source"] or wanted["template"]):
        raise UserError(
            "--planner plans a task; to change an imported plan: --save it, then baton plan refine"
        )
    if wanted["source"]:
        return _by("source", wanted["source"])
    if not task.strip():
        raise UserError('what is the task? baton plan "Add request logging to the API" --save')
    if wanted["template"]:
        return _by("template", site, wanted["template"], task)
    options = _options(wanted)
    made = make_plan(site, task, options)
    return _by("planner", site, made, options, wanted) if wanted["planner"] else made.plan


def _by(way: str, *given: Any) -> Plan:
    plan: Plan = loaded(WAYS[way])(*given)
    return plan


def _options(wanted: dict[str, Any]) -> Options:
    tier, budget = _budget(wanted["budget"])
    return Options(
        agents=tuple(name.strip() for name in (wanted["agents"] or "").split(",") if name.strip()),
        complexity=wanted["complexity"],
        task_type=task_type(wanted["task_type"]),
        model=wanted["model"],
        budget_tier=tier,
        budget=budget,
        knowledge=tuple(wanted["knowledge"]),
    )


def _budget(text: str | None) -> tuple[BudgetTier | None, Budget | None]:
    if text is None:
        return None, None
    tier = {name: name for name in get_args(BudgetTier)}.get(text)
    if tier:
        return tier, None
    try:
        usd = float(text.removeprefix("$"))
    except ValueError as error:
        raise UserError(f"--budget is lean, standard, full or an amount in dollars, not {text!r}") from error
    if not (math.isfinite(usd) and usd >= 0):
        raise UserError(f"--budget is an amount in dollars of 0 or more, not {text!r}")
    return None, Budget(usd=usd)
