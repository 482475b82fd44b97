"""State rows as text and back: a JSON array of the values in field order, arrays read as tuples."""

from __future__ import annotations

from agent_baton.engine.state import Phase, Spec, Step, Task
from agent_baton.fastjson import dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Row = TypeVar("Row", Task, Phase, Step, Spec)


def to_text(row: Task | Phase | Step | Spec) -> str:
    return dumps(list(row))


def from_text(kind: type[Row], text: str) -> Row:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in loads(text)]
    make: Callable[..., Row] = kind
    return make(*values)
