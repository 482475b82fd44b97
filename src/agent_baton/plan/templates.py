"""Plans to be used again: a plan without what belongs to one task, as YAML that people edit.

`{{task}}` stands for the new task's text, in descriptions and lists of words only: never in a command or a
path, where a task's text could become a program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from agent_baton.errors import UserError
from agent_baton.ids import check_task_id
from agent_baton.plan.imports import MAX_BRIEF_BYTES, with_ids
from agent_baton.plan.inert import clean, first_line
from agent_baton.plan.load import MAX_BYTES, decode_text, plan_from, refuse_huge
from agent_baton.plan.model import Plan
from agent_baton.plan.write import plain
from agent_baton.plan.yamldoc import read_yaml

TASK = "{{task}}"
_OF_ONE_TASK = ("version", "task_id", "task_summary", "created_at", "forecast", "explanation")
_OF_ONE_STEP = ("expected_files",)
_TEXTS = ("task_description", "shared_context", "description")
_LINES = ("name", "acceptance", "deliverables", "role")
_SHORTEST = 12  # a shorter task ("Fix it") stands in too many sentences by accident
_LONGEST_LINE = 120
_HEAD = (
    f"# A plan template. {TASK} stands for the task, in descriptions, names, acceptance and deliverables.\n"
)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, as a person would write them."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def to_template(plan: Plan) -> bytes:
    """The plan as a template: without its task's id, date, forecast and reasons; its text becomes `{{task}}`."""
    task = plan.task_summary
    document = {key: value for key, value in plain(plan).items() if key not in _OF_ONE_TASK}
    for phase in document["phases"]:
        phase["steps"] = [
            {key: value for key, value in step.items() if key not in _OF_ONE_STEP} for step in phase["steps"]
        ]
    if len(task) >= _SHORTEST:
        in_line = task if task == _one_line(task) else None
        document = _worded(
            document,
            lambda text: text.replace(task, TASK),
            lambda text: text.replace(in_line, TASK) if in_line else text,
        )
    written = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return (_HEAD + str(written)).encode("utf-8")


def from_template(raw: bytes, source: str, task_summary: str, task_id: str, now: str) -> Plan:
    """The plan of a new task from a template. `now` is UTC, ISO 8601."""
    refuse_huge(len(raw), source, MAX_BRIEF_BYTES)
    text = decode_text(raw, source)
    if text.count(TASK) * len(task_summary) > MAX_BYTES:
        raise UserError(f"{source} repeats {TASK} too often for a task of {len(task_summary):,} characters")
    document, lines = read_yaml(text, source)
    if not isinstance(document, dict):
        raise UserError(f"{source} is not a plan template: it must be keys with values")
    task, line = task_summary, _one_line(task_summary)
    filled = _worded(
        with_ids(document), lambda text: text.replace(TASK, task), lambda text: text.replace(TASK, line)
    )
    filled.update(task_summary=task_summary, task_id=check_task_id(task_id), created_at=now)
    return plan_from(filled, source, strict=False, lines=lines)


def _one_line(task: str) -> str:
    return first_line(clean(task, one_line=True), _LONGEST_LINE)


def _worded(value: Any, text: Callable[[str], str], line: Callable[[str], str], key: str = "") -> Any:
    """The document with `text` applied to its running texts and `line` to its lines of words."""
    if isinstance(value, dict):
        return {name: _worded(inner, text, line, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_worded(inner, text, line, key) for inner in value]
    if not isinstance(value, str):
        return value
    return text(value) if key in _TEXTS else line(value) if key in _LINES else value
