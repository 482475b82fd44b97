"""Printing: answers on stdout, everything else on stderr, whatever the terminal's encoding."""

from __future__ import annotations

import sys

from agent_baton.errors import BatonError
from agent_baton.fastjson import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def emit(text: str, stream: TextIO) -> None:
    """Write text and a line break; characters the terminal cannot show are escaped, never fatal."""
    if not text:
        return
    stream.flush()
    stream.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    stream.flush()


def report(error: BatonError, as_json: bool = False) -> int:
    """Print an expected failure on stderr and return its exit code."""
    if as_json:
        emit(
            dumps({"error": error.message, "kind": type(error).__name__, "exit_code": error.exit_code}),
            sys.stderr,
        )
    else:
        emit(f"error: {error.message}", sys.stderr)
    return error.exit_code
