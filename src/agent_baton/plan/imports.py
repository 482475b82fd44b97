"""Plans written elsewhere or by hand: a Markdown brief, YAML, or another plan.json."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from itertools import count
from pathlib import PurePath
from typing import Any, Literal

from agent_baton.errors import UserError
from agent_baton.ids import check_task_id, new_task_id
from agent_baton.plan.brief import read_brief
from agent_baton.plan.load import decode_json, decode_text, plan_from, refuse_huge
from agent_baton.plan.model import Plan
from agent_baton.plan.problem import quoted
from agent_baton.plan.yamldoc import Lines, read_yaml

MAX_BRIEF_BYTES = 1024 * 1024
Form = Literal["json", "yaml", "markdown"]
_SUFFIXES: dict[str, Form] = {
    ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".md": "markdown", ".markdown": "markdown",
}  # fmt: skip


def import_plan(raw: bytes, source: str, now: str, task_id: str | None = None) -> Plan:
    """Read a brief or plan; phases and steps without ids get them in their order.

    `task_id` wins over the file's own; without either the id is made from the task and the file's content, so
    that the same file gives the same id. `now` (UTC, ISO 8601) is the plan's date unless the file has one.
    """
    form = form_of(raw, source)
    document, lines = _read(raw, source, form)
    if not isinstance(document, dict):
        raise UserError(f"{source} is not a plan: a plan is keys with values, this is {quoted(document)}")
    filled = with_ids(document)
    filled.setdefault("created_at", now)
    if task_id is not None:
        filled["task_id"] = check_task_id(task_id)
    elif "task_id" not in filled and isinstance(filled.get("task_summary"), str):
        filled["task_id"] = new_task_id(filled["task_summary"], hashlib.sha256(raw).digest())
    return plan_from(filled, source, strict=form == "json", lines=lines)


def form_of(raw: bytes, source: str) -> Form:
    """What the file's name says, and without a telling name what its first characters look like."""
    by_name = _SUFFIXES.get(PurePath(source).suffix.lower())
    if by_name:
        return by_name
    start = raw[:4_096].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return "json"
    return (
        "markdown"
        if re.search(r"^#{1,2} \S", start, re.MULTILINE) and not re.search(r"^phases:", start, re.MULTILINE)
        else "yaml"
    )


def _read(raw: bytes, source: str, form: Form) -> tuple[Any, Lines]:
    if form == "json":
        return decode_json(raw, source), {}
    refuse_huge(len(raw), source, MAX_BRIEF_BYTES)
    text = decode_text(raw, source)
    return read_brief(text, source) if form == "markdown" else read_yaml(text, source)


def with_ids(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with an id for every phase and step that has none."""
    filled = dict(document)
    if isinstance(filled.get("version"), str) and filled["version"].isascii() and filled["version"].isdigit():
        filled["version"] = int(filled["version"][:9])
    phases = filled.get("phases")
    if isinstance(phases, list):
        filled["phases"] = [_with_step_ids(phase) for phase in _numbered(phases, "phase_id", "")]
    return filled


def _with_step_ids(phase: Any) -> Any:
    if not isinstance(phase, dict) or not isinstance(phase.get("steps"), list):
        return phase
    return {**phase, "steps": _numbered(phase["steps"], "step_id", f"{phase['phase_id']}.")}


def _numbered(items: list[Any], key: str, prefix: str) -> list[Any]:
    """The items, those without an id numbered on from the one before them, past numbers that are taken."""
    given = [_number(item[key], prefix) if isinstance(item, dict) and key in item else 0 for item in items]
    taken, last = set(given), 0
    numbered = []
    for item, own in zip(items, given, strict=True):
        if isinstance(item, dict) and key not in item:
            last = next(n for n in count(last + 1) if n not in taken)
            item = {key: f"{prefix}{last}" if prefix else last, **item}
        last = own or last
        numbered.append(item)
    return numbered


def _number(value: object, prefix: str) -> int:
    """The number in an id, 0 when it is none: what is wrong with it is said by the model."""
    text = str(value).removeprefix(prefix)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
