"""Which Claude Code is installed, if any."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass

NEWEST_TESTED = "2.1.329"
TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class ClaudeCode:
    path: str
    version: str  # "" when it would not say

    @property
    def newer_than_tested(self) -> bool:
        return _numbers(self.version) > _numbers(NEWEST_TESTED)


def find_claude(path: str | None = None) -> ClaudeCode | None:
    """The `claude` on PATH (or at `path`), None when there is none."""
    program = path or shutil.which("claude")
    if program is None:
        return None
    try:
        ran = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ClaudeCode(program, "")
    found = re.search(r"\d+\.\d+\.\d+", ran.stdout)
    return ClaudeCode(program, found.group() if found and ran.returncode == 0 else "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
