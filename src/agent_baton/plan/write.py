"""Write a plan as plan.json: the same bytes for the same plan, pleasant to read, to edit and to compare."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields
from typing import Any

from agent_baton.patterns import lazy
from agent_baton.plan.model import Part, Plan

_WIDTH = 100
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
# Valid in JSON, but they end lines or turn the reading order in the tools people look at files with.
_ESCAPED = lazy("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def dump_plan(plan: Plan) -> bytes:
    """The plan as UTF-8 JSON that `parse_plan` reads back to an equal plan.

    Keys stand in the order of the model. What is not set (null, an empty list or text) is left out: that is
    what an absent key means. All else is written, the defaults too, so that they can be seen and edited.
    """
    return (_block(plain(plan), 0) + "\n").encode("utf-8")


def document_of(part: Part) -> dict[str, Any]:
    """A plan or a part of it as plain data with every key, as the journal and `--json` have it."""
    return {name: _whole(getattr(part, name)) for name in part.__dataclass_fields__}


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return document_of(value) if isinstance(value, Part) else value


def json_text(part: Part) -> str:
    """`document_of` as indented JSON."""
    return json.dumps(document_of(part), indent=2, ensure_ascii=False, allow_nan=False)


def plain(value: Part) -> dict[str, Any]:
    """A plan or a part of it as plain data, without what is not set; whole numbers have no decimal point."""
    unset = _unset(type(value))
    given = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
    return {name: plain_value(inner) for name, inner in given if name not in unset or inner != unset[name]}


_UNSET: dict[type[Part], dict[str, Any]] = {}


def _unset(kind: type[Part]) -> dict[str, Any]:
    """The fields that may be left out, with the empty value that leaving them out means."""
    if kind not in _UNSET:
        defaults = {item.name: _default(item) for item in fields(kind)}
        _UNSET[kind] = {name: default for name, default in defaults.items() if _is_empty(default)}
    return _UNSET[kind]


def _default(item: Field[Any]) -> Any:
    """The value that an absent key means; MISSING when there is none."""
    return item.default if item.default_factory is MISSING else item.default_factory()


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == [] or isinstance(value, Part)


def plain_value(value: Any) -> Any:
    """The same for the value of a field."""
    if isinstance(value, Part):
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
