"""Steps side by side: a worktree for each, and their branches merged in plan order when all of them are done."""

from __future__ import annotations

from collections.abc import Collection

from agent_baton.app.driver import perform
from agent_baton.app.places import worktree_of
from agent_baton.app.site import Site
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Action, Dispatch
from agent_baton.engine.limits import require_driver
from agent_baton.engine.protocol import Place
from agent_baton.engine.state import State, Step
from agent_baton.engine.transitions import UNSETTLED
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.workspace.integrate import Conflicted
from agent_baton.workspace.integrate import integrate as merge
from agent_baton.workspace.locate import read_head
from agent_baton.workspace.worktrees import add_worktree, remove_worktree

DETAIL_LIMIT = 4_000  # characters of a conflict's hunks kept for the repair


def places(site: Site, task_id: str, state: State, actions: list[Action]) -> dict[str, Place]:
    """Where each of several steps is to work. One alone works in the checkout; several get a worktree each, or are refused."""
    steps = [action for action in actions if isinstance(action, Dispatch)]
    phase = state.current_phase()
    alone = len(steps) < 2 and not (phase and state.any(phase.phase_id, "dispatched"))
    if alone:
        return {}
    head = read_head(site.checkout)
    assert head.commit is not None
    found: dict[str, Place] = {}
    for action in steps:
        made = add_worktree(site.checkout, task_id, action.step_id, head.commit)
        found[action.step_id] = Place(made.path, made.branch)
    return found


def integrate(
    site: Site,
    journal: SqliteJournal,
    task_id: str,
    now: float,
    actor: str,
    only: Collection[str] | None = None,
) -> list[tuple[str, str]]:
    """Merge finished branches of the phase at work. (step, what came of it) in plan order.

    All of them, once no step of the phase is open; or `only` some, because others build on them.
    """
    state = journal.state(task_id)
    require_driver(state.head, site.session)
    phase = state.current_phase()
    if phase is None or not phase.unintegrated:
        return []
    if only is None and state.any(phase.phase_id, *UNSETTLED):
        return []
    waiting = [
        step
        for step in state.steps(phase.phase_id, "complete")
        if not step.integrated and (only is None or step.step_id in only)
    ]
    branch = read_head(site.checkout).branch
    assert branch is not None
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
