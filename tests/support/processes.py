"""Whether a process has ended, without asking again and again."""

from __future__ import annotations

import os
import select


def is_over(pid: int) -> bool:
    """Whether the process has ended, or does so within some seconds: what was killed takes a moment to die."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 10)[0])
    finally:
        os.close(watched)
