"""Regular expressions that are compiled when they are first used: most commands use few of those they import."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """Has every attribute of the compiled pattern. What is asked for once is kept, so that asking again costs nothing."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)
        return found


def lazy(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The pattern, to be used as any other; a fault in `source` shows when it is first used."""
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))
