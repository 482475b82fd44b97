"""Read a plan that a person or a program wrote: all that is wrong with it at once, each with its place.

A plan is either accepted as a whole or refused as a whole; nothing is dropped, repaired or guessed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from agent_baton.errors import NotFound, UserError
from agent_baton.plan.inert import visible
from agent_baton.plan.model import PLAN_VERSION, Plan
from agent_baton.plan.problem import Key, Problem, quoted, refuse
from agent_baton.plan.rules import broken_rules
from agent_baton.plan.validate import model_problems

MAX_BYTES = 10 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"

Lines: TypeAlias = Mapping[tuple[Key, ...], int]
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def read_plan(path: Path) -> Plan:
    """Read and check a plan file. `NotFound` when there is none, `UserError` when it cannot be accepted."""
    return parse_plan(read_bounded(path), str(path))


def read_bounded(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file, at most `limit`: a larger one is refused without reading on."""
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
            # what a seek finds costs nothing; a pipe has no size and is refused by what was read of it
            size = max(len(raw), file.seek(0, 2) if file.seekable() else 0)
    except FileNotFoundError:
        raise NotFound(f'no plan at {path}; make one with: baton plan "…" --save') from None
    except OSError as error:
        raise UserError(
            f"cannot read {path}: {error.strerror}; check the path and its permissions"
        ) from error
    refuse_huge(size, str(path), limit)
    return raw


def parse_plan(raw: bytes, source: str) -> Plan:
    """Turn the bytes of a plan.json into a plan. `source` names them in errors."""
    return plan_from(decode_json(raw, source), source)


def plan_from(document: Json, source: str, *, strict: bool = True, lines: Lines | None = None) -> Plan:
    """Check a decoded document against the model and the rules that span several fields.

    `strict` and `lines` are for formats whose scalars are all text and whose lines are known.
    """
    if not isinstance(document, dict):
        raise UserError(f"{source} is not a plan: a plan is one object with keys, this is {quoted(document)}")
    _refuse_newer(document, source)
    plan, problems = model_problems(document, strict)
    problems = problems or (broken_rules(plan) if plan else [])
    if problems or plan is None:
        raise refuse(source, problems, lines)
    return plan


def _refuse_newer(document: dict[str, Any], source: str) -> None:
    version = document.get("version")
    if type(version) is int and version > PLAN_VERSION:
        raise UserError(
            f"{source} is a plan of version {version}; this baton reads version {PLAN_VERSION}: "
            f"upgrade to a baton that knows plan version {version}, or have the plan written again"
        )


def refuse_huge(size: int, source: str, limit: int = MAX_BYTES) -> None:
    """Refuse by size alone, before anything is decoded."""
    if size > limit:
        raise UserError(
            f"{source} is too large for a plan: {_megabytes(size)}, at most {_megabytes(limit)}; "
            "keep documents in files of their own and name them in knowledge or context_files"
        )


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"


def decode_text(raw: bytes, source: str) -> str:
    """Bytes to text: UTF-8, with or without a byte order mark, not empty."""
    refuse_huge(len(raw), source)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(f"{source} is UTF-16; save it as UTF-8")
    try:
        text = raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{source} is not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start} (line {line}); "
            "save it as UTF-8"
        ) from None
    if not text.strip():
        raise UserError(f"{source} is empty")
    return text


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys were given more than once."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        found.repeated = tuple(
            name for name, times in Counter(name for name, _ in pairs).items() if times > 1
        )
    return found


def decode_json(raw: bytes, source: str) -> Json:
    """Strict JSON: no NaN, no Infinity, no key twice, no absurd depth; a fault is shown with its excerpt."""
    document = _decoded(decode_text(raw, source), source)
    repeated = _repeated_keys(document)
    if repeated:
        raise refuse(source, repeated)
    return document


def _decoded(text: str, source: str) -> Json:

    def refuse_constant(name: str) -> NoReturn:
        raise UserError(f"{source} holds {name}, which is not JSON; give a number, or null for no limit")

    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=refuse_constant)  # type: ignore[no-any-return]
    except json.JSONDecodeError as error:
        raise _malformed(error, text, source) from None
    except RecursionError:
        raise UserError(f"{source} is nested too deeply to be a plan") from None
    except ValueError:  # the only other one: an integer of more digits than Python converts
        raise UserError(f"{source} holds a number of absurd length") from None


def _malformed(error: json.JSONDecodeError, text: str, source: str) -> UserError:
    where = f"line {error.lineno}, column {error.colno}"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return UserError(f"{source} ends too early ({where}): it seems cut off\n{_excerpt(error, text)}")
    return UserError(f"{source} is not valid JSON: {error.msg} at {where}\n{_excerpt(error, text)}")


def _excerpt(error: json.JSONDecodeError, text: str) -> str:
    """The line of the fault, cut to its surroundings, with a mark under the spot."""
    line = text[error.pos - error.colno + 1 :].split("\n", 1)[0]
    start = max(0, error.colno - 41)
    before, after = visible(line[start : error.colno - 1]), visible(line[error.colno - 1 : error.colno + 39])
    return f"  {before}{after}\n  {' ' * len(before)}^"


def _repeated_keys(document: Json) -> list[Problem]:
    problems: list[Problem] = []
    open_values: list[tuple[tuple[Key, ...], Json]] = [((), document)]
    while open_values:
        path, value = open_values.pop()
        if isinstance(value, dict):
            repeated = value.repeated if isinstance(value, _Object) else ()
            problems.extend(Problem(path, f"key {quoted(name)} is given more than once") for name in repeated)
            open_values.extend(((*path, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            open_values.extend(((*path, number), inner) for number, inner in enumerate(value))
    return problems
