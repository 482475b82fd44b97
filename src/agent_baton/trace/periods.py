"""Tasks over time: how many began and ended in each day, week or month. Days are UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from agent_baton.trace.facts import TaskFacts
from agent_baton.trace.measures import Measures

DAYS, WEEKS = 31, 31  # at most so many daily, then weekly periods; beyond that monthly
COUNTED_AT = 5  # of a cell: where its measures begin
MEASURED = COUNTED_AT + Measures._fields.index("usd_measured")
ESTIMATED = COUNTED_AT + Measures._fields.index("usd_estimated")


class Period(NamedTuple):
    begins: str  # ISO date of its first day
    length: str  # day | week | month
    started: int
    complete: int
    cancelled: int
    usd: float  # the known part


def periods(facts: Sequence[TaskFacts]) -> list[Period]:
    """From the first start to the last event, without gaps; empty when there are no tasks."""
    if not facts:
        return []
    first = _day(min(task["started"] for task in facts))
    last = _day(max(task["last"] for task in facts))
    length = _length((last - first).days + 1)
    begins = list(_begins(first, last, length))
    counts = {day.isoformat(): [0, 0, 0, 0.0] for day in begins}
    place: dict[str, list[float]] = {}

    def at(day: str) -> list[float]:
        if day not in place:
            place[day] = counts[_begin(date.fromisoformat(day), length).isoformat()]
        return place[day]

    for task in facts:
        at(_day(task["started"]).isoformat())[0] += 1
        if task["ended"] is not None:
            at(_day(task["ended"]).isoformat())[1 if task["status"] == "complete" else 2] += 1
        for cell in task["cells"]:
            at(cell[3])[3] += cell[MEASURED] + cell[ESTIMATED]
    return [
        Period(day, length, int(begun), int(done), int(dropped), round(usd, 6))
        for day, (begun, done, dropped, usd) in counts.items()
    ]


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, timezone.utc).date()


def _length(days: int) -> str:
    return "day" if days <= DAYS else "week" if days <= 7 * WEEKS else "month"


def _begin(day: date, length: str) -> date:
    """The first day of the period a day lies in; weeks begin on Monday."""
    if length == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if length == "month" else day


def _begins(first: date, last: date, length: str) -> Iterator[date]:
    day = _begin(first, length)
    while day <= last:
        yield day
        if length == "month":
            day = (day + timedelta(days=32)).replace(day=1)
        else:
            day += timedelta(days=7 if length == "week" else 1)


BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Iterable[float]) -> str:
    """A bar a value, as high as its share of the greatest; `·` is none at all."""
    numbers = list(values)
    most = max(numbers, default=0)
    if most <= 0:
        return "·" * len(numbers)
    return "".join("·" if n <= 0 else BARS[min(7, int(8 * n / most))] for n in numbers)
