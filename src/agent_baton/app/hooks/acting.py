"""A hook call that writes to the journal."""

from __future__ import annotations

from agent_baton.app.hooks.occasion import Occasion
from agent_baton.engine.handle import handle_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.engine.commands import Command


class Acting(Occasion):
    def perform(self, task_id: str, *commands: Command) -> None:
        """Several commands as one decision, durable when this returns. Raises Refused when the state says no."""
        self.journal.commit(
            task_id, lambda state: handle_all(state, commands, self.now), self.now, self.actor
        )
