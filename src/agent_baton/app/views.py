"""The views of whole tasks that are kept folded: what `baton usage`, the dashboard and `baton retro` are made from."""

from __future__ import annotations

from agent_baton.app.folds import view
from agent_baton.trace import facts, retro_facts

FIGURES = view(facts.VERSION, facts.task_facts)
RETRO = view(retro_facts.VERSION, retro_facts.retro_facts)
