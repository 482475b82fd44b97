"""What the server offers: commands of this program, as tools and as texts to read. Nothing of the wire is here."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ARGUMENT_LIMIT_BYTES = 120_000  # the kernel takes 128 KiB in one argument
REFUSED = 2  # exit codes from here on: it was not done
KINDS = {2: "UserError", 3: "NotFound", 4: "Refused"}
LINES_SHOWN = 20  # of a refusal that is not JSON


@dataclass(frozen=True)
class Parameter:
    """One option of a command, by its flag, or one argument by its place (no flag)."""

    name: str
    flag: str
    schema: Mapping[str, Any]
    required: bool = False


@dataclass(frozen=True)
class Tool:
    """A command a client may call: the words that call it and what may follow them."""

    name: str
    description: str
    words: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    reads_only: bool
    outputs: Mapping[str, Any] = field(default_factory=dict)  # properties of its answer

    def schema(self) -> dict[str, Any]:
        required = [parameter.name for parameter in self.parameters if parameter.required]
        return {
            "type": "object",
            "properties": {parameter.name: dict(parameter.schema) for parameter in self.parameters},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }

    def line(self, arguments: Mapping[str, Any]) -> list[str]:
        """The words to run. Raises ValueError for what the schema does not allow."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in arguments:
            if name not in known:
                raise ValueError(f"unknown argument {name!r}; known: {', '.join(known) or 'none'}")
        for name, parameter in known.items():
            if parameter.required and arguments.get(name) is None:
                raise ValueError(f"argument {name!r} is missing")
        options, places = [*self.words, "--output=json"], list[str]()
        for name, value in arguments.items():
            if value is not None:
                (options if known[name].flag else places).extend(_words(known[name], value))
        return [*options, "--", *places] if places else options


@dataclass(frozen=True)
class Resource:
    """A text a client may read: what the first of `lines` prints that has something to say."""

    uri: str
    name: str
    description: str
    media_type: str
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Offer:
    program: tuple[str, ...]  # how this program is called
    tools: tuple[Tool, ...]
    resources: tuple[Resource, ...]
    instructions: str
    session: Callable[[], Mapping[str, str]] = dict  # for each call anew: variables that say who drives


@dataclass(frozen=True)
class Reply:
    """What came of a call. A red gate is an answer; a refusal is not."""

    fields: dict[str, Any]
    refusal: str = ""  # what the command line prints when it does not do it


TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}


def _words(parameter: Parameter, value: Any) -> list[str]:
    name, flag, kind = parameter.name, parameter.flag, parameter.schema["type"]
    if kind == "array":
        if not isinstance(value, list):
            raise ValueError(f"{name!r} is a list")
        one = Parameter(name, flag, parameter.schema["items"])
        return [word for item in value for word in _words(one, item)]
    if kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{name!r} is true or false")
        return [flag] if value else []
    if not isinstance(value, TYPES[kind]) or isinstance(value, bool):
        raise ValueError(f"{name!r} is of type {kind}")
    text = str(value).encode("utf-8", "replace")  # half a surrogate pair is no text
    if b"\0" in text or len(text) > ARGUMENT_LIMIT_BYTES:
        raise ValueError(f"{name!r} is at most {ARGUMENT_LIMIT_BYTES} bytes, without NUL")
    return [f"{flag}={text.decode()}" if flag else text.decode()]


def refused(message: str, code: int = REFUSED) -> Reply:
    fields = {"error": message, "kind": KINDS.get(code, "Bug"), "exit_code": code}
    return Reply(fields, f"error: {message}")


def answered(code: int, out: str, err: list[str]) -> Reply:
    """A command's answer. The last line of stderr is its refusal as JSON, unless it is a word about usage."""
    if 0 <= code < REFUSED:
        return Reply(_object(out) or {"text": out})
    said = _object(err[-1]) if err else None
    if said is not None and "error" in said:
        return Reply(said, f"error: {said['error']}")
    told = "\n".join(err[-LINES_SHOWN:]).removeprefix("error: ")
    return refused(told or f"it ended with {code} and said nothing", code)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def with_calls(fields: dict[str, Any], tools: Iterable[Tool]) -> dict[str, Any]:
    """The answer, and beside each `then` (a command line) the same as a call of one of these tools."""
    tools = tuple(tools)
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            value = with_calls(value, tools)
        elif isinstance(value, list):
            value = [with_calls(item, tools) if isinstance(item, dict) else item for item in value]
        found[name] = value
        call = as_call(value, tools) if name == "then" and isinstance(value, str) else None
        if call is not None:
            found["call"] = call
    return found


def as_call(then: str, tools: Iterable[Tool]) -> dict[str, Any] | None:
    """A `baton …` command line as a tool call; None when no tool does that."""
    _, found, rest = then.partition("baton ")
    words = shlex.split(rest) if found else []
    for tool in tools:
        if words and tuple(words[: len(tool.words)]) == tool.words:
            return {"tool": tool.name, "arguments": _arguments(words[len(tool.words) :], tool)}
    return None


def _arguments(words: list[str], tool: Tool) -> dict[str, Any]:
    flags = {parameter.flag: parameter for parameter in tool.parameters if parameter.flag}
    arguments: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        parameter = flags.get(word)
        if parameter is None:
            continue
        kind = parameter.schema["type"]
        value: Any = True if kind == "boolean" else next(rest, "")
        arguments[parameter.name] = int(value) if kind == "integer" and str(value).isdecimal() else value
    return arguments
