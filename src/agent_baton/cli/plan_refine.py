"""`baton plan refine`: change the saved plan, by options or by a model."""

from __future__ import annotations

from dataclasses import replace

import click

from agent_baton.app.model_planner import edited, refine_with
from agent_baton.app.plan_files import PLAN_JSON, plan_path
from agent_baton.app.plan_files import save as save_plan
from agent_baton.app.plan_lint import findings
from agent_baton.app.site import Site
from agent_baton.cli.common import answer, note, output_option
from agent_baton.cli.plan_options import finding_text, here, planner_options
from agent_baton.errors import UserError
from agent_baton.plan.diff import diff_plans
from agent_baton.plan.difftext import render_diff
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Plan


@click.command()
@click.argument("wish", required=False, default="")
@click.option("--drop-step", "drop", multiple=True, metavar="STEP", help="Take a step out; may be repeated.")
@click.option(
    "--agent-for", "agents", multiple=True, metavar="STEP=AGENT", help="Another specialist for a step."
)
@click.option("--model-for", "models", multiple=True, metavar="STEP=MODEL", help="Another model for a step.")
@click.option("--save", is_flag=True, help="Keep the refined plan; without it nothing is written.")
@planner_options
@output_option
def refine(
    wish: str,
    drop: tuple[str, ...],
    agents: tuple[str, ...],
    models: tuple[str, ...],
    save: bool,
    planner: str | None,
    planner_timeout: float,
    output: str,
) -> int:
    """Change the saved plan and show the diff. Words need a --planner; the options below need none.

    \b
    Examples:
      baton plan refine --drop-step 3.1 --model-for 2.1=opus
      baton plan refine "make the review lighter" --planner claude --save
    """
    site = here()
    old = read_plan(plan_path(site, None))
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
    return _show_refined(site, old, refined, save, output)


def _show_refined(site: Site, old: Plan, refined: Plan, save: bool, output: str) -> int:
    changes = render_diff(diff_plans(replace(old, forecast=None), replace(refined, forecast=None)))
    text = changes.removesuffix("\n")
    faults = [item for item in findings(site, refined) if item.severity == "error"]
    kept = save and bool(changes) and not faults
    answer(output, text or "no difference", {"changes": text.splitlines(), "saved": kept})
    if faults:
        raise UserError("the refined plan could not be driven:\n" + "\n".join(map(finding_text, faults)))
    if kept:
        save_plan(site, refined, force=True)
        note(f"saved; the plan before is {PLAN_JSON}.bak")
    elif changes:
        note("not saved; add --save to keep it")
    return 0
