"""A structured answer from an agent whose protocol knows none: asked for in words, looked for in the last words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*?)```", re.DOTALL)


def asking_for(schema: Mapping[str, Any] | None) -> str:
    """What is added to a prompt for an answer of this shape."""
    if schema is None:
        return ""
    return f"\n\nEnd with one JSON value, and nothing after it, that fits this JSON Schema:\n{json.dumps(schema)}\n"


def find(text: str, schema: Mapping[str, Any] | None) -> Any:
    """The last JSON value in a text that fits, None if there is none."""
    if schema is None:
        return None
    return next((value for value in _candidates(text) if _fits(value, schema)), None)


def _candidates(text: str) -> Iterator[Any]:
    for raw in (text.strip(), *reversed(_FENCE.findall(text))):
        yield from _loaded(raw)
    start = text.rfind("\n{") + 1
    yield from _loaded(text[start:].strip())


def _loaded(raw: str) -> Iterator[Any]:
    try:
        yield json.loads(raw)
    except (ValueError, RecursionError):
        return


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """The outline only (type, required names): whoever uses the answer checks it whole."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
    }  # fmt: skip
    expected = kinds.get(str(schema.get("type", "object")), object)
    if not isinstance(value, expected) or value is None:
        return False
    return not isinstance(value, dict) or all(name in value for name in schema.get("required") or ())
