"""`baton plan`: write, check, show and change plans."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from agent_baton.app import plan_files
from agent_baton.app.amend import current_plan
from agent_baton.app.model_planner import TIMEOUT_S, edited, plan_with, refine_with
from agent_baton.app.planning import make_plan
from agent_baton.app.site import Site, find_site
from agent_baton.cli.app import LazyGroup
from agent_baton.cli.common import Desk, answer, note, say
from agent_baton.errors import NotFound, UserError
from agent_baton.plan.diff import diff_plans
from agent_baton.plan.difftext import render_diff
from agent_baton.plan.finding import Finding
from agent_baton.plan.imports import import_plan
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Budget, BudgetTier, Plan
from agent_baton.plan.render import render_html, render_text, render_tree
from agent_baton.plan.schema import schema_text
from agent_baton.plan.write import json_text
from agent_baton.planner.compose import Options

F = TypeVar("F", bound=Callable[..., Any])


class TaskOrCommand(LazyGroup):
    """`baton plan "a task"` writes a plan; `baton plan check` and its like are commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.list_commands(ctx) and args[0] not in ("-h", "--help")):
            args = ["new", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of writing a plan belong to `baton plan "…"` itself, so they are listed here."""
        task = self.get_command(ctx, "new")
        assert task is not None
        records = [record for param in task.params if (record := param.get_help_record(ctx)) is not None]
        with formatter.section('Options of baton plan "TASK"'):
            formatter.write_dl(records)
        super().format_options(ctx, formatter)


@click.group(cls=TaskOrCommand)
def plan() -> None:
    """Write, check, show and change plans.

    \b
    Examples:
      baton plan "Add request logging middleware to the FastAPI app" --save --explain
      baton plan --import brief.md --save
      baton plan check
    """


def _site() -> Site:
    return find_site(os.getcwd(), os.environ)


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def planner_options(command: F) -> F:
    timeout: Callable[[F], F] = click.option(
        "--planner-timeout", type=click.FloatRange(min=1), default=TIMEOUT_S, show_default=True,
        help="Seconds for each answer of the planner.",
    )  # fmt: skip
    planner: Callable[[F], F] = click.option(
        "--planner",
        metavar="WHO",
        help='Let a model plan: claude, or "command PROGRAM ARGS…". Checked as any plan.',
    )
    return planner(timeout(command))


@plan.command(hidden=True)
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
    site = _site()
    as_json = wanted["as_json"] or wanted["output"] == "json"
    made = _make(site, task, wanted)
    if wanted["template_name"]:
        note(f"template saved: {plan_files.save_template(site, wanted['template_name'], made)}")
    if wanted["save"] and not wanted["dry_run"]:
        plan_files.save(site, made, wanted["force"])
    if as_json:
        say(json_text(made))
        return 0
    say(render_text(made, explain=wanted["explain"]))
    if wanted["save"] and not wanted["dry_run"]:
        say(f"\nSaved: {plan_files.PLAN_JSON} and plan.md. Next: baton execute start")
    elif not wanted["dry_run"]:
        note("not saved; add --save to keep it")
    return 0


def _make(site: Site, task: str, wanted: dict[str, Any]) -> Plan:
    if wanted["planner"] and (wanted["source"] or wanted["template"]):
        raise UserError(
            "--planner plans a task; to change an imported plan: --save it, then baton plan refine"
        )
    if wanted["source"]:
        path = Path(wanted["source"])
        if not path.is_file():
            raise NotFound(f"no file {str(path)!r} to import")
        return import_plan(plan_files.read_bounded(path), str(path), _now(), None)
    if not task.strip():
        raise UserError('what is the task? baton plan "Add request logging to the API" --save')
    if wanted["template"]:
        return plan_files.from_saved_template(site, wanted["template"], task, _now())
    options = _options(wanted)
    made = make_plan(site, task, options)
    if wanted["planner"]:
        return plan_with(site, made, options, wanted["planner"], note, wanted["planner_timeout"])
    return made.plan


def _options(wanted: dict[str, Any]) -> Options:
    tier, budget = _budget(wanted["budget"])
    return Options(
        agents=tuple(name.strip() for name in (wanted["agents"] or "").split(",") if name.strip()),
        complexity=wanted["complexity"],
        task_type=plan_files.task_type(wanted["task_type"]),
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
        return None, Budget(usd=float(text.removeprefix("$")), tokens=None, wall_s=None)
    except ValueError as error:
        raise UserError(f"--budget is lean, standard, full or an amount in dollars, not {text!r}") from error


file_argument = click.argument("file", required=False, type=click.Path(dir_okay=False))


def _plan_at(site: Site, file: str | None) -> Plan:
    return read_plan(plan_files.plan_path(site, file))


def _plan_of(task_id: str | None) -> Plan:
    desk = Desk(task_id)
    return current_plan(desk.journal, desk.task_id)


@plan.command()
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
    site = _site()
    findings = plan_files.findings(site, _plan_at(site, file))
    errors = sum(finding.severity == "error" for finding in findings)
    text = "\n".join(_finding(item) for item in findings) or "the plan is sound"
    fields = [
        {"severity": f.severity, "code": f.code, "where": f.where, "message": f.message, "hint": f.hint}
        for f in findings
    ]
    answer("json" if as_json else output, text, {"ok": errors == 0, "findings": fields})
    return 2 if errors else 0


def _finding(item: Finding) -> str:
    return f"{item.severity}: {item.where}: {item.message}" + (f"\n    {item.hint}" if item.hint else "")


@plan.command()
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
    made = _plan_of(task_id) if running or task_id else _plan_at(_site(), file)
    if html:
        Path(html).write_text(render_html(made), encoding="utf-8")
        note(f"written: {html}")
        return 0
    say(json_text(made) if as_json else render_text(made, explain=True) if explain else render_tree(made))
    return 0


@plan.command()
def edit() -> int:
    """Open the saved plan in your editor; it is kept only if it is sound, and the diff is shown.

    \b
    Example:
      baton plan edit
    """
    site = _site()
    path = plan_files.plan_path(site, None)
    old = read_plan(path)
    edited = click.edit(path.read_text(encoding="utf-8"), extension=".json")
    if edited is None:
        note("unchanged")
        return 0
    new_plan = plan_files.parsed(edited, str(path))
    plan_files.save(site, new_plan, force=True)
    say(render_diff(diff_plans(old, new_plan)) or "the same plan, written differently")
    return 0


@plan.command()
@click.argument("wish", required=False, default="")
@click.option("--drop-step", "drop", multiple=True, metavar="STEP", help="Take a step out; may be repeated.")
@click.option(
    "--agent-for", "agents", multiple=True, metavar="STEP=AGENT", help="Another specialist for a step."
)
@click.option("--model-for", "models", multiple=True, metavar="STEP=MODEL", help="Another model for a step.")
@click.option("--save", is_flag=True, help="Keep the refined plan; without it nothing is written.")
@planner_options
def refine(
    wish: str,
    drop: tuple[str, ...],
    agents: tuple[str, ...],
    models: tuple[str, ...],
    save: bool,
    planner: str | None,
    planner_timeout: float,
) -> int:
    """Change the saved plan and show the diff. Words need a --planner; the options below need none.

    \b
    Examples:
      baton plan refine --drop-step 3.1 --model-for 2.1=opus
      baton plan refine "make the review lighter" --planner claude --save
    """
    site = _site()
    old = read_plan(plan_files.plan_path(site, None))
    if not (wish or drop or agents or models):
        raise UserError(
            "what should change? baton plan refine --drop-step 3.1, or words with --planner claude"
        )
    if wish and not planner:
        raise UserError(
            "without a model, words are not understood; use --drop-step, --agent-for, --model-for, "
            "or let a model do it with --planner claude"
        )
    if planner and not wish:
        raise UserError('tell the planner what to change: baton plan refine "…" --planner claude')
    refined = edited(site, old, drop, agents, models)
    if planner:
        refined = refine_with(site, refined, wish, planner, note, planner_timeout)
    return _show_refined(site, old, refined, save)


def _show_refined(site: Site, old: Plan, refined: Plan, save: bool) -> int:
    changes = render_diff(diff_plans(replace(old, forecast=None), replace(refined, forecast=None)))
    say(changes.removesuffix("\n") or "no difference")
    faults = [item for item in plan_files.findings(site, refined) if item.severity == "error"]
    if faults:
        raise UserError("the refined plan could not be driven:\n" + "\n".join(map(_finding, faults)))
    if save and changes:
        plan_files.save(site, refined, force=True)
        note(f"saved; the plan before is {plan_files.PLAN_JSON}.bak")
    elif changes:
        note("not saved; add --save to keep it")
    return 0


@plan.command()
@click.argument("old", type=click.Path(dir_okay=False))
@click.argument("new_file", metavar="NEW", type=click.Path(dir_okay=False))
def diff(old: str, new_file: str) -> int:
    """Say what differs between two plans, by ids. Exit 1 when something does.

    \b
    Example:
      baton plan diff before.json .claude/team-context/plan.json
    """
    changes = diff_plans(read_plan(Path(old)), read_plan(Path(new_file)))
    say(render_diff(changes) or "no difference")
    return 1 if changes else 0


@plan.command()
def schema() -> int:
    """Print the JSON Schema of plan.json.

    \b
    Example:
      baton plan schema > plan.schema.json
    """
    say(schema_text().removesuffix("\n"))
    return 0


@plan.command(name="from-issue")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--save", is_flag=True, help="Keep the plan.")
@click.option("--explain", is_flag=True, help="Say why.")
def from_issue(file: str, save: bool, explain: bool) -> int:
    """Plan an issue's text. The text is data: it can name a task, never a command or a permission.

    \b
    Example:
      baton plan from-issue issue-42.md --save
    """
    site = _site()
    made = plan_files.plan_issue(site, Path(file))
    if save:
        plan_files.save(site, made, force=False)
    say(render_text(made, explain=explain))
    return 0


@plan.command()
def templates() -> int:
    """List the saved templates.

    \b
    Example:
      baton plan templates
    """
    names = plan_files.template_names(_site())
    say("\n".join(names) or 'none yet; save one with: baton plan "…" --save-as-template NAME')
    return 0
