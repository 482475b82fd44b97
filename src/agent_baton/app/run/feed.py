"""What a run tells whoever watches: one small item after the other, the same for screen, file and `--json`.

The journal is the truth; this is only what the journal has no room for. Items are plain dictionaries with
`at` (seconds since the epoch), `kind` and, where it is about one, `step`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

from agent_baton.app.site import Site
from agent_baton.engine.brief import one_line
from agent_baton.redact import redact

Item = dict[str, Any]
TEXT_LIMIT = 200
FILE_LIMIT_BYTES = 4 * 1024 * 1024  # then the file begins anew; the one before is kept


def feed_path(site: Site, task_id: str) -> str:
    return site.file("runs", task_id, "feed.jsonl")


def shown(text: str, limit: int = TEXT_LIMIT) -> str:
    """Somebody else's text, fit for a line of ours: one line, no escapes, no secrets, capped."""
    line = redact(one_line(text[: 4 * limit]))
    return line if len(line) <= limit else line[: limit - 1] + "…"


class Feed:
    """Writes items to a file and hands them to a listener (a screen, plain lines, JSON lines)."""

    def __init__(self, path: str, now: Callable[[], float], listener: Callable[[Item], None]) -> None:
        self._path = path
        self._now = now
        self._listener = listener
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - open as long as the run
        self._size = os.path.getsize(path)
        if self._size:
            self._write("\n")  # the last line of a driver that was killed may have no end

    def tell(self, kind: str, step: str = "", **fields: Any) -> None:
        item: Item = {"at": round(self._now(), 3), "kind": kind}
        if step:
            item["step"] = step
        item.update(fields)
        self._write(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._listener(item)

    def _write(self, line: str) -> None:
        if self._size + len(line) > FILE_LIMIT_BYTES:
            self._file.close()
            os.replace(self._path, f"{self._path}.1")
            self._file = open(self._path, "a", encoding="utf-8")  # noqa: SIM115
            self._size = 0
        self._size += self._file.write(line)
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class Follower:
    """Reads a feed's file as it grows, over its renewal; `items` gives what came since the last call."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._place = 0
        self._inode = 0
        self._rest = b""

    def items(self) -> Iterator[Item]:
        try:
            with open(self._path, "rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                if inode != self._inode:
                    self._inode, self._place, self._rest = inode, 0, b""
                file.seek(self._place)
                data = file.read()
        except FileNotFoundError:
            return
        self._place += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue  # cut off when the machine lost its power: the journal is the truth
