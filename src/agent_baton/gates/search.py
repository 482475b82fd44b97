"""Look for regular expressions in a gate's output. Also run as a child, so that a search can be ended.

As a child it reads `[[pattern, …], text]` as JSON and prints `[pattern index, line]` or `null`.
"""

from __future__ import annotations

import json
import re
import sys

LINE_LIMIT = 300  # characters of the matching line that are shown


def search(patterns: list[str], text: str) -> tuple[int, str] | None:
    """The first pattern that is found, and the line it is found in. `^` and `$` mean lines."""
    for index, pattern in enumerate(patterns):
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            start = text.rfind("\n", 0, found.start()) + 1
            end = text.find("\n", found.start())
            return index, text[start : end if end >= 0 else len(text)].strip()[:LINE_LIMIT]
    return None


if __name__ == "__main__":
    wanted, output = json.load(sys.stdin.buffer)
    json.dump(search(wanted, output), sys.stdout)
