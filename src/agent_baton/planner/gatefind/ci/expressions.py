"""What CI systems write into commands: `${{ matrix.x }}`, `<< parameters.x >>`, `$(variable)`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from agent_baton.patterns import lazy

from .. import yamls
from ..calls import UNKNOWN

MAX_COMBINATIONS = 24
_GITHUB = lazy(r"\$\{\{((?:(?!\$\{\{|\}\})[\s\S]){0,500})\}\}")
_NAME = lazy(r"([A-Za-z_][\w-]*(?:\.[\w-]+|\[['\"][\w.-]+['\"]\])*)$")
_HERE = frozenset(("github.workspace", "runner.workspace", "env.GITHUB_WORKSPACE"))


def github(text: str, values: Mapping[str, str]) -> str:
    """The text with every `${{ … }}` that is known put in, and UNKNOWN for the others."""

    def replaced(found: re.Match[str]) -> str:
        return _evaluated(found[1].strip(), values)

    return _GITHUB.sub(replaced, text)


def _evaluated(expression: str, values: Mapping[str, str]) -> str:
    for part in expression.split("||"):
        part = part.strip()
        literal = re.fullmatch(r"'([^']*)'", part)
        if literal:
            return literal[1]
        if part in _HERE:
            return "."
        name = re.sub(r"\[['\"]([\w.-]+)['\"]\]", r".\1", part)
        if _NAME.match(name) and name in values:
            return values[name]
        if name.startswith(("matrix.", "inputs.")) and "matrix." in " ".join(values) and _NAME.match(name):
            return ""  # a matrix key that this combination does not have is empty
    return UNKNOWN


def matrix(strategy: yamls.Node) -> list[dict[str, str]]:
    """The combinations of a job's matrix, at most MAX_COMBINATIONS, as `matrix.key` -> value."""
    body = yamls.mapping(yamls.mapping(strategy).get("matrix"))
    axes = {key: _values(node) for key, node in body.items() if key not in ("include", "exclude")}
    axes = {key: values for key, values in axes.items() if values}
    included = [
        _flat("matrix", node) for node in yamls.sequence(body.get("include")) if isinstance(node, dict)
    ]
    products = itertools.product(*axes.values()) if axes else iter(())
    combinations = [
        _merged(key_values)
        for key_values in itertools.islice(
            (zip(axes, each, strict=True) for each in products), MAX_COMBINATIONS
        )
    ]
    return (_with_includes(combinations, included, axes) or [{}])[: MAX_COMBINATIONS + 12]


def _values(node: yamls.Node) -> list[yamls.Node]:
    """An axis; one of versions begins with the newest, which is the likeliest on a developer's machine."""
    values: list[yamls.Node] = [each for each in yamls.sequence(node) if isinstance(each, (str, dict))]
    if all(isinstance(each, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9}){0,3}", each) for each in values):
        values.sort(key=lambda each: [int(part) for part in str(each).split(".")], reverse=True)
    return values


def _merged(pairs: Iterator[tuple[str, yamls.Node]] | zip[tuple[str, yamls.Node]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, node in pairs:
        found |= _flat(f"matrix.{key}", node)
    return found


def _flat(prefix: str, node: yamls.Node) -> dict[str, str]:
    if isinstance(node, str):
        return {prefix: str(node)}
    return {
        f"{prefix}.{key}": str(value) for key, value in yamls.mapping(node).items() if isinstance(value, str)
    }


def _with_includes(
    combinations: list[dict[str, str]], included: list[dict[str, str]], axes: Mapping[str, object]
) -> list[dict[str, str]]:
    """GitHub's rule: an include that contradicts no axis extends the combinations it fits, else it is one of its own."""
    own: list[dict[str, str]] = []
    for extra in included:
        keys = [key for key in extra if key.split(".")[1] in axes]
        fitting = [each for each in combinations if all(each.get(key) == extra[key] for key in keys)]
        if combinations and fitting:
            for each in fitting:
                each.update({key: value for key, value in extra.items() if key not in each})
        else:
            own.append(extra)
    return combinations + own
