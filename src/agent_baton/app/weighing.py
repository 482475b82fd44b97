"""What git says of an agent's claim. It is asked as soon as the claim is known, and waited for when the answer is needed."""

from __future__ import annotations

from agent_baton.app.places import worktree_of
from agent_baton.loading import later
from agent_baton.workspace.locate import checkout_at, read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent_baton.app import leftovers
    from agent_baton.app.site import Site
    from agent_baton.engine import brief
    from agent_baton.engine import commands as cmd
    from agent_baton.engine.state import State, Step
    from agent_baton.workspace import evidence, worktrees
    from agent_baton.workspace.changes import Look
    from agent_baton.workspace.locate import Checkout
else:  # what only an outcome that claims something needs
    brief = later("agent_baton.engine.brief")
    evidence = later("agent_baton.workspace.evidence")
    leftovers = later("agent_baton.app.leftovers")
    worktrees = later("agent_baton.workspace.worktrees")

FILES_KEPT = 200  # changed files named in an evidence event; the count is always whole


def begin(site: Site, state: State, step: Step, commit: str, files: Sequence[str]) -> Look:
    """Have git look at a step's work; what it finds is for `weigh`. Raises BatonError where it cannot."""
    checkout = _checkout(site, state, step)
    return evidence.begin(checkout, _base(site, state, step) or None, commit or None, files)


def weigh(
    site: Site, state: State, step: Step, command: cmd.RecordOutcome, begun: Look | None = None
) -> cmd.RecordOutcome:
    """The same outcome with what git says of it, if it claims anything git can judge.

    `begun`: a look that has begun with this claim; without it git is asked now.
    """
    checkout = begun.checkout if begun else _checkout(site, state, step)
    tip = (begun.head if begun else read_head(checkout)).commit or ""
    command = command.replace(tip=tip, session=command.session or site.session)
    spec = state.spec(step.step_id)
    assert spec is not None
    if not (command.commit or command.files or (step.limited and command.status == "complete")):
        return command
    claim = (command.commit or None, list(command.files))
    bounds = (list(spec.allowed_paths), list(spec.blocked_paths))
    before = leftovers.remembered(
        site, state.head.task_id, step.step_id if _at_work(step) else leftovers.LAST
    )
    if begun is not None:
        found = evidence.weigh(begun, *claim, *bounds, before)
    else:
        found = evidence.gather(checkout, _base(site, state, step) or None, *claim, *bounds, before)
    seen = {
        "verdict": found.verdict,
        "commit": found.commit or "",
        "changed_files": tuple(found.changed_files[:FILES_KEPT]),
        "changed_count": len(found.changed_files),
        "mismatches": tuple(
            line if line.isprintable() else brief.one_line(line) for line in found.mismatches
        ),
        "tree": found.tree or "",
    }
    return command.replace(evidence=seen)


def checkout_of(site: Site, worktree: str) -> Checkout:
    """The checkout of a step's own worktree, or the one we are in."""
    return checkout_at(site.checkout, worktree) if worktree else site.checkout


def _checkout(site: Site, state: State, step: Step) -> Checkout:
    return checkout_of(site, worktree_of(site, state.head.task_id, step.step_id)[0])


def _at_work(step: Step) -> bool:
    return step.status == "dispatched" and bool(step.base_commit)


def _base(site: Site, state: State, step: Step) -> str | None:
    """The commit the step's work began from; where nobody noted its start, what its own work tree was made from."""
    if _at_work(step):
        return step.base_commit
    own = _checkout(site, state, step)
    ours, theirs = read_head(site.checkout).commit, read_head(own).commit
    if own is site.checkout or not ours or not theirs:
        return state.head.tip
    return worktrees.fork_of(own, ours, theirs)
