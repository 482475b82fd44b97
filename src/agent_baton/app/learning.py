"""Learning from past tasks: proposals from their lessons, decided on by people, and held against what came after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_baton.agents.registry import load_registry
from agent_baton.app.folds import cache_of, folded
from agent_baton.app.learned_file import FILE, Entry, effects_in_force, read_learned, write_learned
from agent_baton.app.site import Site
from agent_baton.app.views import LESSONS
from agent_baton.engine.protocol import clock
from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.journal.port import Journal
from agent_baton.plan.diff import diff_plans
from agent_baton.plan.difftext import render_diff
from agent_baton.plan.load import plan_from
from agent_baton.plan.model import Plan
from agent_baton.planner.learned import learned, rescaled
from agent_baton.trace.learning.detectors import proposals
from agent_baton.trace.learning.lessons import Lesson
from agent_baton.trace.learning.proposal import Proposal
from agent_baton.trace.learning.scoring import Score, score

AUTOMATIC_BY = "baton learn --auto"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a proposal would have made of a past plan."""

    task_id: str
    summary: str
    changes: tuple[str, ...]
    left_out: str = ""


def lessons_of(site: Site, journal: Journal, env: Mapping[str, str]) -> list[Lesson]:
    found: list[Lesson] = folded(journal, LESSONS, cache_of(site, env))
    return [item for item in found if item["ended"]]


def open_proposals(site: Site, lessons: Sequence[Lesson]) -> list[Proposal]:
    """What the counts suggest and nobody has decided on yet. What was reverted is open again."""
    decided = {entry.id: entry.status for entry in read_learned(Path(site.checkout.top))}
    return [
        item for item in proposals(lessons) if decided.get(item.proposal_id) not in ("applied", "rejected")
    ]


def decide(site: Site, proposal: Proposal, status: str, by: str, now: float, reason: str = "") -> Entry:
    """Write the decision down. Refused for a status that it has already."""
    top = Path(site.checkout.top)
    entries = read_learned(top)
    entry = Entry(
        proposal.proposal_id,
        proposal.kind,
        proposal.title,
        status,
        clock(now),
        by,
        list(proposal.evidence),
        dict(proposal.effect),
        reason,
    )
    write_learned(top, [*entries, entry])
    return entry


def revert(site: Site, wanted: str, by: str, now: float, reason: str) -> Entry:
    """End the effect of something applied. Its entries stay, so that the file tells the story."""
    top = Path(site.checkout.top)
    entries = read_learned(top)
    last = next((entry for entry in reversed(entries) if entry.id == wanted), None)
    if last is None:
        raise NotFound(f"nothing with id {wanted!r} was decided; {FILE} lists what was")
    if last.status != "applied":
        raise Refused(f"{wanted} is {last.status}; only what is applied can be reverted")
    entry = Entry(
        last.id, last.kind, last.title, "reverted", clock(now), by, last.evidence, last.effect, reason
    )
    write_learned(top, [*entries, entry])
    return entry


def the_proposal(found: Sequence[Proposal], wanted: str) -> Proposal:
    """By its id, or the beginning of one that fits no other."""
    fitting = [item for item in found if item.proposal_id.startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UserError(f"{wanted!r} fits several: {', '.join(item.proposal_id for item in fitting)}")
    raise NotFound(f"no open proposal {wanted!r}; `baton learn` lists them")


def with_learned(site: Site, plan: Plan) -> Plan:
    """A new plan with everything in force that concerns it."""
    top = Path(site.checkout.top)
    return learned(plan, effects_in_force(read_learned(top)), load_registry(top, Path.home()).names)


def forecast_learned(site: Site, plan: Plan) -> Plan:
    """The plan with its forecast as past ones would have had to be."""
    if plan.forecast is not None:
        plan.forecast = rescaled(plan.forecast, effects_in_force(read_learned(Path(site.checkout.top))))
    return plan


def replay(site: Site, journal: Journal, effect: Mapping[str, Any], tasks: int) -> list[Replayed]:
    """What the effect would have changed in the plans of the newest tasks, newest first."""
    names = load_registry(Path(site.checkout.top), Path.home()).names
    started = [(task_id, item.event) for task_id, item in journal.of_kind("TaskStarted")][-tasks:]
    return [_replayed(task_id, event.plan, effect, names) for task_id, event in reversed(started)]  # type: ignore[attr-defined]


def _replayed(
    task_id: str, document: dict[str, Any], effect: Mapping[str, Any], names: Sequence[str]
) -> Replayed:
    try:
        before = plan_from(document, task_id)
    except UserError:
        return Replayed(
            task_id, str(document.get("task_summary")), (), "an older plan that this version cannot read"
        )
    after = learned(before, [effect], names)
    if after.forecast is not None:
        after.forecast = rescaled(after.forecast, [effect])
    after.explanation = before.explanation
    changes = diff_plans(before, after)
    return Replayed(task_id, before.task_summary, tuple(render_diff(changes).splitlines()) if changes else ())


def scores_of(
    site: Site, lessons: Sequence[Lesson], parse: Callable[[str], float]
) -> list[tuple[Entry, Score]]:
    """For everything applied: the same counts before and since."""
    last = {entry.id: entry for entry in read_learned(Path(site.checkout.top))}
    return [
        (entry, score(entry.effect, lessons, parse(entry.at)))
        for entry in last.values()
        if entry.status == "applied"
    ]
