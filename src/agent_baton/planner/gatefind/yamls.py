"""YAML of strangers, with the line of every scalar. Built from parser events: no nesting exhausts the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union

from agent_baton.loading import later

if TYPE_CHECKING:
    import yaml
else:
    yaml = later("yaml")

MAX_DEPTH = 40
MAX_EVENTS = 60_000


class Scalar(str):
    """A scalar as written (never turned into a number or a date), with the line its text begins on."""

    __slots__ = ("line",)
    line: int  # 1-based

    @classmethod
    def at(cls, text: str, line: int) -> Scalar:
        scalar = cls(text)
        scalar.line = line
        return scalar


Node = Union[str, "list[Node]", "dict[str, Node]"]


class _TooDeepError(Exception):
    pass


class _Builder:
    """Folds parser events into documents."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self._open: list[tuple[Node, str | None]] = []  # the container and, in a mapping, the key that waits
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            block = event.style in ("|", ">")
            line = _mark(event) + (2 if block else 1)
            self._place(Scalar.at(str(event.value), line), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._place(self._anchors.get(str(event.anchor), Scalar.at("", _mark(event) + 1)), None)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin({}, event.anchor)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin([], event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._place(self._open.pop()[0], None)

    def _begin(self, container: Node, anchor: str | None) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _TooDeepError
        if anchor:
            self._anchors[str(anchor)] = container
        self._open.append((container, None))

    def _place(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[str(anchor)] = node
        if not self._open:
            self.documents.append(node)
            return
        container, key = self._open[-1]
        if isinstance(container, list):
            container.append(node)
        elif isinstance(container, dict):
            if key is None:
                self._open[-1] = (container, str(node) if isinstance(node, str) else "")
                return
            _put(container, key, node)
            self._open[-1] = (container, None)


def _mark(event: Any) -> int:
    return int(event.start_mark.line)


def _put(mapping: dict[str, Node], key: str, node: Node) -> None:
    if key != "<<":
        mapping[key] = node
        return
    for merged in node if isinstance(node, list) else [node]:
        if isinstance(merged, dict) and merged is not mapping:
            for name, value in merged.items():
                mapping.setdefault(name, value)


def documents(text: str) -> list[Node]:
    """Every document up to the first mistake; tags are ignored, merge keys are followed."""
    builder = _Builder()
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            builder.take(event)
            if count > MAX_EVENTS:
                break
    except (yaml.YAMLError, _TooDeepError, ValueError, RecursionError):
        pass  # a later mistake leaves the documents before it readable
    return builder.documents


def mapping(node: object) -> dict[str, Node]:
    """The node when it is a mapping, else an empty one."""
    return node if isinstance(node, dict) else {}


def sequence(node: object) -> list[Node]:
    """The node's items; a single value counts as a list of one, nothing as an empty list."""
    if isinstance(node, list):
        return node
    return [node] if isinstance(node, (Scalar, dict)) and node else []


def scalar(node: object) -> str:
    """The node when it is a scalar, else ""."""
    return node if isinstance(node, str) else ""


def line_of(node: object) -> int:
    """The line of a scalar, or of the first scalar inside; 0 when there is none."""
    for _ in range(MAX_DEPTH):
        if isinstance(node, Scalar):
            return node.line
        if isinstance(node, dict):
            node = next(iter(node.values()), None)
        elif isinstance(node, list):
            node = node[0] if node else None
        else:
            break
    return 0
