"""A command in the place where its author put it, before anyone has judged it."""

from __future__ import annotations

from typing import Literal

from agent_baton.records import Record

from .calls import Call
from .meaning import Meaning

Source = Literal["ci", "task", "docs", "convention"]


class Sighting(Record):
    call: Call
    source: Source
    where: str  # for people: "GitHub Actions job 'tests'"
    weight: int = 0  # how much more or less than its source usually deserves
    meaning: Meaning | None = None  # when whoever saw it already knows
    inside: str = ""  # the task that runs it, as it is called
