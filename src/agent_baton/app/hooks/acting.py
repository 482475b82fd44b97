"""A hook call that writes to the journal."""

from __future__ import annotations

from agent_baton.app.hooks.occasion import Occasion
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.commands import Command
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import State


class Acting(Occasion):
    def perform(self, task_id: str, *commands: Command) -> None:
        """Several commands as one decision, durable when this returns. Raises Refused when the state says no."""

        def decide(state: State) -> Ledger:
            found: Ledger = handle_all(state, commands, self.now)
            return found

        handle_all = load("agent_baton.engine.handle:handle_all")  # most calls end without a word of news
        self.journal.commit(task_id, decide, self.now, self.actor)
