"""The user's own checkout during a run: nobody of ours works there. What is in it is saved first, and watched."""

from __future__ import annotations

import re
import threading

from agent_baton.app.site import Site
from agent_baton.workspace.evidence import stamp_dirty
from agent_baton.workspace.locate import Checkout, read_head
from agent_baton.workspace.tree import list_ignored, snapshot

NAMED = 5
_NO_NEED = re.compile(r"(^|/)(\.claude|__pycache__|\.[a-z]+_cache)(/|$)|\.py[co]$|\.log$|\.swp$")


class UsersCheckout:
    """Says once for each change that it changed. The user may have done it; an agent must not have."""

    def __init__(self, site: Site, task_id: str) -> None:
        self._checkout: Checkout = site.checkout
        self._ref = f"refs/baton/checkout/{task_id}"
        self._turn = threading.Lock()  # attempts that end at the same time look one after the other
        self._look = self._stamp()
        self.save()

    def save(self) -> None:
        """Keep uncommitted and new files under a ref: whatever happens to them, they are not lost."""
        if self._look[1]:
            snapshot(self._checkout.top, self._ref)

    def changes(self, step_id: str) -> str:
        """What changed since the last look, as a warning; "" when nothing did."""
        with self._turn:
            before, self._look = self._look, self._stamp()
            if before != self._look:
                self.save()
        (head_before, files_before), (head, files) = before, self._look
        said = [f"its HEAD moved from {head_before[:12]} to {head[:12]}"] if head != head_before else []
        touched = sorted({*files.items()} ^ {*files_before.items()})
        names = list(dict.fromkeys(name for name, _ in touched))
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            said.append(f"files changed: {', '.join(names[:NAMED])}{more}")
        if not said:
            return ""
        kept = f"; what was in it before is kept at {self._ref}" if files_before else ""
        return f"the user's checkout changed while step {step_id} was at work: {'; '.join(said)}{kept}"

    def ignored(self) -> str:
        """What it has and no work tree does, as a hint; "" when there is nothing a gate could need."""
        found = [path for path in list_ignored(self._checkout.top) if not _NO_NEED.search(path)]
        if not found:
            return ""
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        return (
            "the gate ran in a work tree, which has no files that git ignores; your checkout has "
            f"{', '.join(found[:NAMED])}{more}. What a gate needs of them goes into workspace.copy, share or setup "
            "of .claude/baton.yaml"
        )

    def _stamp(self) -> tuple[str, dict[str, str]]:
        return read_head(self._checkout).commit or "", dict(stamp_dirty(self._checkout))
