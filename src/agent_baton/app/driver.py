"""The one driver: load, decide, perform, record. The CLI, the headless run, hooks and servers all call it.

This module is on the path of the hot commands: it imports the standard library's cheap parts and nothing else.
"""

from __future__ import annotations

from agent_baton.app.outcomes import with_outcome_kept
from agent_baton.app.places import worktree_of
from agent_baton.app.weighing import checkout_of, weigh
from agent_baton.engine.handle import handle
from agent_baton.engine.limits import require_driver
from agent_baton.errors import BatonError, NotFound, Refused
from agent_baton.loading import later
from agent_baton.workspace.locate import read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app import leftovers
    from agent_baton.app.site import Site
    from agent_baton.engine import commands as cmd
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import State
    from agent_baton.journal.port import Journal
    from agent_baton.workspace import changes, git
    from agent_baton.workspace.locate import Checkout
else:  # what only an outcome that claims something needs
    changes = later("agent_baton.workspace.changes")
    git = later("agent_baton.workspace.git")
    leftovers = later("agent_baton.app.leftovers")


def perform(
    journal: Journal, task_id: str, command: cmd.Command, now: float, actor: str, session: str = ""
) -> Ledger:
    """Have the engine answer a command on the newest state, and make the answer durable before returning it.

    A `session` that does not drive the task is refused; whoever has none, as a person at a terminal, is not. Raises
    NotFound for a task that was never started here.
    """

    def decide(state: State) -> Ledger:
        task = state.task()
        if task is None:
            raise NotFound(
                f"no task {task_id!r} here; `baton execute list --all` shows the tasks of this repository"
            )
        require_driver(task, session)
        return handle(state, command, now)

    return journal.commit(task_id, decide, now, actor)  # type: ignore[return-value]


def dispatched(
    site: Site, journal: Journal, task_id: str, command: cmd.Dispatched, now: float, actor: str
) -> Ledger:
    """Note that an agent was started, with the commit it starts from and what lies uncommitted there."""
    worktree, branch = worktree_of(site, task_id, command.step_id)
    checkout = checkout_of(site, worktree)
    base = read_head(checkout).commit
    placed = command.replace(
        base_commit=base, worktree=worktree, branch=branch, session=command.session or site.session
    )
    return _remembering(site, journal, task_id, command.step_id, checkout, placed, now, actor)


def _remembering(
    site: Site,
    journal: Journal,
    task_id: str,
    name: str,
    checkout: Checkout,
    command: cmd.Command,
    now: float,
    actor: str,
) -> Ledger:
    """Perform a command while git looks for what is uncommitted; that is remembered if the command was news."""
    with git.Started([changes.status_call(checkout)]) as status:
        ledger = perform(journal, task_id, command, now, actor)
        if ledger.events:
            leftovers.remember(site, task_id, name, _stamps(checkout, status))
    return ledger


def _stamps(checkout: Checkout, status: git.Started) -> dict[str, str]:
    """What git sees uncommitted. What keeps it from looking is told when there is a claim to compare."""
    try:
        return changes.stamps_of(checkout, status)
    except BatonError:
        return {}


def record(
    site: Site, journal: Journal, task_id: str, command: cmd.RecordOutcome, now: float, actor: str
) -> Ledger:
    """Record an outcome together with what git says of it."""
    if command.commit.lower() in ("head", "@"):
        command = command.replace(commit=_head_at(site, task_id, command.step_id) or command.commit)
    state = journal.state(task_id)
    step = state.step(command.step_id)
    if step is not None and step.status in ("ready", "failed", "dispatched"):
        if step.status != "dispatched":
            worktree, branch = worktree_of(site, task_id, command.step_id)
            command = command.replace(worktree=worktree, branch=branch)
        command = weigh(site, state, step, command)
        if state.head.evidence == "strict":
            _require_true(command)
        command = with_outcome_kept(site.state_dir, task_id, step, command)
        if command.evidence is not None and step.status != "dispatched":
            # a driver that does not say when it starts an agent: the next one starts from here
            return _remembering(site, journal, task_id, leftovers.LAST, site.checkout, command, now, actor)
    return perform(journal, task_id, command, now, actor)


def _require_true(command: cmd.RecordOutcome) -> None:
    mismatches = (command.evidence or {}).get("mismatches")
    if mismatches and command.status == "complete":
        raise Refused(
            f"step {command.step_id!r} is not recorded, its claim and git disagree (evidence: strict):\n"
            + "\n".join(f"  - {line}" for line in mismatches)
        )


def _head_at(site: Site, task_id: str, step_id: str) -> str | None:
    return read_head(checkout_of(site, worktree_of(site, task_id, step_id)[0])).commit
