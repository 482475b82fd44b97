"""Whether an agent gets anywhere: new files, commits, or tool calls it has not made before. Talk is no progress. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

REMEMBERED = 5_000  # different tool calls of one attempt


@dataclass
class Progress:
    """Evidence seen so far, and when it was last new (seconds of the caller's clock)."""

    since: float
    tree: str = ""
    calls: set[tuple[str, str]] = field(default_factory=set)

    def call(self, name: str, summary: str, now: float) -> None:
        if (name, summary) not in self.calls and len(self.calls) < REMEMBERED:
            self.calls.add((name, summary))
            self.since = now

    def looks(self, tree: str, now: float) -> None:
        """Note how the work tree looks: any value that changes with its files and commits."""
        if tree != self.tree:
            self.tree, self.since = tree, now

    def stalled_s(self, now: float) -> float:
        return now - self.since
