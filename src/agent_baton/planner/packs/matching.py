"""Whether a pack is about a task, and why."""

from __future__ import annotations

import re
from typing import get_args

from agent_baton.plan.globs import Globs
from agent_baton.plan.model import RiskLevel
from agent_baton.planner.packs.pack import Pack, Subject

LEVELS = get_args(RiskLevel)


def about(pack: Pack, subject: Subject) -> str:
    """The first signal that is true of the task, in words; empty when the pack is not about it."""
    when = pack.when
    for word in when.words:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", subject.text, re.IGNORECASE):
            return f"the task says {word!r}"
    globs = Globs(when.paths)
    for path in subject.paths:
        if globs.matches(path):
            return f"it is about {path}"
    if subject.task_type in when.task_types:
        return f"it is of type {subject.task_type}"
    for name in when.risk_signals:
        if name in subject.risk_signals:
            return f"its risk is about {name}"
    if when.risk_at_least and LEVELS.index(subject.risk_level) >= LEVELS.index(when.risk_at_least):
        return f"its risk is {subject.risk_level}"
    return ""
