"""How each agent's work held. A ranking is not given: the tasks they got are not alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from agent_baton.trace.learning.lessons import Lesson
from agent_baton.trace.rate import Rate

CLEAN = "done at the first attempt, nothing repaired"
FOUND = "reviews that objected"


class AgentScore(NamedTuple):
    agent: str
    of: str
    rate: Rate


def agent_scores(lessons: Iterable[Lesson]) -> list[AgentScore]:
    """By name; who judges is counted by what was found, who makes by what held."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for item in lessons:
        for step in item["steps"]:
            cell = counts[step["agent"], FOUND if step["judges"] else CLEAN]
            cell[0] += step["objected"] if step["judges"] else step["clean"]
            cell[1] += 1
    return [AgentScore(agent, of, Rate(*cell)) for (agent, of), cell in sorted(counts.items())]
