"""What git passes over: asked of git itself, and said to it without touching a file that is committed."""

from __future__ import annotations

import os
import re

from agent_baton.workspace.git import fault, git
from agent_baton.workspace.locate import Checkout
from agent_baton.workspace.locks import locked

_SPECIAL = re.compile(r"([\\*?\[\] ])")


def is_ignored(top: str, path: str) -> bool:
    """Whether git ignores a path of a work tree, as it stands there: a directory, a file or a link."""
    ran = git(["check-ignore", "--quiet", "--no-index", "--", path], top)
    if ran.code > 1:
        raise fault(ran)
    return ran.code == 0


def ignore(checkout: Checkout, path: str) -> None:
    """Have git ignore exactly this path, in all work trees: a line in the repository's own info/exclude, once."""
    line = b"/" + os.fsencode(_SPECIAL.sub(r"\\\1", path))
    place = os.path.join(checkout.common_dir, "info", "exclude")
    with locked(os.path.join(checkout.state_dir, ".exclude.lock")):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "a+b") as stream:
            stream.seek(0)
            known = stream.read()
            if line not in known.splitlines():
                stream.write((b"" if known.endswith(b"\n") or not known else b"\n") + line + b"\n")
