"""Cut a stream of bytes into lines: partial ones are put together, giant ones skipped without being kept."""

from __future__ import annotations

LINE_LIMIT_BYTES = 32 * 1024 * 1024  # a message may carry a picture, but not everything


class Lines:
    """Feed it chunks of any size; it gives the lines that are complete, without their ends."""

    def __init__(self, limit_bytes: int = LINE_LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._parts: list[bytes] = []
        self._held = 0
        self._skipping = False
        self.skipped_bytes = 0  # of lines longer than the limit

    def feed(self, chunk: bytes) -> list[bytes]:
        first, *rest = chunk.split(b"\n")
        self._hold(first)
        lines: list[bytes] = []
        for part in rest:
            lines += self._take()
            self._hold(part)
        return lines

    def end(self) -> list[bytes]:
        """What is left when the stream ends: a last line without its end."""
        return [line for line in self._take() if line]

    def _hold(self, part: bytes) -> None:
        self._held += len(part)
        self._skipping = self._skipping or self._held > self._limit
        if self._skipping:
            self.skipped_bytes += len(part) + sum(map(len, self._parts))
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _take(self) -> list[bytes]:
        line, skipped = b"".join(self._parts).rstrip(b"\r"), self._skipping
        self._parts.clear()
        self._held, self._skipping = 0, False
        return [] if skipped else [line]
