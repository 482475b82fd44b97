"""What was used, by day, task, agent, model or person: measured, estimated and unknown kept apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from agent_baton.trace.facts import TaskFacts
from agent_baton.trace.measures import Measures

By = Literal["day", "task", "agent", "model", "person"]
GROUPS: tuple[By, ...] = ("day", "task", "agent", "model", "person")
DRIVING = "(driving)"  # a session's own work on a task, beside what its agents did
OUTSIDE = "(no task)"


class Use(NamedTuple):
    """Sums of one group, or one row of what is to be grouped."""

    day: str = ""
    task: str = ""
    agent: str = ""
    model: str = ""
    person: str = ""
    attempts: int = 0
    tokens_measured: int = 0
    tokens_estimated: int = 0
    tokens_unknown: int = 0  # attempts whose tokens nobody reported
    usd_measured: float = 0.0
    usd_estimated: float = 0.0  # includes list prices of measured tokens
    usd_unknown: int = 0  # attempts or charges whose price is not known
    input: int = 0  # tokens by kind, where it is known
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


NUMBERS = Use._fields[5:]
SHARED = [name for name in NUMBERS if name in Measures._fields]
PLACES = [(name, 5 + Measures._fields.index(name)) for name in SHARED]  # where a cell holds them


def uses(facts: Iterable[TaskFacts], family: Callable[[str], str] = str) -> Iterator[Use]:
    """Rows of what the journal says, a task's steps and its driving. `family` gathers a model's names under one."""
    for task in facts:
        for cell in task["cells"]:
            agent, model, _, day, person = cell[:5]
            numbers = {name: cell[place] for name, place in PLACES}
            yield Use(day, task["task_id"], agent, family(model), person, **numbers)
        for day, person, _, model, tokens, usd in task["driving"]:
            yield Use(
                day, task["task_id"], DRIVING, family(model), person, tokens_measured=tokens,
                usd_estimated=usd or 0.0, usd_unknown=int(usd is None),
            )  # fmt: skip


class Counted(NamedTuple):
    """What the journal already holds of sessions: their transcripts must not be counted on top."""

    driven: frozenset[str]  # sessions whose own tokens were charged
    reported: frozenset[str]  # sessions some of whose agents reported what they used


def counted(facts: Iterable[TaskFacts]) -> Counted:
    driven: set[str] = set()
    reported: set[str] = set()
    for task in facts:
        driven.update(row[2] for row in task["driving"])
        reported.update(session for session, known in task["sessions"].items() if known)
    return Counted(frozenset(driven), frozenset(reported))


def grouped(rows: Iterable[Use], by: By) -> list[Use]:
    """Sums by one name: days in order, everything else dearest first."""
    found: dict[str, list[float]] = {}
    for row in rows:
        name = getattr(row, by)
        numbers = row[5:]
        had = found.get(name)
        found[name] = list(numbers) if had is None else [a + b for a, b in zip(had, numbers, strict=True)]
    sums = [_sum(numbers, by, name) for name, numbers in found.items()]
    if by == "day":
        return sorted(sums, key=lambda row: row.day)
    return sorted(sums, key=lambda row: (*_weight(row), getattr(row, by)))


def _weight(row: Use) -> tuple[float, float]:
    return -row.usd_measured - row.usd_estimated, -row.tokens_measured - row.tokens_estimated


def total(rows: Sequence[Use]) -> Use:
    return _sum([sum(numbers) for numbers in zip(*(row[5:] for row in rows), strict=True)])


def _sum(numbers: Sequence[float], by: str = "", name: str = "") -> Use:
    names = (name if field == by else "" for field in Use._fields[:5])
    return Use(*names, *numbers)  # type: ignore[arg-type]


def as_fields(row: Use, by: By | None = None) -> dict[str, Any]:
    """Numbers by name, money to a millionth; with the name of the group when there is one."""
    numbers = {name: getattr(row, name) for name in NUMBERS}
    rounded = {
        name: round(value, 6) if isinstance(value, float) else value for name, value in numbers.items()
    }
    return {by: getattr(row, by), **rounded} if by else rounded
