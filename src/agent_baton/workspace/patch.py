"""What changed between two commits, as a patch to read. Nothing of the user's configuration shapes it."""

from __future__ import annotations

from agent_baton.records import Record
from agent_baton.workspace.git import fault, git
from agent_baton.workspace.locate import Checkout

MOST_BYTES = 5_000_000
PLAIN = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")


class Patch(Record):
    """`whole_bytes` is the size before it was cut; `note` says why there is none."""

    text: str
    whole_bytes: int
    note: str = ""


def patch(checkout: Checkout, base: str, tip: str) -> Patch:
    """The changes from `base` to `tip`, cut at a line end after 5 MB."""
    ran = git(["diff", *PLAIN, base, tip, "--"], checkout.top)
    if ran.code:
        return Patch("", 0, f"not to be had here: {fault(ran).message}")
    out = ran.out
    if len(out) > MOST_BYTES:
        out = out[: out.rfind(b"\n", 0, MOST_BYTES) + 1]
    return Patch(out.decode("utf-8", "replace"), len(ran.out))
