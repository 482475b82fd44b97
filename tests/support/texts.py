"""Journals with something added to every text in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agent_baton.journal.chain import START, Row, row_hash

# what is no free text: ids, kinds, names of agents and models, hashes
NAMES = {
    "agent_id", "agent_name", "base_commit", "budget_tier", "commit", "complexity", "depends_on", "edits", "execution_mode",
    "gate_type", "git_strategy", "kind", "last_message", "limit", "model", "op", "origin", "outcome_ref", "output_ref", "phase_id",
    "process", "request_id", "result", "review", "risk_level", "runtime", "salvage", "scope", "session", "settings", "signature",
    "source", "spent", "status", "step_id", "subject", "task_id", "task_type", "tip", "tool_id", "tree", "verdict", "what", "worktree",
}  # fmt: skip


def with_text(task_id: str, rows: Sequence[Row], more: str) -> list[Row]:
    """The same events, hash-chained anew, with `more` at the end of every text of every one of them."""
    made: list[Row] = []
    for row in rows:
        before = made[-1].hash if made else START
        changed = row.replace(data=json.dumps(_added(json.loads(row.data), more)), prev_hash=before, hash="")
        made.append(changed.replace(hash=row_hash(task_id, changed)))
    return made


def _added(value: Any, more: str, name: str = "") -> Any:
    if isinstance(value, str):
        return f"{value}{more}" if value and name not in NAMES else value
    if isinstance(value, list):
        return [_added(item, more, name) for item in value]
    if isinstance(value, dict):
        return {key: item if key in NAMES else _added(item, more, key) for key, item in value.items()}
    return value
