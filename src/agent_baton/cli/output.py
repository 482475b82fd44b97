"""Printing: answers on stdout, everything else on stderr, whatever the terminal's encoding."""

from __future__ import annotations

import errno
import sys

from agent_baton.errors import BatonError, UserError
from agent_baton.fastjson import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

FULL = (errno.ENOSPC, errno.EDQUOT)  # told by a write, which names no file


def emit(text: str, stream: TextIO | None) -> None:
    """Write text and a line break; characters the terminal cannot show are escaped, never fatal.

    A stream that whoever started us had closed takes nothing. Raises UserError when it cannot be written.
    """
    if not text or stream is None:
        return
    try:
        stream.flush()
        stream.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(
            f"the answer cannot be written: {error.strerror}; what the command recorded is on record"
        ) from None


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


def as_unusable(error: Exception) -> UserError | None:
    """What is wrong with a file or directory that its owner can mend. One that is not there is said where it was named, or ours."""
    if isinstance(error, OSError) and error.errno in FULL:
        return UserError(
            f"{error.strerror}: free some and repeat the command; what was recorded before is safe"
        )
    if not isinstance(error, OSError) or not error.filename or isinstance(error, FileNotFoundError):
        return None
    named = error.filename.decode("utf-8", "replace") if isinstance(error.filename, bytes) else error.filename
    return UserError(f"{named}: {error.strerror}; what was recorded before is safe")
