"""Whether a command is nothing but git's work on a commit: what an agent that may edit may do unasked. Pure.

The protocol has no rules by command, only a request for each one. So the command is read here, and whatever is not
plainly one of these forms is left for a person to decide.
"""

from __future__ import annotations

import os
import re

# Quoted words in which nothing is expanded, and bare ones without any sign that a shell takes for its own.
_WORD = r"""(?:'[^']*'|"[^"$`\\]*"|[\w./:=@,+%^-]|(?<=[\w^])~)+"""
_GIT = rf"git[ \t]+(?:add|commit|status|diff|log|rev-parse)(?:[ \t]+{_WORD})*"
_LINE = re.compile(rf"(?:cd[ \t]+(?P<place>{_WORD})[ \t]*&&[ \t]*)?{_GIT}(?:[ \t]*&&[ \t]*{_GIT})*")
_WRITES_ELSEWHERE = re.compile(r"--(?:output|ext-diff|textconv)")


def only_commits(command: str, cwd: str) -> bool:
    """`git add`, `commit` and the commands that look at both, joined by `&&`, in the work tree itself."""
    found = _LINE.fullmatch(command.strip())
    if found is None or _WRITES_ELSEWHERE.search(command):
        return False
    place = (found["place"] or cwd).replace("'", "").replace('"', "")
    return _inside(os.path.normpath(os.path.join(cwd, place)), os.path.normpath(cwd))


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root + os.sep)
