"""Small changes to a JSON text that leave every other character where it was: order, indentation, line ends, BOM."""

from __future__ import annotations

import json
from dataclasses import dataclass
from json.decoder import JSONDecoder
from typing import Any

from agent_baton.errors import UserError

BLANK = " \t\r\n"
BOM = "\ufeff"
WIDTH = 110  # characters of a value that stays in one line
Path = tuple[str, ...]
_decoder = JSONDecoder()


@dataclass(frozen=True, slots=True)
class Item:
    """A member of an object or an element of an array. All positions count characters of the whole text."""

    key: str  # "" in an array
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Splice:
    """A text that was put in at a position; cutting it out again gives the text before."""

    at: int
    text: str


def parse(text: str, name: str) -> dict[str, Any]:
    """The object a text holds. Raises UserError with the place when it holds no JSON object."""
    if not text.removeprefix(BOM).strip():
        raise UserError(f"{name} is empty, which is not JSON; write {{}} into it, or remove it")
    try:
        value = json.loads(text.removeprefix(BOM))
    except json.JSONDecodeError as error:
        comment = "comments are not JSON; " if error.doc.startswith(("//", "/*"), error.pos) else ""
        raise UserError(
            f"{name} is not JSON at line {error.lineno}, column {error.colno}: {comment}{error.msg}; "
            "mend it there, nothing was changed"
        ) from error
    except RecursionError as error:
        raise UserError(f"{name} is nested too deeply to be settings; nothing was changed") from error
    if not isinstance(value, dict):
        raise UserError(f"{name} must hold an object, as in {{}}; nothing was changed")
    return value


def items(text: str, at: int) -> tuple[list[Item], int]:
    """The items of the object or array that opens at `at`, and the position of its closing bracket."""
    found: list[Item] = []
    close = "}" if text[at] == "{" else "]"
    place = _skip(text, at + 1)
    while text[place] != close:
        key, value = "", place
        if close == "}":
            key, colon = _decoder.raw_decode(text, place)
            value = _skip(text, _skip(text, colon) + 1)
        _, end = _decoder.raw_decode(text, value)
        found.append(Item(key, place, value, end))
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return found, place


def _skip(text: str, at: int) -> int:
    while text[at] in BLANK:
        at += 1
    return at


def find(text: str, path: Path) -> int | None:
    """Where the value at a path begins; None when there is none. Of two equal keys the last one counts, as for readers."""
    at = _skip(text, len(BOM) if text.startswith(BOM) else 0)
    for key in path:
        if text[at] != "{":
            return None
        values = [item.value for item in items(text, at)[0] if item.key == key]
        if not values:
            return None
        at = values[-1]
    return at


def add(text: str, path: Path, value: Any) -> Splice:
    """What to put in so that the member at `path`, which must not exist, has this value; parents are made as needed."""
    depth = next(n for n in range(len(path) - 1, -1, -1) if find(text, path[:n]) is not None)
    for key in reversed(path[depth + 1 :]):
        value = {key: value}
    parent = find(text, path[:depth])
    assert parent is not None
    return _insertion(text, parent, json.dumps(path[depth], ensure_ascii=False) + ": ", value)


def append(text: str, path: Path, value: Any) -> Splice:
    """What to put in so that the array at `path`, made if there is none, ends with this value."""
    at = find(text, path)
    return add(text, path, [value]) if at is None else _insertion(text, at, "", value)


def _insertion(text: str, at: int, label: str, value: Any) -> Splice:
    unit, line_end = style(text)
    there, close = items(text, at)
    if there and "\n" not in text[at : there[0].start]:
        return Splice(there[-1].end, ", " + label + json.dumps(value, ensure_ascii=False))
    outer = _indent_at(text, at)
    inner = _indent_at(text, there[0].start) if there else outer + unit
    before = line_end + inner + label + _shown(value, unit, line_end + inner)
    if there:
        return Splice(there[-1].end, "," + before)
    return Splice(at + 1, before if "\n" in text[at:close] else before + line_end + outer)


def _shown(value: Any, unit: str, line: str) -> str:
    """A value as people write it: in one line where it fits, else an item a line. `line`: a line end and its indent."""
    plain = json.dumps(value, ensure_ascii=False)
    if len(plain) <= WIDTH or not isinstance(value, (dict, list)):
        return plain
    inner = line + unit
    if isinstance(value, list):
        return "[" + ",".join(inner + _shown(item, unit, inner) for item in value) + line + "]"
    members = (
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_shown(item, unit, inner)}"
        for key, item in value.items()
    )
    return "{" + ",".join(members) + line + "}"


def style(text: str) -> tuple[str, str]:
    """The indentation and the line end a text uses; two spaces and \\n when it does not tell."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    for line in text.splitlines():
        blank = line[: len(line) - len(line.lstrip(" \t"))]
        if blank and line.strip():
            return blank, line_end
    return "  ", line_end


def _indent_at(text: str, at: int) -> str:
    """The white space in front of the line that holds a position."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def drop(text: str, path: Path, index: int | None = None) -> str:
    """The text without the member at a path, or without one element of the array there."""
    parent = find(text, path if index is not None else path[:-1])
    assert parent is not None
    there, _ = items(text, parent)
    if index is None:
        index = max(n for n, item in enumerate(there) if item.key == path[-1])
    if index:
        return text[: there[index - 1].end] + text[there[index].end :]
    if len(there) > 1:
        return text[: there[0].start] + text[there[1].start :]
    return text[: parent + 1] + text[there[0].end :]


def cut(text: str, splices: list[Splice]) -> str | None:
    """The text before these splices were made, newest last; None when they are not all where they were put."""
    for splice in reversed(splices):
        end = splice.at + len(splice.text)
        if text[splice.at : end] != splice.text:
            return None
        text = text[: splice.at] + text[end:]
    return text


def put(text: str, splice: Splice) -> str:
    return text[: splice.at] + splice.text + text[splice.at :]
