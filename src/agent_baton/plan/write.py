"""Write a plan as plan.json: the same bytes for the same plan, pleasant to read, to edit and to compare."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from agent_baton.plan.model import Model, Plan

_WIDTH = 100
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
# Valid in JSON, but they end lines or turn the reading order in the tools people look at files with.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def dump_plan(plan: Plan) -> bytes:
    """The plan as UTF-8 JSON that `parse_plan` reads back to an equal plan.

    Keys stand in the order of the model. What is not set (null, an empty list or text) is left out: that is
    what an absent key means. All else is written, the defaults too, so that they can be seen and edited.
    """
    return (_block(plain(plan), 0) + "\n").encode("utf-8")


def plain(value: Model) -> dict[str, Any]:
    """A plan or a part of it as plain data, without what is not set; whole numbers have no decimal point."""
    unset = _unset(type(value))
    given = ((name, getattr(value, name)) for name in type(value).model_fields)
    return {name: plain_value(inner) for name, inner in given if name not in unset or inner != unset[name]}


@cache
def _unset(kind: type[Model]) -> dict[str, Any]:
    """The fields that may be left out, with the empty value that leaving them out means."""
    fields = kind.model_fields.items()
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in fields
        if not field.is_required()
    }
    return {name: default for name, default in defaults.items() if _is_empty(default)}


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == [] or isinstance(value, Model)


def plain_value(value: Any) -> Any:
    """The same for the value of a field."""
    if isinstance(value, Model):
        return plain(value)
    if isinstance(value, list):
        return [plain_value(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _block(value: Any, indent: int) -> str:
    """A list or object of plain values on one line if it fits, everything else spread out."""
    if not _nested(value):
        line = _line(value)
        if indent + len(line) <= _WIDTH or not isinstance(value, dict | list):
            return line
    if isinstance(value, dict):
        return _spread(
            "{}", [f"{_line(key)}: {_block(inner, indent + 2)}" for key, inner in value.items()], indent
        )
    return _spread("[]", [_block(inner, indent + 2) for inner in value], indent)


def _spread(brackets: str, items: list[str], indent: int) -> str:
    margin = "\n" + " " * (indent + 2)
    return f"{brackets[0]}{margin}{f',{margin}'.join(items)}\n{' ' * indent}{brackets[1]}"


def _nested(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(item, dict | list) for item in inner)


def _line(value: Any) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", _encode(value))
