"""Scripts as CI files hold them: a text, a list of texts, a list of lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from agent_baton.patterns import lazy
from agent_baton.records import replace

from .. import yamls
from ..calls import UNKNOWN, Call
from ..reading import Repo
from ..shell import calls_in

Body = Mapping[str, yamls.Node]
Found = Iterator[tuple[str, Call]]  # a job's name and one of its commands
Reader = Callable[[Body, str, Repo], Found]
PRODUCTION = lazy(r"(?i)deploy|publish|release|production|staging")


def calls_of(
    node: yamls.Node | None,
    path: str,
    cwd: str = "",
    variables: Mapping[str, str] | None = None,
    depth: int = 0,
) -> Iterator[Call]:
    """The commands of a script: a text, a list of texts, or a list of lists (YAML anchors)."""
    if isinstance(node, list):
        scripts = [each for each in node if isinstance(each, str)]
        if len(scripts) == len(node) and scripts:
            yield from _listed(node, path, cwd, variables)
            return
        for each in node:
            if depth < 4:
                yield from calls_of(each, path, cwd, variables, depth + 1)
    elif isinstance(node, yamls.Scalar) and node:
        yield from calls_in(_plain(node), path, node.line, cwd, variables)


def _listed(
    node: Iterable[yamls.Node], path: str, cwd: str, variables: Mapping[str, str] | None
) -> Iterator[Call]:
    """A list of commands is one shell session: `cd` in one line holds for the next."""
    scripts = [each for each in node if isinstance(each, yamls.Scalar) and each]
    lines: dict[int, int] = {}
    parts: list[str] = []
    for script in scripts:
        for offset in range(script.count("\n") + 1):
            lines[sum(part.count("\n") + 1 for part in parts) + offset] = script.line + offset
        parts.append(_plain(script))
    for call in calls_in("\n".join(parts), path, 0, cwd, variables):
        yield replace(call, line=lines.get(call.line, call.line))


def _plain(script: str) -> str:
    script = re.sub(r"<<[-\s]*(?:parameters|pipeline)\.[\w.-]+\s*>>", UNKNOWN, script)
    return re.sub(r"\$\{\{.{0,300}?\}\}|\$\[.{0,300}?\]", UNKNOWN, script)


def variables_of(node: yamls.Node | None) -> dict[str, str]:
    return {
        key: str(value)
        for key, value in yamls.mapping(node).items()
        if isinstance(value, str) and "$" not in value
    }
