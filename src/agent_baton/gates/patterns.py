"""The `fail_on` expressions of a gate: checked before a task starts, searched in bounded time afterwards."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from agent_baton.errors import UserError
from agent_baton.gates.search import search

SEARCH_LIMIT_S = 2.0
_MAY_BACKTRACK = re.compile(r"[*+{]|\(\?|\\[1-9]|(?:\?.*){4}")
_SCRIPT = str(Path(__file__).with_name("search.py"))


class SearchTooSlowError(Exception):
    """The expressions could not be searched for in time; whether one matches is not known."""


def check_patterns(patterns: Sequence[str]) -> None:
    """Refuse what is not a regular expression. Raises UserError; for the plan check."""
    for pattern in patterns:
        _check(pattern)


def _check(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise UserError(
            f"fail_on {pattern!r} is not a regular expression: {error}; "
            "escape what is meant literally, such as \\( or \\["
        ) from error


def first_match(
    patterns: Sequence[str], text: str, limit_s: float = SEARCH_LIMIT_S
) -> tuple[str, str] | None:
    """The first expression found in the text, and the line it is found in.

    An expression that could backtrack for ever is searched for in a child process, which can be ended: the
    text was written by whatever the gate ran. Raises SearchTooSlowError.
    """
    check_patterns(patterns)
    wanted = list(patterns)
    if any(_MAY_BACKTRACK.search(pattern) for pattern in wanted):
        found = _search_in_child(wanted, text, limit_s)
    else:
        found = search(wanted, text)
    return (wanted[found[0]], found[1]) if found else None


def _search_in_child(wanted: list[str], text: str, limit_s: float) -> tuple[int, str] | None:
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-S", _SCRIPT],
            input=json.dumps([wanted, text]).encode(),
            capture_output=True,
            timeout=limit_s,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise SearchTooSlowError(f"not done after {limit_s:g} s") from error
    answer = json.loads(child.stdout)
    return (answer[0], answer[1]) if answer else None
