"""`baton dashboard`: metrics across tasks, in the terminal."""

from __future__ import annotations

import dataclasses
import os

import click
from tabulate import tabulate

from agent_baton.app.past import histories
from agent_baton.app.site import find_site
from agent_baton.cli.common import answer, output_option
from agent_baton.cli.status import duration
from agent_baton.trace.metrics import Figures, Rate, figures

TOO_FEW = 5


@click.command()
@output_option
def dashboard(output: str) -> None:
    """Show metrics across tasks: success, gates, repairs, claims that were not true, time and cost per agent.

    Everything is counted from the journal; what nobody reported is shown as unknown, never as nothing.

    \b
    Example:
      baton dashboard
    """
    found = figures(histories(find_site(os.getcwd(), os.environ)))
    answer(output, _text(found), _fields(found))


def _fields(found: Figures) -> dict[str, object]:
    fields = dataclasses.asdict(found)
    fields["success"] = _rate_fields(found.success)
    fields["first_pass"] = _rate_fields(found.first_pass)
    for agent, row in zip(found.agents, fields["agents"], strict=True):
        row["steps_first_try"] = _rate_fields(agent.steps_first_try)
    return fields


def _rate_fields(rate: Rate) -> dict[str, object]:
    return {"hits": rate.hits, "total": rate.total, "interval": rate.interval()}


def _text(found: Figures) -> str:
    if not found.tasks:
        return 'No tasks yet. Begin with: baton plan "…" --save, then baton execute start'
    status = ", ".join(f"{count} {name}" for name, count in found.by_status.items())
    lines = [
        f"Tasks          {found.tasks} ({status})",
        f"Success        {_rate(found.success)} of ended tasks",
        f"Gates          {_rate(found.first_pass)} green at the first run; {found.gate_runs} runs, "
        f"{found.gates_reported} reported only, {found.gates_waived} waived",
        f"Repairs        {found.repairs}",
        f"Attempts       {found.attempts}: {found.failed_attempts} failed, {found.interruptions} interrupted, {found.voided} late answers void",
        f"Questions      {found.questions}",
        f"False claims   {found.false_claims}",
        f"Time           {duration(found.seconds)}",
        f"Cost           {_cost(found)}",
    ]
    return "\n".join(lines) + "\n\n" + _agents(found)


def _rate(rate: Rate) -> str:
    """Hits of total, with the interval once there are enough to speak of one."""
    interval = rate.interval()
    if interval is None:
        return "none yet"
    text = f"{rate.hits}/{rate.total}"
    if rate.total < TOO_FEW:
        return f"{text} (too few to say)"
    return f"{text} ({100 * rate.hits / rate.total:.0f}%, 95% interval {100 * interval[0]:.0f}–{100 * interval[1]:.0f}%)"


def _cost(found: Figures) -> str:
    cost = found.cost
    known = int(cost["measured"]) + int(cost["estimated"])
    unknown = f"{cost['unknown']} of {found.attempts} attempts unknown" if cost["unknown"] else ""
    if not known:
        return unknown or "nothing spent"
    text = f"${cost['usd']:.2f}, {cost['tokens']:,} tokens ({cost['measured']} measured, {cost['estimated']} estimated)"
    return f"{text}; {unknown}" if unknown else text


def _agents(found: Figures) -> str:
    rows = [
        [
            agent.agent_name,
            agent.attempts,
            agent.failed,
            f"{agent.steps_first_try.hits}/{agent.steps_first_try.total}",
            agent.repairs,
            agent.false_claims,
            duration(agent.seconds),
            f"{agent.tokens:,}" if agent.unknown_costs < agent.attempts else "unknown",
            f"${agent.usd:.2f}" if agent.unknown_costs < agent.attempts else "unknown",
        ]
        for agent in found.agents
    ]
    return tabulate(
        rows,
        ["agent", "tries", "failed", "1st try", "repairs", "false", "time", "tokens", "cost"],
        disable_numparse=True,
    )
