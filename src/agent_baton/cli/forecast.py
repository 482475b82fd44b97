"""`baton forecast`: what a plan is expected to take, and how often such forecasts held."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from agent_baton.app import plan_files
from agent_baton.app.forecasts import FIGURES, Score, forecast_of, scores
from agent_baton.app.site import Site, find_site
from agent_baton.cli.common import answer, output_option
from agent_baton.errors import UserError
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Forecast, Plan, Range
from agent_baton.plan.write import document_of


@click.command()
@click.argument("plan", required=False, type=click.Path(dir_okay=False))
@click.option("--score", is_flag=True, help="How often the intervals of past forecasts held.")
@output_option
def forecast(plan: str | None, score: bool, output: str) -> int:
    """Say what a plan is expected to take: tokens, money and minutes, each with an 80% interval.

    From this repository's own history where an agent has five finished steps, from stated priors elsewhere.

    \b
    Examples:
      baton forecast
      baton forecast --score --json
    """
    site = find_site(os.getcwd(), os.environ)
    if score and plan:
        raise UserError("--score looks at every past task; it takes no plan")
    text, fields = _score(site) if score else _forecast(site, plan)
    answer(output, text, fields)
    return 0


def _forecast(site: Site, file: str | None) -> tuple[str, dict[str, Any]]:
    made = read_plan(plan_files.plan_path(site, file))
    found = forecast_of(site, made)
    return "\n".join(_lines(made, found)), {"task_id": made.task_id, **document_of(found)}


def _lines(plan: Plan, found: Forecast) -> Iterator[str]:
    agents = {step.step_id: step.agent_name for phase in plan.phases for step in phase.steps}
    rows = [
        (f"{item.step_id} {agents[item.step_id]}", item.tokens, item.usd, item.minutes)
        for item in found.steps
    ]
    rows.append(("whole task", found.tokens, found.usd, found.minutes))
    width = max(len(name) for name, *_ in rows)
    yield f"{'step':<{width}}  {'tokens':<20}  {'USD':<20}  minutes   (likely, 80% between)"
    for name, tokens, usd, minutes in rows:
        yield f"{name:<{width}}  {_range(tokens):<20}  {_range(usd):<20}  {_range(minutes)}".rstrip()
    yield f"Basis: {found.basis}"


def _range(figures: Range) -> str:
    return f"{_short(figures.likely)} ({_short(figures.low)}–{_short(figures.high)})"


def _short(value: float) -> str:
    """1234567 as 1.23M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def _score(site: Site) -> tuple[str, dict[str, Any]]:
    found = scores(site)
    lines = [_told(item) for item in found]
    if not any(item.count for item in found):
        lines.append("no step that was started with a forecast is finished yet")
    fields: dict[str, Any] = {
        item.figure: {
            "count": item.count,
            "held": item.held,
            "below": item.below,
            "above": item.above,
            "verdict": item.verdict,
        }
        for item in found
    }
    return "\n".join(lines), {"promised": 0.8, **fields}


def _told(score: Score) -> str:
    width = max(map(len, FIGURES))
    if score.count == 0:
        return f"{score.figure:<{width}}  {score.verdict}: nothing known of finished steps"
    seen = f"held {score.held} of {score.count}, {score.below} below, {score.above} above"
    return f"{score.figure:<{width}}  {score.verdict} ({seen})"
