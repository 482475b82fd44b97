"""Taking over what an earlier driver had in flight: wait for its processes or end them, keep the work, go on.

A pipe cannot be attached again, so an agent is never adopted alive: it is ended by its mark, and its conversation
resumed. Nothing is started twice, because nothing starts before all of that is in the journal.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from agent_baton.app.driver import perform
from agent_baton.app.places import housed
from agent_baton.app.run.allowance import Allowance
from agent_baton.app.run.costs import Cost, Most, Told, cost_of
from agent_baton.app.run.feed import Follower, feed_path
from agent_baton.app.run.ground import plot_there, saved, tidy
from agent_baton.app.run.lock import Driver, ended_of, undriven
from agent_baton.app.settings import read_settings
from agent_baton.app.site import Site
from agent_baton.engine import commands as cmd
from agent_baton.engine.events import TaskStarted
from agent_baton.engine.state import State, Step
from agent_baton.engine.transitions import SETTLED
from agent_baton.errors import Refused
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.workspace.worktrees import release

GONE = "the driver that started it is gone"


@dataclass(frozen=True)
class Recovered:
    """What was found of an earlier driver."""

    ended: int  # processes of its agents that were still alive
    interrupted: tuple[str, ...]  # steps, to be resumed
    others: tuple[str, ...]  # steps with another session: not ours to touch
    kept: tuple[str, ...]  # trees that stay, and why


@dataclass(frozen=True)
class Seen:
    """What an agent had told of itself before its driver went."""

    told: Told = field(default_factory=lambda: Told(0, None, 0.0))
    call: Most = field(default_factory=lambda: Most(0, 0.0))  # the largest at once
    session: str = ""  # as the agent named it: some choose it themselves, after the dispatch was noted

    def then(self, item: dict[str, Any]) -> Seen:
        if item["kind"] == "began":
            return replace(self, session=item["session"])
        at_most_usd = item.get("at_most_usd", item["usd"])
        told = Told(int(item["tokens"]), item["usd"], at_most_usd)
        tokens, usd = told.tokens - self.told.tokens, at_most_usd - self.told.at_most_usd
        call = Most(max(tokens, self.call.tokens), max(usd, self.call.usd))
        return replace(self, told=told, call=call)


def recover(
    home: Site,
    journal: SqliteJournal,
    task_id: str,
    before: Driver | None,
    allowance: Allowance,
    actor: str,
    now: Callable[[], float],
    takes_over: bool,
) -> Recovered:
    """Bring journal and trees in order before anything is started. Doing it again changes nothing."""
    ended = ended_of(home, task_id, before)
    state = journal.state(task_id)
    phase = state.current_phase()
    flying = list(state.steps(phase.phase_id, "dispatched")) if phase else []
    open_task = state.head.status not in ("complete", "cancelled")
    mine = [step for step in flying if open_task and (step.runtime or takes_over)]
    spent = _told_so_far(home, task_id) if mine else {}
    for step in mine:
        _interrupt(home, journal, task_id, step, spent.get(step.step_id), allowance, ended, actor, now)
    kept = tidy(home, task_id, _finished(journal.state(task_id)))
    others = tuple(step.step_id for step in flying if step not in mine)
    return Recovered(ended, tuple(step.step_id for step in mine), others, tuple(kept))


def take_back(site: Site, journal: SqliteJournal, task_id: str, actor: str, now: float) -> bool:
    """For a session that takes a task up: end, keep and book what a killed run left. False while a run goes on."""
    try:
        with undriven(site, task_id) as before:
            if before is not None:
                first = next(journal.events(task_id)).event
                assert isinstance(first, TaskStarted)
                allowance = Allowance(read_settings(site.checkout.top).limits, first.plan)
                recover(housed(site, task_id), journal, task_id, before, allowance, actor, lambda: now, False)
    except Refused:
        return False
    return True


def _interrupt(
    home: Site,
    journal: SqliteJournal,
    task_id: str,
    step: Step,
    seen: Seen | None,
    allowance: Allowance,
    ended: int,
    actor: str,
    now: Callable[[], float],
) -> None:
    salvage = ""
    if step.runtime:
        ground = plot_there(home, task_id, step)
        if ground is not None:
            release(home.checkout, ground.worktree.path)
            salvage = saved(home, ground, step.attempt)
    cost = _cost(step, seen, allowance)
    reason = f"{GONE}; its agent was {'ended' if ended else 'gone too'}, its work is kept"
    command = cmd.Interrupt(
        step.step_id,
        reason if step.runtime else "taken over by an unattended run",
        salvage,
        attempt=step.attempt,
        conversation=((seen and seen.session) or step.session) if step.runtime else "",
        conversation_usd=step.conversation_usd + (cost.usd or 0.0),
        charge=bool(step.runtime),
        **cost.fields(),
    )
    perform(journal, task_id, command, round(now(), 3), actor)


def _cost(step: Step, seen: Seen | None, allowance: Allowance) -> Cost:
    """What the feed says it had used; one more call may have been under way. Nothing known: all it may have taken."""
    seen = seen or Seen()
    return cost_of(seen.told, False, allowance.estimates(step.step_id), seen.call)


def _told_so_far(home: Site, task_id: str) -> dict[str, Seen]:
    """What each step's last attempt had told of itself."""
    found: dict[str, Seen] = {}
    path = feed_path(home, task_id)
    for name in (f"{path}.1", path):
        if os.path.exists(name):
            for item in Follower(name).items():
                if item["kind"] == "starts":
                    found[item["step"]] = Seen()
                elif item["kind"] in ("began", "spent"):
                    found[item["step"]] = found.get(item["step"], Seen()).then(item)
    return found


def _finished(state: State) -> set[str]:
    """Steps whose work is in the task's branch: their trees, if any are left, are of no more use."""
    return {
        step.step_id
        for phase in state.phases()
        for step in state.steps(phase.phase_id, *SETTLED)
        if step.integrated
    }
