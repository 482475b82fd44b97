"""`sqlite`: the C module below `sqlite3`, without what both load and a hot command never uses.

While it is imported `_sqlite3` asks `functools` for `lru_cache`, and for nothing else ever. Loading `functools`, and with
it `collections`, takes half as long as all the rest of `baton execute next`; `lru_cache` itself is a line around a C type.
"""

from __future__ import annotations

import sys

__all__ = ["sqlite"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3 as sqlite
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    _lru_cache_wrapper: Any


def _lru_cache(size: int) -> Callable[[Any], Any]:
    return lambda function: _lru_cache_wrapper(function, size, False, tuple)


def _load() -> ModuleType:
    if "functools" in sys.modules:
        return __import__("_sqlite3")
    stand_in = type(sys)("functools")
    stand_in.lru_cache = _lru_cache  # type: ignore[attr-defined]
    sys.modules["functools"] = stand_in
    try:
        return __import__("_sqlite3")
    finally:
        del sys.modules["functools"]


if not TYPE_CHECKING:
    try:
        from _functools import _lru_cache_wrapper

        sqlite = _load()
    except ImportError:  # an interpreter that is built in another way
        import sqlite3 as sqlite
