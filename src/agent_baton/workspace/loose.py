"""Commits read from git's own files, as long as each has a file of its own, as one that was just made has.

Whatever is not plain to see (packed objects, merges, grafts, a shallow clone) is left to git.
"""

from __future__ import annotations

import os

from agent_baton.workspace.locate import is_hex

try:
    import zlib
    from _sha1 import sha1  # type: ignore[import-not-found]

    READS = True
except ImportError:  # an interpreter put together otherwise: git is asked
    READS = False

# Hot: importing pathlib, hashlib or subprocess would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.workspace.locate import Checkout

_MOST = 20  # commits read one by one; past that a process of git is cheaper
_MOST_BYTES = 100_000  # of one commit
_SHA1 = 40  # characters of an object id that this is the hash of


def line(checkout: Checkout, tip: str, base: str) -> list[tuple[str, str]] | None:
    """Commits from `tip` back to `base`, newest first, each with its tree; and `base` itself when it is the tip.

    None when they are not one line, or not all of them are files.
    """
    told_otherwise = (os.path.join(checkout.common_dir, name) for name in ("shallow", "info/grafts"))
    if not READS or any(map(os.path.exists, told_otherwise)):
        return None
    found: list[tuple[str, str]] = []
    at = tip
    while len(found) < _MOST:
        read = _commit(checkout.common_dir, at)
        if read is None:
            return None
        tree, parents = read
        found.append((at, tree))
        if tip == base or parents == [base]:
            return found
        if len(parents) != 1:
            return None
        at = parents[0]
    return None


def is_loose(checkout: Checkout, name: str) -> bool:
    """Whether a commit of this name, in full, is there as a file. False says nothing."""
    return READS and _commit(checkout.common_dir, name) is not None


def _commit(common_dir: str, name: str) -> tuple[str, list[str]] | None:
    """Tree and parents of a commit; None when it is no file, or not what its name says."""
    if len(name) != _SHA1 or not is_hex(name):
        return None
    try:
        with open(os.path.join(common_dir, "objects", name[:2], name[2:]), "rb") as file:
            packed = zlib.decompressobj()
            raw = packed.decompress(file.read(_MOST_BYTES), _MOST_BYTES)
    except (OSError, zlib.error):
        return None
    if not packed.eof or sha1(raw).hexdigest() != name:
        return None
    head, _, body = raw.partition(b"\0")
    if not head.startswith(b"commit "):
        return None
    rows = [row.split(b" ") for row in body.partition(b"\n\n")[0].split(b"\n")]
    trees = [row[1].decode("ascii") for row in rows if row[0] == b"tree"]
    return (trees[0], [row[1].decode("ascii") for row in rows if row[0] == b"parent"]) if trees else None
