"""Steps side by side: a worktree for each, and their branches merged in plan order when all of them are done."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from agent_baton.app.driver import perform
from agent_baton.app.places import housed, worktree_of
from agent_baton.app.run.lock import driven
from agent_baton.app.site import Site
from agent_baton.app.whereabouts import where_the_work_is
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Action, Dispatch
from agent_baton.engine.limits import require_driver
from agent_baton.engine.protocol import Place
from agent_baton.engine.state import Phase, State, Step
from agent_baton.engine.transitions import RUNNABLE, UNSETTLED
from agent_baton.errors import Refused
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.workspace.integrate import Conflicted
from agent_baton.workspace.integrate import integrate as merge
from agent_baton.workspace.locate import read_head
from agent_baton.workspace.worktrees import add_worktree, put_away, remove_worktree

LOOKAHEAD = 64  # steps whose needs are looked at
DETAIL_LIMIT = 4_000  # characters of a conflict's hunks kept for the repair


def places(site: Site, task_id: str, state: State, actions: list[Action]) -> dict[str, Place]:
    """Where each of several steps is to work. One alone works in the checkout; several get a worktree each, or are refused."""
    steps = [action for action in actions if isinstance(action, Dispatch)]
    phase = state.current_phase()
    alone = len(steps) < 2 and not (phase and state.any(phase.phase_id, "dispatched"))
    if alone:
        return {}
    site = where_the_work_is(site, state)
    head = read_head(site.checkout)
    assert head.commit is not None
    found: dict[str, Place] = {}
    for action in steps:
        made = add_worktree(site.checkout, task_id, action.step_id, head.commit)
        found[action.step_id] = Place(made.path, made.branch)
    return found


def merges_due(state: State, ours: Collection[str] = ()) -> list[str]:
    """Finished steps to merge now, in plan order: all when nothing in the phase is open, else what the next steps build on.

    `ours` are in hand already, though the journal may not say so yet. Nothing is merged under an agent at work in
    the very tree that is merged into.
    """
    phase = state.current_phase()
    if phase is None or not phase.unintegrated:
        return []
    waiting = [step.step_id for step in state.steps(phase.phase_id, "complete") if not step.integrated]
    if not ours and not state.any(phase.phase_id, *UNSETTLED):
        return waiting
    if any(not step.worktree for step in state.steps(phase.phase_id, "dispatched")):
        return []
    needed = _needed(state, phase, ours)
    return [step_id for step_id in waiting if step_id in needed]


def _needed(state: State, phase: Phase, ours: Collection[str]) -> set[str]:
    following = islice(state.steps(phase.phase_id, *RUNNABLE), LOOKAHEAD)
    specs = [state.spec(step.step_id) for step in following if step.step_id not in ours]
    return {name for spec in specs if spec for name in spec.depends_on}


def integrate(
    site: Site,
    journal: SqliteJournal,
    task_id: str,
    now: float,
    actor: str,
    only: Collection[str] | None = None,
) -> list[tuple[str, str]]:
    """Merge finished branches of the phase at work: those that are due, or `only` some. (step, what came of it) in plan order."""
    state = journal.state(task_id)
    require_driver(state.head, site.session)
    due = merges_due(state) if only is None else only
    phase = state.current_phase()
    if phase is None or not due:
        return []
    complete = state.steps(phase.phase_id, "complete")
    waiting = [step for step in complete if step.step_id in due and not step.integrated]
    site = where_the_work_is(site, state)
    branch = read_head(site.checkout).branch
    if branch is None:
        raise Refused(
            f"HEAD is detached in {site.checkout.top}, so what is finished has no branch to be merged into; "
            "check one out first: git switch NAME"
        )
    results = merge(site.checkout, task_id, branch, [(step.step_id, step.branch) for step in waiting])
    done: list[tuple[str, str]] = []
    for step, result in zip(waiting, results, strict=False):
        done.append((step.step_id, _record(site, journal, task_id, step, result, now, actor)))
    return done


def _record(
    site: Site, journal: SqliteJournal, task_id: str, step: Step, result: object, now: float, actor: str
) -> str:
    if isinstance(result, Conflicted):
        command = cmd.Integrate(
            step.step_id, conflict_files=tuple(result.files), detail=result.detail[:DETAIL_LIMIT]
        )
        perform(journal, task_id, command, now, actor)
        return f"conflict in {', '.join(result.files)}"
    commit, note = result.commit, result.note  # type: ignore[attr-defined]
    perform(journal, task_id, cmd.Integrate(step.step_id, commit, note), now, actor)
    path, _ = worktree_of(site, task_id, step.step_id)
    kept = remove_worktree(site.checkout, path) if path else ""
    return f"merged as {commit[:12]}" + (f" ({kept})" if kept else "")


def leave_home(site: Site, task_id: str) -> str:
    """Put the own work tree of a task that has ended away, its branch stays; why it was kept ("" when it was not).

    Kept too while a run is still at it, and when whoever asks stands in it.
    """
    home = housed(site, task_id)
    path = home.checkout.top
    if home is site or path == site.checkout.top or driven(site, task_id) is not None:
        return ""
    return put_away(site.checkout, path)
