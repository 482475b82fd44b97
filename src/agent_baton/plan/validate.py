"""What pydantic finds wrong with a document, said in the words of who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from agent_baton.plan import constraints
from agent_baton.plan.contract import CONTRACTS, validated
from agent_baton.plan.model import Plan
from agent_baton.plan.problem import Key, Problem, quoted
from agent_baton.plan.suggest import did_you_mean

_MOST = 200


def model_problems(document: Mapping[str, Any], strict: bool = True) -> tuple[Plan | None, list[Problem]]:
    """The plan, or what keeps the document from being one (at most 200 problems, in document order).

    `strict` takes JSON's types as they are; otherwise `"3"` may stand for 3 and `"yes"` for true, as formats
    need whose scalars are all text.
    """
    try:
        return validated(Plan, document, strict), []
    except ValidationError as error:
        found = error.errors(include_url=False)[:_MOST]
    except RecursionError:
        return None, [Problem((), "nested too deeply")]
    return None, [Problem(*_said(item)) for item in found]


def _said(item: Any) -> tuple[tuple[Key, ...], str]:
    path, context, value = tuple(item["loc"]), item.get("ctx") or {}, item.get("input")
    if item["type"] == "extra_forbidden":
        return path[:-1], f"unknown key {quoted(path[-1])}{did_you_mean(str(path[-1]), _keys_at(path[:-1]))}"
    if item["type"] == "missing":
        return path[:-1], f"key {path[-1]!r} is missing"
    say = _WORDS.get(item["type"])
    return path, say(value, context) if say else f"{quoted(value)}: {item['msg']}"


def _keys_at(path: tuple[Key, ...]) -> list[str]:
    """The keys the model knows at that place of the document."""
    here: type[BaseModel] = CONTRACTS[Plan]
    for key in path:
        field = here.model_fields.get(key) if isinstance(key, str) else None
        inner = model_in(field) if field else None
        here = inner or here
    return list(here.model_fields)


def model_in(field: FieldInfo) -> type[BaseModel] | None:
    """The model class inside `X`, `X | None` or `list[X]`."""
    waiting = [field.annotation]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, BaseModel):
            return kind
        waiting.extend(get_args(kind))
    return None


def _must_be(what: str) -> Callable[[object, dict[str, Any]], str]:
    return lambda value, _: f"must be {what}, not {quoted(value)}"


def _choice(value: object, context: dict[str, Any]) -> str:
    names = context["expected"].replace("'", "").replace(" or ", ", ")
    hint = did_you_mean(value, names.split(", ")) if isinstance(value, str) else ""
    return f"{quoted(value)} is not one of {names}{hint}"


def _length(value: object, context: dict[str, Any]) -> str:
    if "max_length" in context:
        return f"is too long: {len(str(value)):,} characters, at most {context['max_length']:,}"
    return "must not be empty"


def _bound(word: str, key: str) -> Callable[[object, dict[str, Any]], str]:
    return lambda value, context: f"must be {word} {context[key]:g}, not {quoted(value)}"


def _pattern(value: object, context: dict[str, Any]) -> str:
    if context["pattern"] in _NOT_BLANK and not str(value).strip():
        return "must not be blank"
    pattern = _NOT_BLANK.get(context["pattern"], context["pattern"])
    return f"{quoted(value)} {_PATTERNS.get(pattern, f'does not match {pattern}')}"


def _pattern_of(kind: Any) -> str:
    return str(get_args(kind)[1].pattern)


_PATTERNS = {
    _pattern_of(
        constraints.TaskId
    ): "is not a task id: at most 32 of a-z, 0-9 and '-', a letter or digit at both ends",
    _pattern_of(constraints.StepId): "is not a step id: a phase id, a dot and a number, as in '1.2'",
    _pattern_of(
        constraints.AgentName
    ): "is not an agent's name: letters, digits and any of '_.:-', at most 80",
    _pattern_of(
        constraints.ModelName
    ): "is not a model's name: letters, digits and any of '_.:/@[]-', at most 80",
    constraints.ONE_LINE: "holds a line break or another control character, which a one-line field cannot",
    constraints.MANY_LINES: "holds a control character; only line breaks and tabs are allowed",
}
_NOT_BLANK = {constraints.SAYS_A_LINE: constraints.ONE_LINE, constraints.SAYS_LINES: constraints.MANY_LINES}

_number = _must_be("a number")
_whole_number = _must_be("a whole number")
_true_or_false = _must_be("true or false")
_WORDS: dict[str, Callable[[object, dict[str, Any]], str]] = {
    "string_type": _must_be("a text"),
    "string_unicode": lambda _value, _context: "holds half a Unicode character (a lone surrogate)",
    "string_too_short": _length,
    "string_too_long": _length,
    "string_pattern_mismatch": _pattern,
    "literal_error": _choice,
    "int_type": _whole_number,
    "int_parsing": _whole_number,
    "int_parsing_size": _whole_number,
    "int_from_float": _whole_number,
    "float_type": _number,
    "float_parsing": _number,
    "finite_number": lambda _value, _context: "must be a finite number",
    "bool_type": _true_or_false,
    "bool_parsing": _true_or_false,
    "list_type": _must_be("a list"),
    "too_short": lambda _value, _context: "must not be empty",
    "model_type": _must_be("an object with keys"),
    "model_attributes_type": _must_be("an object with keys"),
    "greater_than": _bound("more than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than_equal": _bound("at most", "le"),
}
