"""Front matter of a Markdown file: the part between two `---` lines, each value with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent_baton.agents import plainfront
from agent_baton.loading import later
from agent_baton.patterns import lazy

if TYPE_CHECKING:
    import yaml
else:
    yaml = later("yaml")

FENCE = lazy(r"-{3}[ \t]*$")
PLAIN = lazy(r"([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*))?$")


@dataclass(frozen=True, slots=True)
class Fault:
    line: int  # of the file, 1-based
    message: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class FrontMatter:
    values: dict[str, object]
    lines: dict[str, int]  # key -> line of the file, 1-based
    body: str
    faults: list[Fault] = field(default_factory=list)


def read(text: str) -> FrontMatter:
    """Split a file and read its front matter. Never raises: what is wrong is listed in `faults`."""
    rows = text.removeprefix("\ufeff").splitlines()
    if not rows or not FENCE.match(rows[0]):
        return FrontMatter({}, {}, text, [Fault(1, "no front matter: the file must begin with a line `---`")])
    end = next((number for number, row in enumerate(rows[1:], 1) if FENCE.match(row)), 0)
    if not end:
        return FrontMatter(
            {}, {}, text, [Fault(1, "the front matter is not closed: a second line `---` is missing")]
        )
    body = "\n".join(rows[end + 1 :]).strip()
    return _from_plain(rows[1:end], body) or _from_yaml(rows[1:end], body)


def _from_plain(rows: list[str], body: str) -> FrontMatter | None:
    entries = plainfront.entries(rows)
    if not entries:
        return None
    front = FrontMatter({}, {}, body)
    for key, row, value in entries:
        _add(front, key, row + 2, value)
    return front


def _from_yaml(rows: list[str], body: str) -> FrontMatter:
    try:
        # one empty line in front, so that the marks count lines of the file
        node = _compose("\n" + "\n".join(rows))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _from_plain_lines(rows, body, _yaml_fault(error))
    if node is None:
        return FrontMatter({}, {}, body, [Fault(1, "the front matter is empty")])
    if not isinstance(node, yaml.MappingNode):
        return FrontMatter({}, {}, body, [Fault(2, "the front matter must be `key: value` lines")])
    front = FrontMatter({}, {}, body)
    for key, value in node.value:
        _add(front, str(key.value), key.start_mark.line + 1, _construct(value))
    return front


def _compose(text: str) -> yaml.Node | None:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # an alias inside what it names never ends, and nested ones grow without bound
    if "&" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
        raise ValueError("aliases are not taken here")
    node: yaml.Node | None = yaml.compose(text, Loader=loader)
    return node


def _construct(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _construct(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_construct(value) for value in node.value]
    return _scalar(node)


def _scalar(node: yaml.Node) -> object:
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return str(node.value).lower() in ("true", "yes", "on")
    if kind == "int" and re.fullmatch(r"[-+]?\d{1,18}", node.value):
        return int(node.value)
    return str(node.value)


def _add(front: FrontMatter, key: str, line: int, value: object) -> None:
    if key in front.values:
        front.faults.append(Fault(line, f"key {key!r} stands twice; the first is on line {front.lines[key]}"))
        return
    front.values[key] = value
    front.lines[key] = line


def _yaml_fault(error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    why = getattr(error, "problem", None) or str(error).partition("\n")[0]
    text = (
        f"not valid YAML ({why}); Claude Code reads it leniently, others do not: put quotes around the value"
    )
    return Fault(line, text, fatal=False)


def _from_plain_lines(rows: list[str], body: str, fault: Fault) -> FrontMatter:
    """Claude Code's own leniency: many files in the field have an unquoted colon in their description."""
    front = FrontMatter({}, {}, body, [fault])
    for line, key, value in _plain(rows):
        _add(front, key, line, value or None)
    if not front.values:
        front.faults[0] = Fault(fault.line, fault.message)
    return front


def _plain(rows: list[str]) -> Iterator[tuple[int, str, str]]:
    for number, row in enumerate(rows, 2):
        match = PLAIN.match(row)
        if match:
            yield number, match[1], (match[2] or "").strip().strip("'\"")
