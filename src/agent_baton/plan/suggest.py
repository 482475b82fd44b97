"""Did-you-mean: the nearest of the names that would have been right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that `word` was probably meant to be, if one is near enough.

    Matching is case-insensitive; only the first 80 characters of `word` count, so a hostile one costs little.
    """
    by_folded = {name.casefold(): name for name in names}
    close = get_close_matches(word[:80].casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`"; did you mean 'x'?"`, or nothing: to be put behind an error."""
    name = nearest(word, names)
    return f"; did you mean {name!r}?" if name else ""
