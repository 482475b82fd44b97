"""`baton usage`: tokens and money, by day, task, agent, model or person."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import click

from agent_baton.app.usage import usage as used
from agent_baton.cli.common import Desk, say
from agent_baton.cli.since import moment
from agent_baton.cli.tables import as_csv, colored, drawn, least, needed, table, terminal_width
from agent_baton.engine.brief import one_line
from agent_baton.engine.protocol import clock
from agent_baton.fastjson import dumps
from agent_baton.planner.forecast import OVERRIDE, Prices
from agent_baton.trace.amounts import count, dollars, many, whole_dollars
from agent_baton.trace.usage import GROUPS, NUMBERS, By, Use, as_fields, grouped, total


@click.command()
@click.option("--by", type=click.Choice(GROUPS), default="day", help="What to add up by.")
@click.option(
    "--since", metavar="WHEN", help="Only from that day on: 7d, 2w, or a date as in 2026-11-01 (UTC)."
)
@click.option("--output", type=click.Choice(["text", "json", "csv"]), default="text", help="How to print.")
@click.option("--json", "output", flag_value="json", help="Short for --output json.")
@click.option("--csv", "output", flag_value="csv", help="Short for --output csv.")
def usage(by: By, since: str | None, output: str) -> None:
    """Show what was used: tokens and money, with what is measured, estimated and unknown kept apart.

    From the journal, and from the transcripts of Claude Code sessions in this repository that it knows nothing of.

    \b
    Examples:
      baton usage --by agent --since 7d
      baton usage --by task --csv > usage.csv
    """
    desk = Desk()
    start = moment(since, desk.now)
    day = clock(start)[:10] if start is not None else ""
    rows, prices = used(desk.site, desk.journal, os.environ, desk.actor, day)
    found = grouped(rows, by)
    if output == "csv":
        say(_csv(found, by))
    elif output == "json":
        fields = {"by": by, "since": day or None, "rows": [as_fields(row, by) for row in found]}
        say(
            dumps(
                {
                    **fields,
                    "total": as_fields(total(found)),
                    "prices": {"date": prices.date, "source": prices.source, "models": _plain(prices)},
                }
            )
        )
    else:
        say(_text(found, by, prices))


def _plain(prices: Prices) -> dict[str, dict[str, float]]:
    return {name: dict(price) for name, price in prices.models.items()}


def _csv(found: Sequence[Use], by: By) -> str:
    return as_csv([[by, *NUMBERS], *([*as_fields(row, by).values()] for row in found)])


HEADS = (
    "tries", "tokens\nmeasured", "tokens\nestimated", "tokens\nunknown", "$\nmeasured", "$\nestimated", "$\nunknown",
)  # fmt: skip


def _text(found: Sequence[Use], by: By, prices: Prices) -> str:
    if not found:
        return "Nothing was used yet."
    return (
        f"{_table(found, by)}\n\n"
        "unknown: attempts whose tokens or price nobody reported; they are in no sum.\n"
        f"$ estimated holds list prices of measured tokens: prices of {prices.date},\n"
        f"{prices.source}; change them in {OVERRIDE}."
    )


def _table(found: Sequence[Use], by: By) -> str:
    width, heads = terminal_width(), (by, *HEADS)
    named = [(one_line(getattr(row, by)), row) for row in found]
    named.append(("all", total(found)))
    rows, gap = [[name, *_row(row, dollars)] for name, row in named], 2
    if needed(heads, rows) > width:
        rows, gap = [[name, *_row(row, whole_dollars)] for name, row in named], 1
    return drawn(table(heads, rows, gap=gap), max(width, least(heads, rows, gap)), colored())


def _row(row: Use, money: Callable[[float], str]) -> list[str]:
    """A sum that nothing was added to is no 0: it is unknown, or there is none."""
    known = row.attempts > row.usd_unknown
    return [
        many(row.attempts),
        _sum(row.tokens_measured, row.tokens_unknown, count),
        _sum(row.tokens_estimated, 0, count),
        many(row.tokens_unknown),
        money(0)
        if known and not row.usd_measured + row.usd_estimated
        else _sum(row.usd_measured, row.usd_unknown, money),
        _sum(row.usd_estimated, 0, money),
        many(row.usd_unknown),
    ]


def _sum(value: float, unknown: int, words: Callable[[float], str]) -> str:
    return words(value) if value else "unknown" if unknown else "–"
