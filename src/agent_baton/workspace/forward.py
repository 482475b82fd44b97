"""Bringing a finished branch home: fast-forward only, into a clean checkout only; and out, as a push of that one branch."""

from __future__ import annotations

from agent_baton.errors import Refused
from agent_baton.workspace.changes import look
from agent_baton.workspace.git import answer, git
from agent_baton.workspace.integrate import move_forward
from agent_baton.workspace.locate import Checkout, read_head

OWN = (".claude/baton.yaml", ".claude/baton-prices.yaml")  # a user's settings for us are no work in progress


def why_not_forward(checkout: Checkout, into: str, branch: str) -> str:
    """What stands in the way of `fast_forward` now; empty when nothing does."""
    head = read_head(checkout)
    if head.branch != into:
        return f"the checkout is on {head.branch or 'no branch'!r}, and the task began on {into!r}"
    dirty = sorted(path for path in look(checkout, head.commit).dirty if path not in OWN)
    if dirty:
        return f"the checkout has {len(dirty)} uncommitted changes, {dirty[0]!r} among them"
    if git(["merge-base", "--is-ancestor", "HEAD", branch], checkout.top).code:
        return f"{into!r} has moved on since the task began; merge or rebase {branch!r} yourself"
    return ""


def fast_forward(checkout: Checkout, task_id: str, into: str, branch: str) -> str:
    """Move the checked-out branch to the end of the other; the commit it then is on. Refused if that is not a mere step forward."""
    why = why_not_forward(checkout, into, branch)
    if why:
        raise Refused(f"{branch!r} is not merged: {why}")
    start = read_head(checkout).commit
    tip = (
        answer(git(["rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}"], checkout.top))
        .decode()
        .strip()
    )
    if start is not None and start != tip:
        move_forward(checkout, task_id, into, start, tip)
    return tip


def push_branch(checkout: Checkout, remote: str, branch: str) -> None:
    """Push one branch under its own name, never by force. Raises with what git said."""
    refspec = f"refs/heads/{branch}:refs/heads/{branch}"
    answer(git(["push", "--quiet", remote, refspec], checkout.top, write=True, timeout_s=300))


def remotes(checkout: Checkout) -> list[str]:
    return answer(git(["remote"], checkout.top)).decode().split()
