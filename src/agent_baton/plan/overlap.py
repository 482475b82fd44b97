"""Whether two sets of path patterns can match the same path: may two steps touch the same file?"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import TypeAlias

from agent_baton.plan.globs import Globs

States: TypeAlias = frozenset[int]
# States of a, of b and of what is blocked, and what the path's last component is so far: "" (not begun),
# ".", "..", or "x" for anything that may be a name.
Spot: TypeAlias = tuple[States, States, States, str]

_SEARCH_LIMIT = 20_000
_FRIENDLY = "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789_-+=@,.!#%&()[]{}~^$;:'"


def common_path(a: Globs, b: Globs, blocked: Globs | None = None) -> str | None:
    """A path that `a` and `b` both match and `blocked` does not, or None when there is no such path.

    Exact, with one exception on the safe side: patterns so tangled that the search would not end soon are
    taken to meet, and the first pattern of `a` stands for the path.
    """
    blocked = blocked or Globs(())
    alphabet = _alphabet(a, b, blocked)
    first: Spot = (a.start, b.start, blocked.start, "")
    came_from: dict[Spot, tuple[Spot, str] | None] = {first: None}
    queue, hidden = deque([first]), deque[Spot]()
    while queue or hidden:
        spot = (queue or hidden).popleft()  # dot files last: the path should look like one people have
        if spot[3] == "x" and a.accepts(spot[0]) and b.accepts(spot[1]) and not blocked.accepts(spot[2]):
            return _spelled(spot, came_from)
        if len(came_from) > _SEARCH_LIMIT:
            return a.patterns[0]
        for char in alphabet:
            follow = _follow(spot, char, a, b, blocked)
            if follow is not None and follow not in came_from:
                came_from[follow] = (spot, char)
                (hidden if follow[3] == "." else queue).append(follow)
    return None


def _follow(spot: Spot, char: str, a: Globs, b: Globs, blocked: Globs) -> Spot | None:
    """Where one more character leads, None where no common path can follow."""
    component = spot[3]
    if char == "/":
        if component != "x":  # no path has an empty component, "." or ".."
            return None
        component = ""
    else:
        component = {"": ".", ".": ".."}.get(component, "x") if char == "." else "x"
    in_a, in_b = a.step(spot[0], char), b.step(spot[1], char)
    in_blocked = blocked.step(spot[2], char)
    if not in_a or not in_b or blocked.is_below(in_blocked):
        return None
    return in_a, in_b, in_blocked, component


def _alphabet(*sets: Globs) -> list[str]:
    """One character for each piece of the alphabet that all pattern sets treat alike, letters preferred."""
    borders = sorted({0, *(border for globs in sets for border in globs.borders()), 0x110000})
    codes = [ord(char) for char in _FRIENDLY]
    pieces = [next((c for c in codes if low <= c < end), low) for low, end in pairwise(borders)]
    return [chr(code) for code in sorted(pieces, key=lambda c: codes.index(c) if c in codes else len(codes))]


def _spelled(spot: Spot, came_from: dict[Spot, tuple[Spot, str] | None]) -> str:
    path, link = "", came_from[spot]
    while link is not None:
        path = link[1] + path
        link = came_from[link[0]]
    return path
