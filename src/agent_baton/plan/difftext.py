"""A plan's changes as lines a person reads before saying yes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from typing import Any

from agent_baton.plan.diff import Change
from agent_baton.plan.inert import first_line, visible, visible_block

_SHORT = 60
_MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}


def render_diff(changes: Iterable[Change]) -> str:
    """One line per change (`~ step 1.2 agent_name: a → b`), long texts as line diffs; empty if none."""
    return "".join(f"{line}\n" for change in changes for line in _lines(change))


def _lines(change: Change) -> Iterator[str]:
    name = f"{_MARKS[change.kind]} {change.what} {change.id}".rstrip()
    if change.kind == "moved":
        yield f"{name} moved: {_place(change.new)} (was {_place(change.old)})"
    elif change.kind == "changed":
        yield from _changed(f"{name} {visible(change.field)}:", change.old, change.new)
    elif change.what == "step":
        yield f"{name} {_step(change.new or change.old)}"
    else:
        phase = change.new or change.old
        yield f"{name} {visible(phase['name'])}"
        yield from (f"{name[0]} step {step['step_id']} {_step(step)}" for step in phase["steps"])
        if "gate" in phase:
            yield f"{name[0]} gate {_value(phase['gate'])}"


def _place(behind: str | None) -> str:
    return f"after {behind}" if behind else "first"


def _step(step: dict[str, Any]) -> str:
    return visible(f"{step['agent_name']} [{step['model']}] {first_line(step['task_description'], 100)}")


def _changed(name: str, old: Any, new: Any) -> Iterator[str]:
    if (
        isinstance(old, list)
        and isinstance(new, list)
        and Counter(map(_value, old)) != Counter(map(_value, new))
    ):
        yield f"{name} {', '.join(_list_changes(old, new))}"
    elif (
        isinstance(old, str)
        and isinstance(new, str)
        and ("\n" in old + new or len(old) + len(new) > 2 * _SHORT)
    ):
        yield name
        yield from _line_diff(old, new)
    else:
        yield f"{name} {_value(old)} → {_value(new)}"


def _list_changes(old: list[Any], new: list[Any]) -> Iterator[str]:
    before, after = Counter(map(_value, old)), Counter(map(_value, new))
    yield from (f"- {text}" for text in (before - after).elements())
    yield from (f"+ {text}" for text in (after - before).elements())


def _line_diff(old: str, new: str) -> Iterator[str]:
    """The lines that differ, with one line around them."""
    before, after = (visible_block(text).split("\n") if text else [] for text in (old, new))
    for number, line in enumerate(unified_diff(before, after, n=1, lineterm="")):
        if line.startswith("@@"):
            yield from ["      …"] if number > 2 else []
        elif number > 1:
            yield f"    {line[0]} {line[1:]}".rstrip()
    if before == after:  # only the kind of line breaks or an invisible mark differs
        yield f"    - {_quoted(old)}"
        yield f"    + {_quoted(new)}"


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, str):
        return visible(value) if value.strip() == value != "" else _quoted(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return "; ".join(f"{visible(key)} {_value(inner)}" for key, inner in value.items()) or "(empty)"
    return f"{value:,}"


def _quoted(text: str) -> str:
    return visible(json.dumps(text, ensure_ascii=False))
