"""YAML as people write plans in it: every scalar is text until the plan's model says otherwise.

So `depends_on: [1.10]` stays 1.10, `name: no` stays "no", and a date is no date object. Aliases and tags are
refused: a plan needs none of them, and a few lines of aliases can stand for gigabytes.
"""

from __future__ import annotations

from typing import TypeAlias

import yaml

from agent_baton.errors import UserError
from agent_baton.plan.inert import visible
from agent_baton.plan.problem import Key, Problem, quoted, refuse

Document: TypeAlias = "dict[str, Document] | list[Document] | str | None"
Lines: TypeAlias = dict[tuple[Key, ...], int]
_NULL = "tag:yaml.org,2002:null"
_PLAIN_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", _NULL)


class _TextLoader(yaml.SafeLoader):
    """Resolves nothing but null, and no aliases."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag == _NULL]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not supported here", mark)
        return super().compose_node(parent, index)


def read_yaml(text: str, source: str, first_line: int = 1, what: str = "plan") -> tuple[Document, Lines]:
    """The document and the line of each of its values. `first_line` is where the text starts in its file.

    `what` says what the text is to be, for messages.
    """
    try:
        loader = _TextLoader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + first_line}, column {mark.column + 1}" if mark else ""
        raise UserError(f"{source} is not valid YAML: {visible(str(error.problem))}{where}") from None
    except yaml.YAMLError as error:
        raise UserError(f"{source} is not valid YAML: {visible(str(error))}") from None
    except RecursionError:
        raise UserError(f"{source} is nested too deeply to be a {what}") from None
    if node is None:
        return None, {}
    return _Reading(source, first_line, what).whole(node)


class _Reading:
    """Nodes to plain values, with the line of each and every fault."""

    def __init__(self, source: str, first_line: int, what: str) -> None:
        self._source, self._first_line, self._what = source, first_line, what
        self._lines: Lines = {}
        self._problems: list[Problem] = []

    def whole(self, node: yaml.Node) -> tuple[Document, Lines]:
        document = self._value(node, ())
        if self._problems:
            raise refuse(self._source, self._problems, what=self._what)
        return document, self._lines

    def _value(self, node: yaml.Node, path: tuple[Key, ...]) -> Document:
        self._lines.setdefault(path, self._line(node))
        if node.tag not in _PLAIN_TAGS:
            self._fault(node, f"the tag {quoted(node.tag)} is not supported here")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(inner, (*path, number)) for number, inner in enumerate(node.value)]
        return None if node.tag == _NULL else str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: tuple[Key, ...]) -> Document:
        found: dict[str, Document] = {}
        for key, inner in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, "a key must be a plain word")
                continue
            if key.value in found:
                self._fault(key, f"key {quoted(key.value)} is given more than once")
            here = (*path, key.value)
            self._lines[here] = self._line(key)
            found[key.value] = self._value(inner, here)
        return found

    def _line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self._first_line

    def _fault(self, node: yaml.Node, message: str) -> None:
        self._problems.append(Problem((), message, line=self._line(node)))
