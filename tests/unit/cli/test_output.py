"""What goes wrong with the machine is said as that, and not as a bug of ours."""

from __future__ import annotations

import errno
import os

import pytest

from agent_baton.cli.output import as_unusable


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_the_owners_to_mend(number: int) -> None:
    """A write to a full disk names no file."""
    told = as_unusable(OSError(number, os.strerror(number)))
    assert told is not None
    assert told.message.startswith(f"{os.strerror(number)}: free some and repeat the command")


def test_a_fault_that_names_nothing_is_ours() -> None:
    """A bad descriptor is a bug, and reported with its traceback."""
    assert as_unusable(OSError(errno.EBADF, "Bad file descriptor")) is None
