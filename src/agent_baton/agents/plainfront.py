"""The plain part of YAML that nearly every agent's file keeps to: `key: words` and nested blocks of such lines.

Loading a YAML parser costs a plan more than all shipped agents together. What is read here reads the same there;
whatever may not is left to the parser.
"""

from __future__ import annotations

from agent_baton.patterns import lazy

# A value begins with a letter, so that it is no quote, number, date, flow, anchor or tag.
_ROW = lazy(r"( *)(- )?([A-Za-z][A-Za-z0-9_-]{0,60}):(?: ([A-Za-z](?:[ -~]*[!-~])?))?")
_NOT_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null"})

Row = tuple[int, bool, str, str]  # indent, whether it begins an item of a list, key, value
Entry = tuple[str, int, object]  # key, row counted from 0, value


class _NotPlainError(Exception):
    """Something that only a YAML parser may judge."""


def entries(rows: list[str]) -> list[Entry] | None:
    """Keys of the outermost mapping, in order and with repetitions; None when a YAML parser must be asked."""
    try:
        return _entries([_row(text) for text in rows])
    except _NotPlainError:
        return None


def _row(text: str) -> Row:
    match = _ROW.fullmatch(text)
    value = (match[4] or "") if match else ""
    if match is None or ": " in value or " #" in value or value[-1:] == ":" or value.lower() in _NOT_WORDS:
        raise _NotPlainError
    return len(match[1]), bool(match[2]), match[3], value


def _entries(rows: list[Row]) -> list[Entry]:
    found: list[Entry] = []
    at = 0
    while at < len(rows):
        indent, item, key, _ = rows[at]
        if indent or item:
            raise _NotPlainError
        first = at
        value, at = _value(rows, at, 0)
        found.append((key, first, value))
    return found


def _value(rows: list[Row], at: int, indent: int) -> tuple[object, int]:
    """The value of the key at `at`, whose row is indented so far, and where the next row is."""
    value, deeper = rows[at][3], at + 1 < len(rows) and rows[at + 1][0] > indent
    if bool(value) == deeper:  # nothing at all, or words that go on below
        raise _NotPlainError
    if value:
        return value, at + 1
    below, item = rows[at + 1][:2]
    return _sequence(rows, at + 1, below) if item else _mapping(rows, at + 1, below)


def _mapping(rows: list[Row], at: int, indent: int) -> tuple[dict[str, object], int]:
    found: dict[str, object] = {}
    while at < len(rows) and rows[at][0] >= indent:
        here, item, key, _ = rows[at]
        if here != indent or item or key in found:
            raise _NotPlainError
        found[key], at = _value(rows, at, indent)
    return found, at


def _sequence(rows: list[Row], at: int, indent: int) -> tuple[list[object], int]:
    found: list[object] = []
    while at < len(rows) and rows[at][0] >= indent:
        here, item, key, value = rows[at]
        if here != indent or not item:
            raise _NotPlainError
        inner = indent + len("- ")
        rows[at] = (inner, False, key, value)
        each, at = _mapping(rows, at, inner)
        found.append(each)
    return found, at
