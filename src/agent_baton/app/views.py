"""The views of whole tasks that are kept folded: what `baton usage`, the dashboard, `baton retro` and `baton learn` are made from."""

from __future__ import annotations

from agent_baton.app.folds import view
from agent_baton.trace import facts, retro_facts, sketch
from agent_baton.trace.learning import lessons

FIGURES = view(facts.VERSION, facts.task_facts)
RETRO = view(retro_facts.VERSION, retro_facts.retro_facts)
LESSONS = view(lessons.VERSION, lessons.lesson)
SKETCHES = view(sketch.VERSION, sketch.sketch)
KEPT_AT_THE_END = (
    FIGURES,
    RETRO,
    LESSONS,
    SKETCHES,
)  # folded when a task ends, so that nobody who looks waits for it
