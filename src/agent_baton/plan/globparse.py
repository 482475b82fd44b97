"""The grammar of path patterns (see `globs`): text → parts. Only built-ins are imported."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    Ranges: TypeAlias = tuple[tuple[int, int], ...]  # inclusive, of code points
    Part: TypeAlias = "Either | Ranges | str"  # a str is one of "*", "**", "**/"

_LAST = 0x10FFFF
_SLASH = ord("/")
ANY = ((0, _LAST),)
NOT_SLASH = ((0, _SLASH - 1), (_SLASH + 1, _LAST))
_MOST_NESTED = 8
_SPECIAL = frozenset("*?[{\\")


class Either:
    """One of several sequences of parts."""

    __slots__ = ("choices",)

    def __init__(self, choices: Sequence[Sequence[Part]]) -> None:
        self.choices = choices


def literal(char: str) -> Ranges:
    return ((ord(char), ord(char)),)


def normal(text: str) -> str | None:
    """A path or pattern without `./`, doubled and trailing slashes; None when it leaves the repository.

    The repository itself (`.`) is `**`.
    """
    if text.startswith(("/", "~")):
        return None
    components = [component for component in text.split("/") if component not in ("", ".")]
    if ".." in components:
        return None
    return "/".join(components) if components else "**" if text else None


def static_prefix(pattern: str) -> tuple[str, ...]:
    """The leading components without wildcards: two patterns meet only if one's begin with the other's."""
    components = (normal(pattern) or "").split("/")
    for number, component in enumerate(components):
        if not _SPECIAL.isdisjoint(component):
            return tuple(components[:number])
    return tuple(components)


def parse(text: str, depth: int = 0) -> list[Part]:
    """The parts of a normalised pattern. What is not well-formed (an unclosed bracket) stands for itself."""
    parts: list[Part] = []
    at = 0
    while at < len(text):
        if text[at] == "{":
            part, at = _braces(text, at, depth)
        else:
            part, at = _READ.get(text[at], _one)(text, at)
        parts.append(part)
    return parts


def _one(text: str, at: int) -> tuple[Part, int]:
    return NOT_SLASH if text[at] == "?" else literal(text[at]), at + 1


def _escaped(text: str, at: int) -> tuple[Part, int]:
    char = text[at + 1 : at + 2] or text[at]
    return literal(char), at + 2


def _star(text: str, at: int) -> tuple[Part, int]:
    end = at
    while end < len(text) and text[end] == "*":
        end += 1
    if end - at == 1:
        return "*", end
    if text[end : end + 1] == "/" and (at == 0 or text[at - 1] == "/"):
        return "**/", end + 1
    return "**", end


def _class(text: str, at: int) -> tuple[Part, int]:
    negated = text[at + 1 : at + 2] in ("!", "^")
    first = at + 2 if negated else at + 1
    end = text.find("]", first + 1)
    if end < 0 or "/" in text[first:end]:
        return literal(text[at]), at + 1
    ranges = _class_ranges(text[first:end])
    chosen: Part = _without_slash(_others(ranges) if negated else ranges)
    return Either([[chosen], [literal(char) for char in text[at : end + 1]]]), end + 1


def _class_ranges(body: str) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    at = 0
    while at < len(body):
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            ranges.append((ord(body[at]), ord(body[at + 2])))
            at += 3
        else:
            ranges.append((ord(body[at]), ord(body[at])))
            at += 1
    return sorted((low, high) for low, high in ranges if low <= high)


def _others(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if start < low:
            gaps.append((start, low - 1))
        start = max(start, high + 1)
    return [*gaps, (start, _LAST)] if start <= _LAST else gaps


def _without_slash(ranges: list[tuple[int, int]]) -> Ranges:
    cut = [(max(low, a), min(high, b)) for low, high in ranges for a, b in NOT_SLASH]
    return tuple((low, high) for low, high in cut if low <= high)


def _braces(text: str, at: int, depth: int) -> tuple[Part, int]:
    choices, end = _split_braces(text, at)
    if len(choices) < 2 or depth >= _MOST_NESTED:
        return literal(text[at]), at + 1
    return Either([parse(choice, depth + 1) for choice in choices]), end


def _split_braces(text: str, at: int) -> tuple[list[str], int]:
    """The alternatives in the braces that open at `at`, and the place behind; none when they stay open."""
    choices: list[str] = []
    start = here = at + 1
    open_braces = 1
    while here < len(text):
        char = text[here]
        if char == "\\":
            here += 1
        elif char == "{":
            open_braces += 1
        elif char == "}":
            open_braces -= 1
            if not open_braces:
                return [*choices, text[start:here]], here + 1
        elif char == "," and open_braces == 1:
            choices.append(text[start:here])
            start = here + 1
        here += 1
    return [], at


_READ = {"*": _star, "[": _class, "\\": _escaped}
